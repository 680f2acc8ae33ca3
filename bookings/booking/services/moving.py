"""New time for a booking that stands: rescheduling, reassigning and approving with a time share it."""

from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext

from bookings.accounts.viewer import Viewer
from bookings.availability import selectors as availability
from bookings.availability import services as time
from bookings.availability.engine import MINUTE, Opening, Terms
from bookings.availability.hosts import Hosts, Seats, hosts_of
from bookings.booking import policies
from bookings.booking.locks import lock_row
from bookings.booking.models import Booking
from bookings.booking.policies import Actor, has_lapsed
from bookings.booking.rights import Operation
from bookings.booking.states import TABLE, ActorKind, Move, Status
from bookings.booking.terms import Holds, held_terms, hosts_for, placed
from bookings.common.errors import DomainError, ErrorCode, Forbidden, invalid
from bookings.slots import services as slots
from bookings.slots.models import Slot


@dataclass(frozen=True)
class Destination:
    """Where a booking goes: what is None stays. override: also where it is not offered; overlap and seats stand.

    length: of a session that had no time yet.
    """

    starts_at: datetime | None = None
    consultant_id: int | None = None
    resource_id: int | None = None
    length: timedelta | None = None
    override: bool = False


def is_there(booking: Booking, to: Destination) -> bool:
    """Tell whether a booking is already where it would go."""
    return (
        to.starts_at in {None, booking.starts_at}
        and to.consultant_id in {None, booking.consultant_id}
        and to.resource_id in {None, booking.resource_id}
        and to.length is None
    )


def check(to: Destination, actor: Actor) -> None:
    """Refuse an override to whoever may not, and a time that no calendar has. Raises FORBIDDEN, VALIDATION_FAILED."""
    office = actor.kind in {ActorKind.STAFF, ActorKind.ADMIN}
    if to.override and not (office and actor.may(Operation.OVERRIDE)):
        raise Forbidden
    if to.starts_at is not None and to.starts_at.year not in policies.YEARS:
        raise invalid("startsAt", gettext("This date is out of range."))


def destined_hosts(booking: Booking, to: Destination, actor: Actor) -> Hosts:
    """Give whose time a booking may move to. Raises NOT_FOUND for somebody or something that does not offer it."""
    service, asks_resource = booking.service, to.resource_id is not None
    if to.consultant_id is not None and service.holds == Holds.RESOURCE:
        raise _nobody("consultantId")
    if asks_resource and service.holds == Holds.CONSULTANT:
        raise _nobody("resourceId")
    hosts = hosts_for(booking, as_it_is=actor.kind is not ActorKind.CLIENT)
    if to.consultant_id is None and not asks_resource:
        return _same_room_first(hosts, booking)
    asked = hosts_of(service, consultant_id=to.consultant_id, resource_id=to.resource_id)
    if asks_resource and (asked.schedules if service.holds == Holds.RESOURCE else asked.rooms) == ():
        raise _nobody("resourceId")
    if service.holds == Holds.BOTH and to.consultant_id is None:
        return replace(hosts, rooms=asked.rooms)
    if not asked.schedules:
        raise _nobody("consultantId")
    return _same_room_first(asked, booking)


def _same_room_first(hosts: Hosts, booking: Booking) -> Hosts:
    """Have a booking keep its room where that is free."""
    if hosts.rooms is None or booking.resource is None:
        return hosts
    own = booking.resource.schedule_id
    return replace(hosts, rooms=tuple(sorted(hosts.rooms, key=lambda room: room.pk != own)))


def lock_for(booking_id: int, to: Destination, actor: Actor) -> tuple[Booking, Hosts]:
    """Lock the old schedule and the new, then the old slot and the new, by key, and only then the booking.

    Raises NOT_FOUND.
    """
    while True:
        before = transaction.savepoint()
        seen = _read(booking_id)
        needs = _needs(seen, to, actor)
        old = {seen.slot.schedule_id} if seen.slot is not None else set()
        time.lock(terms=needs.terms, schedule_ids=needs.hosts.ids | old)
        touched = Q(pk=seen.slot_id) | Q(schedule__in=needs.hosts.ids, starts_at=needs.start)
        list(Slot.objects.select_for_update().filter(touched).order_by("pk"))
        # Not by way of another savepoint: who waits for what a released one locked waits for the whole transaction.
        booking = lock_row(booking_id)
        fresh = _needs(booking, to, actor)
        if fresh.locks == needs.locks and booking.slot_id == seen.slot_id:
            transaction.savepoint_commit(before)
            return booking, fresh.hosts
        # It asks for other locks by now. Taking them after these would be the wrong order: begin again.
        transaction.savepoint_rollback(before)


@dataclass(frozen=True)
class _Needs:
    """What a move asks for: on which terms, from whom, and from when on."""

    terms: Terms
    hosts: Hosts
    start: datetime | None

    @property
    def locks(self) -> tuple[object, ...]:
        """What decides which rows are locked, and what is judged under the locks."""
        return self.terms, self.hosts.ids, self.start


def _needs(booking: Booking, to: Destination, actor: Actor) -> _Needs:
    return _Needs(
        held_terms(booking, length=to.length),
        destined_hosts(booking, to, actor),
        to.starts_at or booking.starts_at,
    )


def move_time(booking: Booking, to: Destination, hosts: Hosts, actor: Actor, now: datetime) -> dict[str, Any]:
    """Give the old time back and take the new (a draft only asks for it); give the columns that change with it.

    Raises SLOT_UNAVAILABLE, VALIDATION_FAILED.
    """
    start = to.starts_at or booking.starts_at
    if start is None:
        raise DomainError(ErrorCode.VALIDATION_FAILED, gettext("Say when."), field=["startsAt"])
    terms = _terms(booking, to, actor)
    if start <= now and not to.override:
        raise time.TimeTaken(terms=terms, hosts=freeing(hosts, booking), start=start)
    if booking.status == Status.DRAFT:
        if to.override:
            raise DomainError(
                ErrorCode.VALIDATION_FAILED,
                gettext("A draft holds nothing yet: verify it first."),
                field=["override"],
            )
        opening = time.require_open(terms=terms, hosts=hosts, start=start, now=now)
        changes: dict[str, Any] = {"starts_at": start, "ends_at": availability.moment(opening.end)}
    else:
        if booking.slot_id is not None:
            slots.give_back(slot_id=booking.slot_id, seats=booking.seats)
        try:
            held = time.hold(terms=terms, hosts=hosts, start=start, now=now, override=to.override)
        except time.TimeTaken:
            # What is suggested instead is looked for after the rollback, when the old time is taken again.
            raise time.TimeTaken(terms=terms, hosts=freeing(hosts, booking), start=start) from None
        changes = placed(booking, held)
        if to.resource_id not in {None, changes["resource"] and changes["resource"].pk}:
            # The session that it joins stands in another room.
            raise time.TimeTaken(terms=terms, hosts=hosts, start=start)
    return {
        **changes,
        **_deadlines(booking, changes["starts_at"]),
        "calendar_sequence": booking.calendar_sequence + 1,
    }


def _deadlines(booking: Booking, start: datetime) -> dict[str, datetime | None]:
    """Give the deadlines of the present status as they are from the new start: agreed lifetimes, never past it."""
    if booking.status == Status.DRAFT:
        return {"deadline_at": min(booking.deadline_at, start) if booking.deadline_at else None}
    entered = booking.events.exclude(from_status=booking.status).latest("sequence").at
    moved = copy(booking)
    moved.starts_at = start
    if moved.pay_by is not None:
        moved.pay_by = policies.pay_by(moved, entered)
    return {
        "pay_by": moved.pay_by,
        "deadline_at": policies.deadline_in(moved, Status(booking.status), entered),
    }


def openings_for(
    *, booking_id: int, viewer: Viewer, since: datetime, until: datetime, now: datetime
) -> list[Opening] | None:
    """Give the starts to which somebody can reschedule a booking as things stand, by the same judgement.

    None where they, the status or the clock allow no move. Raises NOT_FOUND.
    """
    booking = _read(booking_id)
    actor = policies.allowed_actor(policies.actors_of(viewer, booking), TABLE[Move.RESCHEDULE])
    if actor is None or booking.status not in TABLE[Move.RESCHEDULE].sources or has_lapsed(booking, now):
        return None
    try:
        policies.refuse_at_wrong_time(booking, TABLE[Move.RESCHEDULE], actor, now)
    except DomainError:
        return None
    return availability.offered(
        terms=_terms(booking, Destination(), actor),
        hosts=freeing(destined_hosts(booking, Destination(), actor), booking),
        since=since,
        until=until,
        now=now,
    )


def freeing(hosts: Hosts, booking: Booking) -> Hosts:
    """Count the booking's own seats as given back."""
    if booking.slot_id is None:
        return hosts
    return replace(hosts, freed=Seats(booking.slot_id, booking.seats))


def told(booking: Booking, start: datetime) -> dict[str, Any]:
    """Give what the event keeps of a move in time, before it is made."""
    return {"from": booking.starts_at.isoformat() if booking.starts_at else None, "to": start.isoformat()}


def _terms(booking: Booking, to: Destination, actor: Actor) -> Terms:
    """Give the copied terms; a client keeps notice and horizon for the new time as well."""
    terms = held_terms(booking, length=to.length)
    if actor.kind is not ActorKind.CLIENT:
        return terms
    return replace(terms, notice=booking.service.notice * MINUTE, horizon=booking.service.horizon)


def _read(booking_id: int) -> Booking:
    rows = Booking.objects.select_related(
        "service__business", "slot", "consultant__schedule__business", "resource__schedule__business"
    )
    booking = rows.filter(pk=booking_id).first()
    if booking is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    return booking


def _nobody(field: str) -> DomainError:
    return DomainError(
        ErrorCode.NOT_FOUND, gettext("Nobody and nothing like this offers the service."), field=[field]
    )
