"""Staff may move a booking to where no time is offered; overlap and seats stand all the same."""

from datetime import timedelta

import pytest

from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.common.errors import ErrorCode
from tests import factories
from tests.factories import NOW, TEN
from tests.invariants import check_invariants
from tests.witness import everything, refusal

NOON = TEN + timedelta(hours=2)


@pytest.fixture
def staff(offered):
    return factories.staff_of(offered.business)


@pytest.fixture
def host(offered):
    return factories.consultant(offered, user=factories.user())


def move(booking, viewer, starts_at=NOON, *, now=NOW, **given):
    return services.reschedule(booking_id=booking.pk, viewer=viewer, starts_at=starts_at, now=now, **given)


def test_reschedule__override_takes_what_is_not_offered(host, offered, staff):
    booking = factories.pending(host, offered)
    at_night = TEN.replace(hour=22, minute=7)

    assert refusal(move, booking=booking, viewer=staff, starts_at=at_night).code == "SLOT_UNAVAILABLE"
    assert move(booking, staff, at_night, override=True).starts_at == at_night
    check_invariants()


def test_reschedule__override_stops_at_overlap(host, offered, staff):
    factories.pending(host, offered, starts_at=NOON)
    booking = factories.pending(host, offered)
    before = everything()

    error = refusal(
        move, booking=booking, viewer=staff, starts_at=NOON + timedelta(minutes=59), override=True
    )

    assert error.code == ErrorCode.SLOT_UNAVAILABLE
    assert everything() == before


def test_reschedule__override_stops_at_the_seats(host, staff):
    group = factories.service(host.business, seats=2)
    host.services.add(group)
    factories.pending(host, group, starts_at=NOON, seats=2)
    booking = factories.pending(host, group)
    before = everything()

    error = refusal(move, booking=booking, viewer=staff, override=True)

    assert error.code == ErrorCode.SLOT_UNAVAILABLE
    assert everything() == before


@pytest.mark.parametrize("who", ["client", "consultant"])
def test_reschedule__override_is_for_staff_alone(host, offered, who):
    booking = factories.pending(host, offered)
    viewer = factories.client_of(booking) if who == "client" else Viewer(user=host.user)
    before = everything()

    assert refusal(move, booking=booking, viewer=viewer, override=True).code == ErrorCode.FORBIDDEN
    assert everything() == before
