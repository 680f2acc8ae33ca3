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

_ON_EACH_ROW = (
    "BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION slotwell_refuse_{noun}_change()"
)
_KEPT_ON_SQLITE = """
    CREATE TRIGGER IF NOT EXISTS {noun}_is_not_deleted BEFORE DELETE ON {table}
    WHEN NOT EXISTS (SELECT 1 FROM slotwell_purge_permit) BEGIN SELECT RAISE(ABORT, '{name}'); END
"""


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


def append_only(table: str, noun: str, *, save: str = "") -> Guard:
    """Give a guard of a table whose rows are added, deleted under a purge permit alone, and never changed.

    noun: begins the names of triggers. save: what makes a change harmless, in terms of OLD and NEW that both databases
    understand; without it no change is.
    """
    name = f"{noun}_is_append_only"
    allowed = f"TG_OP = 'UPDATE' AND ({save})" if save else "false"
    return Guard(
        table=table,
        statements={
            "postgresql": [
                f"""
                CREATE OR REPLACE FUNCTION slotwell_refuse_{noun}_change() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF TG_OP = 'DELETE' THEN
                        IF current_setting('slotwell.purge', true) = 'on' THEN
                            RETURN OLD;
                        END IF;
                    ELSIF {allowed} THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION '{name}' USING ERRCODE = 'check_violation';
                END $$
                """,
                f"DROP TRIGGER IF EXISTS {name} ON {table}",
                f"CREATE TRIGGER {name} {_ON_EACH_ROW.format(noun=noun, table=table)}",
            ],
            "sqlite": [
                f"""
                CREATE TRIGGER IF NOT EXISTS {noun}_is_not_changed BEFORE UPDATE ON {table}
                {f"WHEN NOT ({save})" if save else ""} BEGIN SELECT RAISE(ABORT, '{name}'); END
                """,
                _KEPT_ON_SQLITE.format(noun=noun, table=table, name=name),
            ],
        },
        names={"postgresql": [name], "sqlite": [f"{noun}_is_not_changed", f"{noun}_is_not_deleted"]},
    )


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
