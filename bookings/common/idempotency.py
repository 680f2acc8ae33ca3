"""Doing a thing once, however often it is asked for under the same key.

The record commits with the effect: a refusal leaves none, so that the next try is judged anew.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from bookings.common.errors import DomainError, ErrorCode
from bookings.common.models import IdempotencyRecord
from bookings.common.text import can_be_kept

KEPT = timedelta(hours=24)
LONGEST_SCOPE = 200


class AlreadyDone(Exception):
    """This very request was carried out before; `object_id` is the key of what it made."""

    def __init__(self, object_id: int) -> None:
        self.object_id = object_id
        super().__init__(str(object_id))


@dataclass(frozen=True)
class Once:
    """One request under a key. `scope` keeps callers apart; `input_hash` tells a replay from a misuse."""

    scope: str
    mutation: str
    key: str
    input_hash: str

    @classmethod
    def of(cls, *, scope: str, mutation: str, key: str, given: Mapping[str, Any]) -> "Once":
        """Make one from the input as the client gave it. Raises VALIDATION_FAILED for a key over 200 characters."""
        if not key.strip() or len(key) > 200 or not can_be_kept(key):
            raise DomainError(
                ErrorCode.VALIDATION_FAILED,
                gettext("An idempotency key has 1 to 200 characters."),
                field=["idempotencyKey"],
            )
        canonical = json.dumps(given, sort_keys=True, default=str)
        return cls(_fitting(scope), mutation, key, hashlib.sha256(canonical.encode()).hexdigest())

    def look_up(self, *, now: datetime) -> None:
        """Raise AlreadyDone for a replay, IDEMPOTENCY_MISMATCH for other input under the key; else do nothing."""
        record = IdempotencyRecord.objects.filter(
            scope=self.scope, mutation=self.mutation, key=self.key, created_at__gt=now - KEPT
        ).first()
        if record is None:
            return
        if record.input_hash != self.input_hash:
            raise DomainError(ErrorCode.IDEMPOTENCY_MISMATCH, field=["idempotencyKey"])
        if record.object_id is not None:
            raise AlreadyDone(record.object_id)

    def forget(self) -> None:
        """Drop the record, as the act was refused after its record had committed."""
        IdempotencyRecord.objects.filter(scope=self.scope, mutation=self.mutation, key=self.key).delete()


@contextmanager
def transaction_once(once: Once | None, *, now: datetime) -> Iterator["Outcome"]:
    """Open the one transaction of an act; with a key, at most one of several equal requests gets through.

    The act calls `outcome.made(pk)` before the end. Raises AlreadyDone or IDEMPOTENCY_MISMATCH like `look_up`.
    """
    with transaction.atomic():
        outcome = Outcome()
        if once is None:
            yield outcome
            return
        record = _claim(once, now=now)
        yield outcome
        record.object_id = outcome.object_id
        record.save(update_fields=["object_id"])


class Outcome:
    """What an act made, for its record."""

    object_id: int | None = None

    def made(self, pk: int) -> None:
        """Remember the key of the object."""
        self.object_id = pk


def _fitting(scope: str) -> str:
    """Give the scope as its column holds it: its hash, where it is too long (an address has up to 254)."""
    return scope if len(scope) <= LONGEST_SCOPE else "sha256:" + hashlib.sha256(scope.encode()).hexdigest()


def _claim(once: Once, *, now: datetime) -> IdempotencyRecord:
    """Insert the record; a second transaction with the same key waits here for the first one's end."""
    same_key = IdempotencyRecord.objects.filter(scope=once.scope, mutation=once.mutation, key=once.key)
    same_key.filter(created_at__lte=now - KEPT).delete()
    try:
        with transaction.atomic():
            return IdempotencyRecord.objects.create(
                scope=once.scope,
                mutation=once.mutation,
                key=once.key,
                input_hash=once.input_hash,
                created_at=now,
            )
    except IntegrityError:
        once.look_up(now=now)
        raise  # the winner vanished in between; an honest failure is better than doing it twice
