"""Taking time: lock, look, take. Asks the same engine as the listing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bookings.availability import selectors
from bookings.availability.calendars import Calendar
from bookings.availability.engine import Ground, Opening, Terms
from bookings.availability.hosts import Hosts
from bookings.availability.intervals import holds
from bookings.availability.loading import calendars
from bookings.availability.reasons import clashes
from bookings.catalogue.models import Service
from bookings.common.errors import DomainError, ErrorCode
from bookings.schedules import selectors as schedules
from bookings.schedules.models import Schedule
from bookings.slots import services as slots
from bookings.slots.models import Occupation, Slot


class TimeTaken(DomainError):
    """The time is not, or no longer, open. Knows what was asked for, so that it can be explained afterwards."""

    def __init__(self, *, terms: Terms, hosts: Hosts, start: datetime) -> None:
        super().__init__(ErrorCode.SLOT_UNAVAILABLE)
        self.terms, self.hosts, self.start = terms, hosts, start

    def suggestions(self, *, now: datetime) -> list[Opening]:
        """Give up to three next open times. To be asked outside the transaction that was refused."""
        return selectors.next_openings(
            terms=self.terms, hosts=self.hosts, after=max(self.start, now), now=now
        )


@dataclass(frozen=True)
class Held:
    """The seats that were taken: in which slot, and beside it in which room (its schedule's key)."""

    slot: Slot
    room_id: int | None


def require_open(*, terms: Terms, hosts: Hosts, start: datetime, now: datetime) -> Opening:
    """Give an opening that starts then. Raises SLOT_UNAVAILABLE. Holds nothing."""
    found = selectors.openings_at(terms=terms, hosts=hosts, start=start, now=now)
    if not found:
        raise TimeTaken(terms=terms, hosts=hosts, start=start)
    return found[0]


def lock(*, terms: Terms, schedule_ids: Iterable[int]) -> None:
    """Lock what taking time begins with: the service where it is capped, then schedules by key.

    Racing callers then queue up instead of meeting in the database's guard. What was read before may have changed
    while they waited: terms and hosts are to be read anew.
    """
    if terms.per_day is not None or terms.per_week is not None:
        # Not its key: whoever publishes slots of the service under a schedule's lock must not wait for this one.
        list(Service.objects.select_for_update(no_key=True).filter(pk=terms.service).values_list("pk"))
    schedules.lock(schedule_ids)


def hold(*, terms: Terms, hosts: Hosts, start: datetime, now: datetime, override: bool = False) -> Held:
    """Take the seats that the terms ask for with one of the hosts, inside the caller's transaction.

    Of several, the least loaded one that is free. override: whether it is offered does not matter, only overlap and
    seats do; for staff. Raises SLOT_UNAVAILABLE.
    """
    lock(terms=terms, schedule_ids=hosts.ids)
    by_id = {schedule.pk: schedule for schedule in hosts.all}
    if override:
        found = _anywhere(terms, hosts, start)
    else:
        found = selectors.openings_at(terms=terms, hosts=hosts, start=start, now=now)
    for opening in found:
        try:
            return _take(terms, hosts, by_id[opening.schedule], opening, override=override)
        except slots.Unavailable:
            continue
    raise TimeTaken(terms=terms, hosts=hosts, start=start)


def _take(terms: Terms, hosts: Hosts, schedule: Schedule, opening: Opening, *, override: bool) -> Held:
    """Take an opening, and where it needs a room that it does not have yet, the first one that is free."""
    start = selectors.moment(opening.start)
    # Locked: whoever is about to let go of the last seat takes the room with it, and who waited for them is first.
    taken = Slot.objects.select_for_update().filter(schedule=schedule, starts_at=start, seats_taken__gt=0)
    joined = taken.first()
    room: Schedule | None = None
    if hosts.rooms is not None and joined is None:
        room = _free_room(terms, hosts.rooms, schedule, opening.start, override=override)
        if room is None:
            raise slots.Unavailable
    slot = slots.take(
        slots.Wanted(
            schedule=schedule,
            service_id=terms.service,
            starts_at=start,
            ends_at=selectors.moment(opening.end),
            busy_from=selectors.moment(opening.start - terms.before),
            busy_until=selectors.moment(opening.end + terms.after),
            capacity=opening.capacity,
            most_seats=terms.most_seats,
            seats=terms.seats,
            beside=() if room is None else (room,),
        )
    )
    others = Occupation.objects.filter(slot=slot).exclude(schedule=schedule)
    return Held(slot, room.pk if room is not None else others.values_list("schedule", flat=True).first())


def _free_room(
    terms: Terms, rooms: Sequence[Schedule], host: Schedule, start: int, *, override: bool
) -> Schedule | None:
    """Give the first room that can be held; beside a published slot, and for staff's override, hours do not count."""
    begin = selectors.moment(start)
    published = Slot.objects.filter(schedule=host, starts_at=begin, is_published=True).exists()
    for room, calendar in zip(rooms, _at(terms, rooms, begin), strict=True):
        ground = Ground.of(terms, calendar, start, start + 1)
        if override:
            free = not clashes(terms, calendar, start)
        else:
            free = holds(ground.anywhere if published else ground.in_hours, start)
        if free:
            return room
    return None


def _anywhere(terms: Terms, hosts: Hosts, start: datetime) -> list[Opening]:
    """Give what the terms ask for at a start that need not be offered, free hosts only."""
    begin = selectors.epoch(start)
    if begin != start.timestamp():
        return []
    end = begin + terms.duration
    found = []
    for schedule, calendar in zip(hosts.schedules, _at(terms, hosts.schedules, start), strict=True):
        slot = next((slot for slot in calendar.slots if slot.start == begin and slot.taken), None)
        if slot is not None or not clashes(terms, calendar, begin):
            found.append(Opening(begin, schedule.pk, end, terms.capacity, terms.capacity))
    return found


def _at(terms: Terms, wanted: Sequence[Schedule], start: datetime) -> list[Calendar]:
    return calendars(wanted, terms=terms, since=start, until=start + timedelta(seconds=1))
