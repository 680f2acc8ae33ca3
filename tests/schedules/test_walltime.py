from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bookings.schedules.walltime import instant, local_date, whole_days

WARSAW = ZoneInfo("Europe/Warsaw")
SPRING, AUTUMN = date(2030, 3, 31), date(2030, 10, 27)
"""02:00 to 03:00 is skipped on the first, and shown twice on the second."""


def utc(epoch):
    return datetime.fromtimestamp(epoch, UTC).strftime("%m-%d %H:%M:%S")


def test_instant__is_the_wall_clock_of_the_zone():
    assert utc(instant(WARSAW, date(2030, 1, 7), 9 * 60)) == "01-07 08:00:00"
    assert utc(instant(WARSAW, date(2030, 7, 8), 9 * 60)) == "07-08 07:00:00"


@pytest.mark.parametrize(("minutes", "expected"), [(1440, "01-07 23:00:00"), (1500, "01-08 00:00:00")])
def test_instant__minutes_may_pass_midnight(minutes, expected):
    assert utc(instant(WARSAW, date(2030, 1, 7), minutes)) == expected


@pytest.mark.parametrize("minutes", [2 * 60, 2 * 60 + 1, 2 * 60 + 30, 2 * 60 + 59])
@pytest.mark.parametrize("late", [False, True])
def test_instant__time_in_the_gap_is_the_moment_of_the_jump(minutes, late):
    assert utc(instant(WARSAW, SPRING, minutes, late=late)) == "03-31 01:00:00"


def test_instant__time_beside_the_gap_is_itself():
    assert utc(instant(WARSAW, SPRING, 119)) == "03-31 00:59:00"
    assert utc(instant(WARSAW, SPRING, 180)) == "03-31 01:00:00"
    assert utc(instant(WARSAW, SPRING, 181)) == "03-31 01:01:00"


def test_instant__time_shown_twice_is_the_first_or_late_the_second():
    assert utc(instant(WARSAW, AUTUMN, 150)) == "10-27 00:30:00"
    assert utc(instant(WARSAW, AUTUMN, 150, late=True)) == "10-27 01:30:00"


@pytest.mark.parametrize(
    ("zone", "day", "minutes", "expected"),
    [
        ("Europe/Warsaw", AUTUMN, 120, "10-27 00:00:00"),
        ("Australia/Lord_Howe", date(2030, 4, 7), 90, "04-06 14:30:00"),
        ("Asia/Beirut", date(2030, 10, 26), 23 * 60, "10-26 20:00:00"),
    ],
)
def test_instant__late_is_not_later_than_the_first_where_the_clock_is_put_back(zone, day, minutes, expected):
    """Hours until 02:00 are over when the clock first shows it, not an hour of other times later."""
    for late in (False, True):
        assert utc(instant(ZoneInfo(zone), day, minutes, late=late)) == expected
    assert instant(ZoneInfo(zone), day, minutes + 1, late=True) > instant(ZoneInfo(zone), day, minutes + 1)


def test_instant__half_hour_of_lord_howe_is_skipped_too():
    zone = ZoneInfo("Australia/Lord_Howe")

    assert utc(instant(zone, date(2030, 10, 6), 2 * 60 + 15)) == "10-05 15:30:00"
    assert utc(instant(zone, date(2030, 10, 6), 2 * 60 + 30)) == "10-05 15:30:00"


def test_instant__day_that_samoa_skipped_is_the_moment_of_the_jump():
    assert utc(instant(ZoneInfo("Pacific/Apia"), date(2011, 12, 30), 12 * 60)) == "12-30 10:00:00"


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2030, 1, 7), date(2030, 1, 7), ("01-06 23:00:00", "01-07 23:00:00")),
        (SPRING, SPRING, ("03-30 23:00:00", "03-31 22:00:00")),
        (AUTUMN, AUTUMN, ("10-26 22:00:00", "10-27 23:00:00")),
        (SPRING, AUTUMN, ("03-30 23:00:00", "10-27 23:00:00")),
    ],
)
def test_whole_days__last_from_midnight_to_midnight_on_the_wall_clock(first, last, expected):
    start, end = whole_days(WARSAW, first, last)

    assert (utc(start), utc(end)) == expected


def test_local_date__is_the_zones_own():
    midnight = int(datetime(2030, 1, 7, 23, 30, tzinfo=UTC).timestamp())

    assert local_date(WARSAW, midnight) == date(2030, 1, 8)
    assert local_date(ZoneInfo("America/New_York"), midnight) == date(2030, 1, 7)
