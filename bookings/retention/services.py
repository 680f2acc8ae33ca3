"""Forgetting: what has served its purpose is deleted, a batch a transaction, and again and again harmlessly."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from bookings.accounts.sessions import forget_expired
from bookings.booking.models import Booking, BookingEvent, BookingNote
from bookings.booking.states import Move, Status
from bookings.common.guards import purge_permit
from bookings.common.idempotency import KEPT
from bookings.common.models import IdempotencyRecord
from bookings.notifications.models import OutboxMessage
from bookings.payments.models import ProviderEvent
from bookings.verification.models import AccessToken, Challenge

BATCH = 500
PROOFS_KEPT = timedelta(days=7)
"""How long challenges and access tokens outlive their end, so that support can tell what happened."""
BODIES_KEPT = timedelta(days=30)
"""How long a processed event's raw body is kept; the row stays, as it is what makes the event count once."""


def purge(*, now: datetime) -> dict[str, int]:
    """Delete all that is due; gives how many of each kind. What a crash leaves, the next run finds.

    A kind that cannot be deleted holds up no other; then ExceptionGroup is raised after all were tried.
    """
    forgotten, errors = {}, []
    for kind, forget in KINDS.items():
        try:
            forgotten[kind] = forget(now)
        except Exception as error:  # one kind that fails must not keep the others; all are raised below
            error.add_note(f"while forgetting {kind}")
            errors.append(error)
    if errors:
        raise ExceptionGroup("not everything could be forgotten", errors)
    return forgotten


def forget_stale_drafts(now: datetime) -> int:
    """Delete drafts that lapsed unproven DRAFT_RETENTION_DAYS ago, with all that was kept about them.

    Mail to them that could not be sent stays, without its booking, until a person looks.
    """
    unproven = BookingEvent.objects.filter(
        booking=OuterRef("pk"),
        move=Move.EXPIRE,
        from_status=Status.DRAFT,
        at__lte=now - timedelta(days=settings.DRAFT_RETENTION_DAYS),
    )
    return _in_batches(Booking.objects.filter(Exists(unproven), status=Status.EXPIRED), _delete_drafts)


def forget_proofs(now: datetime) -> int:
    """Delete challenges that lapsed, were passed or replaced a week ago."""
    ended = now - PROOFS_KEPT
    over = Q(link_expires_at__lte=ended) | Q(consumed_at__lte=ended) | Q(superseded_at__lte=ended)
    return _in_batches(Challenge.objects.filter(over), _delete)


def forget_access_tokens(now: datetime) -> int:
    """Delete access tokens that lapsed or were revoked a week ago."""
    ended = now - PROOFS_KEPT
    return _in_batches(
        AccessToken.objects.filter(Q(expires_at__lte=ended) | Q(revoked_at__lte=ended)), _delete
    )


def forget_idempotency_keys(now: datetime) -> int:
    """Delete the records of keys that are no longer looked at."""
    return _in_batches(IdempotencyRecord.objects.filter(created_at__lte=now - KEPT), _delete)


def forget_sent_messages(now: datetime) -> int:
    """Delete messages that were sent OUTBOX_RETENTION_DAYS ago; those given up stay until a person looks."""
    ended = now - timedelta(days=settings.OUTBOX_RETENTION_DAYS)
    sent = OutboxMessage.objects.filter(status=OutboxMessage.Status.SENT, sent_at__lte=ended)
    return _in_batches(sent, _delete)


def redact_provider_events(now: datetime) -> int:
    """Empty the bodies of events that were processed 30 days ago; those given up stay until a person looks."""
    processed = ProviderEvent.objects.filter(processed_at__lte=now - BODIES_KEPT).exclude(body="")
    return _in_batches(processed, lambda rows: rows.update(body=""))


KINDS: Mapping[str, Callable[[datetime], int]] = {
    "stale drafts": forget_stale_drafts,
    "challenges": forget_proofs,
    "access tokens": forget_access_tokens,
    "refresh tokens": forget_expired,
    "idempotency keys": forget_idempotency_keys,
    "sent messages": forget_sent_messages,
    "bodies of provider events": redact_provider_events,
}
"""What is forgotten, in this order; each gives how many rows it was."""


def _in_batches(rows: QuerySet[Any], forget: Callable[[QuerySet[Any]], int]) -> int:
    """Forget rows, BATCH in each transaction; gives how many were there to be forgotten.

    The condition is looked at again with the rows in hand: another run may be at work.
    """
    total = 0
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            total += forget(rows.filter(pk__in=keys))
    return total


def _delete(rows: QuerySet[Any]) -> int:
    return rows.delete()[0]


def _delete_drafts(rows: QuerySet[Booking]) -> int:
    """Delete bookings with their events; locked, so that nobody writes a note about one meanwhile."""
    drafts = list(rows.select_for_update().values_list("pk", flat=True))
    subjects = [Booking(pk=pk).subject for pk in drafts]
    BookingNote.objects.filter(booking__in=drafts).delete()
    Challenge.objects.filter(subject__in=subjects).delete()
    AccessToken.objects.filter(subject__in=subjects).delete()
    OutboxMessage.objects.filter(booking__in=drafts, status=OutboxMessage.Status.SENT).delete()
    with purge_permit():
        BookingEvent.objects.filter(booking__in=drafts).delete()
    Booking.objects.filter(pk__in=drafts).delete()
    return len(drafts)
