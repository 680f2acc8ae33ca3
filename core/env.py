"""Typed readers of the environment that refuse to start with a sentence that helps."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import dj_database_url
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from dotenv import load_dotenv

T = TypeVar("T")
_REQUIRED: Any = object()

KNOWN: dict[str, str] = {}
"""Every variable that was read so far, with its example; `.env.example` is compared with it."""


def required_unless(condition: bool, default: T) -> T:
    """Give the default where the condition holds; elsewhere the mark of a variable that must be set."""
    return default if condition else _REQUIRED


def _read(name: str, example: str, default: object, parse: Callable[[str], T]) -> T:
    """Read one variable; an empty one counts as absent. Raise ImproperlyConfigured with a hint."""
    KNOWN[name] = example
    raw = os.environ.get(name, "").strip()
    if not raw:
        if default is _REQUIRED:
            raise ImproperlyConfigured(f"Set {name}, for example {name}={example}")
        return default  # type: ignore[return-value]
    try:
        return parse(raw)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}={raw!r} {error}. Write it like {name}={example}") from error


def text(name: str, *, example: str, default: object = _REQUIRED) -> str:
    """Give a string."""
    return _read(name, example, default, str)


def one_of(name: str, *choices: str, default: object = _REQUIRED) -> str:
    """Give one of the named choices."""

    def parse(raw: str) -> str:
        if raw not in choices:
            raise ValueError("is none of " + ", ".join(choices))
        return raw

    return _read(name, choices[0], default, parse)


def boolean(name: str, *, default: object = _REQUIRED) -> bool:
    """Give a bool from true/false, yes/no, on/off, 1/0."""

    def parse(raw: str) -> bool:
        word = raw.lower()
        if word in {"1", "true", "yes", "on"}:
            return True
        if word in {"0", "false", "no", "off"}:
            return False
        raise ValueError("is neither true nor false")

    return _read(name, "true", default, parse)


def integer(name: str, *, example: str, default: object = _REQUIRED, least: int = 0) -> int:
    """Give an int of at least `least`."""

    def parse(raw: str) -> int:
        try:
            value = int(raw)
        except ValueError:
            raise ValueError("is not a whole number") from None
        if value < least:
            raise ValueError(f"is less than {least}")
        return value

    return _read(name, example, default, parse)


def share(name: str, *, example: str, default: object = _REQUIRED) -> float:
    """Give a number from 0 to 1."""

    def parse(raw: str) -> float:
        try:
            value = float(raw)
        except ValueError:
            raise ValueError("is not a number") from None
        if not 0 <= value <= 1:
            raise ValueError("is not between 0 and 1")
        return value

    return _read(name, example, default, parse)


def words(name: str, *, example: str, default: object = _REQUIRED) -> list[str]:
    """Give a list from comma-separated words; the single word `none` stands for an empty list."""

    def parse(raw: str) -> list[str]:
        given = [word.strip() for word in raw.split(",") if word.strip()]
        return [] if given == ["none"] else given

    return _read(name, example, default, parse)


def pairs(name: str, *, example: str, default: object = _REQUIRED) -> dict[str, str]:
    """Give a dict from comma-separated `name=value`."""

    def parse(raw: str) -> dict[str, str]:
        given = [word.strip().partition("=") for word in raw.split(",") if word.strip()]
        if not all(left.strip() and right.strip() for left, _, right in given):
            raise ValueError("is not made of pairs name=value")
        return {left.strip(): right.strip() for left, _, right in given}

    return _read(name, example, default, parse)


def url(name: str, *, example: str, default: object = _REQUIRED) -> str:
    """Give an http or https address without a slash at its end."""

    def parse(raw: str) -> str:
        parts = urlsplit(raw)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("is no address that starts with https:// or http://")
        return raw.rstrip("/")

    return _read(name, example, default, parse)


def secret_key(name: str, *, default: object = _REQUIRED) -> str:
    """Give a key that nobody guesses: 40 characters at least, and not the same few again and again."""

    def parse(raw: str) -> str:
        if len(raw) < 40 or len(set(raw)) < 10:
            # the value itself stays out of the sentence: it may be a real key that was cut
            raise ImproperlyConfigured(
                f"{name} is too weak. Make one: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
            )
        return raw

    return _read(name, "a-random-text-of-50-characters-or-more", default, parse)


def encryption_keys(name: str, *, default: object = _REQUIRED) -> list[str]:
    """Give Fernet keys, the newest first."""

    def parse(raw: str) -> list[str]:
        keys = [word.strip() for word in raw.split(",") if word.strip()]
        try:
            for key in keys:
                Fernet(key)
        except ValueError:
            raise ImproperlyConfigured(
                f"{name} holds what is no key. Make one: "
                "python3 -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())'"
            ) from None
        return keys

    return _read(name, "newest-key,older-key", default, parse)


def database(name: str, *, allow_sqlite: bool, default: object = _REQUIRED) -> dict[str, Any]:
    """Give Django's settings for the database at an address: PostgreSQL, or SQLite where it is allowed.

    DATABASE_POOLED says that a pooler lends connections for a transaction each: it takes no options when one is
    opened, and keeps no cursor from one transaction to the next.
    """
    example = "postgres://user:password@localhost:5432/slotwell"
    address = text(name, example=example, default=default)
    pooled = boolean("DATABASE_POOLED", default=False)
    try:
        found: dict[str, Any] = dict(
            dj_database_url.parse(address, conn_max_age=600, conn_health_checks=True)
        )
    except ValueError:  # its own text may hold the password
        found = {"ENGINE": ""}
    if found["ENGINE"] == "django.db.backends.postgresql":
        # A server that does not answer must not hold a request, or the health page, for minutes.
        own = {"connect_timeout": 5} if pooled else {"connect_timeout": 5, "options": "-c jit=off"}
        options = {**own, **found.get("OPTIONS", {})}
        return {**found, "OPTIONS": options, "DISABLE_SERVER_SIDE_CURSORS": pooled}
    if found["ENGINE"] != "django.db.backends.sqlite3":
        raise ImproperlyConfigured(f"{name} must name PostgreSQL or SQLite, for example {name}={example}")
    if not allow_sqlite:
        raise ImproperlyConfigured(
            f"{name} names SQLite, meant for development. Use {name}={example}, or set ALLOW_SQLITE=true"
        )
    Path(found["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    options = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=20000;",
    }
    return {**found, "OPTIONS": options}


def load_file(default: Path) -> None:
    """Take variables that are not set yet from a file: the one that ENV_FILE names, else `default`."""
    load_dotenv(text("ENV_FILE", example="/etc/slotwell/environment", default=str(default)))
