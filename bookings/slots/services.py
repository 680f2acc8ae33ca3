"""Taking and giving back seats. The one path by which `seats_taken` and occupations change."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from bookings.schedules.models import Schedule
from bookings.slots.models import Occupation, Slot


class Unavailable(Exception):
    """The seats or the time are in use."""


def take(
    *,
    schedule: Schedule,
    service_id: int,
    starts_at: datetime,
    ends_at: datetime,
    busy_from: datetime,
    busy_until: datetime,
    capacity: int,
    seats: int,
) -> Slot:
    """Take seats of the slot that starts then, making its row where there is none. Locks the slot.

    The first holder fixes the service and occupies [busy_from, busy_until) of the schedule.
    Raises Unavailable for too few seats, another service's slot, or overlapping time; then nothing has changed.
    """
    try:
        with transaction.atomic():
            slot = _locked_row(schedule, service_id, starts_at, ends_at, capacity)
            first = slot.seats_taken == 0
            if first:
                _fix(slot, service_id, ends_at)
            elif slot.service_id != service_id:
                raise Unavailable
            _count(slot, seats)
            if first:
                Occupation.objects.create(
                    slot=slot, schedule=schedule, busy_from=busy_from, busy_until=busy_until
                )
            return slot
    except IntegrityError:
        raise Unavailable from None


def give_back(*, slot_id: int, seats: int) -> None:
    """Return seats. With the last one the time is free again and what was published stands as it was."""
    slot = Slot.objects.select_for_update().get(pk=slot_id)
    slot.seats_taken -= seats
    changed = ["seats_taken"]
    if slot.seats_taken == 0:
        Occupation.objects.filter(slot=slot).delete()
        slot.service_id = slot.published_service_id
        changed.append("service")
    slot.save(update_fields=changed)


def _locked_row(
    schedule: Schedule, service_id: int, starts_at: datetime, ends_at: datetime, capacity: int
) -> Slot:
    """Give the locked row of this start; its schedule is locked, so nobody else makes it meanwhile."""
    slot = Slot.objects.select_for_update().filter(schedule=schedule, starts_at=starts_at).first()
    if slot is None:
        return Slot.objects.create(
            schedule=schedule, service_id=service_id, starts_at=starts_at, ends_at=ends_at, capacity=capacity
        )
    if slot.seats_taken == 0 and not slot.is_published:
        slot.ends_at, slot.capacity = ends_at, capacity
    return slot


def _fix(slot: Slot, service_id: int, ends_at: datetime) -> None:
    """Give an empty slot to its first holder's service."""
    slot.service_id, slot.ends_at = service_id, ends_at
    slot.save(update_fields=["service", "ends_at", "capacity"])


def _count(slot: Slot, seats: int) -> None:
    """Add to the seats taken where they are left, by one conditional statement."""
    counted = Slot.objects.filter(pk=slot.pk, seats_taken__lte=F("capacity") - seats).update(
        seats_taken=F("seats_taken") + seats
    )
    if counted != 1:
        raise Unavailable
    slot.refresh_from_db(fields=["seats_taken"])
