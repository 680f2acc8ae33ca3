"""The page about limits, docs/limits.md, from the table."""

from bookings.common.markdown import code, table
from bookings.limits.policies import TABLE, Kept

WORDS = {
    "ip": "network address",
    "user": "account",
    "key": "service key",
    "caller": "caller",
    "address": "mailbox",
    "subject": "what it is about",
    "token": "booking opened by an access token",
    "account": "payment account",
}

PAGE = """# Limits

Made from `bookings/limits/policies.py` by `manage.py limits_table`; `make check` compares. Change the table there,
then `make generate`. What holds on a server may differ: `RATE_LIMITS` changes any row by its name, such as
`RATE_LIMITS=register=100/hour,login.address_ip=20/5minutes`; rates that hold together are joined by `+`.

{table}

- Windows move: where ten hits in five minutes are let through, the eleventh is five minutes after the first. A refused
  hit counts for nothing, and what one row refuses is counted in none.
- Of an IPv6 address the /64 network counts. The caller is the service key, else the account, else the network address.
  A key, an account or an access token stands in for the network address where the limit has a row for it.
- "Everywhere" counts in Redis or in the database, for all processes and machines; "each process" counts everywhere
  with Redis, and in each process without.
- A mailbox over its number of mails is told nothing else than usual: the mail waits.
"""


def render() -> str:
    """Give the page's text."""
    head = ("what is counted", "by", "how often", "name", "kept")
    rows = (
        (limit.label, _by(name), _rates(rate), code(f"{limit.value}.{name}"), _kept(kept))
        for limit, kept in TABLE.items()
        for name, rate in kept.rates.items()
    )
    return PAGE.format(table=table(head, ((str(what), *rest) for what, *rest in rows)))


def _by(name: str) -> str:
    return " and ".join(WORDS[part] for part in name.split("_"))


def _rates(written: str) -> str:
    words = written.replace("/5minutes", " in 5 minutes").replace("/hour", " an hour").replace("/", " a ")
    return words.replace("+", ", ")


def _kept(kept: Kept) -> str:
    return "everywhere" if kept.shared else "each process"
