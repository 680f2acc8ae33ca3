"""What a booking asks of time, as it was agreed at drafting, and whose time it asks for."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bookings.availability.engine import MINUTE, Terms
from bookings.availability.hosts import Hosts, consultants_by_schedule, hosts_of, resources_by_schedule
from bookings.availability.selectors import most_seats
from bookings.availability.services import Held
from bookings.booking.models import Booking
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.resources.models import Resource

Holds = Service.Holds


def held_terms(booking: Booking, *, length: timedelta | None = None) -> Terms:
    """Give the terms copied at drafting; notice and horizon were judged then and do not count again.

    length: another than was drafted, which a wish may get with its approval.
    """
    return Terms(
        service=booking.service_id,
        duration=(length or timedelta(minutes=booking.duration)) // timedelta(seconds=1),
        step=booking.step * MINUTE,
        before=booking.buffer_before * MINUTE,
        after=booking.buffer_after * MINUTE,
        seats=booking.seats,
        capacity=booking.service.seats,
        notice=None,
        horizon=None,
        per_day=booking.service.max_per_day,
        per_week=booking.service.max_per_week,
        most_seats=most_seats(booking.service),
    )


def hosts_for(booking: Booking, *, as_it_is: bool = False) -> Hosts:
    """Give whose time a booking may take: that of its consultant or resource, or of anyone where none is named.

    as_it_is: its consultant or resource counts even where it no longer offers the service, as staff may say; a deleted
    resource does not.
    """
    service, sells_things = booking.service, booking.service.holds == Holds.RESOURCE
    if sells_things:
        hosts = hosts_of(service, resource_id=booking.resource_id)
    else:
        hosts = hosts_of(service, consultant_id=booking.consultant_id)
    if not as_it_is:
        return hosts
    named = booking.resource if sells_things else booking.consultant
    if named is None or (sells_things and not named.is_active):
        return hosts
    return replace(hosts, schedules=(named.schedule,))


def placed(booking: Booking, held: Held) -> dict[str, Any]:
    """Give the columns that say where a booking was put: slot, end, zone, and whose time it is."""
    slot = held.slot
    consultant: Consultant | None = None
    resource: Resource | None = None
    if booking.service.holds == Holds.RESOURCE:
        resource = resources_by_schedule([slot.schedule_id])[slot.schedule_id]
    else:
        consultant = consultants_by_schedule([slot.schedule_id])[slot.schedule_id]
        if held.room_id is not None:
            resource = resources_by_schedule([held.room_id])[held.room_id]
    named = consultant or resource
    return {
        "slot": slot,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "duration": (slot.ends_at - slot.starts_at) // timedelta(minutes=1),
        "consultant": consultant,
        "resource": resource,
        "timezone": named.schedule.timezone if named is not None else booking.timezone,
    }
