"""How many bookings a day and a week take, of one calendar and of a service."""

from datetime import timedelta

import pytest

from bookings.booking import services as booking
from bookings.booking.models import Booking
from tests import factories
from tests.availability.practice import DAY, HOUR, change, hold, instant, listed, why
from tests.factories import NOW, TEN

MONDAY = instant("2030-01-07 00:00")
SUNDAY = MONDAY + 6 * DAY


@pytest.fixture
def offered(db):
    return factories.service()


@pytest.fixture
def host(offered):
    return factories.consultant(offered)


def days(offered, host):
    """Days of January on which something is offered, two weeks from the first Monday on."""
    return sorted({start.day for start in listed(offered, host, since=MONDAY, until=MONDAY + 14 * DAY)})


def test_per_day__is_full_with_as_many_bookings_and_no_fewer(offered, host):
    change(host.schedule, max_per_day=2)

    hold(offered, host)
    assert TEN + HOUR in listed(offered, host)
    hold(offered, host, TEN + 2 * HOUR)

    assert days(offered, host) == list(range(8, 21))


def test_per_week__runs_from_monday_to_sunday(offered, host):
    change(host.schedule, max_per_week=1)

    hold(offered, host, SUNDAY + 16 * HOUR)

    assert days(offered, host) == list(range(14, 21))


def test_per_week__booking_on_monday_fills_the_sunday_after_and_not_the_one_before(offered, host):
    change(host.schedule, max_per_week=1)

    hold(offered, host, MONDAY + 16 * HOUR + 7 * DAY)

    assert days(offered, host) == list(range(7, 14))


def test_calendar__counts_bookings_of_every_service(offered, host):
    change(host.schedule, max_per_day=1)
    other = factories.service(offered.business)
    host.services.add(other)

    hold(other, host)

    assert days(offered, host)[0] == days(other, host)[0] == 8


def test_service__counts_bookings_of_all_its_consultants_and_no_other_services(offered, host):
    change(offered, max_per_day=1)
    second, other = factories.consultant(offered), factories.service(offered.business)
    second.services.add(other)

    hold(offered, host)

    assert days(offered, second)[0] == 8
    assert days(other, second)[0] == 7
    assert why(offered, second, TEN + HOUR) == ["SERVICE_DAY_FULL"]


def test_service__day_is_each_calendars_own(offered, host):
    """21:00 of Monday in New York is Tuesday in UTC, where the other calendar stands."""
    change(offered, max_per_day=1)
    late = factories.consultant(offered, zone="America/New_York", hours=(9, 23))
    hold(offered, late, instant("2030-01-07 21:00", "America/New_York"))

    assert 7 in days(offered, host)
    assert 8 not in days(offered, host)
    assert why(offered, late, instant("2030-01-07 15:00", "America/New_York")) == ["SERVICE_DAY_FULL"]


def test_group__each_booking_counts_and_not_its_seats(offered, host):
    change(offered, seats=5)
    change(host.schedule, max_per_day=2)

    factories.pending(host, offered, seats=3)
    assert TEN in listed(offered, host)
    factories.pending(host, offered)

    assert TEN not in listed(offered, host)
    assert why(offered, host) == ["CALENDAR_DAY_FULL"]


def test_cancelled__counts_no_more(offered, host):
    change(host.schedule, max_per_day=1)
    made = factories.pending(host, offered)
    assert TEN + HOUR not in listed(offered, host)

    booking.cancel_as(booking_id=made.pk, viewer=factories.staff_of(offered.business), now=NOW)

    assert TEN + HOUR in listed(offered, host)


@pytest.mark.parametrize("end", [booking.complete, booking.mark_no_show])
def test_completed_and_missed__count(offered, host, end):
    change(offered, price=0, needs_approval=False)
    change(host.schedule, max_per_day=1)
    made = factories.pending(host, offered)
    over = TEN + timedelta(minutes=70)

    end(booking_id=made.pk, viewer=factories.staff_of(offered.business), now=over)

    assert Booking.objects.get().status in {"COMPLETED", "NO_SHOW"}
    assert listed(offered, host, since=over, now=over, until=MONDAY + DAY) == []


def test_reschedule__within_a_full_day_keeps_the_one_booking(offered, host):
    change(host.schedule, max_per_day=1, max_per_week=1)
    made = factories.pending(host, offered)

    booking.reschedule(
        booking_id=made.pk,
        viewer=factories.staff_of(offered.business),
        starts_at=TEN + 3 * HOUR,
        now=NOW,
    )

    assert Booking.objects.get().starts_at == TEN + 3 * HOUR
