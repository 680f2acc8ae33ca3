"""The only writer of `Booking.status`: one move of the table, with its event, or a refusal that changes nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from bookings.booking import policies, reminders
from bookings.booking.models import Booking, BookingEvent
from bookings.booking.policies import Actor
from bookings.booking.states import TABLE, Move, Status, moves_from
from bookings.common.compiled import Insertion
from bookings.common.errors import DomainError, ErrorCode, Forbidden
from bookings.notifications.services import drop_queued

_EVENT = Insertion(BookingEvent)


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
    as_part: bool = False,
) -> BookingEvent:
    """Make one move inside the caller's transaction, on a locked booking, and record it.

    `changes` are other columns to set with the status; `data` holds codes and ids for the event; as_part: it is a part
    of a larger act, which the table's `within` allows to more people. Raises INVALID_TRANSITION where the table or a
    concurrent move stands against it, FORBIDDEN for whom the table does not name, TOO_EARLY, TOO_LATE.
    """
    transition = TABLE[move]
    refuse_unless_allowed(booking, move)
    if actor.kind not in transition.actors | (transition.within if as_part else frozenset()):
        raise Forbidden
    policies.refuse_at_wrong_time(booking, transition, actor, now)
    before, target = booking.status, transition.leads_to(booking.status)
    for name, value in (changes or {}).items():
        setattr(booking, name, value)
    renews = transition.target is not None
    columns = {
        "deadline_at": policies.deadline_in(booking, target, now) if renews else booking.deadline_at,
        "remind_at": reminders.next_at(booking, target, now),
        **(changes or {}),
        "status": target,
        "updated_at": now,
    }
    if Booking.objects.filter(pk=booking.pk, status=before).update(**columns) != 1:
        booking.refresh_from_db(fields=["status"])
        raise invalid_transition(booking, move)
    for name, value in columns.items():
        setattr(booking, name, value)
    if before == Status.CONFIRMED:  # what waits to leave speaks of the session as it was
        drop_queued(booking_id=booking.pk, template=reminders.TEMPLATE)
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
    event = BookingEvent(
        booking=booking,
        sequence=booking.events.count() + 1 if before else 1,  # nothing comes before a booking's first
        move=move,
        from_status=before,
        to_status=booking.status,
        actor_kind=actor.kind,
        actor_id=actor.id,
        data=dict(data or {}),
        at=now,
    )
    _EVENT.insert(event)
    return event


def invalid_transition(booking: Booking, move: Move) -> DomainError:
    """Give the refusal that names the status and what it allows."""
    allowed = ", ".join(row.move for row in moves_from(booking.status)) or gettext("nothing more")
    return DomainError(
        ErrorCode.INVALID_TRANSITION,
        gettext("%(move)s is not possible: the booking is %(status)s, which allows %(allowed)s.")
        % {"move": move, "status": Status(booking.status), "allowed": allowed},
        details={"status": booking.status},
    )
