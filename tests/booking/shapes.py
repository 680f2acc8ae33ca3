"""What a booking can be beside a consultant's time: a wish, anybody's time, a room, a consultant in a room."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from bookings.booking import services
from bookings.booking.models import Booking
from bookings.booking.wishes import Period, Wish
from bookings.businesses.models import Business
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.resources.models import Resource
from bookings.schedules.models import Schedule
from tests import factories
from tests.factories import NOW

MORNING = Wish(date(2030, 1, 8), Period.MORNING)
"""Of the day after NOW, a Tuesday."""


def room(of: Business, *services: Service, name: str = "Room 3", **fields: Any) -> Resource:
    """A room on a schedule that is open whenever the practice is."""
    zone = fields.pop("zone", "UTC")
    schedule = Schedule.objects.create(business=of, timezone=zone, follows_business=True)
    resource = Resource.objects.create(business=of, schedule=schedule, name=name, **fields)
    resource.services.add(*services)
    return resource


def draft(offered: Service, **fields: Any) -> Booking:
    """A request that names nobody and no time unless the fields do."""
    given = {
        "email": f"client{Booking.objects.count()}@example.org",
        "full_name": "Carla Client",
        "service_id": offered.pk,
        "consent": True,
        **fields,
    }
    return services.draft(request=services.DraftRequest(**given), now=NOW)


def pending(offered: Service, **fields: Any) -> Booking:
    return services.verify(passed=factories.passed(draft(offered, **fields)), now=NOW).booking


def host_of(offered: Service, **fields: Any) -> Consultant:
    return factories.consultant(offered, **{"full_name": "Mira Novak", **fields})


def wish_for_anyone(reach: Callable[..., Booking], **fields: Any) -> Booking:
    offered = factories.service(**fields)
    host_of(offered)
    return reach(offered, wish=MORNING)


def wish_for_a_consultant(reach: Callable[..., Booking], **fields: Any) -> Booking:
    offered = factories.service(**fields)
    return reach(offered, wish=MORNING, consultant_id=host_of(offered).pk)


def with_anyone(reach: Callable[..., Booking], **fields: Any) -> Booking:
    offered = factories.service(**fields)
    host_of(offered)
    return reach(offered, starts_at=factories.TEN)


def of_a_room(reach: Callable[..., Booking], **fields: Any) -> Booking:
    offered = factories.service(**{"holds": Service.Holds.RESOURCE, **fields})
    resource = room(offered.business, offered)
    return reach(offered, starts_at=factories.TEN, resource_id=resource.pk)


def in_a_room(reach: Callable[..., Booking], **fields: Any) -> Booking:
    offered = factories.service(**{"holds": Service.Holds.BOTH, **fields})
    room(offered.business, offered)
    return reach(offered, starts_at=factories.TEN, consultant_id=host_of(offered).pk)


SHAPES: Mapping[str, Callable[..., Booking]] = {
    one.__name__: one for one in (wish_for_anyone, wish_for_a_consultant, with_anyone, of_a_room, in_a_room)
}
