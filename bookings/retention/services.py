"""Forgetting: what has served its purpose is deleted, a batch a transaction, and again and again harmlessly."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from bookings.accounts.models import Registration
from bookings.accounts.sessions import forget_expired
from bookings.booking.models import Booking, BookingEvent, BookingNote
from bookings.booking.states import Move, Status
from bookings.common.batches import delete, in_batches
from bookings.common.guards import purge_permit
from bookings.common.idempotency import KEPT
from bookings.common.models import IdempotencyRecord
from bookings.feeds import services as feeds
from bookings.limits.models import LimitRefusal, LimitWindow
from bookings.notifications.messages import NOTHING
from bookings.notifications.models import OutboxMessage
from bookings.payments.models import ProviderEvent
from bookings.pictures import services as pictures
from bookings.retention import people
from bookings.verification.models import AccessToken, Challenge
from bookings.verification.services import NOBODYS

PROOFS_KEPT = timedelta(days=7)
"""How long challenges and access tokens outlive their end, so that support can tell what happened."""
BODIES_KEPT = timedelta(days=30)
"""How long an event's raw body is kept; the row stays, as it is what makes the event count once."""
REFUSALS_KEPT = timedelta(days=7)
"""How long it can be seen whom limits refused."""


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
    return sum(in_batches(Booking.objects.filter(Exists(unproven), status=Status.EXPIRED), _delete_drafts))


def forget_proofs(now: datetime) -> int:
    """Delete challenges that lapsed, were passed or replaced a week ago, and nobody's as soon as they lapsed."""
    ended = now - PROOFS_KEPT
    nobodys = Q(subject__startswith=NOBODYS) & (Q(link_expires_at__lte=now) | Q(superseded_at__lte=now))
    over = Q(link_expires_at__lte=ended) | Q(consumed_at__lte=ended) | Q(superseded_at__lte=ended) | nobodys
    return sum(in_batches(Challenge.objects.filter(over), delete))


def forget_access_tokens(now: datetime) -> int:
    """Delete access tokens that lapsed or were revoked a week ago."""
    ended = now - PROOFS_KEPT
    rows = AccessToken.objects.filter(Q(expires_at__lte=ended) | Q(revoked_at__lte=ended))
    return sum(in_batches(rows, delete))


def forget_registrations(now: datetime) -> int:
    """Delete registrations whose time for a proof is over, whether an account came of them or not."""
    return sum(in_batches(Registration.objects.filter(expires_at__lte=now), delete))


def forget_idempotency_keys(now: datetime) -> int:
    """Delete the records of keys that are no longer looked at."""
    return sum(in_batches(IdempotencyRecord.objects.filter(created_at__lte=now - KEPT), delete))


def forget_sent_messages(now: datetime) -> int:
    """Delete messages that were sent OUTBOX_RETENTION_DAYS ago, or made then and dropped; those given up stay.

    Those to nobody go as soon as the worker has had them.
    """
    ended = now - timedelta(days=settings.OUTBOX_RETENTION_DAYS)
    sent = OutboxMessage.objects.filter(status=OutboxMessage.Status.SENT)
    dropped = OutboxMessage.objects.filter(status=OutboxMessage.Status.DROPPED, created_at__lte=ended)
    over = sent.filter(Q(sent_at__lte=ended) | Q(template=NOTHING)) | dropped
    return sum(in_batches(over, delete))


def redact_provider_events(now: datetime) -> int:
    """Empty the bodies of events that came 30 days ago, whatever became of them and whose keys signed them.

    To have one processed again needs no body: the provider is asked.
    """
    rows = ProviderEvent.objects.filter(received_at__lte=now - BODIES_KEPT).exclude(body="")
    return sum(in_batches(rows, lambda some: some.update(body="")))


def forget_limit_windows(now: datetime) -> int:
    """Delete the counts of limits that no rate looks at any more."""
    return sum(in_batches(LimitWindow.objects.filter(expires_at__lte=now), delete))


def forget_refusals(now: datetime) -> int:
    """Delete whom limits refused last a week ago; where somebody lifted one, it is kept a year."""
    stale = Q(lifted_at__isnull=True, last_at__lte=now - REFUSALS_KEPT)
    rows = LimitRefusal.objects.filter(stale | Q(lifted_at__lte=now - people.DECISIONS_KEPT))
    return sum(in_batches(rows, delete))


KINDS: Mapping[str, Callable[[datetime], int]] = {
    "stale drafts": forget_stale_drafts,
    "challenges": forget_proofs,
    "access tokens": forget_access_tokens,
    "refresh tokens": forget_expired,
    "registrations": forget_registrations,
    "idempotency keys": forget_idempotency_keys,
    "sent messages": forget_sent_messages,
    "bodies of provider events": redact_provider_events,
    "limit windows": forget_limit_windows,
    "limits hit": forget_refusals,
    "calendar feeds": feeds.forget_revoked,
    "upload links": pictures.forget_links,
    "files of pictures that nobody has": pictures.sweep_files,
    **people.KINDS,
}
"""What is forgotten, in this order; each gives how many rows, or files, it was."""


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
