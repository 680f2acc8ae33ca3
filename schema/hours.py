"""Open hours as clients write and read them: `HH:MM` on a wall clock, weekday by weekday or date by date."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Self

import strawberry

from bookings.businesses import intervals
from bookings.businesses.hours import Weekday, WeekdayInterval
from bookings.businesses.intervals import Interval
from bookings.common.errors import DomainError, ErrorCode
from schema.common.scalars import describe_enum

describe_enum(Weekday, name="Weekday", description="A day of the week; weeks begin on Monday.")  # type: ignore[arg-type]

OPENS = "From when on the wall clock, `00:00` to `23:59`."
CLOSES = (
    "Until when on the wall clock; `24:00` is midnight. A time no later than `opens` is one of the next day: "
    "22:00 to 02:00 is four hours, 08:00 to 08:00 is 24."
)

From = Annotated[
    datetime.date | None, strawberry.argument(name="from", description="From this date on; all if absent.")
]
Until = Annotated[
    datetime.date | None, strawberry.argument(description="Up to and including this date; all if absent.")
]


@strawberry.type(description="One open interval.")
class HoursInterval:
    """The GraphQL face of intervals.Interval."""

    opens: str = strawberry.field(description=OPENS)
    closes: str = strawberry.field(description=CLOSES)

    @classmethod
    def of(cls, opens: int, closes: int) -> Self:
        """Give minutes as a clock shows them."""
        return cls(opens=intervals.shown(opens), closes=intervals.shown(closes))


@strawberry.type(description="What is open on a weekday.")
class DayHours:
    """The GraphQL face of intervals.DayHours."""

    weekday: Weekday = strawberry.field(description="The day on which the intervals begin.")
    intervals: list[HoursInterval] = strawberry.field(description="By opening time; empty: closed.")


@strawberry.type(
    description="A week that counts for a season. On a date on which several are valid, the one that began last "
    "counts, alone."
)
class Season:
    """The GraphQL face of schedules.seasons.Season."""

    valid_from: datetime.date = strawberry.field(
        description="The first date, on the calendar's wall calendar."
    )
    valid_until: datetime.date | None = strawberry.field(
        description="The last date, itself included; null: it is for good."
    )
    days: list[DayHours] = strawberry.field(description="All seven days, Monday first, closed ones too.")


@strawberry.type(description="What is open on one date instead of the usual hours.")
class DateHours:
    """The GraphQL face of intervals.DateHours."""

    date: datetime.date = strawberry.field(description="The date on which the intervals begin.")
    intervals: list[HoursInterval] = strawberry.field(
        description="By opening time; empty: closed on this date."
    )


@strawberry.input(description="One open interval.")
class HoursIntervalInput:
    """Reads into intervals.Interval."""

    opens: str = strawberry.field(description=OPENS)
    closes: str = strawberry.field(description=CLOSES)


@strawberry.input(description="What is to be open on a weekday.")
class DayHoursInput:
    """Reads into intervals.DayHours."""

    weekday: Weekday = strawberry.field(description="The day on which the intervals begin.")
    intervals: list[HoursIntervalInput] = strawberry.field(
        description="In any order; they may touch, also over midnight, but not overlap. Empty: closed."
    )


@strawberry.input(description="What is to be open on one date, whatever weekly and opening hours say.")
class DateHoursInput:
    """Reads into intervals.DateHours."""

    date: datetime.date = strawberry.field(description="On the calendar's own wall calendar.")
    intervals: list[HoursIntervalInput] = strawberry.field(
        description="In any order; they may touch but not overlap. Empty: closed on this date."
    )


def seven_days(rows: Iterable[WeekdayInterval]) -> list[DayHours]:
    """Give a week, Monday first, with closed days in it."""
    by_day: defaultdict[int, list[Interval]] = defaultdict(list)
    for row in rows:
        by_day[row.weekday].append(Interval(row.opens, row.closes))
    return [DayHours(weekday=day, intervals=_faces(by_day[day])) for day in Weekday]


def by_date(rows: Iterable[Any], since: datetime.date | None, until: datetime.date | None) -> list[DateHours]:
    """Give the overrides of the dates asked for, by date."""
    found: defaultdict[datetime.date, list[Interval]] = defaultdict(list)
    for row in rows:
        if in_range(row.date, since, until):
            found[row.date] += [] if row.opens is None else [Interval(row.opens, row.closes)]
    return [DateHours(date=day, intervals=_faces(found[day])) for day in sorted(found)]


def in_range(day: datetime.date, since: datetime.date | None, until: datetime.date | None) -> bool:
    """Tell whether a date lies in a range of which either end may be open."""
    return (since is None or since <= day) and (until is None or day <= until)


def read_week(week: Sequence[DayHoursInput]) -> list[intervals.DayHours]:
    """Give what a week means. Raises VALIDATION_FAILED for a time that is none."""
    return [
        intervals.DayHours(day.weekday.value, _read(day.intervals, ["week", str(place)]))
        for place, day in enumerate(week)
    ]


def read_dates(days: Sequence[DateHoursInput]) -> list[intervals.DateHours]:
    """Give what some dates mean. Raises VALIDATION_FAILED for a time that is none."""
    return [
        intervals.DateHours(day.date, _read(day.intervals, ["days", str(place)]))
        for place, day in enumerate(days)
    ]


def _read(given: Sequence[HoursIntervalInput], path: list[str]) -> list[Interval]:
    found = []
    for place, each in enumerate(given):
        try:
            found.append(intervals.read_interval(each.opens, each.closes))
        except ValueError as error:
            field = [*path, "intervals", str(place)]
            raise DomainError(ErrorCode.VALIDATION_FAILED, str(error), field=field) from None
    return found


def _faces(found: list[Interval]) -> list[HoursInterval]:
    return [HoursInterval.of(*interval) for interval in sorted(found)]
