"""Ranges of epoch seconds as people read them: days and times on a calendar's own clock."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bookings.availability.comparing import A_YEAR, Difference
from bookings.availability.intervals import Range
from bookings.businesses.hours import Weekday
from bookings.schedules.walltime import SECONDS_OF_A_DAY, ClockChange, instant, local_date

MOST_DAYS = 14
"""Days that are listed one by one; more are told by weekday."""
MOST_ROWS = 28
DAY = "%a %-d %b %Y"
A_WEEK = 7 * SECONDS_OF_A_DAY


@dataclass
class Row:
    """A day, or every such weekday, and what opens and closes then."""

    when: str
    opens: list[str] = field(default_factory=list)
    closes: list[str] = field(default_factory=list)


def hours(seconds: int) -> str:
    """Give a length in hours and minutes."""
    whole, rest = divmod(seconds // 60, 60)
    return f"{whole} h {rest} min" if whole and rest else f"{whole} h" if whole else f"{rest} min"


def length(ranges: Iterable[Range]) -> int:
    """Give how long some ranges last together, in seconds."""
    return sum(high - low for low, high in ranges)


def span(zone: ZoneInfo, low: int, high: int) -> str:
    """Give from and until when on one day; midnight at its end is 24:00, a later end is named as the next day's."""
    start, end = (datetime.fromtimestamp(each, zone) for each in (low, high))
    if start.date() == end.date():
        return f"{start:%H:%M}–{end:%H:%M}"
    if f"{start:%H:%M}–{end:%H:%M}" == "00:00–00:00":
        return "all day"
    if end.date() == start.date() + timedelta(days=1):
        return f"{start:%H:%M}–24:00" if f"{end:%H:%M}" == "00:00" else f"{start:%H:%M}–{end:%H:%M} next day"
    return f"{start:%H:%M} – {end:{DAY}}, {end:%H:%M}"


def by_day(zone: ZoneInfo, ranges: Iterable[Range]) -> dict[date, list[str]]:
    """Give ranges as they are read, under the day on which each begins; what lasts longer than a day is cut by days."""
    found: defaultdict[date, list[str]] = defaultdict(list)
    for each in ranges:
        for low, high in _cut(zone, each):
            found[local_date(zone, low)].append(span(zone, low, high))
    return dict(found)


def rows(found: Difference) -> tuple[list[Row], int]:
    """Give what opens and closes day by day, or by weekday where it is much, and how many more rows there are."""
    opens, closes = by_day(found.zone, found.opens), by_day(found.zone, found.closes)
    days = sorted({*opens, *closes})
    if len(days) <= MOST_DAYS:
        told = [Row(f"{day:{DAY}}", opens.get(day, []), closes.get(day, [])) for day in days]
        return told, 0
    alike: defaultdict[tuple[int, str, str], list[date]] = defaultdict(list)
    for day in days:
        alike[day.weekday(), ", ".join(opens.get(day, [])), ", ".join(closes.get(day, []))].append(day)
    last = local_date(found.zone, found.until) if found.until - found.since == A_YEAR else date.max
    every = [
        Row(_days(alike_days, last), [opened] if opened else [], [closed] if closed else [])
        for (_, opened, closed), alike_days in sorted(alike.items(), key=lambda each: (each[0][0], each[1]))
    ]
    return every[:MOST_ROWS], max(0, len(every) - MOST_ROWS)


def clocks(found: Difference) -> list[str]:
    """Name the weeks in which the clock jumps, and how long it is open then."""
    return [_clock(found, jump) for jump in found.clocks]


def _clock(found: Difference, jump: ClockChange) -> str:
    zone = found.zone
    day = local_date(zone, jump.at)
    monday = day - timedelta(days=day.weekday())
    after = datetime.fromtimestamp(jump.at, zone)
    before = (datetime.fromtimestamp(jump.at - 1, zone) + timedelta(seconds=1)).replace(tzinfo=None)
    skipped = jump.by > 0
    low, high = sorted((before, after.replace(tzinfo=None)))
    what = (
        f"the clock goes forward from {before:%H:%M} to {after:%H:%M}: {low:%H:%M}–{high:%H:%M} does not exist"
        if skipped
        else f"the clock goes back from {before:%H:%M} to {after:%H:%M}: {low:%H:%M}–{high:%H:%M} comes twice"
    )
    reach = (jump.at, jump.at + 1) if skipped else (jump.at + jump.by, jump.at - jump.by)
    inside = [each for each in found.after if each[0] < reach[1] and each[1] > reach[0]]
    nights = [
        f"open {datetime.fromtimestamp(low, zone):%a %H:%M} – {datetime.fromtimestamp(high, zone):%a %H:%M}, "
        f"which is {hours(high - low)} then"
        for low, high in inside
        if high - low < A_WEEK
    ]
    told = f" ({'; '.join(nights)})" if nights else " (closed then)" if not inside else ""
    return (
        f"Week of {monday:{DAY}}: on {day:{DAY}} {what}{told}. All other hours keep their time on the clock."
    )


def _days(days: Sequence[date], last: date) -> str:
    if len(days) == 1:
        return f"{days[0]:{DAY}}"
    name = f"{Weekday(days[0].weekday()).label}s"
    goes_on = days[-1] > last - timedelta(days=8)
    if goes_on:
        return f"{name} from {days[0]:%-d %b %Y} on"
    return f"{name}, {days[0]:%-d %b %Y} – {days[-1]:%-d %b %Y} ({len(days)} times)"


def _cut(zone: ZoneInfo, each: Range) -> Iterator[Range]:
    low, high = each
    while high - low > SECONDS_OF_A_DAY + 60 * 60:
        midnight = instant(zone, local_date(zone, low), 24 * 60)
        yield low, midnight
        low = midnight
    if low < high:
        yield low, high
