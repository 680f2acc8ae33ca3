"""Noting where our books and a provider's differ, or did: once, for as long as it waits for a person."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from bookings.payments.models import Difference, Payment


def note_difference(
    *,
    payment: Payment,
    kind: Difference.Kind,
    data: Mapping[str, object],
    now: datetime,
) -> tuple[Difference, bool]:
    """Keep a difference, and tell whether it is new: a payment has one open difference of a kind at most.

    data: amounts and codes, no words of people; on one that is open already it is replaced by what is known now.
    """
    with transaction.atomic():
        open_one, is_new = Difference.objects.get_or_create(
            payment=payment,
            kind=kind,
            status=Difference.Status.OPEN,
            defaults={"data": dict(data), "found_at": now},
        )
        if open_one.data != dict(data):
            same = Difference.objects.filter(pk=open_one.pk, status=Difference.Status.OPEN)
            same.update(data=dict(data))
            open_one.refresh_from_db()
        return open_one, is_new


def note_repair(
    *, payment: Payment, kind: Difference.Kind, data: Mapping[str, object], now: datetime
) -> Difference:
    """Keep what was put right, in a row of its own: one of the kind that waits for a person goes on waiting.

    Inside the caller's transaction.
    """
    return Difference.objects.create(
        payment=payment,
        kind=kind,
        status=Difference.Status.REPAIRED,
        data=dict(data),
        found_at=now,
        ended_at=now,
    )
