"""Every text of every table, as the database itself lists them; encrypted ones decrypted, packed ones unpacked."""

import base64
import json
import pickle
import zlib
from collections.abc import Iterator
from contextlib import suppress

from django.contrib.sessions.models import Session
from django.core import signing
from django.db import connection

from bookings.common.secrecy import decrypt

_TEXTS = {
    "postgresql": (
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema() "
        "AND data_type IN ('character varying', 'character', 'text', 'json', 'jsonb', 'bytea', 'inet', 'uuid', "
        "'ARRAY') ORDER BY 1, 2"
    ),
    "sqlite": (
        "SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' "
        "AND m.name NOT LIKE 'sqlite_%' ORDER BY 1, 2"
    ),
}


ENCRYPTED = "gAAAAA"
"""How everything begins that common.secrecy encrypts."""


def columns() -> list[tuple[str, str]]:
    """Every column that can hold a text: table and name. SQLite lets any column hold one."""
    with connection.cursor() as cursor:
        cursor.execute(_TEXTS[connection.vendor])
        return [(str(table), str(column)) for table, column in cursor.fetchall()]


def texts() -> Iterator[tuple[str, str]]:
    """Every text that there is: where it stands, and what it says to whoever has the keys."""
    for table, column in columns():
        name = connection.ops.quote_name(column)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {name} FROM {connection.ops.quote_name(table)} WHERE {name} IS NOT NULL")
            for (value,) in cursor.fetchall():
                yield f"{table}.{column}", opened(table, value)


def opened(table: str, value: object) -> str:
    """What a value says: as it stands, and decrypted or unpacked where it is kept so."""
    text = bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else str(value)
    if text.startswith(ENCRYPTED):
        return decrypt(text)
    if text.startswith(("{", "[", '"')):
        with suppress(
            ValueError
        ):  # JSON keeps letters beyond ASCII as numbers; not all that looks so is JSON
            text += json.dumps(json.loads(text), ensure_ascii=False)
    if table == "django_session":
        text += str(Session(session_data=text).get_decoded())
    if table == "django_q_task":
        with suppress(ValueError, zlib.error, pickle.UnpicklingError):  # a name is not packed, a result is
            text += repr(pickle.loads(_unpacked(text)))
    if table == "django_q_ormq" and text.count(":") == 2 and " " not in text:  # packed : when : signature
        text += signing.b64_decode(text.partition(":")[0].encode()).decode("utf-8", "replace")
    return text


def found(*words: str) -> list[str]:
    """Where any of the words stands, whatever its case."""
    wanted = [word.lower() for word in words]
    return sorted({f"{place}: {word}" for place, text in texts() for word in wanted if word in text.lower()})


def _unpacked(text: str) -> bytes:
    """As django-q2 keeps results."""
    packed = base64.b64decode(text.encode(), validate=True)
    return zlib.decompress(packed) if packed[:1] == b"x" else packed
