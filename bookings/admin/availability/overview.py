"""A calendar at a glance: its week, when it is open in the next weeks, and what takes time away from it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from bookings.admin.availability import words
from bookings.availability.calendars import Calendar, open_time
from bookings.availability.intervals import Range
from bookings.availability.loading import empty_calendars, moment
from bookings.businesses.hours import Weekday
from bookings.businesses.intervals import shown
from bookings.common.zones import zone
from bookings.schedules import seasons
from bookings.schedules.models import Schedule, TimeOff, WeeklyHours
from bookings.schedules.walltime import instant, local_date
from bookings.slots.models import Slot

WEEKS = 4
MOST_NAMED = 12
"""Times off, and dates, that are named."""


@dataclass
class Day:
    """One day of the next weeks: when it is open, and what else there is to say of it."""

    date: date
    is_today: bool
    is_over: bool
    open: list[str]
    marks: list[str] = field(default_factory=list)


def overview(schedule: Schedule, now: datetime) -> dict[str, Any]:
    """Give what the page of a calendar shows above its forms. As many statements whatever there is."""
    clock = zone(schedule.timezone)
    today = now.astimezone(clock).date()
    monday = today - timedelta(days=today.weekday())
    low, high = instant(clock, monday, 0), instant(clock, monday + timedelta(weeks=WEEKS), 0)
    (calendar,) = empty_calendars([schedule], since=moment(low), until=moment(high))
    rows = list(WeeklyHours.objects.filter(schedule=schedule))
    coming = seasons.seasons(rows, today)
    off = TimeOff.objects.filter(schedule=schedule, ends_at__gt=now).order_by("starts_at", "pk")
    times_off = list(off[:MOST_NAMED])
    return {
        "week": week_of(seasons.week_on(rows, today)),
        "week_is": _season_now(coming, today),
        "seasons": [(_season(each), week_of(each.rows)) for each in coming if each.valid_from > today],
        "follows": schedule.follows_business and not rows,
        "weeks": _weeks(calendar, monday, today, _taken(schedule, low, high)),
        "times_off": [(_off(each, calendar), each.note) for each in times_off],
        "more_off": off.count() - len(times_off) if len(times_off) == MOST_NAMED else 0,
        "practice_hours": bool(calendar.practice and calendar.practice.hours),
        "zone": schedule.timezone,
        "published": Slot.objects.filter(schedule=schedule, is_published=True, starts_at__gt=now).count(),
    }


def week_of(rows: Sequence[WeeklyHours]) -> list[tuple[str, str]]:
    """Give each weekday with its hours in words."""
    days: dict[int, list[tuple[int, int]]] = {day: [] for day in range(7)}
    for row in rows:
        days[row.weekday].append((row.opens, row.closes))
    return [
        (
            str(Weekday(day).label),
            ", ".join(f"{shown(opens)}–{shown(closes)}" for opens, closes in sorted(each)) or "closed",
        )
        for day, each in days.items()
    ]


def _season(each: seasons.Season) -> str:
    until = f" – {each.valid_until:{words.DAY}}" if each.valid_until else " on"
    return f"{'From ' if not each.valid_until else ''}{each.valid_from:{words.DAY}}{until}"


def _season_now(coming: Sequence[seasons.Season], today: date) -> str:
    """Name the season that counts today, or say nothing of the usual week."""
    begun = [each for each in coming if each.valid_from <= today]
    return _season(begun[-1]) if begun else ""


def _taken(schedule: Schedule, low: int, high: int) -> tuple[Counter[date], Counter[date]]:
    """Count the sessions that somebody booked, and the published slots that are empty, by day."""
    booked: Counter[date] = Counter()
    free: Counter[date] = Counter()
    clock = zone(schedule.timezone)
    found = Slot.objects.filter(
        occupations__schedule=schedule, starts_at__gte=moment(low), starts_at__lt=moment(high)
    )
    booked.update(start.astimezone(clock).date() for start in found.values_list("starts_at", flat=True))
    empty = Slot.objects.filter(
        schedule=schedule, is_published=True, seats_taken=0, starts_at__range=(moment(low), moment(high))
    )
    free.update(start.astimezone(clock).date() for start in empty.values_list("starts_at", flat=True))
    return booked, free


def _weeks(
    calendar: Calendar, monday: date, today: date, taken: tuple[Counter[date], Counter[date]]
) -> list[list[Day]]:
    booked, free = taken
    low = instant(calendar.zone, monday, 0)
    high = instant(calendar.zone, monday + timedelta(weeks=WEEKS), 0)
    opened = words.by_day(calendar.zone, open_time(calendar, low, high))
    off = {day for each in calendar.time_off for day in _dates(calendar, each)}
    closed = calendar.practice.closed if calendar.practice else frozenset()
    weeks = []
    for week in range(WEEKS):
        days = [monday + timedelta(days=7 * week + number) for number in range(7)]
        weeks.append([Day(day, day == today, day < today, opened.get(day, [])) for day in days])
        for each in weeks[-1]:
            each.marks = [
                *(["other hours"] if each.date in calendar.overrides else []),
                *(["time off"] if each.date in off else []),
                *(["practice closed"] if each.date in closed else []),
                *([f"{booked[each.date]} booked"] if booked[each.date] else []),
                *([f"{free[each.date]} published"] if free[each.date] else []),
            ]
    return weeks


def _dates(calendar: Calendar, each: Range) -> list[date]:
    """Give the dates that a range touches."""
    first, last = local_date(calendar.zone, each[0]), local_date(calendar.zone, each[1] - 1)
    return [first + timedelta(days=number) for number in range(min((last - first).days, 400) + 1)]


def _off(row: TimeOff, calendar: Calendar) -> str:
    """Give a time off as people say it: whole days as days."""
    start, end = (each.astimezone(calendar.zone) for each in (row.starts_at, row.ends_at))
    if f"{start:%H:%M}{end:%H:%M}" == "00:0000:00":
        last = end.date() - timedelta(days=1)
        return f"{start:{words.DAY}}" if last == start.date() else f"{start:{words.DAY}} – {last:{words.DAY}}"
    return f"{start:{words.DAY}, %H:%M} – " + (
        f"{end:%H:%M}" if end.date() == start.date() else f"{end:{words.DAY}, %H:%M}"
    )
