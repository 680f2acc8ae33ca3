"""What a change of rules opens and closes, from one calendar before it to the same one after it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bookings.availability.calendars import Calendar, Hours, Practice, Season
from bookings.availability.comparing import A_YEAR, difference, same_rules
from bookings.schedules.walltime import ClockChange, clock_changes

WARSAW = ZoneInfo("Europe/Warsaw")
HOUR = 3600
MONDAY = int(datetime(2030, 1, 7, tzinfo=WARSAW).timestamp())
"""Midnight there."""
NINE_TO_FIVE = tuple(Hours(weekday, 540, 1020) for weekday in range(5))
BEFORE = Calendar(schedule=1, zone=WARSAW, hours=NINE_TO_FIVE)


def at(*when: int) -> int:
    return int(datetime(*when, tzinfo=WARSAW).timestamp())  # type: ignore[misc, arg-type]


def test_difference__of_the_same_calendar_is_nothing():
    other = replace(BEFORE, hours=tuple(reversed(NINE_TO_FIVE)))
    found = difference(BEFORE, other, since=MONDAY)

    assert same_rules(BEFORE, other)
    assert (found.opens, found.closes, found.clocks) == ([], [], [])


def test_difference__of_weekly_hours_is_told_of_a_year():
    after = replace(BEFORE, hours=(Hours(0, 480, 720), *NINE_TO_FIVE[1:]))
    found = difference(BEFORE, after, since=MONDAY)

    assert not same_rules(BEFORE, after)
    assert found.until == MONDAY + A_YEAR
    assert found.opens[0] == (MONDAY + 8 * HOUR, MONDAY + 9 * HOUR)
    assert found.closes[0] == (MONDAY + 12 * HOUR, MONDAY + 17 * HOUR)
    assert (len(found.opens), len(found.closes)) == (53, 53)


def test_difference__reaches_as_far_as_the_dates_that_the_change_names():
    closed = replace(BEFORE, overrides={date(2033, 3, 1): ()})
    off = replace(BEFORE, time_off=((at(2034, 5, 2, 9), at(2034, 5, 2, 12)),))
    season = replace(BEFORE, seasons=(Season(date(2033, 6, 6), None, ()),))
    practice = replace(BEFORE, practice=Practice(WARSAW))
    shut = replace(practice, practice=Practice(WARSAW, closed=frozenset({date(2032, 12, 24)})))

    assert difference(BEFORE, closed, since=MONDAY).closes == [(at(2033, 3, 1, 9), at(2033, 3, 1, 17))]
    assert difference(off, BEFORE, since=MONDAY).opens == [(at(2034, 5, 2, 9), at(2034, 5, 2, 12))]
    assert difference(BEFORE, season, since=MONDAY).closes[0] == (at(2033, 6, 6, 9), at(2033, 6, 6, 17))
    assert difference(practice, shut, since=MONDAY).closes == [(at(2032, 12, 24, 9), at(2032, 12, 24, 17))]


def test_difference__names_the_jumps_of_the_clock_in_weeks_that_change_alone():
    spring = int(datetime(2030, 3, 31, 1, tzinfo=UTC).timestamp())
    autumn = int(datetime(2030, 10, 27, 1, tzinfo=UTC).timestamp())
    for day, expected in (
        (date(2030, 3, 24), []),
        (date(2030, 3, 25), [ClockChange(spring, HOUR)]),
        (date(2030, 4, 1), []),
    ):
        after = replace(BEFORE, overrides={day: ((300, 400),)})
        assert difference(BEFORE, after, since=MONDAY).clocks == expected
    every = difference(BEFORE, replace(BEFORE, hours=()), since=MONDAY)
    assert every.clocks == [ClockChange(spring, HOUR), ClockChange(autumn, -HOUR)]


def test_clock_changes__finds_jumps_of_half_an_hour_and_none_in_a_zone_without_any():
    year = MONDAY, MONDAY + A_YEAR
    assert [change.by for change in clock_changes(ZoneInfo("Australia/Lord_Howe"), *year)] == [-1800, 1800]
    assert clock_changes(ZoneInfo("Asia/Tokyo"), *year) == []
    assert clock_changes(WARSAW, MONDAY, MONDAY + timedelta(days=80).days * 86400) == []
