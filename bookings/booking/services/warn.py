"""Telling staff in time what needs a person: requests that are about to lapse, refunds that did not go through."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat

from bookings.booking import messages
from bookings.booking.messages import Recipient
from bookings.booking.models import Booking
from bookings.booking.states import Status
from bookings.notifications.models import OutboxMessage
from bookings.payments.models import Refund

BEFORE_LAPSE = timedelta(hours=4)
"""How long before a request lapses its practice is told; requests that live no longer than this are not worth it."""

AT_ONCE = 100

_LAPSING = "staff_about_to_lapse"
_REFUND = "staff_refund_needs_person"


def warn_due(*, now: datetime) -> int:
    """Queue what staff were not told yet, a bounded number; each is told once. Gives how many."""
    return _requests_about_to_lapse(now) + _refunds_left_to_a_person(now)


def _requests_about_to_lapse(now: datetime) -> int:
    due = (
        Booking.objects.select_related("business__owner", "service", "consultant")
        .filter(
            status=Status.PENDING,
            deadline_at__gt=now,
            deadline_at__lte=now + BEFORE_LAPSE,
            pending_lifetime__gt=BEFORE_LAPSE,
        )
        .exclude(_told("booking:", _LAPSING))
        .order_by("deadline_at")[:AT_ONCE]
    )
    return _tell({booking.pk: booking for booking in due}, "booking:", _LAPSING, now)


def _refunds_left_to_a_person(now: datetime) -> int:
    due: QuerySet[Refund] = (
        Refund.objects.select_related(
            "payment__booking__business__owner", "payment__booking__service", "payment__booking__consultant"
        )
        .filter(Refund.NEEDS_PERSON, staff_told_at__isnull=True)
        .order_by("pk")[:AT_ONCE]
    )
    for refund in due:
        with transaction.atomic():
            # What they were told before, if anything, was that it takes longer, or another try of theirs ago.
            if Refund.objects.filter(pk=refund.pk, staff_told_at__isnull=True).update(staff_told_at=now):
                booking = {refund.pk: refund.payment.booking}
                _tell(booking, f"refund:{now:%Y%m%dT%H%M%S.%f}/", _REFUND, now)
    return len(due)


def _told(prefix: str, template: str) -> Exists:
    """Tell whether the outbox has the message about the outer row."""
    key = Concat(
        Value(prefix), Cast(OuterRef("pk"), CharField()), Value(f":{Recipient.STAFF.value}:{template}")
    )
    return Exists(OutboxMessage.objects.annotate(wanted=key).filter(key=F("wanted")))


def _tell(bookings: dict[int, Booking], prefix: str, template: str, now: datetime) -> int:
    for pk, booking in bookings.items():
        with transaction.atomic():
            messages.tell(booking, Recipient.STAFF, template, key=f"{prefix}{pk}", now=now)
    return len(bookings)
