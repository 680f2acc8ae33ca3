"""Every status, every move, every kind of actor, before and after the deadline, as booking/states.py has them.

The expectations are computed from the table alone, so that a row added there is tested here at once. What people
are answered is tests/schema/test_lifecycle_matrix.py's; here stand the machine and the services.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from bookings.booking import claims, machine, services
from bookings.booking.locks import lock_booking
from bookings.booking.models import Booking
from bookings.booking.policies import Actor
from bookings.booking.services.verify import verify_as
from bookings.booking.states import TABLE, ActorKind, Move, Status, Timing
from bookings.common.errors import DomainError, ErrorCode
from bookings.consultants.models import Consultant
from bookings.slots.models import Slot
from tests import factories
from tests.factories import NOW, TEN
from tests.invariants import check_invariants
from tests.lifecycle import END, REACH, REACHABLE, reached
from tests.witness import everything

VERBS: dict[Move, Callable[..., Any]] = {
    Move.VERIFY: verify_as,
    Move.APPROVE: services.approve,
    Move.REJECT: lambda **given: services.reject(reason="Away.", **given),
    Move.START_PAYMENT: services.start_payment,
    Move.CONFIRM_UNPAID: services.confirm_unpaid,
    Move.COMPLETE: services.complete,
    Move.MARK_NO_SHOW: services.mark_no_show,
    Move.UNDO_NO_SHOW: services.undo_no_show,
    Move.CANCEL: services.cancel_as,
    Move.RESCHEDULE: lambda **given: services.reschedule(starts_at=TEN + timedelta(hours=3), **given),
    Move.REASSIGN: lambda **given: services.reassign(
        consultant_id=Consultant.objects.latest("pk").pk, starts_at=TEN + timedelta(hours=3), **given
    ),
}
"""The moves that somebody asks for. The others are the timer's and the provider's."""


def tried(act: Callable[[], Any], booking: Booking) -> tuple[ErrorCode | None, Booking, dict[str, Any]]:
    """Do it, look at everything, and undo it: the refusal's code, the booking, and all rows."""
    code = None
    with transaction.atomic():
        try:
            act()
        except DomainError as error:
            code = error.code
        after = Booking.objects.get(pk=booking.pk)
        rows = everything()
        transaction.set_rollback(True)
    return code, after, rows


def at(move: Move, now: Any) -> Any:
    """When to try a move: what is possible from the start on is tried then."""
    return max(now, TEN) if TABLE[move].timing is Timing.FROM_START else now


def events(rows: dict[str, Any], booking: Booking) -> list[dict[str, Any]]:
    return [row for row in rows["BookingEvent"] if row["booking_id"] == booking.pk]


def what_the_move_needs(booking: Booking, move: Move) -> dict[str, Any]:
    """The time and place without which the database admits no request."""
    if move is not Move.VERIFY or booking.slot_id is not None:
        return {}
    slot = Slot.objects.create(
        schedule=booking.consultant.schedule, starts_at=TEN, ends_at=TEN + timedelta(hours=1)
    )
    return {"slot": slot, "claim": claims.take(booking)}


@pytest.mark.parametrize("status", REACHABLE)
def test_apply__every_move_by_every_kind_of_actor(status, host, offered):
    booking = reached(status, host, offered)
    before = everything()

    for move, transition in TABLE.items():
        for kind in ActorKind:

            def act(move=move, kind=kind):
                with transaction.atomic():
                    locked = lock_booking(booking.pk)
                    changes = what_the_move_needs(locked, move) if status in TABLE[move].sources else {}
                    machine.apply(
                        booking=locked, move=move, actor=Actor(kind), now=at(move, NOW), changes=changes
                    )

            code, after, rows = tried(act, booking)
            allowed = status in transition.sources and kind in transition.actors
            assert (code is None) == allowed, (status, move, kind, code)
            if allowed:
                added = events(rows, booking)[len(events(before, booking)) :]
                assert [(row["from_status"], row["to_status"]) for row in added] == [
                    (status, transition.leads_to(status))
                ]
                assert after.status == transition.leads_to(status)
            else:
                refused = status not in transition.sources
                assert code == (ErrorCode.INVALID_TRANSITION if refused else ErrorCode.FORBIDDEN)
                assert rows == before


@pytest.mark.parametrize("status", REACHABLE)
def test_deadline__moves_that_come_too_late_expire_the_booking_first(status, host, offered):
    booking = reached(status, host, offered)
    staff = factories.staff_of(offered.business)
    late = END
    lapses = status in TABLE[Move.EXPIRE].sources

    for move, verb in VERBS.items():
        if TABLE[move].timing is Timing.FROM_START and status in TABLE[move].sources:
            continue
        with pytest.raises(DomainError) as caught:
            verb(booking_id=booking.pk, viewer=staff, now=late)
        assert caught.value.code in {ErrorCode.INVALID_TRANSITION, ErrorCode.TOO_LATE}

    booking.refresh_from_db()
    assert booking.status == (Status.EXPIRED if lapses else status)
    assert booking.events.filter(move=Move.EXPIRE).count() == int(lapses or status == Status.EXPIRED)
    check_invariants()


def test_table__every_move_is_somebodys_and_every_status_is_tested():
    assert set(REACH) == set(REACHABLE)
    assert set(TABLE) == set(Move)
    assert set(TABLE) - set(VERBS) == {
        Move.DRAFT, Move.FAIL_PAYMENT, Move.CONFIRM_PAYMENT, Move.EXPIRE,
    }  # fmt: skip
    assert all(transition.actors for transition in TABLE.values())
