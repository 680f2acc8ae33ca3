"""Bookings that their calendars now stand against. Nothing here changes one: staff move them, or let them be."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf

from bookings.availability import selectors
from bookings.availability.calendars import closures, open_time
from bookings.availability.engine import Opening, Terms
from bookings.availability.intervals import Range, overlaps
from bookings.availability.loading import calendars, epoch
from bookings.availability.selectors import NEXT_OPEN, NEXT_OPEN_DAYS
from bookings.booking.models import Booking
from bookings.booking.states import ACTIVE
from bookings.booking.terms import held_terms, hosts_for
from bookings.catalogue.models import Service
from bookings.schedules.models import Schedule
from bookings.slots.models import Occupation

Holds = Service.Holds

MOST = 100
"""Bookings that are listed; the rest are only counted."""
SHOWN = ("business", "service__business", "consultant__schedule__business", "resource__schedule__business")
"""What is read with them."""
LONGEST_BUFFER = timedelta(days=1)
_NOTHING = Terms(
    service=0, duration=0, step=1, before=0, after=0, seats=1, capacity=1, notice=None, horizon=None
)
"""Calendars are read for the time that is open, not for what could be booked."""


@dataclass(frozen=True)
class Proposal:
    """A booking that is touched, and up to three times to which it could move."""

    booking: Booking
    openings: list[Opening]


@dataclass(frozen=True)
class Touched:
    """The first bookings that are touched, by start, and how many there are."""

    bookings: list[Booking]
    count: int


@dataclass(frozen=True)
class _Session:
    """A taken time on one schedule: its own, or one that is held beside it."""

    slot: int
    starts_at: datetime
    ends_at: datetime
    published: bool


def touched(*, schedule_ids: Collection[int], now: datetime) -> Touched:
    """Give the active bookings still to come on these schedules that no longer lie in open time.

    Time off and closed days stand against every session; hours and overrides not against one that was published.
    The number of statements does not grow with what is found.
    """
    sessions = _sessions(schedule_ids, now)
    schedules = Schedule.objects.select_related("business").filter(pk__in=list(sessions))
    slots = {session.slot for session in _standing_against(list(schedules), sessions)}
    rows = Booking.objects.filter(slot__in=slots, status__in=ACTIVE)
    first = rows.select_related(*SHOWN).order_by("starts_at", "pk")[:MOST]
    return Touched(list(first), rows.count())


def moves(bookings: Sequence[Booking], *, now: datetime) -> list[Proposal]:
    """Give each booking with the next open times from its start on, with the same consultant or resource.

    A wish has no start, and no such times. What is read grows with the services and hosts among the bookings, not
    with the bookings.
    """
    groups: defaultdict[tuple[object, ...], list[Booking]] = defaultdict(list)
    for booking in bookings:
        if booking.starts_at is not None:
            groups[_alike(booking)].append(booking)
    found: dict[int, list[Opening]] = {}
    for group in groups.values():
        found.update(_next_openings(group, now))
    return [Proposal(booking, found.get(booking.pk, [])) for booking in bookings]


def _sessions(schedule_ids: Collection[int], now: datetime) -> dict[int, list[_Session]]:
    """Give what is taken and still to come, by the schedule that it uses."""
    rows = Occupation.objects.filter(
        schedule__in=list(schedule_ids),
        busy_from__gt=now - LONGEST_BUFFER,
        slot__starts_at__gt=now,
    ).values_list("schedule_id", "slot_id", "slot__starts_at", "slot__ends_at", "slot__is_published")
    found: defaultdict[int, list[_Session]] = defaultdict(list)
    for schedule, slot, start, end, published in rows:
        found[schedule].append(_Session(slot, start, end, published))
    return dict(found)


def _standing_against(
    schedules: Sequence[Schedule], sessions: dict[int, list[_Session]]
) -> Iterator[_Session]:
    """Give the sessions that hours, time off or closed days stand against."""
    every = [session for each in sessions.values() for session in each]
    if not every:
        return
    since = min(session.starts_at for session in every)
    until = max(session.ends_at for session in every)
    for calendar in calendars(schedules, terms=_NOTHING, since=since, until=until):
        low, high = epoch(since), epoch(until)
        opened, closed = open_time(calendar, low, high), closures(calendar, low, high)
        for session in sessions[calendar.schedule]:
            if _stands_against(session, opened, closed):
                yield session


def _stands_against(session: _Session, opened: list[Range], closed: list[Range]) -> bool:
    start, end = epoch(session.starts_at), epoch(session.ends_at)
    if overlaps(closed, start, end):
        return True
    run = bisect_right(opened, (start, inf)) - 1
    return not session.published and (run < 0 or opened[run][1] < end)


def _alike(booking: Booking) -> tuple[object, ...]:
    """Give what has to be the same for two bookings to have the same other times."""
    terms = held_terms(booking)
    thing = booking.resource_id if booking.service.holds == Holds.RESOURCE else None
    return terms, booking.consultant_id, thing


def _next_openings(alike: Sequence[Booking], now: datetime) -> dict[int, list[Opening]]:
    """Read once what is open from the first of these bookings until two weeks after the last."""
    starts = [booking.starts_at for booking in alike if booking.starts_at is not None]
    ahead = timedelta(days=NEXT_OPEN_DAYS)
    opened = selectors.openings(
        terms=held_terms(alike[0]),
        hosts=hosts_for(alike[0], as_it_is=True),
        since=max(now, min(starts)),
        until=max(starts) + ahead,
        now=now,
    )
    found = {}
    for booking, start in zip(alike, starts, strict=True):
        first = bisect_left(opened, (epoch(start),))
        following = opened[first : first + NEXT_OPEN]
        found[booking.pk] = [opening for opening in following if opening.start < epoch(start + ahead)]
    return found
