"""A booking is moved while it is cancelled, proven, moved by somebody else, or while another wants the same time."""

from datetime import timedelta

import pytest

from bookings.booking import services
from bookings.booking.models import Claim
from bookings.booking.states import Status
from bookings.slots.models import Occupation, Slot
from tests import factories
from tests.factories import NOW, TEN, later
from tests.invariants import check_invariants
from tests.races.steps import Side, Stop, overtake, queue_up, wait_until_waiting
from tests.races.threads import race
from tests.witness import history, told

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 20
HOUR = timedelta(hours=1)
NEW_TIME = "bookings.booking.services.reschedule.move_time"


def mover(booking, staff, start):
    return lambda: services.reschedule(
        booking_id=booking.pk, viewer=staff, starts_at=start, now=later(minutes=1)
    )


def giver(booking, staff, consultant):
    return lambda: services.reassign(
        booking_id=booking.pk, viewer=staff, consultant_id=consultant.pk, now=later(minutes=1)
    )


def canceller(booking, staff):
    return lambda: services.cancel_as(booking_id=booking.pk, viewer=staff, now=later(minutes=1))


def verifier(draft):
    proof = factories.passed(draft)
    return lambda: services.verify(passed=proof, now=NOW)


def assert_all_is_free():
    assert not Occupation.objects.exists()
    assert not Claim.objects.exists()
    assert set(Slot.objects.values_list("seats_taken", flat=True)) == {0}
    check_invariants()


def assert_stands_at(booking, start):
    """The booking says this time, and this time is what it takes."""
    booking.refresh_from_db()
    assert (booking.starts_at, booking.slot.starts_at) == (start, start)
    assert booking.slot.schedule_id == booking.consultant.schedule_id


@pytest.mark.prove
@pytest.mark.busy
def test_reschedule_and_cancel__at_once_end_cancelled_with_both_times_free(host, offered, staff):
    for place in range(ROUNDS):
        start = TEN + timedelta(days=place)
        booking = factories.pending(host, offered, starts_at=start)

        run = race([mover(booking, staff, start + HOUR), canceller(booking, staff)])

        assert run.accidents == []
        assert run.refusals in ([], ["INVALID_TRANSITION"])
        moved = [template for template, _ in told(booking)].count("rescheduled")
        assert moved == 1 - len(run.refusals)
        assert history(booking)[-1] == Status.CANCELLED
    assert_all_is_free()


def test_reschedule__overtaken_by_cancel_is_refused(host, offered, staff, monkeypatch):
    booking = factories.pending(host, offered)

    run = overtake(
        monkeypatch,
        slow=mover(booking, staff, TEN + HOUR),
        at="bookings.booking.services.reschedule.lapse",
        quick=canceller(booking, staff),
    )

    assert (run.accidents, run.refusals) == ([], ["INVALID_TRANSITION"])
    assert_all_is_free()


def test_cancel__overtaken_by_reschedule_frees_the_new_time(host, offered, staff, monkeypatch):
    booking = factories.pending(host, offered)

    run = overtake(
        monkeypatch,
        slow=canceller(booking, staff),
        at="bookings.booking.services.cancel._refuse_early",
        after=True,
        quick=mover(booking, staff, TEN + HOUR),
    )

    assert (run.accidents, run.refusals) == ([], [])
    assert history(booking) == [Status.DRAFT, Status.PENDING, Status.PENDING, Status.CANCELLED]
    assert_all_is_free()


@pytest.mark.only_on("postgresql")
def test_cancel__that_waits_for_the_old_slot_begins_again_with_the_new_one(host, offered, staff, monkeypatch):
    booking = factories.pending(host, offered)

    run = queue_up(
        monkeypatch,
        slow=mover(booking, staff, TEN + HOUR),
        at="bookings.booking.services.moving.lock_row",
        after=True,
        behind=[canceller(booking, staff)],
    )

    assert (run.accidents, run.refusals) == ([], [])
    assert history(booking)[-1] == Status.CANCELLED
    assert_all_is_free()


@pytest.mark.prove
@pytest.mark.busy
def test_reschedule__of_two_onto_one_time_at_once_has_one_winner(host, offered, staff):
    for place in range(ROUNDS):
        start = TEN + timedelta(days=place)
        bookings = [factories.pending(host, offered, starts_at=start + HOUR * number) for number in (0, 1)]

        run = race([mover(booking, staff, start + 3 * HOUR) for booking in bookings])

        assert run.accidents == []
        assert (len(run.results), run.refusals) == (1, ["SLOT_UNAVAILABLE"])
        winner = run.results[0].pk
        for number, booking in enumerate(bookings):
            assert_stands_at(booking, start + HOUR * (3 if booking.pk == winner else number))
    assert Occupation.objects.count() == 2 * ROUNDS
    check_invariants()


@pytest.mark.prove
@pytest.mark.busy
def test_reschedule__of_two_onto_each_others_time_at_once_waits_in_no_circle(host, offered, staff):
    for place in range(ROUNDS):
        start = TEN + timedelta(days=place)
        bookings = [factories.pending(host, offered, starts_at=start + HOUR * number) for number in (0, 1)]

        run = race(
            [
                mover(booking, staff, start + HOUR * other)
                for booking, other in zip(bookings, (1, 0), strict=True)
            ]
        )

        assert run.accidents == []
        assert run.refusals == ["SLOT_UNAVAILABLE"] * 2
    check_invariants()


def test_reschedule__overtaken_by_another_onto_its_time_keeps_the_old(host, offered, staff, monkeypatch):
    slow = factories.pending(host, offered)
    quick = factories.pending(host, offered, starts_at=TEN + HOUR)

    run = overtake(
        monkeypatch,
        slow=mover(slow, staff, TEN + 3 * HOUR),
        at="bookings.booking.services.reschedule.lapse",
        quick=mover(quick, staff, TEN + 3 * HOUR),
    )

    assert (run.accidents, run.refusals) == ([], ["SLOT_UNAVAILABLE"])
    assert_stands_at(slow, TEN)
    assert_stands_at(quick, TEN + 3 * HOUR)
    check_invariants()


@pytest.mark.only_on("postgresql")
def test_reschedule__that_waits_for_the_schedule_sees_that_the_time_went(host, offered, staff, monkeypatch):
    first = factories.pending(host, offered)
    second = factories.pending(host, offered, starts_at=TEN + HOUR)

    run = queue_up(
        monkeypatch,
        slow=mover(first, staff, TEN + 3 * HOUR),
        at=NEW_TIME,
        after=True,
        behind=[mover(second, staff, TEN + 3 * HOUR)],
    )

    assert (run.accidents, run.refusals) == ([], ["SLOT_UNAVAILABLE"])
    assert_stands_at(first, TEN + 3 * HOUR)
    assert_stands_at(second, TEN + HOUR)
    check_invariants()


@pytest.mark.prove
@pytest.mark.busy
def test_verify_and_reschedule__of_one_draft_at_once_hold_the_time_that_the_booking_says(
    host, offered, staff
):
    for place in range(ROUNDS):
        start = TEN + timedelta(days=place)
        draft = factories.draft(host, offered, starts_at=start)

        run = race([verifier(draft), mover(draft, staff, start + HOUR)])

        assert (run.accidents, run.refusals) == ([], [])
        assert_stands_at(draft, start + HOUR)
    assert Occupation.objects.count() == ROUNDS
    check_invariants()


@pytest.mark.only_on("postgresql")
def test_verify__of_a_draft_that_is_moved_while_it_waits_takes_the_new_time(
    host, offered, staff, monkeypatch
):
    draft = factories.draft(host, offered)

    run = queue_up(
        monkeypatch,
        slow=mover(draft, staff, TEN + HOUR),
        at=NEW_TIME,
        behind=[verifier(draft)],
    )

    assert (run.accidents, run.refusals) == ([], [])
    assert_stands_at(draft, TEN + HOUR)
    assert Slot.objects.get().starts_at == TEN + HOUR
    check_invariants()


@pytest.mark.prove
@pytest.mark.busy
def test_reassign_and_reschedule__at_once_wait_in_no_circle(host, offered, staff):
    other = factories.consultant(offered)
    for place in range(ROUNDS):
        start = TEN + timedelta(days=place)
        booking = factories.pending(host, offered, starts_at=start)

        run = race(
            [
                giver(booking, staff, other),
                mover(booking, staff, start + HOUR),
                mover(booking, staff, start + 2 * HOUR),
                giver(booking, staff, host),
            ]
        )

        assert (run.accidents, run.refusals) == ([], [])
        booking.refresh_from_db()
        assert_stands_at(booking, booking.starts_at)
    assert Occupation.objects.count() == ROUNDS
    check_invariants()


@pytest.mark.only_on("postgresql")
def test_reschedule__of_one_that_is_reassigned_while_it_waits_keeps_the_order_of_locks(
    host, offered, staff, monkeypatch
):
    """The second waits with the old schedule in mind; the third, which comes after, knows the new one."""
    other = factories.consultant(offered)
    booking = factories.pending(host, offered)
    first = Side(giver(booking, staff, other))
    second, third = (Side(mover(booking, staff, TEN + hours * HOUR)) for hours in (1, 2))
    gives, moves = (Stop(monkeypatch, NEW_TIME, side=side) for side in (first, second))

    first.start()
    gives.wait_for()
    second.start()
    wait_until_waiting(1)
    gives.go_on.set()
    moves.wait_for()
    third.start()
    wait_until_waiting(1)
    moves.go_on.set()

    assert [end for end in map(Side.ended, (first, second, third)) if isinstance(end, Exception)] == []
    assert_stands_at(booking, TEN + 2 * HOUR)
    assert booking.consultant_id == other.pk
    check_invariants()
