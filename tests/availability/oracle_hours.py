"""When a calendar is open, minute by minute: the half of the oracle that knows clocks, hours and closures.

A minute is its number since 1970 in UTC; "showing" is what a wall clock says, as such a number too.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bookings.catalogue.models import Service
from bookings.schedules.models import Schedule, WeeklyHours

DAY = 24 * 60
WALL_EPOCH, EPOCH = date(1970, 1, 1), datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Question:
    """Which starts in [since, until) can a client with so many seats and this length book, asked now?"""

    service: Service
    since: datetime
    until: datetime
    now: datetime
    seats: int = 1
    minutes: int = 0

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes or self.service.duration)


# The clock on the wall


@lru_cache(maxsize=5000)
def _showings(zone: str, day: int) -> list[int]:
    """What the clock shows at every minute of a UTC day."""
    midnight = EPOCH + timedelta(days=day)
    walls = [(midnight + timedelta(minutes=n)).astimezone(ZoneInfo(zone)) for n in range(DAY)]
    return [(wall.date() - WALL_EPOCH).days * DAY + wall.hour * 60 + wall.minute for wall in walls]


def showing(zone: str, minute: int) -> int:
    return _showings(zone, minute // DAY)[minute % DAY]


@lru_cache(maxsize=100_000)
def first_from(zone: str, wall: int) -> int:
    """The first minute at which the clock shows this time or, where it skips it, a later one."""
    return next(minute for minute in range(wall - 15 * 60, wall + 40 * 60) if showing(zone, minute) >= wall)


@lru_cache(maxsize=100_000)
def end_before(zone: str, wall: int) -> int:
    """The end of the last minute at which the clock shows an earlier time."""
    return next(
        minute for minute in range(wall + 15 * 60, wall - 40 * 60, -1) if showing(zone, minute - 1) < wall
    )


def on_calendar(zone: str, moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


# When a calendar is open


def open_pieces(schedule: Schedule, question: Question) -> list[range]:
    """Every interval as entered, and what is left of it: runs of open minutes."""
    return [
        run
        for interval, within_practice in _intervals(schedule, question)
        for run in _runs(
            minute
            for minute in interval
            if (not within_practice or _practice_is_open(schedule, question, minute))
            and not taken_away(schedule, minute)
        )
    ]


def _intervals(schedule: Schedule, question: Question) -> Iterator[tuple[range, bool]]:
    """Weekly hours, or instead of them the overrides of a date, which ask for no opening hours either."""
    replaced: dict[date, list[tuple[int, int]]] = {}
    for row in schedule.date_overrides.all():
        replaced.setdefault(row.date, [])
        if row.opens is not None:
            replaced[row.date].append((row.opens, row.closes))
    weekly = list(schedule.weekly_hours.all())
    for day in _dates(schedule.timezone, question):
        if day in replaced:
            todays, within_practice = replaced[day], False
        else:
            todays, within_practice = _weekly_hours_on(schedule, day, weekly), True
        cut_at_midnight = day + timedelta(days=1) in replaced
        for opens, closes in todays:
            last = min(closes, DAY) if cut_at_midnight else closes
            yield _interval(schedule.timezone, day, opens, last), within_practice


def _weekly_hours_on(schedule: Schedule, day: date, rows: list[WeeklyHours]) -> list[tuple[int, int]]:
    """Of the weeks that are valid on a date the one that began last; of none at all, the practice's own hours."""
    valid = [
        row
        for row in rows
        if (row.valid_from or date.min) <= day and (row.valid_until is None or day <= row.valid_until)
    ]
    if not valid:
        return [(0, DAY)] if schedule.follows_business else []
    latest = max(row.valid_from or date.min for row in valid)
    return [
        (row.opens, row.closes)
        for row in valid
        if row.weekday == day.weekday() and (row.valid_from or date.min) == latest
    ]


def _interval(zone: str, day: date, opens: int, closes: int) -> range:
    midnight = (day - WALL_EPOCH).days * DAY
    return range(first_from(zone, midnight + opens), end_before(zone, midnight + closes))


def _dates(zone: str, question: Question) -> list[date]:
    first, last = on_calendar(zone, question.since), on_calendar(zone, question.until + question.length)
    return [first + timedelta(days=n) for n in range(-3, (last - first).days + 3)]


def _runs(minutes: Iterable[int]) -> Iterator[range]:
    run = range(0)
    for minute in minutes:
        if run and minute == run.stop:
            run = range(run.start, minute + 1)
            continue
        if run:
            yield run
        run = range(minute, minute + 1)
    if run:
        yield run


def _practice_is_open(schedule: Schedule, question: Question, minute: int) -> bool:
    """No hours set on the business: open always."""
    open_minutes = once(schedule.business, "oracle_minutes", lambda: _practice_minutes(schedule, question))
    return open_minutes is None or minute in open_minutes


def _practice_minutes(schedule: Schedule, question: Question) -> set[int] | None:
    business = schedule.business
    rows = list(business.opening_hours.all())
    if not rows:
        return None
    return {
        minute
        for day in _dates(business.timezone, question)
        for row in rows
        if row.weekday == day.weekday()
        for minute in _interval(business.timezone, day, row.opens, row.closes)
    }


def taken_away(schedule: Schedule, minute: int) -> bool:
    """Closed days are dates of the business, time off is the schedule's own."""
    business = schedule.business
    closed = once(business, "oracle_closed", lambda: {row.date for row in business.closed_days.all()})
    if closed and WALL_EPOCH + timedelta(days=showing(business.timezone, minute) // DAY) in closed:
        return True
    off = once(
        schedule,
        "oracle_off",
        lambda: [_stamps(row.starts_at, row.ends_at) for row in schedule.time_off.all()],
    )
    return any(start < (minute + 1) * 60 and minute * 60 < end for start, end in off)


def minutes_of(start: datetime, end: datetime) -> range:
    """Every minute that [start, end) shares some time with."""
    low, high = _stamps(start, end)
    return range(low // 60, -(-high // 60))


def _stamps(start: datetime, end: datetime) -> tuple[int, int]:
    return int(start.timestamp()), int(end.timestamp())


def once(row, name, read):
    if not hasattr(row, name):
        setattr(row, name, read())
    return getattr(row, name)


def pieces_of(schedule: Schedule, question: Question) -> list[range]:
    return once(schedule, "oracle_pieces", lambda: open_pieces(schedule, question))


def open_minutes_of(schedule: Schedule, question: Question) -> set[int]:
    """Touching intervals are one run of open time, so that a session may go from one into the next."""
    pieces = pieces_of(schedule, question)
    return once(schedule, "oracle_open", lambda: {minute for piece in pieces for minute in piece})
