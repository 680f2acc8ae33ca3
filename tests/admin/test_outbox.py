"""The outbox in the admin: each practice's own, without what messages say, and sent again by those who may."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from bookings.booking.models import Booking
from bookings.businesses.models import StaffMember
from bookings.notifications.models import OutboxMessage
from tests import factories
from tests.admin.desk import host_of, logged_in, member_of, pending, platform_admin, read
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "admin:bookings_outboxmessage_changelist"
Role = StaffMember.Role


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def booking() -> Booking:
    return pending()


def given_up(booking: Booking | None, **fields: object) -> OutboxMessage:
    number = OutboxMessage.objects.count()
    return OutboxMessage.objects.create(
        **{
            "key": f"k{number}",
            "template": "request_received",
            "recipient": "carla@example.org",
            "context": {"link": "https://example.org/quokka"},
            "secrets": {"code": "123456", "link": "https://example.org/zebra"},
            "status": "FAILED",
            "attempts": 8,
            "booking": booking,
            "next_attempt_at": NOW - timedelta(hours=1),
            "message_id": f"<{number}@x>",
            "last_error": "SMTPServerDisconnected",
            **fields,
        }
    )


def send_again(client: Client, *rows: OutboxMessage) -> list[str]:
    given = {"action": "try_again", "_selected_action": [row.pk for row in rows]}
    client.post(reverse(LIST), given)
    return [OutboxMessage.objects.get(pk=row.pk).status for row in rows]


def test_pages__show_no_secret_and_no_link(booking: Booking) -> None:
    row = given_up(booking)
    hook = given_up(booking, channel="WEBHOOK", recipient="https://hooks.example.org/t0ken-ibis?key=lynx")
    client = platform_admin()

    pages = read(client, reverse(LIST))
    for each in (row, hook):
        pages += read(client, reverse("admin:bookings_outboxmessage_change", args=[each.pk]))

    assert "hooks.example.org" in pages
    for word in ("quokka", "zebra", "123456", "ibis", "lynx"):
        assert word not in pages


@pytest.mark.parametrize("role", Role)
def test_send_again__is_for_the_staff_whose_booking_it_is(booking: Booking, role: Role) -> None:
    row, other = given_up(booking), given_up(pending())

    assert send_again(member_of(booking, role), row, other) == ["QUEUED", "FAILED"]


def test_send_again__is_not_for_consultants_nor_for_strangers(booking: Booking) -> None:
    row = given_up(booking)
    stranger = factories.staff_of(factories.business(), Role.OWNER).user
    assert stranger is not None

    for client in (host_of(booking), logged_in(stranger), Client()):
        assert send_again(client, row) == ["FAILED"]


def test_send_again__of_what_is_about_no_booking_is_the_platforms(booking: Booking) -> None:
    row = given_up(None)

    assert send_again(member_of(booking, Role.OWNER), row) == ["FAILED"]
    assert send_again(platform_admin(), row) == ["QUEUED"]


def test_button__is_there_while_there_is_something_to_send(booking: Booking) -> None:
    row, client = given_up(booking), member_of(booking)
    page = reverse("admin:bookings_outboxmessage_change", args=[row.pk])
    button = reverse("admin:bookings_outboxmessage_onward", args=[row.pk, "try_again"])

    assert button in read(client, page)
    assert "1 of 1 queued again." in client.post(button, follow=True).content.decode()
    assert button not in read(client, page)
    assert "0 of 1 queued again." in client.post(button, follow=True).content.decode()


def test_button__of_another_practices_message_is_not_there(booking: Booking) -> None:
    row, client = given_up(pending()), member_of(booking)
    button = reverse("admin:bookings_outboxmessage_onward", args=[row.pk, "try_again"])

    assert client.post(button).status_code == 404
    assert client.post(button.replace("try_again", "delete_selected")).status_code in {403, 404}
    assert OutboxMessage.objects.get(pk=row.pk).status == "FAILED"
