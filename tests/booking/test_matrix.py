"""Every status, every move, everybody, before and after the deadline, as booking/states.py has them.

The expectations are computed from the table alone, so that a row added there is tested here at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from bookings.accounts.viewer import Viewer
from bookings.booking import claims, machine, services
from bookings.booking.locks import lock_booking
from bookings.booking.models import Booking
from bookings.booking.policies import Actor
from bookings.booking.services.verify import verify_as
from bookings.booking.states import TABLE, ActorKind, Move, Status, Timing
from bookings.catalogue.models import Service
from bookings.common.errors import DomainError, ErrorCode
from bookings.consultants.models import Consultant
from bookings.payments import sandbox
from bookings.payments.models import SandboxCheckout
from bookings.slots.models import Slot
from tests import factories
from tests.factories import NOW, TEN
from tests.invariants import check_invariants
from tests.witness import everything

EMAIL = "ana@example.org"
REACHABLE = sorted({transition.target for transition in TABLE.values() if transition.target})
END = TEN + timedelta(hours=1)


def rejected(host: Consultant, offered: Service, **fields: Any) -> Booking:
    booking = factories.pending(host, offered, **fields)
    staff = factories.staff_of(offered.business)
    return services.reject(booking_id=booking.pk, viewer=staff, reason="Away.", now=NOW)


def confirmed(host: Consultant, offered: Service, **fields: Any) -> Booking:
    payment = factories.paying(host, offered, **fields)
    sandbox.settle_checkout(reference=payment.reference, status=SandboxCheckout.Status.SUCCESS, now=NOW)
    return services.settle(payment_id=payment.pk, now=NOW).booking


def expired(host: Consultant, offered: Service, **fields: Any) -> Booking:
    booking = factories.draft(host, offered, **fields)
    services.expire_due(now=TEN)
    return booking


def ended(verb: Callable[..., Booking]) -> Callable[..., Booking]:
    """A confirmed booking on which staff used the verb once the session had begun."""

    def reach(host: Consultant, offered: Service, **fields: Any) -> Booking:
        booking = confirmed(host, offered, **fields)
        return verb(booking_id=booking.pk, viewer=factories.staff_of(offered.business), now=TEN)

    return reach


def cancelled(host: Consultant, offered: Service, **fields: Any) -> Booking:
    booking = factories.pending(host, offered, **fields)
    return services.cancel_as(booking_id=booking.pk, viewer=factories.staff_of(offered.business), now=NOW)


REACH: dict[Status, Callable[..., Booking]] = {
    Status.DRAFT: factories.draft,
    Status.PENDING: factories.pending,
    Status.APPROVED: factories.approved,
    Status.PAYMENT_PENDING: lambda *given, **fields: factories.paying(*given, **fields).booking,
    Status.CONFIRMED: confirmed,
    Status.REJECTED: rejected,
    Status.EXPIRED: expired,
    Status.CANCELLED: cancelled,
    Status.COMPLETED: ended(services.complete),
    Status.NO_SHOW: ended(services.mark_no_show),
}

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


@dataclass(frozen=True)
class Person:
    """Somebody who asks, and as what; nobody in particular sees no booking."""

    name: str
    viewer: Viewer
    kind: ActorKind | None


@pytest.fixture
def people(host: Consultant, offered: Service) -> list[Person]:
    own = factories.user()
    Consultant.objects.filter(pk=host.pk).update(user=own)
    client = factories.user(EMAIL)
    return [
        Person("client", Viewer(user=client), ActorKind.CLIENT),
        Person("consultant", Viewer(user=own), ActorKind.CONSULTANT),
        Person("staff", factories.staff_of(offered.business), ActorKind.STAFF),
        Person("owner", Viewer(user=offered.business.owner), ActorKind.STAFF),
        Person("admin", Viewer(user=factories.user(is_superuser=True)), ActorKind.ADMIN),
        Person("nobody", Viewer(), None),
        Person("another client", Viewer(user=factories.user()), None),
        Person("another practice", factories.staff_of(factories.business()), None),
    ]


def reached(status: Status, host: Consultant, offered: Service) -> Booking:
    Service.objects.filter(pk=offered.pk).update(cancellation_notice=timedelta(0))
    booking = REACH[status](host, offered, email=EMAIL)
    factories.consultant(offered)
    booking.refresh_from_db()
    assert booking.status == status
    return booking


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


def in_time(move: Move, kind: ActorKind | None, now: Any) -> bool:
    """What the table's timing says, of a session from TEN to END whose client has no notice to keep."""
    if TABLE[move].timing is Timing.BEFORE_END:
        return now < (TEN if kind is ActorKind.CLIENT else END)
    return TABLE[move].timing is Timing.ANY or now >= TEN


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


@pytest.mark.parametrize("after_deadline", [False, True], ids=["in time", "too late"])
@pytest.mark.parametrize("status", REACHABLE)
def test_service__every_move_by_everybody(status, after_deadline, host, offered, people):
    booking = reached(status, host, offered)
    deadline = max(filter(None, [booking.deadline_at, booking.pay_by, TEN]))
    now = deadline if after_deadline else NOW
    before = everything()

    for move, verb in VERBS.items():
        for person in people:
            moment = at(move, now)
            lapses = status in TABLE[Move.EXPIRE].sources and moment >= (booking.deadline_at or END)
            code, after, rows = tried(
                lambda verb=verb, person=person, moment=moment: verb(
                    booking_id=booking.pk, viewer=person.viewer, now=moment
                ),
                booking,
            )
            case = (status, move, person.name, code)
            added = events(rows, booking)[len(events(before, booking)) :]
            assert after.status == events(rows, booking)[-1]["to_status"], case
            timely = in_time(move, person.kind, moment)
            if may(person, move) and status in TABLE[move].sources and not lapses and timely:
                assert code is None, case
                assert added[-1]["to_status"] == TABLE[move].leads_to(status), case
                assert (move, person.kind) in {(row["move"], row["actor_kind"]) for row in added}, case
            elif (
                may(person, move)
                and (status, move) == (Status.PAYMENT_PENDING, Move.START_PAYMENT)
                and not lapses
            ):
                assert code is None, case  # the open attempt is given again
                assert rows == before, case
            else:
                assert code in refusals(person, move), case
                if lapses and code == ErrorCode.INVALID_TRANSITION:
                    assert [row["move"] for row in added][-1:] == [Move.EXPIRE], case
                    assert after.status == Status.EXPIRED, case
                else:
                    assert rows == before, case


def may(person: Person, move: Move) -> bool:
    return person.kind in TABLE[move].actors


def refusals(person: Person, move: Move) -> set[ErrorCode]:
    """The codes with which a person may be refused: who sees nothing learns nothing."""
    if person.kind is None:
        return {ErrorCode.NOT_FOUND}
    if may(person, move):
        return {ErrorCode.INVALID_TRANSITION, ErrorCode.TOO_LATE}
    return {ErrorCode.FORBIDDEN, ErrorCode.INVALID_TRANSITION}


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
