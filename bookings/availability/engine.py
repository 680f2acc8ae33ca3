"""What can be booked: the one engine that both the listing and the booking ask.

Pure interval arithmetic over epoch seconds (UTC). Ranges are half-open: one may end where the next begins.
The rules are those of the design's chapter on availability.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bookings.availability.calendars import Calendar, KnownSlot, closures, open_pieces
from bookings.availability.caps import reached
from bookings.availability.intervals import (
    Range,
    fits_in,
    holds,
    intersected,
    merged,
    overlaps,
    within,
    without,
)
from bookings.schedules.walltime import instant, local_date

MINUTE = 60
ANY = 0
"""What an opening has for a schedule where anybody's will do."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a booking asks of time. Lengths in seconds, horizon in days; None lifts notice or horizon.

    `seats` are wanted of the `capacity` that a fresh slot of the service has. per_day, per_week: how many bookings of
    the service there may be at most, on all schedules together. longest: where the length is left open, that of the
    longest published slot that will do; `duration` is then the shortest. most_seats: of any session, whatever was
    published, where a resource has to have room for them.
    """

    service: int
    duration: int
    step: int
    before: int
    after: int
    seats: int
    capacity: int
    notice: int | None
    horizon: int | None
    per_day: int | None = None
    per_week: int | None = None
    longest: int | None = None
    most_seats: int | None = None

    def seats_of(self, slot: KnownSlot) -> int:
        """Give how many seats of a slot can be taken in all."""
        return slot.capacity if self.most_seats is None else min(slot.capacity, self.most_seats)

    def for_slot(self, slot: KnownSlot) -> "Terms":
        """Give the terms for a slot of their service: where the length is left open, at the slot's length."""
        length = slot.end - slot.start
        if self.longest is None or slot.service not in {None, self.service}:
            return self
        if not self.duration < length <= self.longest:
            return self
        return replace(self, duration=length, longest=None)


class Opening(NamedTuple):
    """A start that can be booked, as things stand. `schedule` is ANY where anybody's will do."""

    start: int
    schedule: int
    end: int
    capacity: int
    seats_left: int


@dataclass(frozen=True, slots=True)
class Starts:
    """Where sessions can start: `fresh` in open hours, sorted; `known` in slots that have a row."""

    fresh: list[int]
    known: list[Opening]


def openings(
    terms: Terms,
    calendar: Calendar,
    *,
    since: int,
    until: int,
    now: int,
    rooms: Sequence[Calendar] | None = None,
) -> list[Opening]:
    """Give every start in [since, until) at which the terms can be booked in the calendar, in order.

    rooms: where given, one of them has to be free as well.
    """
    found = starts(terms, calendar, since=since, until=until, now=now, rooms=rooms)
    length, seats = terms.duration, terms.capacity
    fresh = [Opening(start, calendar.schedule, start + length, seats, seats) for start in found.fresh]
    return sorted(fresh + found.known)


def openings_of_anyone(
    terms: Terms,
    calendars: Iterable[Calendar],
    *,
    since: int,
    until: int,
    now: int,
    rooms: Sequence[Calendar] | None = None,
) -> list[Opening]:
    """Give the starts at which one of the calendars at least can be booked, each once, under the schedule ANY.

    Its seats are those of the session that has most of them left: a booking's seats lie in one session.
    """
    fresh: set[int] = set()
    known: dict[int, Opening] = {}
    beside = None if rooms is None else Beside.of(terms, rooms, since, until)
    for calendar in calendars:
        found = starts(terms, calendar, since=since, until=until, now=now, rooms=rooms, beside=beside)
        fresh.update(found.fresh)
        for opening in found.known:
            before = known.get(opening.start)
            if before is None or before.seats_left < opening.seats_left:
                start, _, *rest = opening
                known[start] = Opening(start, ANY, *rest)
    for start in fresh:
        if start not in known or known[start].seats_left < terms.capacity:
            known[start] = Opening(start, ANY, start + terms.duration, terms.capacity, terms.capacity)
    return [known[start] for start in sorted(known)]


def starts(
    terms: Terms,
    calendar: Calendar,
    *,
    since: int,
    until: int,
    now: int,
    rooms: Sequence[Calendar] | None = None,
    beside: "Beside | None" = None,
) -> Starts:
    """Give the same as plain starts, which is much less to make for a page out of many calendars.

    beside: the survey of the rooms for this range or a longer one, if there is one already.
    """
    since, until = within_notice_and_horizon(terms, calendar.zone, since, until, now)
    if since >= until:
        return Starts([], [])
    full = full_days(terms, calendar)
    ground = Ground.of(terms, calendar, since, until)
    if rooms is not None and beside is None:
        beside = Beside.of(terms, rooms, since, until)
    known = [
        Opening(slot.start, calendar.schedule, slot.end, seats := terms.seats_of(slot), seats - slot.taken)
        for slot in calendar.slots
        if since <= slot.start < until
        and not (full and holds(full, slot.start))
        and (
            _admits(terms, ground, slot, beside)
            if (own := terms.for_slot(slot)) is terms
            else _admits_longer(own, calendar, slot, rooms)
        )
    ]
    return Starts(_fresh(terms, ground, full, beside), known)


@dataclass(frozen=True, slots=True)
class Ground:
    """One calendar between two instants, for starts in `span`: `pieces` of open time, `closed` time.

    in_hours: starts whose session lies in open time and meets neither busy time nor a published slot; barred: starts
    whose session meets busy or closed time, sorted. Of neither is the step looked at.
    """

    span: Range
    pieces: list[Range]
    closed: list[Range]
    in_hours: list[Range]
    barred: list[Range]

    @property
    def anywhere(self) -> list[Range]:
        """Starts whose session meets neither busy nor closed time."""
        return without([self.span], self.barred)

    @classmethod
    def of(cls, terms: Terms, calendar: Calendar, since: int, until: int) -> "Ground":
        """Survey a calendar for starts in [since, until)."""
        length, lead, trail = terms.duration - 1, terms.duration + terms.after - 1, terms.before
        against = merged((start - lead, end + trail) for start, end, _ in calendar.busy)
        shown = [(slot.start - length, slot.end) for slot in calendar.slots if slot.published]
        pieces = open_pieces(calendar, since, until + terms.duration)
        closed = closures(calendar, since, until + terms.duration)
        fits = [(low, high - length) for low, high in merged(pieces) if high - low > length]
        shut = [(low - length, high) for low, high in closed]
        return cls(
            span=(since, until),
            pieces=pieces,
            closed=closed,
            in_hours=without(within((since, until), fits), merged(against + shown) if shown else against),
            barred=merged(against + shut) if shut else against,
        )


@dataclass(frozen=True, slots=True)
class Beside:
    """Where sessions can start for one of some rooms at least: in its hours, or beside a published slot anywhere."""

    in_hours: list[Range]
    anywhere: list[Range]

    @classmethod
    def of(cls, terms: Terms, rooms: Sequence[Calendar], since: int, until: int) -> "Beside":
        """Survey the rooms for starts in [since, until)."""
        grounds = [Ground.of(terms, room, since, until) for room in rooms]
        return cls(
            in_hours=merged(each for ground in grounds for each in ground.in_hours),
            anywhere=merged(each for ground in grounds for each in ground.anywhere),
        )


def within_notice_and_horizon(
    terms: Terms, zone: ZoneInfo, since: int, until: int, now: int
) -> tuple[int, int]:
    """Narrow the range to starts to come that leave the notice (exactly that is enough) and obey the horizon."""
    since = max(since, now + 1, now + (terms.notice or 0))
    if terms.horizon is not None:
        until = min(until, end_of_horizon(terms.horizon, zone, now))
    return since, until


def end_of_horizon(days: int, zone: ZoneInfo, now: int) -> int:
    """Give the midnight that ends the last date on which a session may start: today and so many days."""
    return instant(zone, local_date(zone, now) + timedelta(days=days + 1), 0)


def full_days(terms: Terms, calendar: Calendar) -> list[Range]:
    """Give the days and weeks of the schedule's zone in which a cap, the schedule's or the service's, is reached."""
    own: Iterable[tuple[int, int]] = ()
    if calendar.per_day is not None or calendar.per_week is not None:
        own = ((slot.start, slot.holders) for slot in calendar.slots if slot.holders)
    return merged(
        reached(own, calendar.zone, calendar.per_day, calendar.per_week)
        + reached(calendar.sold, calendar.zone, terms.per_day, terms.per_week)
    )


def _fresh(terms: Terms, ground: Ground, full: list[Range], beside: Beside | None) -> list[int]:
    """Give the starts on the step grid of open hours that nothing stands against."""
    if terms.seats > terms.capacity:
        return []
    free = without(ground.in_hours, full)
    if beside is not None:
        free = intersected(free, beside.in_hours)
    found: list[int] = []
    step, position, latest = terms.step, 0, 0
    apart = True
    for opens, closes in ground.pieces:
        apart, latest = apart and opens >= latest, max(latest, closes)
        while position < len(free) and free[position][1] <= opens:
            position += 1
        for index in range(position, len(free)):
            low, high = free[index]
            if low >= closes:
                break
            first = low + (opens - low) % step if low > opens else opens
            found.extend(range(first, high if high < closes else closes, step))
    return found if apart else sorted(set(found))


def _admits_longer(
    terms: Terms, calendar: Calendar, slot: KnownSlot, rooms: Sequence[Calendar] | None
) -> bool:
    """Tell the same of a slot whose length is not that of the others: the ground is surveyed for it alone."""
    beside = None if rooms is None else Beside.of(terms, rooms, slot.start, slot.start + 1)
    return _admits(terms, Ground.of(terms, calendar, slot.start, slot.start + 1), slot, beside)


def _admits(terms: Terms, ground: Ground, slot: KnownSlot, beside: Beside | None) -> bool:
    """Tell whether a slot that has a row has room for the terms.

    A published one asks for no hours, but nothing may be taken away from it. One that was taken without being
    published lies in open time, as when it was computed. A taken one holds its own time and room already.
    """
    if (
        terms.seats_of(slot) - slot.taken < terms.seats
        or slot.end - slot.start != terms.duration
        or slot.service not in {None, terms.service}
    ):
        return False
    if not slot.published:
        return bool(slot.taken) and fits_in(ground.pieces, slot.start, slot.end)
    if slot.taken:
        return not overlaps(ground.closed, slot.start, slot.end)
    return not holds(ground.barred, slot.start) and (beside is None or holds(beside.anywhere, slot.start))
