"""Confirming an approved booking that is to be paid on site after all."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from bookings.accounts.viewer import Viewer
from bookings.booking import machine, messages
from bookings.booking.locks import lock_booking
from bookings.booking.models import Booking
from bookings.booking.services.acting import acting
from bookings.booking.services.expire import lapse
from bookings.booking.states import Move


def confirm_unpaid(*, booking_id: int, viewer: Viewer, now: datetime) -> Booking:
    """Move APPROVED → CONFIRMED and set the payment to on site, as staff agreed with the client.

    Raises NOT_FOUND, FORBIDDEN, INVALID_TRANSITION.
    """
    actor = acting(booking_id=booking_id, viewer=viewer, move=Move.CONFIRM_UNPAID)
    lapse(booking_id=booking_id, now=now)
    with transaction.atomic():
        booking = lock_booking(booking_id)
        event = machine.apply(
            booking=booking,
            move=Move.CONFIRM_UNPAID,
            actor=actor,
            now=now,
            changes={"payment_mode": Booking.PaymentMode.ON_SITE, "deposit": Decimal(0)},
        )
        messages.announce(booking, event, now=now)
    return booking
