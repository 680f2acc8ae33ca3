"""Asking the engine about rows: what is open, what would be next, and why something is not."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import ngettext

from bookings.availability import engine
from bookings.availability.calendars import Calendar, given_back
from bookings.availability.caps import load
from bookings.availability.engine import ANY, MINUTE, Opening, Terms
from bookings.availability.hosts import Hosts
from bookings.availability.intervals import Range
from bookings.availability.loading import calendars, epoch, known_slot, moment
from bookings.availability.reasons import Reason, clashes, reasons, too_soon_or_late
from bookings.catalogue.models import Service
from bookings.common.errors import DomainError, ErrorCode
from bookings.common.zones import zone

__all__ = ["ANY", "epoch", "moment"]

NEXT_OPEN_DAYS = 14
"""How far ahead the next open times are looked for."""
NEXT_OPEN = 3


def terms_of(service: Service, *, seats: int = 1, length: timedelta | None = None) -> Terms:
    """Give what a service asks for, now. Raises VALIDATION_FAILED for a length that it does not have.

    length: of a session whose length the client chooses; the shortest if None, or that of a longer published slot.
    """
    return Terms(
        service=service.pk,
        duration=_seconds(service, length),
        step=service.step * MINUTE,
        before=service.buffer_before * MINUTE,
        after=service.buffer_after * MINUTE,
        seats=seats,
        capacity=service.seats,
        notice=service.notice * MINUTE,
        horizon=service.horizon,
        per_day=service.max_per_day,
        per_week=service.max_per_week,
        longest=(service.max_duration or 0) * MINUTE or None if length is None else None,
        most_seats=most_seats(service),
    )


def most_seats(service: Service) -> int | None:
    """Give how many seats a session has at most where resources are chosen by the service's seats, else None."""
    return None if service.holds == Service.Holds.CONSULTANT else service.seats


def openings(*, terms: Terms, hosts: Hosts, since: datetime, until: datetime, now: datetime) -> list[Opening]:
    """Give what can be booked in [since, until) with each of the hosts, by start and schedule."""
    until = _within_reach(terms, until, now)
    low, high, present = epoch(since), epoch(until), epoch(now)
    if low >= high:
        return []
    own, rooms = _split(hosts, terms, since, until, listing=True)
    found: list[Opening] = []
    for calendar in own:
        found += engine.openings(terms, calendar, since=low, until=high, now=present, rooms=rooms)
    return sorted(found)


def openings_of_anyone(
    *, terms: Terms, hosts: Hosts, since: datetime, until: datetime, now: datetime
) -> list[Opening]:
    """Give the starts at which somebody at least is free, each once, under the schedule ANY.

    Its seats are those of the session that has most of them left: a booking's seats lie in one session.
    """
    until = _within_reach(terms, until, now)
    low, high, present = epoch(since), epoch(until), epoch(now)
    if low >= high:
        return []
    own, rooms = _split(hosts, terms, since, until, listing=True)
    return engine.openings_of_anyone(terms, own, since=low, until=high, now=present, rooms=rooms)


def offered(*, terms: Terms, hosts: Hosts, since: datetime, until: datetime, now: datetime) -> list[Opening]:
    """Give what a listing shows: the named host's openings, or each start once where anyone will do."""
    ask = openings_of_anyone if hosts.anyone else openings
    return ask(terms=terms, hosts=hosts, since=since, until=until, now=now)


def openings_among(
    *, terms: Terms, hosts: Hosts, starts: Collection[datetime], now: datetime, anyone: bool
) -> list[Opening]:
    """Give the openings at some starts: what is around them is read once, and only they are looked at."""
    since, until = max(min(starts), now), _within_reach(terms, max(starts) + timedelta(seconds=1), now)
    if since >= until:
        return []
    own, rooms = _split(hosts, terms, since, until, listing=True)
    found: list[Opening] = []
    for begin in {epoch(start) for start in starts if since <= start < until}:
        span = {"since": begin, "until": begin + 1, "now": epoch(now)}
        if anyone:
            found += engine.openings_of_anyone(terms, own, **span, rooms=rooms)
        else:
            for calendar in own:
                found += engine.openings(terms, calendar, **span, rooms=rooms)
    return found


def openings_at(*, terms: Terms, hosts: Hosts, start: datetime, now: datetime) -> list[Opening]:
    """Give the openings that start exactly then, least loaded host first: what is not listed cannot be booked.

    A session of a group that has begun to fill comes before a fresh one. Load is bookings on the day, then in the
    week, both of the host's own zone; the older host goes first where they are equal.
    """
    begin = epoch(start)
    if begin != start.timestamp():
        return []
    own, rooms = _split(hosts, terms, start, start + timedelta(seconds=1), counting=len(hosts.schedules) > 1)
    found = [
        (_is_fresh(calendar, begin), *load(calendar, begin), opening)
        for calendar in own
        for opening in engine.openings(
            terms, calendar, since=begin, until=begin + 1, now=epoch(now), rooms=rooms
        )
    ]
    return [opening for *_, opening in sorted(found)]


def next_openings(
    *, terms: Terms, hosts: Hosts, after: datetime, now: datetime, count: int = NEXT_OPEN
) -> list[Opening]:
    """Give up to `count` open times from `after` on, within the next days; from now on where that is too far off."""
    ahead = timedelta(days=NEXT_OPEN_DAYS)
    found = offered(terms=terms, hosts=hosts, since=after, until=after + ahead, now=now)
    if not found:
        found = offered(terms=terms, hosts=hosts, since=now, until=min(after, now + ahead), now=now)
    return found[:count]


@dataclass(frozen=True)
class Explanation:
    """What stands against a start; nothing where it is open.

    `clashes` are busy times, of one named host only and where clients may book.
    """

    reasons: list[Reason]
    clashes: list[Range]


def explain(*, terms: Terms, hosts: Hosts, start: datetime, now: datetime) -> Explanation:
    """Give every rule that stands against a start; where anyone will do, what stands against any of them."""
    begin = epoch(start)
    own, rooms = _split(hosts, terms, start, start + timedelta(seconds=1), counting=True)
    if not own:
        clock = zone(hosts.timezone)
        found = {Reason.NOT_OFFERED, *too_soon_or_late(terms, clock, begin, epoch(now))}
        return Explanation([reason for reason in Reason if reason in found], [])
    each = [reasons(terms, calendar, start=begin, now=epoch(now), rooms=rooms) for calendar in own]
    if begin != start.timestamp():
        each = [[*found, Reason.NOT_ON_STEP] for found in each]
    if not all(each):
        return Explanation([], [])
    found = set().union(*each)
    # What was, and what cannot be asked for yet, is nobody's business.
    told = len(own) == 1 and found.isdisjoint({Reason.IN_THE_PAST, Reason.BEYOND_HORIZON})
    return Explanation(
        [reason for reason in Reason if reason in found], clashes(terms, own[0], begin) if told else []
    )


def _within_reach(terms: Terms, until: datetime, now: datetime) -> datetime:
    """Give an end beyond which no zone's horizon lies, so that nothing is read in vain."""
    return until if terms.horizon is None else min(until, now + timedelta(days=terms.horizon + 2))


def _is_fresh(calendar: Calendar, start: int) -> bool:
    """Tell whether nobody sits in the session yet."""
    return not any(slot.start == start and slot.taken for slot in calendar.slots)


def _split(
    hosts: Hosts,
    terms: Terms,
    since: datetime,
    until: datetime,
    *,
    counting: bool = False,
    listing: bool = False,
) -> tuple[list[Calendar], list[Calendar] | None]:
    """Give the hosts' calendars, and their rooms' where one is needed."""
    # A seat given back may make room in a slot that is full now.
    listing = listing and hosts.freed is None
    found = calendars(hosts.all, terms=terms, since=since, until=until, counting=counting, listing=listing)
    if hosts.freed is not None:
        slot = known_slot(hosts.freed.slot_id)
        found = [given_back(calendar, slot, hosts.freed.seats) for calendar in found]
    own = found[: len(hosts.schedules)]
    return own, None if hosts.rooms is None else found[len(hosts.schedules) :]


def _lasts(shortest: int, longest: int) -> str:
    """Say how many minutes a session may last."""
    if shortest == longest:
        return ngettext(
            "A session of this service lasts %(minutes)s minute.",
            "A session of this service lasts %(minutes)s minutes.",
            shortest,
        ) % {"minutes": shortest}
    return ngettext(
        "A session of this service lasts %(least)s to %(most)s whole minute.",
        "A session of this service lasts %(least)s to %(most)s whole minutes.",
        longest,
    ) % {"least": shortest, "most": longest}


def _seconds(service: Service, length: timedelta | None) -> int:
    shortest, longest = service.duration, service.max_duration or service.duration
    if length is None:
        return shortest * MINUTE
    minutes, rest = divmod(length, timedelta(minutes=1))
    if rest or not shortest <= minutes <= longest:
        raise DomainError(ErrorCode.VALIDATION_FAILED, _lasts(shortest, longest), field=["endsAt"])
    return minutes * MINUTE
