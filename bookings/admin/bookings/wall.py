"""The calendar's clock: wall-clock times of a zone as the page has them, and what that clock skips or shows twice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bookings.booking.policies import YEARS
from bookings.schedules.walltime import instant

SECOND = timedelta(seconds=1)
_STEP = timedelta(hours=3)
"""No zone puts its clock forward and back again within it."""


class Unreadable(ValueError):
    """A text that is no time of the calendar; says so to a person."""


@dataclass(frozen=True)
class Change:
    """A moment at which a zone's clock is put forward or back: what it would show then, and what it shows."""

    at: datetime
    before: datetime
    after: datetime

    @property
    def skips(self) -> bool:
        """Whether times are skipped; else they come twice."""
        return self.after > self.before


def read(text: str, here: ZoneInfo) -> list[datetime]:
    """Give the instants that a text means: none where the clock skips the time, two where it comes twice.

    A time with an offset means itself, one without is the clock's. Raises Unreadable.
    """
    try:
        said = datetime.fromisoformat(text)
    except ValueError:
        said = None
    if said is None or not text.isprintable():  # a NUL at its end passes for the end of a time
        raise Unreadable("This is no time.")
    if said.year not in YEARS:
        raise Unreadable("This date is out of range.")
    return [said.astimezone(UTC)] if said.tzinfo is not None else instants(said, here)


def instants(wall: datetime, here: ZoneInfo) -> list[datetime]:
    """Give when the zone's clock shows a time: never, once or twice, the earlier first."""
    both = {wall.replace(tzinfo=here, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(moment for moment in both if shown(moment, here) == wall)


def shown(moment: datetime, here: ZoneInfo) -> datetime:
    """Give what the zone's clock shows at an instant, without an offset."""
    return moment.astimezone(here).replace(tzinfo=None, fold=0)


def begins(day: date, here: ZoneInfo) -> datetime:
    """Give the instant at which a day begins there."""
    return datetime.fromtimestamp(instant(here, day, 0), UTC)


def text(moment: datetime, here: ZoneInfo) -> str:
    """Give an instant as the page has it: the clock's time without an offset."""
    return shown(moment, here).isoformat(timespec="seconds")


def offset(moment: datetime, here: ZoneInfo) -> str:
    """Give how far the clock is from UTC at an instant, such as `UTC+1`, `UTC-3:30` or `UTC`."""
    minutes = round((moment.astimezone(here).utcoffset() or timedelta()) / timedelta(minutes=1))
    hours, rest = divmod(abs(minutes), 60)
    sign = "" if not minutes else "+" if minutes > 0 else "−"
    return f"UTC{sign}{hours if minutes else ''}{f':{rest:02}' if rest else ''}"


def is_repeated(moment: datetime, here: ZoneInfo) -> bool:
    """Tell whether the clock shows the same time at another instant as well."""
    return len(instants(shown(moment, here), here)) > 1


def clock(moment: datetime, here: ZoneInfo) -> str:
    """Give the time of day, with its offset where the clock shows it twice."""
    time = f"{shown(moment, here):%H:%M}"
    return f"{time} ({offset(moment, here)})" if is_repeated(moment, here) else time


def day(moment: datetime, here: ZoneInfo) -> str:
    """Give the date in words."""
    there = shown(moment, here)
    return f"{there:%a} {there.day} {there:%b %Y}"


def words(moment: datetime, here: ZoneInfo) -> str:
    """Give date and time in words, with the offset where the clock shows the time twice."""
    return f"{day(moment, here)}, {clock(moment, here)}"


def hours(start: datetime, end: datetime, here: ZoneInfo) -> str:
    """Give from when until when, with the date of an end on another day; midnight at the end is 24:00."""
    first, last = shown(start, here), shown(end, here)
    until = clock(end, here)
    if last.date() != first.date():
        at_midnight = last.time() == datetime.min.time() and last.date() - first.date() == timedelta(days=1)
        until = "24:00" if at_midnight else f"{last.day} {last:%b} {until}"
    return f"{clock(start, here)} – {until}"


def drawn_until(start: datetime, end: datetime, here: ZoneInfo) -> str:
    """Give the end that the page draws: the clock's, or one after the start where the clock was put back."""
    first, last = shown(start, here), shown(end, here)
    return (last if last > first else first + (end - start)).isoformat(timespec="seconds")


def changes(since: datetime, until: datetime, here: ZoneInfo) -> Iterable[Change]:
    """Give where the zone's clock is put forward or back in [since, until)."""
    low = since
    while low < until:
        high = min(low + _STEP, until)
        if low.astimezone(here).utcoffset() != high.astimezone(here).utcoffset():
            yield _change(low, high, here)
        low = high


def change_at(wall: datetime, here: ZoneInfo) -> Change | None:
    """Give the change because of which the clock skips a time, or shows it twice."""
    around = [wall.replace(tzinfo=here, fold=fold).astimezone(UTC) for fold in (0, 1)]
    return next(iter(changes(min(around) - _STEP, max(around) + _STEP, here)), None)


def _change(low: datetime, high: datetime, here: ZoneInfo) -> Change:
    """Find the second at which the offset becomes another."""
    before = low.astimezone(here).utcoffset()
    while high - low > SECOND:
        middle = low + (high - low) // 2
        if middle.astimezone(here).utcoffset() == before:
            low = middle
        else:
            high = middle
    at = high.replace(microsecond=0)
    return Change(at, shown(at - SECOND, here) + SECOND, shown(at, here))
