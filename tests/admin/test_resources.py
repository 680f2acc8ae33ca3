"""Rooms and machines in the admin: each practice its own, saved and deleted as the API does it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from bookings.businesses.models import Business, StaffMember
from bookings.catalogue.models import Service
from bookings.resources.models import Resource
from bookings.schedules.models import Schedule
from tests import factories
from tests.admin.desk import logged_in, page_of, platform_admin, read
from tests.admin.pages import agree
from tests.booking import shapes
from tests.factories import NOW, TEN

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "admin:bookings_resource_changelist"
ADD = "admin:bookings_resource_add"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def place(db: None) -> Business:
    return factories.business(timezone="Europe/Warsaw")


def member(place: Business, role: StaffMember.Role = StaffMember.Role.MANAGER) -> Client:
    """Somebody of the practice who was given every right over resources."""
    user = factories.staff_of(place, role).user
    assert user is not None
    user.user_permissions.set(Permission.objects.filter(codename__endswith="_resource"))
    return logged_in(user)


def page(resource: Resource, which: str = "change") -> str:
    return reverse(f"admin:bookings_resource_{which}", args=[resource.pk])


def answers(resource: Resource, **fields: object) -> dict[str, object]:
    return {"name": resource.name, "capacity": resource.capacity, "is_available": "on", **fields}


def test_list__shows_the_practices_own_that_are_not_deleted(place: Business) -> None:
    shapes.room(place, name="My room")
    shapes.room(place, name="Deleted room", is_active=False)
    other = shapes.room(factories.business(), name="Their room")

    shown = read(member(place), reverse(LIST))

    assert "My room" in shown
    assert "Deleted room" not in shown
    assert "Their room" not in shown
    assert member(place).get(page(other)).status_code == 302
    assert "Their room" in read(platform_admin(), reverse(LIST))


def test_list__is_empty_for_staff_whose_duty_it_is_not(place: Business) -> None:
    room = shapes.room(place, name="My room")
    client = member(place, StaffMember.Role.STAFF)

    assert "My room" not in read(client, reverse(LIST))
    assert client.post(page(room), answers(room, name="Changed")).status_code == 302
    room.refresh_from_db()
    assert room.name == "My room"


def test_add__makes_a_calendar_that_follows_the_practice(place: Business) -> None:
    service = factories.service(place)
    given = {
        "business": place.pk,
        "name": "Room 1",
        "capacity": 4,
        "is_available": "on",
        "services": [service.pk],
    }

    answer = member(place).post(reverse(ADD), given)

    assert answer.status_code == 302, answer.content.decode()
    resource = Resource.objects.select_related("schedule").get()
    assert (resource.name, resource.capacity, list(resource.services.all())) == ("Room 1", 4, [service])
    assert (resource.schedule.follows_business, resource.schedule.timezone) == (True, "Europe/Warsaw")


def test_add__for_another_practice_is_refused(place: Business) -> None:
    other = factories.business()

    answer = member(place).post(reverse(ADD), {"business": other.pk, "name": "Room 1", "capacity": 1})

    assert "Select a valid choice" in answer.content.decode()
    assert not Resource.objects.exists()


def test_change__saves_through_the_service(place: Business) -> None:
    service = factories.service(place)
    room = shapes.room(place, service)
    given = answers(room, name="<script>alert(1)</script>", timezone="Asia/Tokyo", services=[])
    given.pop("is_available")

    client = member(place)
    preview = client.post(page(room), given).content.decode()
    assert "What would change" in preview
    assert "<script>alert" not in preview
    agree(client, page(room), preview)

    room.refresh_from_db()
    assert (room.name, room.is_available, list(room.services.all())) == (
        "<script>alert(1)</script>",
        False,
        [],
    )
    assert Schedule.objects.get().timezone == "Asia/Tokyo"
    assert "<script>alert" not in read(member(place), reverse(LIST))


def test_change__bad_answers_are_shown_beside_their_fields(place: Business) -> None:
    room = shapes.room(place)
    foreign = factories.service(factories.business(owner=place.owner))
    client = logged_in(place.owner)
    place.owner.user_permissions.set(Permission.objects.filter(codename__endswith="_resource"))

    for given, words in (
        ({"capacity": 0}, "greater than or equal to 1"),
        ({"capacity": 40_000}, "32767"),
        ({"timezone": "Mars"}, "no time zone"),
        ({"services": [foreign.pk]}, "another practice"),
        ({"name": " "}, "required"),
    ):
        answer = client.post(page(room), answers(room, **given))
        assert answer.status_code == 200
        assert words in answer.content.decode()
    room.refresh_from_db()
    assert (room.name, room.capacity, room.services.count()) == ("Room 3", 1, 0)


def test_delete__hides_what_was_booked_and_says_who_counts_on_it(place: Business) -> None:
    service = factories.service(place, holds=Service.Holds.RESOURCE)
    room = shapes.room(place, service)
    booking = shapes.pending(service, starts_at=TEN + timedelta(hours=1), resource_id=room.pk)
    client = member(place)

    assert "Yes, I" in read(client, page(room, "delete"))
    answer = client.post(page(room, "delete"), {"post": "yes"}, follow=True)

    page_after = answer.content.decode()
    assert "These bookings are still to come with Room 3. They stand as they are" in page_after
    assert f'<a href="{page_of(booking)}">{booking.acknowledgement_id}</a>' in page_after
    room.refresh_from_db()
    booking.refresh_from_db()
    assert (room.is_active, booking.status, booking.resource_id) == (False, "PENDING", room.pk)


def test_delete__many_at_once(place: Business) -> None:
    rooms = [shapes.room(place, name=f"Room {number}") for number in range(3)]
    given = {
        "action": "delete_selected", "post": "yes", "_selected_action": [room.pk for room in rooms],
    }  # fmt: skip

    assert member(place).post(reverse(LIST), given).status_code == 302

    assert not Resource.objects.filter(is_active=True).exists()
