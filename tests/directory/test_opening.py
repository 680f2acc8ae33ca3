"""Open now: as rows say, as the database says, and as the engine takes a practice's hours."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from bookings.accounts.models import User
from bookings.availability.calendars import Calendar, Hours, Practice, closed_days, open_pieces
from bookings.businesses.models import Business, ClosedDay, OpeningHours
from bookings.directory.models import Listing
from bookings.directory.opening import is_open, open_at
from tests import factories

pytestmark = pytest.mark.django_db

CHANGES = [
    ("Europe/Warsaw", datetime(2030, 3, 31, 1, tzinfo=UTC)),
    ("Europe/Warsaw", datetime(2030, 10, 27, 1, tzinfo=UTC)),
    ("America/Havana", datetime(2030, 3, 10, 5, tzinfo=UTC)),  # no midnight
    ("America/Havana", datetime(2030, 11, 3, 5, tzinfo=UTC)),  # midnight twice
    ("Australia/Lord_Howe", datetime(2030, 4, 6, 15, tzinfo=UTC)),  # by half an hour
    ("Asia/Kathmandu", datetime(2030, 6, 1, 12, tzinfo=UTC)),  # never
    ("Atlantic/Azores", datetime(2030, 10, 27, 1, tzinfo=UTC)),  # back to midnight
]


def with_hours(zone: str, *rows: tuple[int, int, int], closed: tuple[date, ...] = ()) -> Business:
    owner = User.objects.first() or factories.user()
    place = factories.business(timezone=zone, owner=owner)
    OpeningHours.objects.bulk_create(
        OpeningHours(business=place, weekday=weekday, opens=opens, closes=closes)
        for weekday, opens, closes in rows
    )
    ClosedDay.objects.bulk_create(ClosedDay(business=place, date=day) for day in closed)
    Listing.objects.create(business=place, sets_hours=bool(rows))
    return place


def open_places(now: datetime) -> set[int]:
    zones = Business.objects.values_list("timezone", flat=True).distinct()
    return set(Business.objects.filter(open_at(now, zones)).values_list("pk", flat=True))


def engine_says(place: Business, now: datetime) -> bool:
    hours = tuple(Hours(row.weekday, row.opens, row.closes) for row in place.opening_hours.all())
    days = frozenset(row.date for row in place.closed_days.all())
    there = ZoneInfo(place.timezone)
    at = int(now.timestamp())
    calendar = Calendar(schedule=1, zone=there, follows_practice=True, practice=Practice(there, hours, days))
    if not hours:  # what a practice without hours leaves to calendars is open but for its closed days
        return not closed_days(calendar, at, at + 1)
    return bool([each for each in open_pieces(calendar, at, at + 1) if each[0] <= at < each[1]])


@pytest.mark.parametrize(
    ("wall", "expected"),
    [
        ("2030-01-07T08:59:59", False),
        ("2030-01-07T09:00", True),
        ("2030-01-07T16:59:59", True),
        ("2030-01-07T17:00", False),
        ("2030-01-11T22:00", True),  # Friday, until 02:00 on Saturday
        ("2030-01-12T01:59", True),
        ("2030-01-12T02:00", False),
        ("2030-01-13T23:59", True),  # Sunday, until 01:00 on Monday
        ("2030-01-14T00:59", True),
        ("2030-01-14T01:00", False),
    ],
)
def test_open__follows_the_wall_clock_past_midnight_and_over_the_week(wall: str, expected: bool) -> None:
    there = ZoneInfo("America/New_York")
    place = with_hours(there.key, (0, 9 * 60, 17 * 60), (4, 22 * 60, 26 * 60), (6, 23 * 60, 25 * 60))
    now = datetime.fromisoformat(wall).replace(tzinfo=there)

    assert (is_open(place, now), place.pk in open_places(now)) == (expected, expected)


def test_open__closed_day_is_from_midnight_to_midnight_there() -> None:
    there = ZoneInfo("Asia/Tokyo")
    every = tuple((weekday, 20 * 60, 26 * 60) for weekday in range(7))
    places = [with_hours(there.key, *rows, closed=(date(2030, 1, 8),)) for rows in (every, ())]

    told = []
    for hour in (
        23,
        25,
        45,
        49,
    ):  # of the 7th: before, in the night to the 8th, in its evening, in the night after
        now = datetime(2030, 1, 7, tzinfo=there) + timedelta(hours=hour)
        told.append([is_open(place, now) for place in places])
        assert open_places(now) == {place.pk for place in places if is_open(place, now)}

    assert told == [[True, True], [False, False], [False, False], [True, True]]


@pytest.mark.parametrize(("zone", "change"), CHANGES)
def test_open__agrees_with_the_engine_about_a_clock_that_is_changed(zone: str, change: datetime) -> None:
    random = Random(zone)
    local = change.astimezone(ZoneInfo(zone))
    rows: list[tuple[int, int, int]] = []
    for _ in range(40):
        opens = random.choice([*range(0, 200, 10), *range(1260, 1440, 15)])
        rows.append(
            (
                (local.weekday() - random.randint(0, 1)) % 7,
                opens,
                opens + random.choice([20, 30, 60, 200, 1440]),
            )
        )
    places = [with_hours(zone, row) for row in rows]
    places.append(with_hours(zone, closed=(local.date(),)))
    places = list(Business.objects.prefetch_related("opening_hours", "closed_days"))  # all there are

    for minutes in range(-200, 201, 10):
        now = change + timedelta(minutes=minutes)
        expected = {place.pk for place in places if engine_says(place, now)}
        assert {place.pk for place in places if is_open(place, now)} == expected, now
        if minutes % 20 == 0:
            assert open_places(now) == expected, now
