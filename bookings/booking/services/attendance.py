"""After the session began: it took place, or the client did not come."""

import logging
from datetime import datetime

from django.db import transaction

from bookings.accounts.viewer import Viewer
from bookings.booking import messages
from bookings.booking.locks import lock_booking
from bookings.booking.models import Booking
from bookings.booking.policies import COMPLETED_AFTER, SYSTEM, Actor
from bookings.booking.services.access import review_link
from bookings.booking.services.acting import acting
from bookings.booking.services.ending import end
from bookings.booking.services.expire import lapse
from bookings.booking.states import Move, Status

log = logging.getLogger(__name__)

AT_ONCE = 100


def complete(*, booking_id: int, viewer: Viewer, now: datetime) -> Booking:
    """Move CONFIRMED → COMPLETED, from the start on. Raises NOT_FOUND, FORBIDDEN, INVALID_TRANSITION, TOO_EARLY."""
    return _by(booking_id, viewer, Move.COMPLETE, now)


def mark_no_show(*, booking_id: int, viewer: Viewer, now: datetime) -> Booking:
    """Move CONFIRMED or COMPLETED → NO_SHOW, from the start on. Raises as `complete` does."""
    return _by(booking_id, viewer, Move.MARK_NO_SHOW, now)


def undo_no_show(*, booking_id: int, viewer: Viewer, now: datetime) -> Booking:
    """Move NO_SHOW → COMPLETED. Raises as `complete` does."""
    return _by(booking_id, viewer, Move.UNDO_NO_SHOW, now)


def complete_due(*, now: datetime) -> int:
    """Complete, a bounded number at a time, what ended twelve hours ago and nobody spoke of; gives how many."""
    due = (
        Booking.objects.filter(status=Status.CONFIRMED, ends_at__lte=now - COMPLETED_AFTER)
        .order_by("ends_at")
        .values_list("pk", flat=True)[:AT_ONCE]
    )
    handled = 0
    for pk in list(due):
        try:
            handled += _complete_by_itself(pk, now)
        except Exception:  # one booking that cannot be completed now must not hold up the others
            log.exception("booking %s could not be completed", pk)
    return handled


def _complete_by_itself(booking_id: int, now: datetime) -> bool:
    with transaction.atomic():
        booking = lock_booking(booking_id)
        if (
            booking.status != Status.CONFIRMED
            or booking.ends_at is None
            or now < booking.ends_at + COMPLETED_AFTER
        ):
            return False
        _move(booking, SYSTEM, Move.COMPLETE, now)
    return True


def _by(booking_id: int, viewer: Viewer, move: Move, now: datetime) -> Booking:
    actor = acting(booking_id=booking_id, viewer=viewer, move=move)
    lapse(booking_id=booking_id, now=now)
    with transaction.atomic():
        booking = lock_booking(booking_id)
        _move(booking, actor, move, now)
    return booking


def _move(booking: Booking, actor: Actor, move: Move, now: datetime) -> None:
    event = end(booking=booking, move=move, actor=actor, now=now)
    asks = move is Move.COMPLETE and booking.email
    secrets = {"link": review_link(booking=booking, now=now)} if asks else None
    messages.announce(booking, event, now=now, secrets=secrets)
