"""Many rows from one: SQL copies a row that the services made, so that it is whole whatever columns there are."""

from django.db import connection
from django.db.models import Model


def multiply(row: Model, count: int, where: str = "true", **values: str) -> int:
    """Copy a row `count` times; copy n gets the key `base + n`. Gives that base.

    values: what differs, by column, as SQL with `n`. where: which of the numbers n get a copy at all.
    PostgreSQL alone.
    """
    meta = row._meta
    own = {meta.pk.column: "%(base)s + n", **values}
    columns = [field.column for field in meta.concrete_fields]
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT max("{meta.pk.column}") FROM "{meta.db_table}"')
        (base,) = cursor.fetchone()
        copied = ", ".join(own.get(column, f't."{column}"') for column in columns)
        cursor.execute(
            f'INSERT INTO "{meta.db_table}" ({", ".join(f"{column!s}" for column in columns)}) '
            f'SELECT {copied} FROM "{meta.db_table}" AS t, generate_series(1, {count}) AS n '
            f'WHERE t."{meta.pk.column}" = {row.pk} AND ({where}) ORDER BY n'.replace("%(base)s", str(base))
        )
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence(%s, %s), %s)",
            [meta.db_table, meta.pk.column, base + count],
        )
    return int(base)


def analyze() -> None:
    """Let PostgreSQL look at what is there, as its own vacuuming would in time."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
