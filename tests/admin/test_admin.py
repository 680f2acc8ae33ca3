"""The admin: every page opens and can be searched, and moves go through the services."""

from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from bookings.accounts.models import User
from bookings.booking.models import Booking
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)

OURS = sorted(
    (model for model in admin.site._registry if model._meta.app_label == "bookings"), key=lambda m: m.__name__
)


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def platform_admin() -> Client:
    return logged_in(User.objects.create_superuser("admin@example.org", factories.PASSWORD))


def member_of(booking: Booking) -> Client:
    user = factories.staff_of(booking.business).user
    assert user is not None
    User.objects.filter(pk=user.pk).update(is_staff=True)
    user.refresh_from_db()
    return logged_in(user)


def pending(**fields: Any) -> Booking:
    service = factories.service()
    return factories.pending(factories.consultant(service), service, **fields)


def act(client: Client, action: str, *bookings: Booking, **fields: str) -> str:
    answer = client.post(
        reverse("admin:bookings_booking_changelist"),
        {"action": action, "_selected_action": [str(booking.pk) for booking in bookings], **fields},
        follow=True,
    )
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_model__is_registered() -> None:
    hidden = {
        "IdempotencyRecord",
        "BookingNote",
        "StaffMember",
        "WeeklyHours",
        "WorkerHeartbeat",
        "SandboxRefund",
    }
    missing = {model.__name__ for model in apps.get_app_config("bookings").get_models()} - {
        m.__name__ for m in OURS
    }
    assert missing <= hidden


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_lists__open_and_can_be_searched(model: Any) -> None:
    service = factories.service()
    factories.paying(factories.consultant(service), service)
    address = reverse(f"admin:bookings_{model._meta.model_name}_changelist")
    client = platform_admin()
    assert client.get(address).status_code == 200
    found = client.get(address, {"q": "carla"})
    assert found.status_code == 200
    assert admin.site._registry[model].search_fields


def test_booking__shows_its_story_and_cannot_be_edited() -> None:
    booking = pending()
    page = platform_admin().get(reverse("admin:bookings_booking_change", args=[booking.pk])).content.decode()
    assert "VERIFY" in page or "Prove the mailbox" in page
    assert 'name="status"' not in page
    assert 'name="_save"' not in page


def test_approve__moves_what_can_be_moved_and_says_what_cannot() -> None:
    first = pending()
    service = factories.service()
    draft = factories.draft(factories.consultant(service), service)
    page = act(platform_admin(), "approve", first, draft)
    first.refresh_from_db()
    draft.refresh_from_db()
    assert (first.status, draft.status) == ("APPROVED", "DRAFT")
    assert f"{draft.acknowledgement_id}: APPROVE is not possible" in page
    assert first.events.latest("sequence").actor_kind == "ADMIN"


def test_decline__wants_a_reason() -> None:
    booking = pending()
    assert "A reason has" in act(platform_admin(), "decline", booking)
    booking.refresh_from_db()
    assert booking.status == "PENDING"
    act(platform_admin_again(), "decline", booking, reason="Away that day")
    booking.refresh_from_db()
    assert booking.status == "REJECTED"
    assert booking.notes.get().text == "Away that day"


def platform_admin_again() -> Client:
    return logged_in(User.objects.get(email="admin@example.org"))


def test_staff__see_and_move_their_own_business_alone() -> None:
    mine, other = pending(), pending()
    client = member_of(mine)
    page = client.get(reverse("admin:bookings_booking_changelist")).content.decode()
    assert mine.acknowledgement_id in page
    assert other.acknowledgement_id not in page
    act(client, "approve", mine, other)
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.status, other.status) == ("APPROVED", "PENDING")


def test_text_from_people__shows_as_text() -> None:
    booking = pending(full_name="<script>alert(1)</script>")
    client = platform_admin()
    for address in (
        reverse("admin:bookings_booking_changelist"),
        reverse("admin:bookings_booking_change", args=[booking.pk]),
    ):
        page = client.get(address).content.decode()
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page
