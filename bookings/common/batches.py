"""Forgetting many rows in many small transactions, so that nobody waits for long."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

BATCH = 200
"""Rows of one transaction."""


def in_batches(rows: QuerySet[Any], forget: Callable[[QuerySet[Any]], int]) -> Iterator[int]:
    """Forget rows, BATCH in each transaction; gives after each what `forget` gave: how many it was.

    What was forgotten must no longer fit the condition of `rows`, so that what a crash leaves the next run finds. The
    condition is looked at again with the rows in hand: another run may be at work.
    """
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            count = forget(rows.filter(pk__in=keys))
        yield count


def delete(rows: QuerySet[Any]) -> int:
    """Delete rows; gives how many, with what hung on them."""
    return rows.delete()[0]
