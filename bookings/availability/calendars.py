"""What one schedule is made of, and the time that it is open: rules of the wall clock as ranges of epoch seconds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bookings.availability.intervals import Range, merged, overlapping, within, without
from bookings.schedules.walltime import MINUTES_OF_A_DAY, instant, local_date, whole_days

DAY = timedelta(days=1)
REACH = 2 * 24 * 60 * 60
"""Seconds; further than an interval of at most 24 hours reaches out of a range, whatever the clock does."""
DATES_AROUND = 3 * DAY
"""Reaches over every interval of hours that begins on a date, whatever the zone in which it is looked at."""
Minutes = tuple[int, int]
"""From and until when, in minutes after a date's midnight on the wall clock."""


class Hours(NamedTuple):
    """One open interval of a weekday, in minutes of the wall clock; `closes` may pass midnight."""

    weekday: int
    opens: int
    closes: int


class Season(NamedTuple):
    """The weekly hours that count, alone, from a first date to a last one (None: for good)."""

    first: date
    last: date | None
    hours: tuple[Hours, ...]


ALWAYS = tuple(Hours(weekday, 0, MINUTES_OF_A_DAY) for weekday in range(7))


@dataclass(frozen=True, slots=True)
class Practice:
    """When a business is open, in its own zone. Without hours: always, save on the days that it closes."""

    zone: ZoneInfo
    hours: tuple[Hours, ...] = ()
    closed: frozenset[date] = frozenset()


class Busy(NamedTuple):
    """Time in use, buffers included, and by which slot."""

    start: int
    end: int
    slot: int


class KnownSlot(NamedTuple):
    """A slot that has a row: published, taken, or both. `service` is None where any that fits may take it.

    taken: seats; holders: the bookings that hold them. meant_for: the service that it was published for, which it is
    for again once nobody holds it; None for any.
    """

    pk: int
    start: int
    end: int
    service: int | None
    capacity: int
    taken: int
    published: bool
    holders: int = 0
    meant_for: int | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """All that matters of one schedule. `busy` is sorted by start and, as the database sees to, never overlaps.

    hours: those of every week without a season. seasons: of those that hold a date, the one that began last counts.
    overrides: what is open on a date instead of hours and practice, nothing for a closed date. time_off: sorted or
    not, it may overlap. follows_practice: without hours it is open whenever the practice is. per_day, per_week: how
    many bookings it takes at most. sold: start and bookings of every slot of the service that is asked for, on
    whatever schedule, where the service itself is capped.
    """

    schedule: int
    zone: ZoneInfo
    hours: tuple[Hours, ...] = ()
    busy: tuple[Busy, ...] = ()
    slots: tuple[KnownSlot, ...] = ()
    practice: Practice | None = None
    overrides: Mapping[date, tuple[Minutes, ...]] = field(default_factory=dict)
    time_off: tuple[Range, ...] = ()
    follows_practice: bool = False
    per_day: int | None = None
    per_week: int | None = None
    sold: tuple[tuple[int, int], ...] = ()
    seasons: tuple[Season, ...] = ()


def given_back(calendar: Calendar, slot: KnownSlot, seats: int) -> Calendar:
    """Give the calendar as it would be once one booking had given its seats of a slot back."""
    left = slot._replace(taken=slot.taken - seats, holders=slot.holders - 1)
    if not left.taken:
        left = left._replace(service=slot.meant_for)
    kept = () if not left.taken and not left.published else (left,)
    is_its_own = any(other.pk == slot.pk for other in calendar.slots)
    sold = list(calendar.sold)
    for place, (start, holders) in enumerate(sold):
        if start == slot.start and holders == slot.holders:
            sold[place] = start, holders - 1
            break
    return replace(
        calendar,
        busy=tuple(busy for busy in calendar.busy if left.taken or busy.slot != slot.pk),
        slots=tuple(other for other in calendar.slots if other.pk != slot.pk) + (kept if is_its_own else ()),
        sold=tuple(sold),
    )


def open_pieces(calendar: Calendar, since: int, until: int) -> list[Range]:
    """Give the open intervals that touch [since, until), each as entered and as much as is left of it, by start.

    Those that touch stay apart, since starts are counted from the beginning of each.
    """
    return sorted(without(hours_of(calendar, since, until), closures(calendar, since, until)))


def open_time(calendar: Calendar, since: int, until: int) -> list[Range]:
    """Give the open time that touches [since, until) as unbroken runs: a session may cross where two touch."""
    return merged(open_pieces(calendar, since, until))


def hours_of(calendar: Calendar, since: int, until: int) -> list[Range]:
    """Give the intervals of weekly hours within the practice's, and of date overrides, with nothing taken away yet."""
    first, last = local_date(calendar.zone, since) - DAY, local_date(calendar.zone, until)
    found: list[Range] = []
    for begins, ends in _runs(calendar, first, last):
        found += _of_dates(calendar, begins, ends)
    return [each for each in found if each[0] < until and each[1] > since]


def closures(calendar: Calendar, since: int, until: int) -> list[Range]:
    """Give what is taken away from the intervals that touch [since, until): time off and the practice's closed days.

    An interval may begin or end a day outside: where it does, what is left of it is the same wherever one looks from.
    """
    low, high = since - REACH, until + REACH
    return merged([*overlapping(calendar.time_off, low, high), *closed_days(calendar, low, high)])


def closed_days(calendar: Calendar, since: int, until: int) -> list[Range]:
    """Give the practice's closed days that touch [since, until), from midnight to midnight there."""
    practice = calendar.practice
    if practice is None or not practice.closed:
        return []
    return overlapping([whole_days(practice.zone, day, day) for day in practice.closed], since, until)


def _runs(calendar: Calendar, first: date, last: date) -> Iterable[tuple[date, date]]:
    """Give the dates as runs, first and last of each, within which the same rules make the intervals."""
    overrides = calendar.overrides
    if not overrides and not calendar.seasons:
        return [(first, last)]

    def rule(day: date) -> tuple[object, ...]:
        return overrides.get(day), day + DAY in overrides, _week_of(calendar, day)

    runs = (list(run) for _, run in groupby(_days(first, last), rule))
    return [(run[0], run[-1]) for run in runs]


def _of_dates(calendar: Calendar, first: date, last: date) -> Iterable[Range]:
    """Give the intervals of a run; an override cuts short those of the date before it."""
    replaced, cut = calendar.overrides.get(first), first + DAY in calendar.overrides
    if replaced is None:
        return _usual(calendar.zone, *_rules(calendar, first), first, last, cut=cut)
    return [each for day in _days(first, last) for each in _instants(calendar.zone, day, replaced, cut)]


def _rules(calendar: Calendar, day: date) -> tuple[tuple[Hours, ...], ZoneInfo, tuple[Hours, ...]]:
    """Give the weekly hours of a date, and zone and hours of the practice that limit them."""
    practice = calendar.practice
    return (
        _week_of(calendar, day),
        calendar.zone if practice is None else practice.zone,
        () if practice is None else practice.hours,
    )


def _week_of(calendar: Calendar, day: date) -> tuple[Hours, ...]:
    """Give the weekly hours that count on a date."""
    valid = [
        each for each in calendar.seasons if each.first <= day and (each.last is None or day <= each.last)
    ]
    if valid:
        return max(valid, key=lambda season: season.first).hours
    return ALWAYS if not calendar.hours and calendar.follows_practice else calendar.hours


@lru_cache(maxsize=1024)
def _usual(
    zone: ZoneInfo,
    hours: tuple[Hours, ...],
    practice_zone: ZoneInfo,
    practice_hours: tuple[Hours, ...],
    first: date,
    last: date,
    *,
    cut: bool = False,
) -> tuple[Range, ...]:
    """Give the intervals of weekly hours that begin on some dates, as far as a practice with hours is open.

    Kept, since colleagues have the same hours, and listings the same days, more often than not.
    """
    by_day = _weekdays(hours)
    found = [each for day in _days(first, last) for each in _instants(zone, day, by_day[day.weekday()], cut)]
    if practice_hours:
        around = first - DATES_AROUND, last + DATES_AROUND
        open_there = _practice_open(practice_zone, practice_hours, *around)
        # One by one: rows may overlap, though nobody can enter them so.
        found = [part for each in found for part in within(each, open_there)]
    return tuple(found)


def _days(first: date, last: date) -> Iterable[date]:
    return (first + number * DAY for number in range((last - first).days + 1))


@lru_cache(maxsize=4096)
def _weekdays(hours: tuple[Hours, ...]) -> Sequence[Sequence[Minutes]]:
    days: list[list[Minutes]] = [[] for _ in range(7)]
    for each in sorted(hours, key=lambda one: one.opens):
        days[each.weekday].append((each.opens, each.closes))
    return days


def _instants(zone: ZoneInfo, day: date, intervals: Iterable[Minutes], cut: bool) -> list[Range]:
    """Give a date's intervals as instants; cut: none of them reaches past midnight."""
    ranges = []
    for opens, closes in intervals:
        end = min(closes, MINUTES_OF_A_DAY) if cut else closes
        # Where a clock shows midnight twice, the date ends at the first.
        late = end != MINUTES_OF_A_DAY
        ranges.append((instant(zone, day, opens), instant(zone, day, end, late=late)))
    return ranges


@lru_cache(maxsize=256)
def _practice_open(zone: ZoneInfo, hours: tuple[Hours, ...], first: date, last: date) -> list[Range]:
    """Give when a practice with hours is open, as unbroken runs."""
    days = _weekdays(hours)
    return merged(
        each for day in _days(first, last) for each in _instants(zone, day, days[day.weekday()], cut=False)
    )
