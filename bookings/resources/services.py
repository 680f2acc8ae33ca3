"""Changing the rooms and machines whose time a practice sells."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext, ngettext

from bookings.accounts.viewer import Viewer
from bookings.catalogue.selectors import lock_offer, place_to_add_to
from bookings.common.errors import invalid
from bookings.common.idempotency import Once, transaction_once
from bookings.common.rows import fill, replace_links
from bookings.common.zones import zone
from bookings.resources import selectors
from bookings.resources.models import Resource
from bookings.schedules.models import Schedule
from bookings.schedules.selectors import lock

COLUMNS: Mapping[str, str] = {
    "name": "name",
    "description": "description",
    "capacity": "capacity",
    "is_available": "isAvailable",
}
"""What can be changed of the thing, and the name under which clients know it."""
OF_THE_SCHEDULE: Mapping[str, str] = {"timezone": "timezone"}
"""What can be changed of its calendar here. Its hours are the calendar's own topic."""


def save_resource(
    *,
    viewer: Viewer,
    changes: Mapping[str, Any],
    now: datetime,
    resource_id: int | None = None,
    business_id: int | None = None,
    service_ids: Collection[int] | None = None,
    once: Once | None = None,
) -> Resource:
    """Add a room or a machine to a practice with a calendar of its own, or change one.

    changes: values by column (COLUMNS and OF_THE_SCHEDULE); what is not there stays. service_ids: what it is for,
    instead of what it was before; None leaves it. Without weekly hours a new one is open whenever the practice is,
    in the practice's zone unless said otherwise. Slots and bookings stay as they are.
    Raises UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, VALIDATION_FAILED, IDEMPOTENCY_MISMATCH, AlreadyDone.
    """
    resource = _meant(viewer, resource_id, business_id, now)
    with transaction_once(once, now=now) as outcome:
        lock_offer(resource.business_id)
        if resource_id is not None:
            resource = selectors.locked(resource_id)
        of_schedule = {column: changes[column] for column in OF_THE_SCHEDULE if column in changes}
        fill(resource.schedule, of_schedule, called=OF_THE_SCHEDULE)
        fill(resource, {name: changes[name] for name in COLUMNS if name in changes}, called=COLUMNS)
        if resource_id is None:
            resource.schedule.save()
            resource.schedule_id = resource.schedule.pk
        resource.save()
        replace_links(resource.services, service_ids, field="serviceIds", business=resource.business_id)
        if resource_id is not None:  # after the services: bookings lock those first, and calendars next
            _keep_calendar(resource, changes, now)
        outcome.made(resource.pk)
    return resource


def check_capacity(resource: Resource, capacity: int, now: datetime) -> None:
    """Refuse less room than published slots and taken sessions still to come have seats. Raises VALIDATION_FAILED.

    Whoever publishes or books locks the calendar; so must whoever counts on the answer.
    """
    # What these relations lead to stands above this topic and is not imported here.
    published = resource.schedule.slots.filter(is_published=True, starts_at__gt=now, capacity__gt=capacity)
    first = published.order_by("starts_at").first()
    if first is not None:
        raise invalid(
            "capacity",
            ngettext(
                "The published slot of %(starts_at)s has %(capacity)s seat. Withdraw it, and any like it, first.",
                "The published slot of %(starts_at)s has %(capacity)s seats. Withdraw it, and any like it, first.",
                first.capacity,
            )
            % {"starts_at": _shown(resource, first.starts_at), "capacity": first.capacity},
        )
    taken = resource.schedule.occupations.filter(
        slot__starts_at__gt=now, slot__capacity__gt=capacity, slot__service__seats__gt=capacity
    )
    session = taken.select_related("slot").order_by("slot__starts_at").first()
    if session is not None:
        raise invalid(
            "capacity",
            gettext("The session of %(starts_at)s is for more people. Move it, and any like it, first.")
            % {"starts_at": _shown(resource, session.slot.starts_at)},
        )


def _shown(resource: Resource, moment: datetime) -> str:
    return moment.astimezone(zone(resource.schedule.timezone)).isoformat(timespec="minutes")


def _meant(viewer: Viewer, resource_id: int | None, business_id: int | None, now: datetime) -> Resource:
    """Give the resource to change, or a new one, if the viewer may. Raises as `save_resource` does."""
    if resource_id is None:
        place = place_to_add_to(viewer, business_id)
        calendar = Schedule(business=place, timezone=place.timezone, follows_business=True)
        return Resource(business=place, schedule=calendar, created_at=now)
    resource = selectors.to_change(viewer, resource_id)
    if business_id not in {None, resource.business_id}:
        raise invalid("businessId", gettext("A resource stays with its practice."))
    return resource


def _keep_calendar(resource: Resource, changes: Mapping[str, Any], now: datetime) -> None:
    """Save what changed of the calendar, and hold the room to what was published in it."""
    changed = [column for column in OF_THE_SCHEDULE if column in changes]
    if changed:
        resource.schedule.save(update_fields=changed)
    if "capacity" in changes:
        lock([resource.schedule_id])
        check_capacity(resource, resource.capacity, now)


def delete_resource(*, viewer: Viewer, resource_id: int) -> Resource:
    """Take a resource away for good: it is neither shown nor booked any more.

    The row stays, hidden, and with it every slot, booking and payment: a draft that names it may be on its way.
    Raises UNAUTHENTICATED, FORBIDDEN, NOT_FOUND (also for a second time).
    """
    resource = selectors.to_change(viewer, resource_id)
    with transaction.atomic():
        lock_offer(resource.business_id)
        lock([resource.schedule_id])
        resource = selectors.locked(resource_id)
        resource.is_active = False
        resource.save(update_fields=["is_active"])
    return resource
