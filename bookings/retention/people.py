"""Forgetting people whose bookings are long over, and what else names somebody and has served its purpose."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet

from bookings.accounts.models import RoleRequest
from bookings.booking import services as booking_services
from bookings.booking.models import Booking
from bookings.booking.states import ACTIVE, Status
from bookings.businesses.models import StaffInvitation
from bookings.common.batches import delete, in_batches
from bookings.notifications.forgetting import ERASED, forget_recipient
from bookings.notifications.models import OutboxMessage
from bookings.privacy.bookings import erase_booking

INVITATIONS_KEPT = timedelta(days=30)
"""How long an invitation outlives its end, so that it can be told what became of it."""
DECISIONS_KEPT = timedelta(days=365)
"""How long a decided request for a role is kept."""


def forget_answers(now: datetime) -> int:
    """Erase intake answers and messages of bookings that were over INTAKE_RETENTION_DAYS ago; 0 keeps them."""
    days: int = settings.INTAKE_RETENTION_DAYS
    if not days:
        return 0
    told = _over(now - timedelta(days=days)).exclude(message="", intake={})
    return sum(
        in_batches(
            told, lambda rows: sum(booking_services.erase_answers(booking_id=pk) for pk in _keys(rows))
        )
    )


def forget_clients(now: datetime) -> int:
    """Erase whom bookings were for that were over PERSONAL_DATA_RETENTION_DAYS ago; 0 keeps them."""
    days: int = settings.PERSONAL_DATA_RETENTION_DAYS
    if not days:
        return 0
    known = _over(now - timedelta(days=days)).filter(erased_at__isnull=True)
    return sum(
        in_batches(known, lambda rows: sum(erase_booking(booking_id=pk, now=now) for pk in _keys(rows)))
    )


def forget_addresses(now: datetime) -> int:
    """Erase to whom messages went that were given up, OUTBOX_RETENTION_DAYS after they were made; the rows stay."""
    ended = now - timedelta(days=settings.OUTBOX_RETENTION_DAYS)
    given_up = OutboxMessage.objects.filter(status=OutboxMessage.Status.FAILED, created_at__lte=ended)
    return sum(in_batches(given_up.exclude(recipient=""), forget_recipient))


def forget_erased_messages(now: datetime) -> int:
    """Delete messages that were never sent because their recipient was erased."""
    ended = now - timedelta(days=settings.OUTBOX_RETENTION_DAYS)
    rows = OutboxMessage.objects.filter(
        status=OutboxMessage.Status.FAILED, last_error=ERASED, created_at__lte=ended
    )
    return sum(in_batches(rows, delete))


def forget_invitations(now: datetime) -> int:
    """Delete invitations that ran out, or were accepted or withdrawn, 30 days ago."""
    ended = now - INVITATIONS_KEPT
    over = Q(expires_at__lte=ended) | Q(accepted_at__lte=ended) | Q(withdrawn_at__lte=ended)
    return sum(in_batches(StaffInvitation.objects.filter(over), delete))


def forget_decisions(now: datetime) -> int:
    """Delete requests for a role that were decided a year ago; the role itself is the account's."""
    return sum(in_batches(RoleRequest.objects.filter(decided_at__lte=now - DECISIONS_KEPT), delete))


def forget_browser_sessions(now: datetime) -> int:
    """Delete sessions of the admin and GraphiQL that ran out."""
    return sum(in_batches(Session.objects.filter(expire_date__lte=now), delete))


KINDS: Mapping[str, Callable[[datetime], int]] = {
    "answers and messages of old bookings": forget_answers,
    "clients of old bookings": forget_clients,
    "recipients of messages given up": forget_addresses,
    "messages to erased people": forget_erased_messages,
    "invitations": forget_invitations,
    "decided role requests": forget_decisions,
    "browser sessions": forget_browser_sessions,
}
"""What is forgotten here; each gives how many rows it was."""


def _over(since: datetime) -> QuerySet[Booking]:
    """Give bookings that are finished, and whose time, or last change where they never had one, was before."""
    finished = Booking.objects.exclude(status__in=[*ACTIVE, Status.DRAFT])
    return finished.filter(Q(ends_at__lte=since) | Q(ends_at__isnull=True, updated_at__lte=since))


def _keys(rows: QuerySet[Booking]) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True))
