"""Lapsing: what nobody answered, proved or paid in time gives its time back."""

import logging
from datetime import datetime

from django.db import transaction

from bookings.booking import messages
from bookings.booking.locks import lock_booking
from bookings.booking.models import Booking
from bookings.booking.policies import SYSTEM, has_lapsed
from bookings.booking.services.ending import end
from bookings.booking.services.settle import end_attempt, settle
from bookings.booking.states import TABLE, Move, Status
from bookings.common.errors import DomainError, ErrorCode
from bookings.payments import selectors as payments

log = logging.getLogger(__name__)

AT_ONCE = 100


def expire_due(*, now: datetime) -> int:
    """Carry out every deadline that has come, oldest first, a bounded number; gives how many were handled."""
    due = (
        Booking.objects.filter(status__in=TABLE[Move.EXPIRE].sources, deadline_at__lte=now)
        .order_by("deadline_at")
        .values_list("pk", flat=True)[:AT_ONCE]
    )
    handled = 0
    for pk in list(due):
        try:
            handled += lapse(booking_id=pk, now=now)
        except Exception:  # one booking that cannot lapse now must not hold up the others
            log.exception("booking %s could not lapse", pk)
    return handled


def lapse(*, booking_id: int, now: datetime) -> bool:
    """Carry out one booking's deadline, if it has come; every other move asks this first.

    An attempt to pay that is still open is asked about first: money that came in confirms, whatever the clock
    says. Else the end of the attempt gives APPROVED back, and `pay_by`, which wins ties, EXPIRED.
    Raises PAYMENT_PROVIDER_ERROR where the provider cannot be asked; then nothing moves.
    """
    booking = Booking.objects.filter(pk=booking_id).first()
    if booking is None or not _is_due(booking, now):
        return False
    attempt = payments.open_attempt_of(booking_id)
    if attempt is not None:
        settle(payment_id=attempt.pk, now=now)
        end_attempt(payment_id=attempt.pk, now=now)
    with transaction.atomic():
        booking = lock_booking(booking_id)
        if not _is_due(booking, now):
            return True
        if payments.open_attempt_of(booking_id) is not None:
            raise DomainError(ErrorCode.PAYMENT_PROVIDER_ERROR)
        event = end(booking=booking, move=Move.EXPIRE, actor=SYSTEM, now=now)
        messages.announce(booking, event, now=now)
    return True


def _is_due(booking: Booking, now: datetime) -> bool:
    return has_lapsed(booking, now) and Status(booking.status) in TABLE[Move.EXPIRE].sources
