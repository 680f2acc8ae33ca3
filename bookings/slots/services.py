"""Taking and giving back seats. The one path by which `seats_taken`, `holders` and occupations change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from bookings.schedules.models import Schedule
from bookings.slots.models import Occupation, Slot


class Unavailable(Exception):
    """The seats or the time are in use."""


@dataclass(frozen=True)
class Wanted:
    """Seats of one session. A fresh slot gets `capacity`; its first holder occupies [busy_from, busy_until).

    schedule: whose slot it is; beside: other schedules that are occupied with it, such as a room's. most_seats: of
    the session, whatever the slot's capacity; None: that alone.
    """

    schedule: Schedule
    service_id: int
    starts_at: datetime
    ends_at: datetime
    busy_from: datetime
    busy_until: datetime
    capacity: int
    seats: int
    beside: Sequence[Schedule] = ()
    most_seats: int | None = None


def take(wanted: Wanted) -> Slot:
    """Take seats of the slot that starts then, making its row where there is none. Locks the slot.

    The first holder fixes the service and occupies every schedule, all or none of them; whoever joins takes a
    seat in what is occupied already. Raises Unavailable for too few seats, another service's slot, another end, or
    overlapping time; then nothing has changed.
    """
    try:
        with transaction.atomic():
            slot = _locked_row(wanted)
            first = slot.seats_taken == 0
            if first:
                _fix(slot, wanted)
            elif slot.service_id != wanted.service_id or slot.ends_at != wanted.ends_at:
                raise Unavailable
            _count(slot, wanted)
            if first:
                _occupy(slot, wanted)
            return slot
    except IntegrityError:
        raise Unavailable from None


def give_back(*, slot_id: int, seats: int) -> None:
    """Return one booking's seats. With the last one the time is free and what was published stands as it was."""
    slot = Slot.objects.select_for_update().get(pk=slot_id)
    slot.seats_taken -= seats
    slot.holders -= 1
    changed = ["seats_taken", "holders"]
    if slot.seats_taken == 0:
        Occupation.objects.filter(slot=slot).delete()
        slot.service_id = slot.published_service_id
        changed.append("service")
    slot.save(update_fields=changed)


def _locked_row(wanted: Wanted) -> Slot:
    """Give the locked row of this start; its schedule is locked, so nobody else makes it meanwhile.

    An empty published slot of another length (staff may take any time) is one no more.
    """
    rows = Slot.objects.select_for_update()
    slot = rows.filter(schedule=wanted.schedule, starts_at=wanted.starts_at).first()
    if slot is None:
        return Slot.objects.create(
            schedule=wanted.schedule,
            service_id=wanted.service_id,
            starts_at=wanted.starts_at,
            ends_at=wanted.ends_at,
            capacity=wanted.capacity,
        )
    if slot.seats_taken == 0 and (not slot.is_published or slot.ends_at != wanted.ends_at):
        slot.ends_at, slot.capacity = wanted.ends_at, wanted.capacity
        slot.is_published, slot.published_service = False, None
    return slot


def _fix(slot: Slot, wanted: Wanted) -> None:
    """Give an empty slot to its first holder's service."""
    slot.service_id = wanted.service_id
    slot.save(update_fields=["service", "ends_at", "capacity", "is_published", "published_service"])


def _count(slot: Slot, wanted: Wanted) -> None:
    """Add to the seats taken where they are left, by one conditional statement."""
    left = Q(seats_taken__lte=F("capacity") - wanted.seats)
    if wanted.most_seats is not None:
        left &= Q(seats_taken__lte=wanted.most_seats - wanted.seats)
    counted = Slot.objects.filter(left, pk=slot.pk).update(
        seats_taken=F("seats_taken") + wanted.seats, holders=F("holders") + 1
    )
    if counted != 1:
        raise Unavailable
    slot.refresh_from_db(fields=["seats_taken", "holders"])


def _occupy(slot: Slot, wanted: Wanted) -> None:
    """Put the session's busy time into every schedule that it uses."""
    Occupation.objects.bulk_create(
        Occupation(slot=slot, schedule=schedule, busy_from=wanted.busy_from, busy_until=wanted.busy_until)
        for schedule in (wanted.schedule, *wanted.beside)
    )
