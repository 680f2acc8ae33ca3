"""Saving a resource, and deleting one without taking anything with it that was booked."""

from datetime import timedelta
from typing import Any

import pytest

from bookings.accounts.viewer import Viewer
from bookings.booking import services as moves
from bookings.booking.models import Booking
from bookings.businesses.models import Business
from bookings.catalogue.models import Service
from bookings.common.errors import ErrorCode
from bookings.resources import selectors
from bookings.resources.models import Resource
from bookings.resources.services import COLUMNS, OF_THE_SCHEDULE, delete_resource, save_resource
from bookings.schedules.models import DateOverride, TimeOff, WeeklyHours
from bookings.slots.models import Slot
from tests import factories
from tests.booking import shapes
from tests.factories import NOW, TEN
from tests.witness import everything, refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(db: None) -> Business:
    return factories.business(timezone="Europe/Warsaw")


@pytest.fixture
def owner(place: Business) -> Viewer:
    return Viewer(user=place.owner)


def save(
    viewer: Viewer, *, resource: Resource | None = None, place: Business | None = None, **given: Any
) -> Resource:
    return save_resource(
        viewer=viewer,
        service_ids=given.pop("service_ids", None),
        changes=given,
        resource_id=resource.pk if resource else None,
        business_id=place.pk if place else None,
        now=NOW,
    )


def test_save__new_one_is_open_whenever_the_practice_is(place: Business, owner: Viewer) -> None:
    resource = save(owner, place=place, name="Room 1")

    row = Resource.objects.select_related("schedule").get(pk=resource.pk)
    assert (row.name, row.capacity, row.is_available, row.is_active) == ("Room 1", 1, True, True)
    assert (row.schedule.business_id, row.schedule.timezone, row.schedule.follows_business) == (
        place.pk, "Europe/Warsaw", True,
    )  # fmt: skip


def test_save__keeps_all_that_can_be_said_of_it_and_leaves_the_rest(place: Business, owner: Viewer) -> None:
    service = factories.service(place)
    given = {
        "name": "Room 1", "description": "By the garden.", "capacity": 8, "is_available": False,
        "timezone": "Asia/Tokyo",
    }  # fmt: skip
    assert set(given) == {*COLUMNS, *OF_THE_SCHEDULE}

    resource = save(owner, place=place, service_ids=[service.pk], **given)
    save(owner, resource=resource, name="Room 2")

    row = Resource.objects.select_related("schedule").get(pk=resource.pk)
    assert {column: getattr(row, column) for column in COLUMNS} == {
        **{name: given[name] for name in COLUMNS}, "name": "Room 2",
    }  # fmt: skip
    assert (row.schedule.timezone, list(row.services.all())) == ("Asia/Tokyo", [service])


BAD = [
    ("name", " "),
    ("name", "x" * 201),
    ("name", None),
    ("description", "x" * 5001),
    ("capacity", 0),
    ("capacity", -1),
    ("capacity", 32_768),
    ("capacity", None),
    ("is_available", None),
    ("timezone", "Europe/Atlantis"),
    ("timezone", None),
]


@pytest.mark.parametrize(
    ("column", "value"), BAD, ids=[f"{column}-{number}" for number, (column, _) in enumerate(BAD)]
)
def test_save__bad_value_is_named_and_nothing_changes(
    place: Business, owner: Viewer, column: str, value: Any
) -> None:
    resource = shapes.room(place)
    rows = everything()

    error = refusal(save, viewer=owner, resource=resource, **{column: value})

    names = {**COLUMNS, **OF_THE_SCHEDULE}
    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, [names[column]])
    assert everything() == rows


def test_save__room_is_not_made_smaller_than_what_is_published_in_it(place: Business, owner: Viewer) -> None:
    resource = shapes.room(place, capacity=8, zone="Europe/Warsaw")
    for hours, capacity, published in (
        (-24, 8, True),
        (0, 8, False),
        (2, 6, True),
        (1, 5, True),
        (3, 4, True),
    ):
        start = TEN + timedelta(hours=hours)
        Slot.objects.create(
            schedule=resource.schedule,
            starts_at=start,
            ends_at=start + timedelta(hours=1),
            capacity=capacity,
            is_published=published,
        )
    rows = everything()

    error = refusal(save, viewer=owner, resource=resource, capacity=4)

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, ["capacity"])
    assert "2030-01-07T12:00+01:00 has 5 seats" in error.message
    assert everything() == rows
    assert save(owner, resource=resource, capacity=6).capacity == 6
    resource.schedule.slots.filter(capacity__gt=4).update(is_published=False)
    assert save(owner, resource=resource, capacity=4).capacity == 4


def test_save__another_practices_service_is_not_found(place: Business, owner: Viewer) -> None:
    resource, foreign = shapes.room(place), factories.service()
    rows = everything()

    error = refusal(save, viewer=owner, resource=resource, name="R", service_ids=[foreign.pk])

    assert (error.code, error.field) == (ErrorCode.NOT_FOUND, ["serviceIds"])
    assert everything() == rows


@pytest.mark.parametrize("holds", [Service.Holds.BOTH, Service.Holds.RESOURCE])
def test_save__keeps_room_for_the_sessions_that_were_taken_in_it(
    place: Business, owner: Viewer, holds: Service.Holds
) -> None:
    group = factories.service(place, holds=holds, seats=5)
    alone = factories.service(place, holds=holds, seats=1)
    resource = shapes.room(place, group, alone, capacity=5)
    for offered, hours in ((group, 0), (alone, 2)):
        if holds is Service.Holds.BOTH:
            factories.consultant(offered)
        shapes.pending(offered, starts_at=TEN + timedelta(hours=hours))

    error = refusal(save, viewer=owner, resource=resource, capacity=4)

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, ["capacity"])
    assert "2030-01-07T10:00+00:00" in error.message
    first = Booking.objects.order_by("starts_at").first()
    assert first is not None
    moves.cancel_as(booking_id=first.pk, viewer=owner, now=NOW)
    assert save(owner, resource=resource, capacity=1).capacity == 1


def test_delete__hides_it_with_all_that_its_calendar_says(place: Business, owner: Viewer) -> None:
    resource = shapes.room(place, factories.service(place))
    schedule = resource.schedule
    WeeklyHours.objects.create(schedule=schedule, weekday=0, opens=0, closes=60)
    DateOverride.objects.create(schedule=schedule, date=TEN.date())
    TimeOff.objects.create(schedule=schedule, starts_at=NOW, ends_at=TEN)
    before = everything(without=frozenset({"Resource"}))

    gone = delete_resource(viewer=owner, resource_id=resource.pk)

    assert (gone.pk, gone.is_active) == (resource.pk, False)
    assert not selectors.in_use().exists()
    assert everything(without=frozenset({"Resource"})) == before


def test_delete__one_with_a_slot_is_hidden_and_the_slot_stays(place: Business, owner: Viewer) -> None:
    resource = shapes.room(place)
    slot = Slot.objects.create(
        schedule=resource.schedule, starts_at=TEN, ends_at=TEN + timedelta(hours=1), is_published=True
    )

    delete_resource(viewer=owner, resource_id=resource.pk)

    assert not selectors.in_use().exists()
    assert (Resource.objects.get().is_active, Slot.objects.get().pk) == (False, slot.pk)


@pytest.mark.parametrize(
    ("shape", "reach"),
    [
        (shapes.of_a_room, shapes.draft),
        (shapes.of_a_room, shapes.pending),
        (shapes.in_a_room, shapes.pending),
    ],
    ids=["room drafted", "room held", "held beside a consultant"],
)
def test_delete__one_that_is_booked_is_hidden_and_nothing_else_changes(shape: Any, reach: Any) -> None:
    booking = shape(reach)
    resource = Resource.objects.get()
    rows = everything(without=frozenset({"Resource"}))

    delete_resource(viewer=Viewer(user=booking.business.owner), resource_id=resource.pk)

    assert everything(without=frozenset({"Resource"})) == rows
    assert booking.resource_id == resource.pk
    resource.refresh_from_db()
    assert not resource.is_active


def test_delete__one_whose_booking_was_cancelled_is_hidden(place: Business, owner: Viewer) -> None:
    service = factories.service(place, holds=Service.Holds.RESOURCE)
    resource = shapes.room(place, service)
    booking = shapes.pending(service, starts_at=TEN, resource_id=resource.pk)
    moves.cancel_as(booking_id=booking.pk, viewer=owner, now=NOW)

    delete_resource(viewer=owner, resource_id=resource.pk)

    booking.refresh_from_db()
    assert booking.resource_id == resource.pk


def test_delete__second_time_is_not_found(place: Business, owner: Viewer) -> None:
    empty, offered = shapes.room(place), shapes.room(place)
    Slot.objects.create(schedule=offered.schedule, starts_at=TEN, ends_at=TEN + timedelta(hours=1))
    for resource in (empty, offered):
        delete_resource(viewer=owner, resource_id=resource.pk)
        again = refusal(delete_resource, viewer=owner, resource_id=resource.pk)
        assert (again.code, again.field) == (ErrorCode.NOT_FOUND, ["id"])
    assert refusal(save, viewer=owner, resource=offered, name="Back").code == ErrorCode.NOT_FOUND
