"""Bookings counted by day and week of a zone: what caps go by, and who is least loaded."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bookings.availability.calendars import Calendar
from bookings.availability.intervals import Range
from bookings.schedules.walltime import instant, local_date


def reached(
    sold: Iterable[tuple[int, int]], zone: ZoneInfo, per_day: int | None, per_week: int | None
) -> list[Range]:
    """Give the days, and the weeks from Monday on, that have as many bookings as they may."""
    if per_day is None and per_week is None:
        return []
    days: Counter[date] = Counter()
    weeks: Counter[date] = Counter()
    for start, bookings in sold:
        day = local_date(zone, start)
        days[day] += bookings
        weeks[monday(day)] += bookings
    full = [_days(zone, day, 1) for day, count in days.items() if per_day is not None and count >= per_day]
    full += [
        _days(zone, day, 7) for day, count in weeks.items() if per_week is not None and count >= per_week
    ]
    return full


def load(calendar: Calendar, start: int) -> tuple[int, int]:
    """Give how many bookings the schedule has on the day of a start, and in its week."""
    day = local_date(calendar.zone, start)
    dates = [(local_date(calendar.zone, slot.start), slot.holders) for slot in calendar.slots if slot.holders]
    return (
        sum(holders for date, holders in dates if date == day),
        sum(holders for date, holders in dates if monday(date) == monday(day)),
    )


def monday(day: date) -> date:
    """Give the Monday of a date's week."""
    return day - timedelta(days=day.weekday())


@lru_cache(maxsize=10_000)
def _days(zone: ZoneInfo, day: date, count: int) -> Range:
    return instant(zone, day, 0), instant(zone, day + timedelta(days=count), 0)
