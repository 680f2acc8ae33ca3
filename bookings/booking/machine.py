"""The only writer of `Booking.status`: one move of the table, with its event, or a refusal that changes nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bookings.booking import policies
from bookings.booking.models import Booking, BookingEvent
from bookings.booking.policies import Actor
from bookings.booking.states import TABLE, Move, Status, moves_from
from bookings.common.errors import DomainError, ErrorCode, Forbidden


def refuse_unless_allowed(booking: Booking, move: Move) -> None:
    """Raise INVALID_TRANSITION unless the table has this move from the booking's status."""
    if booking.status not in TABLE[move].sources:
        raise invalid_transition(booking, move)


def apply(
    *,
    booking: Booking,
    move: Move,
    actor: Actor,
    now: datetime,
    changes: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
) -> BookingEvent:
    """Make one move inside the caller's transaction, on a locked booking, and record it.

    `changes` are other columns to set with the status; `data` holds codes and ids for the event.
    Raises INVALID_TRANSITION where the table or a concurrent move stands against it, FORBIDDEN for an
    actor whom the table does not name, TOO_EARLY and TOO_LATE where its timing stands against it.
    """
    transition = TABLE[move]
    refuse_unless_allowed(booking, move)
    if actor.kind not in transition.actors:
        raise Forbidden
    policies.refuse_at_wrong_time(booking, transition, actor, now)
    before = booking.status
    target = transition.leads_to(before)
    for name, value in (changes or {}).items():
        setattr(booking, name, value)
    columns = {
        "deadline_at": policies.deadline_in(booking, target, now)
        if transition.target
        else booking.deadline_at,
        **(changes or {}),
        "status": target,
        "updated_at": now,
    }
    if Booking.objects.filter(pk=booking.pk, status=before).update(**columns) != 1:
        booking.refresh_from_db(fields=["status"])
        raise invalid_transition(booking, move)
    for name, value in columns.items():
        setattr(booking, name, value)
    return record(booking=booking, move=move, before=before, actor=actor, now=now, data=data)


def record(
    *,
    booking: Booking,
    move: Move,
    before: str,
    actor: Actor,
    now: datetime,
    data: Mapping[str, Any] | None = None,
) -> BookingEvent:
    """Append the event of a move that was just made, inside its transaction."""
    return BookingEvent.objects.create(
        booking=booking,
        sequence=booking.events.count() + 1,
        move=move,
        from_status=before,
        to_status=booking.status,
        actor_kind=actor.kind,
        actor_id=actor.id,
        data=dict(data or {}),
        at=now,
    )


def invalid_transition(booking: Booking, move: Move) -> DomainError:
    """Give the refusal that names the status and what it allows."""
    allowed = ", ".join(row.move for row in moves_from(booking.status)) or "nothing more"
    return DomainError(
        ErrorCode.INVALID_TRANSITION,
        f"{move} is not possible: the booking is {Status(booking.status)}, which allows {allowed}.",
        details={"status": booking.status},
    )
