"""Bookings that their calendars stand against: which, and where they could go."""

from datetime import date, timedelta
from typing import Any

import pytest

from bookings.booking import touched as touching
from bookings.booking.models import Booking
from bookings.booking.touched import moves, touched
from bookings.businesses.models import OpeningHours
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.resources.models import Resource
from bookings.schedules.models import DateOverride, Schedule, TimeOff, WeeklyHours
from tests import factories
from tests.factories import NOW, TEN

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def offered(db: None) -> Service:
    return factories.service(seats=3)


@pytest.fixture
def host(offered: Service) -> Consultant:
    return factories.consultant(offered)


def found(host: Consultant | Resource) -> list[Booking]:
    return touched(schedule_ids=[host.schedule_id], now=NOW).bookings


def away(host: Consultant | Resource, start: Any = TEN) -> None:
    TimeOff.objects.create(schedule=host.schedule, starts_at=start, ends_at=start + HOUR)


def test_touched__nothing_where_every_session_lies_in_open_time(host: Consultant, offered: Service) -> None:
    factories.pending(host, offered)

    assert touched(schedule_ids=[host.schedule_id], now=NOW) == touching.Touched([], 0)
    assert touched(schedule_ids=[], now=NOW) == touching.Touched([], 0)


def test_touched__every_booking_of_a_shared_session(host: Consultant, offered: Service) -> None:
    group = [factories.pending(host, offered) for _ in range(3)]
    factories.draft(host, offered, starts_at=TEN + HOUR)
    away(host)
    away(host, TEN + HOUR)

    assert found(host) == group


def test_touched__session_across_two_runs_that_touch_is_inside(host: Consultant, offered: Service) -> None:
    booking = factories.pending(host, offered)
    WeeklyHours.objects.filter(schedule=host.schedule, weekday=0).update(closes=630)
    rest = WeeklyHours.objects.create(schedule=host.schedule, weekday=0, opens=630, closes=720)

    assert found(host) == []
    rest.delete()
    assert found(host) == [booking]


def test_touched__hours_of_the_practice_count_and_an_override_goes_before_them(
    host: Consultant, offered: Service
) -> None:
    booking = factories.pending(host, offered)
    OpeningHours.objects.create(business=offered.business, weekday=0, opens=660, closes=1020)
    assert found(host) == [booking]

    DateOverride.objects.create(schedule=host.schedule, date=date(2030, 1, 7), opens=600, closes=660)
    assert found(host) == []


def test_touched__hours_of_a_season_count_alone_on_its_dates(host: Consultant, offered: Service) -> None:
    bookings = [factories.pending(host, offered, starts_at=TEN + timedelta(days=days)) for days in range(3)]
    tuesday = date(2030, 1, 8)
    late = {"weekday": 1, "opens": 660, "closes": 720}
    WeeklyHours.objects.create(schedule=host.schedule, **late, valid_from=tuesday, valid_until=tuesday)
    assert found(host) == [bookings[1]]

    WeeklyHours.objects.update(valid_until=None)
    WeeklyHours.objects.create(
        schedule=host.schedule, weekday=2, opens=540, closes=720, valid_from=date(2030, 1, 9)
    )
    assert found(host) == [bookings[1]]

    WeeklyHours.objects.filter(valid_from=date(2030, 1, 9)).update(opens=660)
    assert found(host) == bookings[1:]


def test_touched__the_room_of_a_session_as_well(offered: Service) -> None:
    Service.objects.filter(pk=offered.pk).update(holds=Service.Holds.BOTH, seats=1)
    offered.refresh_from_db()
    host = factories.consultant(offered)
    schedule = Schedule.objects.create(business=offered.business, timezone="UTC", follows_business=True)
    room = Resource.objects.create(business=offered.business, schedule=schedule, name="Room")
    room.services.add(offered)
    booking = factories.pending(host, offered)
    away(room)

    assert found(host) == []
    assert found(room) == [booking]


def test_touched__lists_the_first_hundred_and_counts_all(
    host: Consultant, offered: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(touching, "MOST", 2)
    first = factories.pending(host, offered)
    for hours in (2, 1):
        factories.pending(host, offered, starts_at=TEN + hours * HOUR)
    WeeklyHours.objects.all().delete()

    seen = touched(schedule_ids=[host.schedule_id], now=NOW)

    assert (seen.count, [booking.starts_at for booking in seen.bookings]) == (3, [TEN, TEN + HOUR])
    assert seen.bookings[0] == first


def test_moves__are_three_open_times_from_each_start_on(host: Consultant, offered: Service) -> None:
    early = factories.pending(host, offered)
    late = factories.pending(host, offered, starts_at=TEN + 6 * HOUR)
    away(host)
    away(host, TEN + 6 * HOUR)

    given = moves([early, late], now=NOW)

    starts = [[(opening.start - int(TEN.timestamp())) // 3600 for opening in move.openings] for move in given]
    assert [move.booking for move in given] == [early, late]
    assert starts == [[1, 2, 3], [23, 24, 25]]


def test_moves__none_where_nothing_is_open_for_two_weeks(host: Consultant, offered: Service) -> None:
    booking = factories.pending(host, offered)
    WeeklyHours.objects.all().delete()

    (move,) = moves([booking], now=NOW)

    assert move.openings == []
