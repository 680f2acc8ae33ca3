"""Slots in the admin: each practice's own, withdrawn in bulk, and what stays is named."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.booking.models import Booking
from bookings.businesses.models import StaffMember
from bookings.catalogue.models import Service
from bookings.slots.models import Occupation, Slot
from tests import factories
from tests.admin.desk import logged_in, page_of, platform_admin, read
from tests.admin.pages import fields_of
from tests.booking import shapes
from tests.factories import NOW, TEN
from tests.witness import everything

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "admin:bookings_slot_changelist"
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def practice(*, held: bool) -> tuple[Client, Slot, Booking | None]:
    """One of its staff at the desk, and its published slot with or without a booking."""
    service = factories.service()
    host = factories.consultant(service)
    slot = Slot.objects.create(
        schedule=host.schedule, service=service, published_service=service, starts_at=TEN, ends_at=TEN + HOUR,
        is_published=True,
    )  # fmt: skip
    booking = factories.pending(host, service) if held else None
    user = factories.staff_of(service.business, StaffMember.Role.STAFF).user
    assert user is not None
    return logged_in(user), slot, booking


def choose(client: Client, *slots: Slot, seen: str = "") -> str:
    """Choose slots in the list to be withdrawn; give the page that comes up."""
    chosen = {"action": "withdraw", "_selected_action": [str(slot.pk) for slot in slots], "seen": seen}
    answer = client.post(reverse(LIST), chosen, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def withdraw(client: Client, *slots: Slot) -> str:
    """Do so, and agree with what is shown."""
    preview = choose(client, *slots)
    seen = fields_of(preview).get("seen", "")
    return choose(client, *slots, seen=seen) if seen else preview


def is_published(slot: Slot) -> bool:
    return Slot.objects.get(pk=slot.pk).is_published


def test_withdraw__takes_the_slot_back_and_names_the_booking_that_stays() -> None:
    client, slot, booking = practice(held=True)
    assert booking is not None
    ours = frozenset({"Slot"})
    before = everything(without=ours)

    preview = choose(client, slot)
    assert "Nothing is withdrawn yet." in preview
    assert booking.acknowledgement_id in preview
    assert is_published(slot)
    assert everything(without=ours) == before
    page = withdraw(client, slot)

    assert "1 withdrawn." in page
    assert f'<a href="{page_of(booking)}">{booking.acknowledgement_id}</a>' in page
    assert not is_published(slot)
    assert everything(without=ours) == before
    assert LogEntry.objects.get().object_id == str(slot.pk)


def test_withdraw__of_an_empty_slot_names_no_booking() -> None:
    client, slot, _ = practice(held=False)

    page = withdraw(client, slot)

    assert "1 withdrawn." in page
    assert "keep their time:" not in page
    assert not is_published(slot)
    assert "Nothing was withdrawn." in withdraw(client, slot)


def test_withdraw__reaches_no_slot_of_another_practice() -> None:
    client, slot, _ = practice(held=False)
    _, other, _ = practice(held=False)

    page = withdraw(client, slot, other)

    assert "1 withdrawn." in page
    assert (is_published(slot), is_published(other)) == (False, True)


def test_rows__of_another_practice_are_neither_listed_nor_shown() -> None:
    client, slot, booking = practice(held=True)
    _, other, strange = practice(held=True)
    assert booking
    assert strange
    occupations = {row.slot_id: row for row in Occupation.objects.all()}
    for mine, theirs in ((slot, other), (occupations[slot.pk], occupations[other.pk])):
        name = f"admin:bookings_{mine._meta.model_name}"
        page = read(client, reverse(f"{name}_changelist"))
        shown = {row.pk for row in (mine, theirs) if reverse(f"{name}_change", args=[row.pk]) in page}
        assert shown == {mine.pk}
        assert client.get(reverse(f"{name}_change", args=[mine.pk])).status_code == 200
        assert client.get(reverse(f"{name}_change", args=[theirs.pk])).status_code == 302


def test_rows__say_whose_time_it_is_on_the_calendars_own_clock() -> None:
    place = factories.business()
    talk = factories.service(place, buffer_after=15)
    machine = factories.service(place, holds=Service.Holds.RESOURCE)
    host = factories.consultant(talk, zone="Asia/Tokyo", hours=(0, 24), full_name="Mira Novak")
    room = shapes.room(place, machine, name="Sauna", zone="America/New_York")
    factories.pending(host, talk)
    shapes.pending(machine, starts_at=TEN, resource_id=room.pk)
    client = platform_admin()
    clocks = {
        "Mira Novak": ("19:00 JST (Asia/Tokyo)", "20:15 JST"),
        "Sauna": ("05:00 EST (America/New_York)", "06:00 EST"),
    }

    for kind in (Slot, Occupation):
        name = f"admin:bookings_{kind._meta.model_name}"
        listed = read(client, reverse(f"{name}_changelist"))
        for row in kind.objects.select_related("schedule"):
            whose = "Mira Novak" if row.schedule == host.schedule else "Sauna"
            shown = read(client, reverse(f"{name}_change", args=[row.pk]))
            for page in (listed, shown):
                assert whose in page
                assert f"Mon 7 Jan 2030, {clocks[whose][0]}" in page
            assert (f"Mon 7 Jan 2030, {clocks[whose][1]}" in shown) == (
                kind is Occupation or whose == "Sauna"
            )


@pytest.mark.parametrize("model", ["slot", "occupation"])
def test_lists__take_as_many_statements_for_three_rows_as_for_one(model: str) -> None:
    service = factories.service()
    client = platform_admin()
    read(client, reverse(f"admin:bookings_{model}_changelist"))  # notes that the log-in is in use
    counts = []
    for hosts in (1, 2):
        for _ in range(hosts):
            factories.pending(factories.consultant(service), service)
        with CaptureQueriesContext(connection) as made:
            read(client, reverse(f"admin:bookings_{model}_changelist"))
        counts.append(len(made))
    assert counts[0] == counts[1]


def test_rows__can_be_neither_added_nor_changed_nor_deleted_by_hand() -> None:
    _, slot, _ = practice(held=False)
    admin = platform_admin()
    before = everything()

    answers = [
        admin.post(reverse("admin:bookings_slot_add"), {}),
        admin.post(reverse("admin:bookings_slot_change", args=[slot.pk]), {"capacity": "5"}),
        admin.post(reverse("admin:bookings_slot_delete", args=[slot.pk]), {"post": "yes"}),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert everything() == before


def test_withdraw__is_nothing_for_clients() -> None:
    _, slot, _ = practice(held=False)
    client = Client()
    client.force_login(factories.user())

    assert client.get(reverse(LIST)).status_code == 302
    client.post(reverse(LIST), {"action": "withdraw", "_selected_action": [str(slot.pk)]})

    assert is_published(slot)
