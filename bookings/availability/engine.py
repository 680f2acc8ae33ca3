"""What can be booked: the one engine that both the listing and the booking ask.

Pure interval arithmetic over epoch seconds (UTC). Ranges are half-open: one may end where the next begins.
The rules are those of the design's chapter on availability.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from bookings.schedules.walltime import instant, local_date

MINUTE = 60


@dataclass(frozen=True, slots=True)
class Terms:
    """What a booking asks of time. Lengths in seconds, horizon in days; None lifts notice or horizon.

    `seats` are wanted of the `capacity` that a fresh slot of the service has.
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


@dataclass(frozen=True, slots=True)
class Hours:
    """One open interval of a weekday, in minutes of the wall clock; `closes` may pass midnight."""

    weekday: int
    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Busy:
    """Time in use, buffers included, and by which slot."""

    start: int
    end: int
    slot: int


@dataclass(frozen=True, slots=True)
class KnownSlot:
    """A slot that has a row: published, taken, or both. `service` is None where any that fits may take it."""

    pk: int
    start: int
    end: int
    service: int | None
    capacity: int
    taken: int
    published: bool


@dataclass(frozen=True, slots=True)
class Calendar:
    """All that matters of one schedule. `busy` is sorted by start and, as the database sees to, never overlaps."""

    schedule: int
    zone: ZoneInfo
    hours: tuple[Hours, ...]
    busy: tuple[Busy, ...]
    slots: tuple[KnownSlot, ...]


@dataclass(frozen=True, slots=True, order=True)
class Opening:
    """A start that can be booked, as things stand."""

    start: int
    schedule: int
    end: int
    capacity: int
    seats_left: int


def openings(terms: Terms, calendar: Calendar, *, since: int, until: int, now: int) -> list[Opening]:
    """Give every start in [since, until) at which the terms can be booked in the calendar, in order."""
    since, until = _within_notice_and_horizon(terms, calendar.zone, since, until, now)
    if since >= until:
        return []
    found = list(_known(terms, calendar, since, until))
    found.extend(_computed(terms, calendar, since, until))
    return sorted(found)


def _within_notice_and_horizon(
    terms: Terms, zone: ZoneInfo, since: int, until: int, now: int
) -> tuple[int, int]:
    """Narrow the range to starts that leave the notice (exactly the notice is enough) and obey the horizon."""
    since = max(since, now + (terms.notice or 0))
    if terms.horizon is not None:
        last = local_date(zone, now) + timedelta(days=terms.horizon)
        until = min(until, instant(zone, last + timedelta(days=1), 0))
    return since, until


def _known(terms: Terms, calendar: Calendar, since: int, until: int) -> Iterator[Opening]:
    """Give published slots that nothing overlaps, and seats left in group slots of the same service."""
    for slot in calendar.slots:
        left = slot.capacity - slot.taken
        if (
            since <= slot.start < until
            and left >= terms.seats
            and slot.end - slot.start == terms.duration
            and slot.service in (None, terms.service)
            and (
                slot.taken
                or not _overlaps(calendar.busy, slot.start - terms.before, slot.end + terms.after, slot.pk)
            )
        ):
            yield Opening(slot.start, calendar.schedule, slot.end, slot.capacity, left)


def _computed(terms: Terms, calendar: Calendar, since: int, until: int) -> Iterator[Opening]:
    """Give the starts inside open hours that neither busy time nor a published slot stands against."""
    if terms.seats > terms.capacity:
        return
    published = tuple(
        Busy(slot.start, slot.end, slot.pk)
        for slot in sorted(calendar.slots, key=lambda slot: slot.start)
        if slot.published
    )
    seen: set[int] = set()
    for opens, closes in open_intervals(calendar, since, until):
        steps_to_skip = max(0, -(-(since - opens) // terms.step))
        last = min(closes - terms.duration, until - 1)
        for start in range(opens + steps_to_skip * terms.step, last + 1, terms.step):
            end = start + terms.duration
            if (
                start not in seen
                and not _overlaps(calendar.busy, start - terms.before, end + terms.after)
                and not _overlaps_any(published, start, end)
            ):
                seen.add(start)
                yield Opening(start, calendar.schedule, end, terms.capacity, terms.capacity)


def open_intervals(calendar: Calendar, since: int, until: int) -> Iterator[tuple[int, int]]:
    """Give the open intervals that touch [since, until), each as one interval of weekly hours was entered."""
    day = local_date(calendar.zone, since) - timedelta(days=1)
    last = local_date(calendar.zone, until)
    while day <= last:
        for hours in calendar.hours:
            if hours.weekday == day.weekday():
                opens = instant(calendar.zone, day, hours.opens)
                closes = instant(calendar.zone, day, hours.closes, late=True)
                if opens < until and closes > since:
                    yield opens, closes
        day += timedelta(days=1)


def _overlaps(busy: tuple[Busy, ...], start: int, end: int, own: int | None = None) -> bool:
    """Tell whether a range meets busy time of another slot. The ranges are disjoint, so ends are in order too."""
    position = bisect_left(busy, start, key=lambda taken: taken.end)
    while position < len(busy) and busy[position].start < end:
        taken = busy[position]
        if taken.end > start and taken.slot != own:
            return True
        position += 1
    return False


def _overlaps_any(ranges: tuple[Busy, ...], start: int, end: int) -> bool:
    """Tell whether a range meets one of some that may overlap each other."""
    return any(other.start < end and other.end > start for other in ranges)
