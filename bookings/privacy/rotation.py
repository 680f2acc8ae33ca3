"""Encrypting everything anew with the newest key, so that an older one can be thrown away."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Field

from bookings.common.secrecy import EncryptedTextField, encrypt_anew, is_newest

BATCH = 500


@dataclass(frozen=True)
class Column:
    """One encrypted column, as the database calls it."""

    table: str
    key: str
    name: str

    def __str__(self) -> str:
        return f"{self.table}.{self.name}"


@dataclass
class Rotated:
    """What became of one column: rows encrypted anew, rows that no key opens, and how many have a text at all."""

    column: Column
    anew: int = 0
    unreadable: int = 0
    seen: int = 0


def encrypted_columns() -> list[Column]:
    """Give every encrypted column of every table, found by the class of its field."""
    return [
        Column(model._meta.db_table, _key_of(model._meta.pk), str(field.column))
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedTextField)
    ]


def rotate(*, batch: int = BATCH) -> Iterator[Rotated]:
    """Encrypt anew what an older key encrypted, a batch a transaction, and report on each column when it is through.

    Repeatable, also after a crash: what has the newest key is left alone. What was written meanwhile has it already,
    and is not overwritten with what was read before. A text that no key opens is counted and left as it is.
    """
    for column in encrypted_columns():
        done, after = Rotated(column), 0
        while rows := _after(column, after, batch):
            with transaction.atomic():
                for pk, sealed in rows:
                    _rotate_one(column, pk, sealed, done)
            after = rows[-1][0]
        yield done


def _rotate_one(column: Column, pk: int, sealed: str, done: Rotated) -> None:
    done.seen += 1
    if is_newest(sealed):
        return
    try:
        anew = encrypt_anew(sealed)
    except ValueError:
        done.unreadable += 1
        return
    name = _quoted(column.name)
    where = f"{_quoted(column.key)} = %s AND {name} = %s"
    # The names are those of our own models; values are passed beside the statement.
    statement = f"UPDATE {_quoted(column.table)} SET {name} = %s WHERE {where}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [anew, pk, sealed])
        done.anew += cursor.rowcount


def _after(column: Column, key: int, batch: int) -> list[tuple[int, str]]:
    """Give the next rows by primary key as they stand, undecrypted."""
    statement = (
        f"SELECT {_quoted(column.key)}, {_quoted(column.name)} FROM {_quoted(column.table)} "  # noqa: S608 - as above
        f"WHERE {_quoted(column.key)} > %s AND {_quoted(column.name)} <> '' ORDER BY {_quoted(column.key)} LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [key, batch])
        return [(int(pk), str(sealed)) for pk, sealed in cursor.fetchall()]


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _key_of(field: "Field[object, object] | None") -> str:
    if field is None:
        raise TypeError("a table with an encrypted column has a primary key of one column")
    return str(field.column)
