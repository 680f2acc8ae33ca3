"""Everything that is looked at, in the order in which an operator wants to read it."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from bookings.management.doctor import backlog, database, environment, files
from bookings.management.doctor.findings import Finding, Grade, Look, broken

WITHOUT_DATABASE: Sequence[tuple[str, Look]] = (
    ("settings", environment.settings_checks),
    ("addresses", environment.addresses),
    ("https", environment.https),
    ("proxies", environment.proxies),
    ("mail", environment.mail),
    ("payments", environment.payments),
    ("static files", files.static_files),
    ("pictures", files.pictures),
    ("disk", files.disk),
    ("limits", environment.limits),
    ("cache", environment.cache),
)
WITH_DATABASE: Sequence[tuple[str, Look]] = (
    ("guards", database.guards),
    ("clock", database.clock_skew),
    ("connections", database.connections_left),
    ("keys", database.keys),
    ("admin", database.admins),
    ("demo", database.demo_accounts),
    ("worker", backlog.worker),
    ("tasks", backlog.tasks),
    ("nightly", backlog.nightly),
    ("deadlines", backlog.deadlines),
    ("outbox", backlog.outbox),
    ("given up", backlog.given_up),
    ("events", backlog.provider_events),
    ("refunds", backlog.refunds),
    ("differences", backlog.differences),
    ("prices", backlog.unpayable),
)


NAMES = (
    [name for name, _ in WITHOUT_DATABASE] + ["database", "migrations"] + [name for name, _ in WITH_DATABASE]
)
"""Of all lines, in their order."""


def examine_one(name: str, *, now: datetime) -> Finding:
    """Look at one thing alone, by its line's name. Raises KeyError."""
    looks = dict((*WITHOUT_DATABASE, *WITH_DATABASE))
    looks |= {"database": database.reachable, "migrations": database.migrated}
    return _looked(name, looks[name], now)


def examine(*, now: datetime, network: bool = False) -> Iterator[Finding]:
    """Look at everything, whatever the first looks find; what needs the database only where there is one.

    network: also ask the mail server whether it is there.
    """
    for name, look in WITHOUT_DATABASE:
        yield _looked(name, look, now)
    if network:
        yield _looked("mail server", environment.mail_server, now)
    reached = _looked("database", database.reachable, now)
    yield reached
    if reached.grade == Grade.BROKEN:
        return
    migrated = _looked("migrations", database.migrated, now)
    yield migrated
    if migrated.grade != Grade.BROKEN:
        for name, look in WITH_DATABASE:
            yield _looked(name, look, now)


def _looked(name: str, look: Look, now: datetime) -> Finding:
    """Give what a look found. What it raises may hold values, so its kind is all that is told."""
    try:
        return look(now)
    except Exception as error:  # one thing that cannot be looked at must not hide the others
        return broken(name, f"could not be looked at: {type(error).__name__}", "mend what the log says")
