"""What a change of rules opens and closes: the same calendars before and after it. Pure, over epoch seconds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bookings.availability.calendars import Calendar, Hours, open_time
from bookings.availability.intervals import Range, overlaps, within, without
from bookings.schedules.walltime import SECONDS_OF_A_DAY, ClockChange, clock_changes, instant, local_date

A_YEAR = 366 * SECONDS_OF_A_DAY
"""Seconds. What is said of hours that are for good is said of a year."""


@dataclass(frozen=True)
class Difference:
    """What opens and what closes in one calendar, and when it is open afterwards, as unbroken runs between two ends.

    clocks: where the zone's clock jumps within a week in which something opens or closes.
    """

    schedule: int
    zone: ZoneInfo
    since: int
    until: int
    opens: list[Range]
    closes: list[Range]
    after: list[Range]
    clocks: list[ClockChange]


def same_rules(before: Calendar, after: Calendar) -> bool:
    """Tell whether what opens and closes a calendar is the same, row by row."""
    return _rules(before) == _rules(after)


def difference(before: Calendar, after: Calendar, *, since: int) -> Difference:
    """Compare a calendar with itself, from an instant on for a year, or until the last date that the change names."""
    until = max([since + A_YEAR, *_named(before, after)])
    was, is_now = (_cut(open_time(each, since, until), since, until) for each in (before, after))
    opens, closes = without(is_now, was), without(was, is_now)
    return Difference(
        schedule=after.schedule,
        zone=after.zone,
        since=since,
        until=until,
        opens=opens,
        closes=closes,
        after=is_now,
        clocks=list(_clocks(after.zone, since, until, [*opens, *closes])),
    )


def _rules(calendar: Calendar) -> tuple[object, ...]:
    practice = calendar.practice
    return (
        calendar.zone.key,
        sorted(calendar.hours),
        _seasons(calendar),
        sorted((day, sorted(minutes)) for day, minutes in calendar.overrides.items()),
        sorted(calendar.time_off),
        calendar.follows_practice,
        None if practice is None else (practice.zone.key, sorted(practice.hours), sorted(practice.closed)),
    )


def _seasons(calendar: Calendar) -> list[tuple[date, date, tuple[Hours, ...]]]:
    """Give the seasons in one order, whatever order their rows came in."""
    return sorted((each.first, each.last or date.max, tuple(sorted(each.hours))) for each in calendar.seasons)


def _cut(ranges: Sequence[Range], since: int, until: int) -> list[Range]:
    return within((since, until), ranges)


def _named(before: Calendar, after: Calendar) -> Iterator[int]:
    """Give the ends of what is on one side alone."""
    zone = after.zone
    for one, other in ((before, after), (after, before)):
        for day, minutes in one.overrides.items():
            if other.overrides.get(day) != minutes:
                yield instant(zone, day + timedelta(days=2), 0)
        yield from (end for start, end in one.time_off if (start, end) not in other.time_off)
        for first, last, _ in set(_seasons(one)) - set(_seasons(other)):
            yield instant(zone, first if last == date.max else last, 0) + 8 * SECONDS_OF_A_DAY
        if one.practice is not None:
            shut = one.practice.closed - (other.practice.closed if other.practice else frozenset())
            yield from (instant(one.practice.zone, day, 0) + 2 * SECONDS_OF_A_DAY for day in shut)


def _clocks(zone: ZoneInfo, since: int, until: int, changed: list[Range]) -> Iterator[ClockChange]:
    """Give the jumps of the clock in weeks, Monday to Sunday, in which something changes."""
    for jump in clock_changes(zone, since, until):
        day = local_date(zone, jump.at)
        monday = day - timedelta(days=day.weekday())
        if overlaps(changed, instant(zone, monday, 0), instant(zone, monday + timedelta(days=7), 0)):
            yield jump
