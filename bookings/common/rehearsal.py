"""Doing something to see what it comes to: kept only where it comes to what somebody has seen already."""

from collections.abc import Callable
from hashlib import sha256
from typing import TypeVar

from django.db import transaction

T = TypeVar("T")


def settle(act: Callable[[], T], *, sealed: Callable[[T], str], seen: str) -> tuple[T, bool]:
    """Do something in a transaction, and keep it where its seal is the one that was seen; else take all of it back.

    Nothing has an empty seal, so that `seen=""` only rehearses. What `act` gives has to be read to its end by then: it
    is looked at after the transaction. Gives it, and whether it was kept. What was to follow a commit follows only
    what is kept. Raises what `act` raises.
    """
    with transaction.atomic():
        found = act()
        kept = sealed(found) == seen
        if not kept:
            transaction.set_rollback(True)
    return found, kept


def seal(*parts: object) -> str:
    """Give a short text that is the same only for the same parts. They are told apart by how they print."""
    return sha256(repr(parts).encode()).hexdigest()[:32]
