"""The table of limits: what is counted, by whom, how often in how long, and where the count is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from limits import RateLimitItem, parse_many


class Limit(models.TextChoices):
    """Everything that is limited; the label says what one hit is."""

    LOGIN = "login", "A try to log in"
    PASSWORD = "password", "A try to change one's password, or to do what asks for it again"
    REFRESH = "refresh", "An exchange of a refresh token"
    REGISTER = "register", "A registration"
    RESET = "reset", "A request for a mail that resets a password"
    RECOVERY = "recovery", "An answer to a security question"
    CODE = "code", "A try of a mailed code or link"
    MAIL = "mail", "A request for a mail with a code or a link"
    CHALLENGE = "challenge", "A mail with a code or a link; over the limit it waits, and nobody is refused"
    DRAFT = "draft", "A draft of a booking"
    STATUS = "status", "A look-up of a booking's status"
    INVITE = "invite", "An invitation of somebody to a practice"
    PRACTICE = "practice", "A try to open a practice"
    UPLOAD = "upload", "A request for an upload link"
    PERSONAL_DATA = "personal_data", "A request to export, or to erase, what is known of a person"
    PROVIDER_EVENT = (
        "provider_event",
        "16 KB, begun, of an event that a practice's payment account signed",
    )
    CALENDAR = "calendar", "A reading of a calendar feed, or of a booking's calendar file"
    ANONYMOUS = "anonymous", "A root field that somebody unknown asks for"
    USER = "user", "A root field that an account asks for"
    KEY = "key", "A root field that a service key asks for"


@dataclass(frozen=True)
class Kept:
    """One limit as it is written down.

    rates: by what is counted, the parts joined by `_`, and how often. The parts: `ip` (of IPv6 the /64 network),
    `user`, `key` (a service key), `caller` (the best known of these three), `address` (of a mailbox), `subject`
    (what a code is about, or which mail it is), `token` (an access token to a booking) and `account` (a practice's own
    with a payment provider). A row counts where all its parts are known.
    A known key, or else a known user, stands in for the address of the network where the table has a row for it.
    shared: whether all processes count together even without Redis, in the database.
    """

    rates: Mapping[str, str]
    shared: bool = True


TABLE: Mapping[Limit, Kept] = {
    Limit.LOGIN: Kept({"address_ip": "10/5minutes", "ip": "50/5minutes", "address": "200/hour"}),
    Limit.PASSWORD: Kept({"user": "10/5minutes"}),
    Limit.REFRESH: Kept({"ip": "60/minute"}, shared=False),
    Limit.REGISTER: Kept({"ip": "5/hour"}),
    Limit.RESET: Kept({"address_caller": "5/day", "ip": "20/hour", "address": "20/day"}),
    Limit.RECOVERY: Kept({"address": "3/hour+5/day", "ip": "20/hour"}),
    Limit.CODE: Kept(
        {
            "subject_caller": "5/5minutes+20/hour",
            "ip": "30/5minutes+120/hour",
            "key": "300/5minutes",
            "subject": "60/hour",
            "address": "30/day",
        }
    ),
    Limit.MAIL: Kept({"ip": "20/hour", "user": "20/hour", "key": "600/hour"}),
    Limit.CHALLENGE: Kept({"address_subject": "1/minute", "address": "5/hour"}),
    Limit.DRAFT: Kept({"address_caller": "5/hour", "ip": "20/hour", "key": "600/hour"}),
    Limit.STATUS: Kept(
        {"ip": "10/minute", "token": "60/minute", "user": "60/minute", "key": "600/minute"}, shared=False
    ),
    Limit.INVITE: Kept({"ip": "50/hour", "user": "50/hour", "key": "50/hour"}),
    Limit.PRACTICE: Kept({"ip": "10/hour", "user": "10/hour", "key": "10/hour"}),
    Limit.UPLOAD: Kept({"ip": "30/hour", "user": "30/hour", "key": "30/hour"}),
    Limit.PERSONAL_DATA: Kept({"address_caller": "5/day", "ip": "20/hour", "address": "20/day"}),
    # Several events a payment: room for a thousand payments a day, and a bound for who signs without end.
    Limit.PROVIDER_EVENT: Kept({"account": "1500/hour+6000/day"}),
    # Those who keep calendars for many people read from few addresses.
    Limit.CALENDAR: Kept({"ip": "300/minute", "subject": "20/minute"}, shared=False),
    Limit.ANONYMOUS: Kept({"ip": "120/minute"}, shared=False),
    Limit.USER: Kept({"user": "600/minute"}, shared=False),
    Limit.KEY: Kept({"key": "1200/minute"}, shared=False),
}
"""What holds where RATE_LIMITS says nothing else."""

PARTS = frozenset({"ip", "user", "key", "caller", "address", "subject", "token", "account"})
_NETWORK = frozenset({"ip"})


@dataclass(frozen=True)
class Policy:
    """One limit as it holds here: the rows of the table, with the rates read."""

    rows: Mapping[str, tuple[RateLimitItem, ...]]
    shared: bool

    def rows_for(self, by: Mapping[str, str]) -> dict[str, tuple[RateLimitItem, ...]]:
        """Give the rows that count for a caller. Raise ValueError where none does: the caller of `hit` forgot."""
        known = set(by)
        if any(name in self.rows and name in known for name in ("key", "user", "token")):
            known -= _NETWORK
        found = {name: rates for name, rates in self.rows.items() if known.issuperset(name.split("_"))}
        if not found:
            raise ValueError(f"nothing to count by: {sorted(by)} fits none of {sorted(self.rows)}")
        return found


def policy_of(limit: Limit) -> Policy:
    """Give a limit as settings.RATE_LIMITS leaves it. Raise ImproperlyConfigured where those are wrong."""
    return _policies(tuple(settings.RATE_LIMITS.items()))[limit]


def check_settings() -> None:
    """Raise ImproperlyConfigured, with a sentence that helps, where RATE_LIMITS cannot be meant."""
    _policies(tuple(settings.RATE_LIMITS.items()))


def row_names() -> list[str]:
    """Give the name of every row of the table, as RATE_LIMITS knows it."""
    return [f"{limit.value}.{name}" for limit, kept in TABLE.items() for name in kept.rates]


@lru_cache(maxsize=8)
def _policies(overrides: tuple[tuple[str, str], ...]) -> dict[Limit, Policy]:
    written = {
        f"{limit.value}.{name}": rate for limit, kept in TABLE.items() for name, rate in kept.rates.items()
    }
    for name, rate in overrides:
        written[_row_called(name)] = rate
    return {
        limit: Policy(
            {name: _read(f"{limit.value}.{name}", written[f"{limit.value}.{name}"]) for name in kept.rates},
            kept.shared,
        )
        for limit, kept in TABLE.items()
    }


def _row_called(name: str) -> str:
    """Give the full name of a row; a limit's own name is enough where it has one row."""
    found = [row for row in row_names() if row == name or row.split(".")[0] == name]
    if len(found) != 1:
        choice = ", ".join(found or row_names())
        raise ImproperlyConfigured(f"RATE_LIMITS names {name!r}, which is no limit. It knows: {choice}")
    return found[0]


def _read(name: str, rate: str) -> tuple[RateLimitItem, ...]:
    """Read `5/minute+20/hour`: both hold."""
    try:
        rates = tuple(parse_many(rate.replace("+", ";")))
    except ValueError:
        rates = ()
    if not rates or any(each.amount < 1 or each.get_expiry() < 1 for each in rates):
        raise ImproperlyConfigured(
            f"RATE_LIMITS gives {name} the rate {rate!r}. Write it like 5/hour, 10/5minutes or 5/minute+20/hour"
        )
    return rates
