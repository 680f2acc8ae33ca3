"""Whose time a booking of a service may take: one of some schedules, and where it needs a room, one of some rooms."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.resources.models import Resource
from bookings.schedules.models import Schedule

Holds = Service.Holds


@dataclass(frozen=True)
class Seats:
    """Seats of a slot that a booking would give back: its own old time never stands against its new one."""

    slot_id: int
    seats: int


@dataclass(frozen=True)
class Hosts:
    """The schedules of which one is booked, and the rooms of which one is held with it (None: no room is needed).

    anyone: the client named none of them, so whoever is free and least loaded will do. freed: seats to be counted as
    given back already. timezone: the practice's, for what is said where nobody is there.
    """

    schedules: tuple[Schedule, ...]
    rooms: tuple[Schedule, ...] | None = None
    anyone: bool = False
    freed: Seats | None = None
    timezone: str = "UTC"

    @property
    def all(self) -> tuple[Schedule, ...]:
        """Every schedule that may be taken."""
        return (*self.schedules, *(self.rooms or ()))

    @property
    def ids(self) -> frozenset[int]:
        """The keys of all of them."""
        return frozenset(schedule.pk for schedule in self.all)


def hosts_of(service: Service, *, consultant_id: int | None = None, resource_id: int | None = None) -> Hosts:
    """Give who and what can be booked for a service now: those named, or all that offer it. May be nobody.

    A resource with less room than the service has seats is none for it.
    """
    resources = [] if service.holds == Holds.CONSULTANT else _resources(service, resource_id)
    clock = service.business.timezone
    if service.holds == Holds.RESOURCE:
        return Hosts(tuple(resources), anyone=resource_id is None, timezone=clock)
    people = Consultant.objects.filter(business=service.business_id, services=service, is_active=True)
    if consultant_id is not None:
        people = people.filter(pk=consultant_id)
    return Hosts(
        _schedules(people.order_by("pk").values_list("schedule", flat=True)),
        tuple(resources) if service.holds == Holds.BOTH else None,
        anyone=consultant_id is None,
        timezone=clock,
    )


def consultants_by_schedule(schedule_ids: Iterable[int]) -> Mapping[int, Consultant]:
    """Give the consultants whose schedules these are."""
    rows = Consultant.objects.select_related("schedule", "business").filter(schedule__in=set(schedule_ids))
    return {consultant.schedule_id: consultant for consultant in rows}


def resources_by_schedule(schedule_ids: Iterable[int]) -> Mapping[int, Resource]:
    """Give the resources whose schedules these are."""
    rows = Resource.objects.select_related("schedule", "business").filter(schedule__in=set(schedule_ids))
    return {resource.schedule_id: resource for resource in rows}


def _resources(service: Service, resource_id: int | None) -> list[Schedule]:
    rows = Resource.objects.filter(
        business=service.business_id,
        services=service,
        is_active=True,
        is_available=True,
        capacity__gte=service.seats,
    )
    if resource_id is not None:
        rows = rows.filter(pk=resource_id)
    return list(_schedules(rows.values_list("schedule", flat=True)))


def _schedules(ids: Iterable[int]) -> tuple[Schedule, ...]:
    return tuple(Schedule.objects.select_related("business").filter(pk__in=ids).order_by("pk"))
