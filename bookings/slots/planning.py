"""What publishing many slots would come to: which starts it means, and what stands against each. Reads no rows."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bookings.common.errors import invalid

MOST = 1000
"""Starts that one call may mean."""
LONGEST_RANGE = timedelta(days=732)
MINUTE = timedelta(minutes=1)

Range = tuple[datetime, datetime]
"""Half-open: one may end where the next begins."""


class ClashReason(models.TextChoices):
    """What stands against a start."""

    IN_THE_PAST = "IN_THE_PAST", _("It has begun already.")
    NONEXISTENT_TIME = "NONEXISTENT_TIME", _("The clock skips this time on this date.")
    AMBIGUOUS_TIME = (
        "AMBIGUOUS_TIME",
        _("The clock shows this time twice on this date; say which with `startsAt` and its offset from UTC."),
    )
    SAME_START = "SAME_START", _("A slot that starts then is published already.")
    OVERLAPS_PUBLISHED = "OVERLAPS_PUBLISHED", _("A published slot overlaps it.")
    OVERLAPS_BOOKED = "OVERLAPS_BOOKED", _("Booked time overlaps it, buffers included.")
    OVERLAPS_EACH_OTHER = "OVERLAPS_EACH_OTHER", _("An earlier slot of the same call overlaps it.")
    TIME_OFF = "TIME_OFF", _("The calendar has time off then.")
    CLOSED_DAY = "CLOSED_DAY", _("The practice is closed on this day.")


@dataclass(frozen=True, slots=True)
class Times:
    """Which starts are meant: every one of the times on every one of the dates, and the instants besides.

    dates: themselves, and those from `first` to `last` (both included) that fall on one of the weekdays (all, where
    none is named; 0 is Monday). clock: minutes after midnight on the schedule's wall clock.
    """

    dates: Sequence[date] = ()
    first: date | None = None
    last: date | None = None
    weekdays: Collection[int] = ()
    clock: Sequence[int] = ()
    instants: Sequence[datetime] = ()


@dataclass(frozen=True, slots=True)
class Start:
    """One start that is meant, and what the schedule's clock shows then."""

    at: datetime
    wall: datetime


@dataclass(frozen=True, slots=True)
class Clash:
    """Why one start cannot be published. Without instants where the clock never shows it, or shows it twice."""

    reason: ClashReason
    wall: datetime
    starts_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Session:
    """What each of the slots would be. Busy time reaches `before` and `after` beyond a session."""

    length: timedelta
    before: timedelta = timedelta(0)
    after: timedelta = timedelta(0)


class Ranges:
    """Some ranges of time, which may overlap each other, asked many times whether one more meets any of them."""

    def __init__(self, ranges: Iterable[Range] = ()) -> None:
        ordered = sorted(ranges)
        self._starts = [start for start, _ in ordered]
        self._reach = list(accumulate((end for _, end in ordered), max))

    def meet(self, start: datetime, end: datetime) -> bool:
        """Tell whether any of them overlaps [start, end)."""
        before_end = bisect_left(self._starts, end)
        return before_end > 0 and self._reach[before_end - 1] > start


@dataclass(frozen=True, slots=True)
class Standing:
    """What is there already, around the starts that are meant."""

    starts: frozenset[datetime] = frozenset()
    published: Ranges = field(default_factory=Ranges)
    busy: Ranges = field(default_factory=Ranges)
    time_off: Ranges = field(default_factory=Ranges)
    closed: Ranges = field(default_factory=Ranges)


@dataclass(frozen=True, slots=True)
class Plan:
    """The starts that can be published together, in order, and what stands against the others."""

    starts: list[datetime]
    clashes: list[Clash]


def meant(times: Times, zone: ZoneInfo) -> tuple[list[Start], list[Clash]]:
    """Give every start that the times mean, once each and in order, and the wall times that mean no one instant.

    Raises VALIDATION_FAILED for none, for more than 1000, and for instants that are no whole minutes.
    """
    dates = sorted({*times.dates, *_range(times)})
    clock = sorted(set(times.clock))
    for name, given, other in (("times", clock, dates), ("dates", dates, clock)):
        if other and not given:
            raise invalid(name, gettext("Dates need times of day, and times of day need dates."))
    _check(dates, clock, times.instants)
    told = {_start(moment, zone) for moment in times.instants}
    starts, clashes = set(told), []
    for wall in (datetime.combine(day, time.min) + minutes * MINUTE for day in dates for minutes in clock):
        found = readings(zone, wall)
        if len(found) == 1:
            starts.add(Start(found[0], wall))
        elif not found:
            clashes.append(Clash(ClashReason.NONEXISTENT_TIME, wall, None, None))
        elif not any(Start(moment, wall) in told for moment in found):
            clashes.append(Clash(ClashReason.AMBIGUOUS_TIME, wall, None, None))
    return sorted(starts, key=lambda start: start.at), clashes


def readings(zone: ZoneInfo, wall: datetime) -> list[datetime]:
    """Give the instants at which a zone's clock shows a time: one, none in the spring gap, two in the autumn hour."""
    instants = {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(at for at in instants if at.astimezone(zone).replace(tzinfo=None, fold=0) == wall)


def plan(starts: Iterable[Start], *, session: Session, standing: Standing, now: datetime) -> Plan:
    """Sort out which of some starts, given in order, can be published together, and what is against the others.

    Of two that overlap each other the earlier one stays, where nothing else is against it. Every reason that applies
    is given, each as a clash of its own.
    """
    accepted: list[datetime] = []
    clashes: list[Clash] = []
    for start in starts:
        end = start.at + session.length
        reasons = list(_reasons(start.at, end, session, standing, now))
        if accepted and accepted[-1] + session.length > start.at:
            reasons.append(ClashReason.OVERLAPS_EACH_OTHER)
        clashes += [Clash(reason, start.wall, start.at, end) for reason in reasons]
        if not reasons:
            accepted.append(start.at)
    return Plan(accepted, clashes)


def _reasons(
    start: datetime, end: datetime, session: Session, standing: Standing, now: datetime
) -> Iterator[ClashReason]:
    """Give what stands against a session, save the others of the same call."""
    if start in standing.starts:
        yield ClashReason.SAME_START  # whatever else is there now is that slot's own
        return
    if start <= now:
        yield ClashReason.IN_THE_PAST
    if standing.published.meet(start, end):
        yield ClashReason.OVERLAPS_PUBLISHED
    if standing.busy.meet(start - session.before, end + session.after):
        yield ClashReason.OVERLAPS_BOOKED
    if standing.time_off.meet(start, end):
        yield ClashReason.TIME_OFF
    if standing.closed.meet(start, end):
        yield ClashReason.CLOSED_DAY


def _range(times: Times) -> Iterator[date]:
    """Give the dates of the range. Raises VALIDATION_FAILED for half a range, a turned one, and one too long."""
    if times.first is None and times.last is None:
        if times.weekdays:
            raise invalid(
                "weekdays", gettext("Weekdays choose among the dates of a range: give `from` and `until`.")
            )
        return
    if times.first is None or times.last is None:
        raise invalid("until" if times.last is None else "from", gettext("A range needs `from` and `until`."))
    if not timedelta(0) <= times.last - times.first <= LONGEST_RANGE:
        raise invalid(
            "until",
            gettext("`until` is `from` or later, and at most %(days)s days after it.")
            % {"days": LONGEST_RANGE.days},
        )
    for days in range((times.last - times.first).days + 1):
        day = times.first + timedelta(days=days)
        if not times.weekdays or day.weekday() in times.weekdays:
            yield day


def _check(dates: Sequence[date], clock: Sequence[int], instants: Sequence[datetime]) -> None:
    count = len(dates) * len(clock) + len(instants)
    if not count:
        raise invalid("dates", gettext("This names no time at all."))
    if count > MOST:
        raise invalid(
            "dates",
            gettext("At most %(most)s slots can be published at once; these are %(count)s.")
            % {"most": MOST, "count": count},
        )
    if not all(1970 < day.year < 2500 for day in dates):
        raise invalid("dates", gettext("A date is out of range."))
    if any(moment.second or moment.microsecond for moment in instants):
        raise invalid("startsAt", gettext("Slots start at whole minutes."))


def _start(moment: datetime, zone: ZoneInfo) -> Start:
    at = moment.astimezone(UTC)
    return Start(at, at.astimezone(zone).replace(tzinfo=None, fold=0))
