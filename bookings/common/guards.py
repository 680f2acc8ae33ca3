"""Database guards that Django's migrations cannot state for both databases.

They are installed after every migration, since SQLite loses triggers when Django remakes a table.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.checks import CheckMessage, Critical
from django.db import DEFAULT_DB_ALIAS, connections, transaction

_PRESENT = {
    "postgresql": (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal "
        "UNION SELECT conname FROM pg_constraint WHERE contype = 'x'"
    ),
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
}
_PERMIT_TABLE = "CREATE TABLE IF NOT EXISTS slotwell_purge_permit (granted INTEGER NOT NULL)"


@dataclass(frozen=True)
class Guard:
    """What one table is protected by: the statements that install it and the names they leave, by vendor."""

    table: str
    statements: Mapping[str, Sequence[str]]
    names: Mapping[str, Sequence[str]]


def install(guards: Sequence[Guard], *, using: str = DEFAULT_DB_ALIAS) -> None:
    """Install every guard whose table exists; safe to repeat."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with transaction.atomic(using=using), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(_PERMIT_TABLE)
        for guard in guards:
            if guard.table in tables:
                for statement in guard.statements[connection.vendor]:
                    cursor.execute(statement)


def missing(guards: Sequence[Guard], *, using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Give the names of guards that the database lacks though their table is there."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        cursor.execute(_PRESENT[connection.vendor])
        present = {row[0] for row in cursor.fetchall()}
    wanted = [name for guard in guards if guard.table in tables for name in guard.names[connection.vendor]]
    return [name for name in wanted if name not in present]


def check(guards: Sequence[Guard], databases: Sequence[str] | None) -> list[CheckMessage]:
    """Give a critical finding for each guard that is missing, for Django's system checks."""
    return [
        Critical(
            f"The database lacks the guard {name!r}.",
            hint="Run `manage.py migrate`; it installs the guards again.",
            id="slotwell.C001",
        )
        for alias in databases or []
        for name in missing(guards, using=alias)
    ]


@contextmanager
def purge_permit(*, using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Let this transaction, and no other, delete what is append-only. For `purge` and the tests' clean-up."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("INSERT INTO slotwell_purge_permit VALUES (1)")
            yield
            cursor.execute("DELETE FROM slotwell_purge_permit")
        else:
            cursor.execute("SELECT set_config('slotwell.purge', 'on', true)")
            yield
            cursor.execute("SELECT set_config('slotwell.purge', 'off', true)")
