"""Whose time a booking of a service may take: one of some schedules, and where it needs a room, one of some rooms."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import BigIntegerField

from bookings.catalogue.models import Service
from bookings.common.compiled import Argument, Compiled
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
    given back already. timezone: the practice's, for what is said where nobody is there. consultant: who was named.
    """

    schedules: tuple[Schedule, ...]
    rooms: tuple[Schedule, ...] | None = None
    anyone: bool = False
    freed: Seats | None = None
    timezone: str = "UTC"
    consultant: Consultant | None = None

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
    resources = () if service.holds == Holds.CONSULTANT else _resources(service, resource_id)
    clock = service.business.timezone
    if service.holds == Holds.RESOURCE:
        return Hosts(resources, anyone=resource_id is None, timezone=clock)
    rooms = resources if service.holds == Holds.BOTH else None
    if consultant_id is None:
        return Hosts(_people(service), rooms, anyone=True, timezone=clock)
    named = _PERSON.first(consultant=consultant_id, business=service.business_id, service=service.pk)
    if named is None:
        return Hosts((), rooms, timezone=clock)
    named.business = service.business
    return Hosts(_of_practice([named.schedule], service), rooms, timezone=clock, consultant=named)


def consultants_by_schedule(schedule_ids: Iterable[int]) -> Mapping[int, Consultant]:
    """Give the consultants whose schedules these are."""
    rows = Consultant.objects.select_related("schedule", "business").filter(schedule__in=set(schedule_ids))
    return {consultant.schedule_id: consultant for consultant in rows}


def resources_by_schedule(schedule_ids: Iterable[int]) -> Mapping[int, Resource]:
    """Give the resources whose schedules these are."""
    rows = Resource.objects.select_related("schedule", "business").filter(schedule__in=set(schedule_ids))
    return {resource.schedule_id: resource for resource in rows}


_KEY = BigIntegerField()
_PERSON: Compiled[Consultant] = Compiled(
    lambda: Consultant.objects.select_related("schedule").filter(
        pk=Argument("consultant", _KEY),
        business=Argument("business", _KEY),
        services=Argument("service", _KEY),
        is_active=True,
    )
)
_PEOPLE: Compiled[Schedule] = Compiled(
    lambda: Schedule.objects.filter(
        consultant__business=Argument("business", _KEY),
        consultant__services=Argument("service", _KEY),
        consultant__is_active=True,
    ).order_by("pk")
)


def _people(service: Service) -> tuple[Schedule, ...]:
    return _of_practice(_PEOPLE.rows(business=service.business_id, service=service.pk), service)


def _resources(service: Service, resource_id: int | None) -> tuple[Schedule, ...]:
    rows = Resource.objects.filter(
        business=service.business_id,
        services=service,
        is_active=True,
        is_available=True,
        capacity__gte=service.seats,
    )
    if resource_id is not None:
        rows = rows.filter(pk=resource_id)
    found = Schedule.objects.filter(pk__in=rows.values_list("schedule", flat=True)).order_by("pk")
    return _of_practice(found, service)


def _of_practice(schedules: Iterable[Schedule], service: Service) -> tuple[Schedule, ...]:
    """Give the schedules with their practice, which is the service's and need not be read again."""
    found = tuple(schedules)
    for schedule in found:
        if schedule.business_id == service.business_id:
            schedule.business = service.business
    return found
