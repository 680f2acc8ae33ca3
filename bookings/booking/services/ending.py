"""Moves to an end that keeps nothing (declined, lapsed): time and place are free again in the same transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bookings.booking import claims, machine
from bookings.booking.models import Booking, BookingEvent
from bookings.booking.policies import Actor
from bookings.booking.states import Move
from bookings.slots import services as slots


def end(
    *, booking: Booking, move: Move, actor: Actor, now: datetime, data: Mapping[str, Any] | None = None
) -> BookingEvent:
    """Make the move on a locked booking and give back what it held. Raises INVALID_TRANSITION, FORBIDDEN."""
    machine.refuse_unless_allowed(booking, move)
    slot_id, claim = booking.slot_id, booking.claim
    event = machine.apply(
        booking=booking, move=move, actor=actor, now=now, changes={"slot": None, "claim": None}, data=data
    )
    if slot_id is not None:
        slots.give_back(slot_id=slot_id, seats=booking.seats)
    if claim is not None:
        claims.give_back(claim)
    return event
