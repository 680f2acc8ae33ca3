"""After the start: completed, not attended, and after all; by themselves twelve hours after the end."""

import sys
from datetime import timedelta

import pytest

from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.models import Booking, Claim
from bookings.booking.states import Status
from bookings.common.errors import ErrorCode
from bookings.slots.models import Occupation, Slot
from tests import factories
from tests.factories import NOW, TEN
from tests.invariants import check_invariants
from tests.lifecycle import END, confirmed
from tests.witness import everything, history, refusal, told

INSTANT = timedelta(microseconds=1)
HALF_A_DAY = timedelta(hours=12)


@pytest.fixture
def staff(offered):
    return factories.staff_of(offered.business)


@pytest.fixture
def host(offered):
    return factories.consultant(offered, user=factories.user())


@pytest.mark.parametrize("verb", [services.complete, services.mark_no_show])
def test_attendance__is_possible_from_the_start_exactly(host, offered, staff, verb):
    booking = confirmed(host, offered)
    before = everything()

    error = refusal(verb, booking_id=booking.pk, viewer=staff, now=TEN - INSTANT)
    assert error.code == ErrorCode.TOO_EARLY
    assert everything() == before

    assert verb(booking_id=booking.pk, viewer=staff, now=TEN).status in {"COMPLETED", "NO_SHOW"}


@pytest.mark.parametrize("verb", [services.complete, services.mark_no_show])
def test_attendance__keeps_the_seats_and_frees_the_place(host, offered, staff, verb):
    booking = confirmed(host, offered, email="ana@example.org")

    verb(booking_id=booking.pk, viewer=staff, now=TEN)

    booking.refresh_from_db()
    assert booking.slot_id is not None
    assert booking.claim_id is None
    assert not Claim.objects.exists()
    assert Occupation.objects.count() == 1
    assert Slot.objects.get().seats_taken == 1
    later = TEN + timedelta(hours=3)
    assert factories.pending(host, offered, email="ana@example.org", starts_at=later).status == "PENDING"
    check_invariants()


def test_complete__thanks_the_client_once(host, offered, staff):
    booking = confirmed(host, offered)
    before = len(told(booking))

    services.complete(booking_id=booking.pk, viewer=staff, now=TEN)

    assert told(booking)[before:] == [("completed", booking.email)]


def test_no_show__and_undo_tell_nobody(host, offered, staff):
    booking = confirmed(host, offered)
    before = told(booking)

    services.mark_no_show(booking_id=booking.pk, viewer=staff, now=TEN)
    services.undo_no_show(booking_id=booking.pk, viewer=staff, now=END)

    assert told(booking) == before
    assert history(booking)[-3:] == ["CONFIRMED", "NO_SHOW", "COMPLETED"]
    check_invariants()


def test_no_show__may_be_found_out_after_completion_and_undone_again(host, offered, staff):
    booking = confirmed(host, offered)

    services.complete(booking_id=booking.pk, viewer=staff, now=END)
    services.mark_no_show(booking_id=booking.pk, viewer=staff, now=END)
    services.undo_no_show(booking_id=booking.pk, viewer=staff, now=END)

    assert history(booking)[-3:] == ["COMPLETED", "NO_SHOW", "COMPLETED"]
    error = refusal(services.undo_no_show, booking_id=booking.pk, viewer=staff, now=END)
    assert error.code == ErrorCode.INVALID_TRANSITION


def test_attendance__is_the_consultants_of_the_booking_and_no_clients(host, offered):
    booking = confirmed(host, offered)
    client = Viewer(user=factories.user(booking.email))
    other = factories.consultant(offered, user=factories.user())

    for verb in (services.complete, services.mark_no_show):
        error = refusal(verb, booking_id=booking.pk, viewer=client, now=TEN)
        assert error.code == ErrorCode.FORBIDDEN
        error = refusal(verb, booking_id=booking.pk, viewer=Viewer(user=other.user), now=TEN)
        assert error.code == ErrorCode.NOT_FOUND

    done = services.complete(booking_id=booking.pk, viewer=Viewer(user=host.user), now=TEN)
    assert done.events.latest("sequence").actor_kind == "CONSULTANT"


def test_complete_due__comes_twelve_hours_after_the_end_exactly_and_once(host, offered):
    booking = confirmed(host, offered)
    due = booking.ends_at + HALF_A_DAY
    before = everything()
    assert services.complete_due(now=due - INSTANT) == 0
    assert everything() == before

    assert services.complete_due(now=due) == 1

    event = booking.events.latest("sequence")
    assert (event.move, event.actor_kind, event.at) == ("COMPLETE", "SYSTEM", due)
    assert told(booking)[-1] == ("completed", booking.email)
    before = everything()
    assert services.complete_due(now=due) == 0
    assert everything() == before
    check_invariants()


def test_complete_due__leaves_what_is_not_confirmed_alone(host, offered, staff):
    absent = confirmed(host, offered)
    services.mark_no_show(booking_id=absent.pk, viewer=staff, now=TEN)
    factories.pending(host, offered, starts_at=TEN + timedelta(hours=1))
    before = everything()

    assert services.complete_due(now=TEN + timedelta(days=2)) == 0

    assert everything() == before


def test_complete_due__one_that_fails_does_not_hold_up_the_others(host, offered, monkeypatch):
    first = confirmed(host, offered)
    second = confirmed(host, offered, starts_at=TEN + timedelta(hours=1))
    attendance = sys.modules["bookings.booking.services.attendance"]
    lock = attendance.lock_booking

    def fail_for_the_first(pk):
        if pk == first.pk:
            raise RuntimeError("broken row")
        return lock(pk)

    monkeypatch.setattr(attendance, "lock_booking", fail_for_the_first)

    assert services.complete_due(now=NOW + timedelta(days=2)) == 1

    assert Booking.objects.get(pk=second.pk).status == Status.COMPLETED
    assert Booking.objects.get(pk=first.pk).status == Status.CONFIRMED
