"""Declining a request, with a reason for the client and, if the practice likes, other times."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from bookings.accounts.viewer import Viewer
from bookings.booking import messages
from bookings.booking.locks import lock_booking
from bookings.booking.models import Booking, BookingNote
from bookings.booking.reasons import read_reason
from bookings.booking.services.acting import acting
from bookings.booking.services.ending import end
from bookings.booking.services.expire import lapse
from bookings.booking.states import Move
from bookings.common.errors import DomainError, ErrorCode

MAX_ALTERNATIVES = 5


def reject(
    *,
    booking_id: int,
    viewer: Viewer,
    reason: str,
    now: datetime,
    alternatives: Sequence[datetime] = (),
) -> Booking:
    """Move PENDING → REJECTED; the time is free again.

    `alternatives` are starts that the practice proposes. Raises NOT_FOUND, FORBIDDEN, INVALID_TRANSITION,
    VALIDATION_FAILED.
    """
    text = read_reason(reason)
    if len(alternatives) > MAX_ALTERNATIVES or any(start <= now for start in alternatives):
        raise DomainError(
            ErrorCode.VALIDATION_FAILED,
            gettext("Propose up to five times that are still to come."),
            field=["alternatives"],
        )
    actor = acting(booking_id=booking_id, viewer=viewer, move=Move.REJECT)
    lapse(booking_id=booking_id, now=now)
    starts = [start.isoformat() for start in alternatives]
    with transaction.atomic():
        booking = lock_booking(booking_id)
        event = end(booking=booking, move=Move.REJECT, actor=actor, now=now, data={"alternatives": starts})
        BookingNote.objects.create(
            booking=booking,
            event=event,
            author=viewer.user,
            kind=BookingNote.Kind.REASON,
            text=text,
            created_at=now,
        )
        messages.announce(booking, event, now=now, secrets={"reason": text}, context={"alternatives": starts})
    return booking
