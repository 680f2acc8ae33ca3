"""Moves after which a booking keeps less: what it no longer needs is free again in the same transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bookings.booking import claims, machine
from bookings.booking.models import Booking, BookingEvent
from bookings.booking.policies import Actor
from bookings.booking.states import ACTIVE, SEATED, TABLE, Move
from bookings.slots import services as slots


def end(
    *, booking: Booking, move: Move, actor: Actor, now: datetime, data: Mapping[str, Any] | None = None
) -> BookingEvent:
    """Make the move on a locked booking; give back its seats and its place where the new status keeps none.

    Raises what `machine.apply` raises.
    """
    machine.refuse_unless_allowed(booking, move)
    target = TABLE[move].leads_to(booking.status)
    slot_id = booking.slot_id if target not in SEATED else None
    claim = claims.lock(booking) if target not in ACTIVE else None
    changes: dict[str, Any] = {}
    if slot_id is not None:
        changes["slot"] = None
    if claim is not None:
        changes["claim"] = None
    if move is Move.CANCEL:
        changes["calendar_sequence"] = booking.calendar_sequence + 1
    event = machine.apply(booking=booking, move=move, actor=actor, now=now, changes=changes, data=data)
    if slot_id is not None:
        slots.give_back(slot_id=slot_id, seats=booking.seats)
    if claim is not None:
        claims.give_back(claim)
    return event
