"""The inbox: a provider's event is stored once, and worked on until it is done or given up."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from bookings.common.queue import nudge_on_commit
from bookings.payments.backoff import wait
from bookings.payments.models import ProviderEvent
from bookings.payments.providers.base import Event, Provider

LEASE = timedelta(seconds=60)
SWEEP_AFTER = timedelta(seconds=1)
"""How long the nudge has the row for itself before the sweep looks at it."""
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(hours=1)
MOST_ATTEMPTS = 20
AT_ONCE = 50
_LONGEST_ID = 200


def store_event(*, provider: Provider, event: Event, raw: bytes, now: datetime) -> ProviderEvent | None:
    """Store a genuine event and nudge the worker; None where it was stored before."""
    try:
        with transaction.atomic():
            stored = ProviderEvent.objects.create(
                provider=provider.name,
                event_id=_fitting_id(event.event_id),
                kind=_printable(event.kind)[:64],
                reference=event.reference,
                body=raw.decode("utf-8", "replace"),
                received_at=now,
                next_attempt_at=now + SWEEP_AFTER,
            )
            nudge_on_commit("process_provider_event", stored.pk)
            return stored
    except IntegrityError:
        if ProviderEvent.objects.filter(
            provider=provider.name, event_id=_fitting_id(event.event_id)
        ).exists():
            return None
        raise


def due_events(*, now: datetime) -> Sequence[int]:
    """Give the keys of events to work on, the longest waiting first, a bounded number."""
    due = ProviderEvent.objects.filter(processed_at__isnull=True, next_attempt_at__lte=now)
    return list(due.order_by("next_attempt_at", "pk").values_list("pk", flat=True)[:AT_ONCE])


def claim_event(event_id: int, *, now: datetime) -> ProviderEvent | None:
    """Take an event that is new or due, for the length of a lease; None where there is nothing to do."""
    event = ProviderEvent.objects.filter(pk=event_id, processed_at__isnull=True).first()
    if event is None or event.next_attempt_at is None or (event.attempts and now < event.next_attempt_at):
        return None
    lease = {"attempts": event.attempts + 1, "next_attempt_at": now + LEASE}
    with transaction.atomic():
        unclaimed = ProviderEvent.objects.filter(
            pk=event_id, attempts=event.attempts, processed_at__isnull=True
        )
        if unclaimed.update(**lease) != 1:
            return None
    event.attempts += 1
    event.next_attempt_at = now + LEASE
    return event


def finish_event(*, event_id: int, outcome: str, now: datetime) -> bool:
    """Record what came of an event, a short code; False where that was recorded before."""
    with transaction.atomic():
        unfinished = ProviderEvent.objects.filter(pk=event_id, processed_at__isnull=True)
        return bool(
            unfinished.update(processed_at=now, next_attempt_at=None, outcome=outcome[:32], last_error="")
        )


def fail_event(*, event_id: int, error: Exception, now: datetime) -> None:
    """Record a failed try and when the next is due: later each time, and after the last one never."""
    with transaction.atomic():
        event = ProviderEvent.objects.select_for_update().get(pk=event_id)
        if event.processed_at is not None:
            return
        given_up = event.attempts >= MOST_ATTEMPTS
        pause = wait(event.attempts, first=FIRST_WAIT, longest=LONGEST_WAIT)
        event.next_attempt_at = None if given_up else now + pause
        event.last_error = type(error).__name__[:200]
        event.save(update_fields=["next_attempt_at", "last_error"])


def _fitting_id(event_id: str) -> str:
    """Give the id as it is stored: its hash, where it is too long or not printable."""
    if len(event_id) <= _LONGEST_ID and event_id.isprintable():
        return event_id
    return "sha256:" + hashlib.sha256(event_id.encode("utf-8", "surrogatepass")).hexdigest()


def _printable(text: str) -> str:
    return "".join(char for char in text if char.isprintable())
