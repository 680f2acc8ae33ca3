"""Typed readers of the environment that refuse to start with a sentence that helps."""

import os
from collections.abc import Callable
from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")
_REQUIRED = object()

KNOWN: dict[str, str] = {}
"""Every variable that was read so far, with its example; `.env.example` is compared with it."""


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


def words(name: str, *, example: str, default: object = _REQUIRED) -> list[str]:
    """Give a list from comma-separated words."""
    return _read(name, example, default, lambda raw: [word.strip() for word in raw.split(",") if word.strip()])
