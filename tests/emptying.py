"""Emptying the database after a test that committed."""

from functools import lru_cache

from django.db import connection, transaction

from bookings.common.guards import purge_permit

KEPT = {"django_migrations", "django_content_type", "auth_permission", "slotwell_purge_permit"}
"""What migrations wrote, and tests only read."""


def empty_tables() -> None:
    """Delete every row that a test may have written. Foreign keys are looked at when all of it is gone."""
    with transaction.atomic(), purge_permit():
        quote = connection.ops.quote_name
        with connection.cursor() as cursor:
            cursor.execute(_which_hold_something())
            for (name,) in cursor.fetchall():
                cursor.execute(f"DELETE FROM {quote(name)}")


@lru_cache(maxsize=1)
def _which_hold_something() -> str:
    """Give the one statement that names the tables with rows."""
    quote = connection.ops.quote_name
    tables = sorted(set(connection.introspection.table_names()) - KEPT)
    return " UNION ALL ".join(
        f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {quote(name)})" for name in tables
    )
