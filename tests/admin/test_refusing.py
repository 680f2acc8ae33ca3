"""A page that is not there, or not for this person, is told within the admin to those who work there."""

import pytest
from django.test import Client
from django.urls import reverse

from bookings.businesses.models import StaffMember
from tests.admin.desk import confirmed, member_of, platform_admin

pytestmark = pytest.mark.django_db(transaction=True)

NOWHERE = "/admin/nowhere/"


def test_open__what_is_not_there_is_told_in_the_admins_frame() -> None:
    answer = platform_admin().get(NOWHERE)

    page = answer.content.decode()
    assert answer.status_code == 404
    assert "There is no such page" in page
    assert reverse("admin:bookings_booking_changelist") in page


def test_open__what_is_for_others_is_refused_in_the_admins_frame() -> None:
    staff = member_of(confirmed(), StaffMember.Role.STAFF)

    answer = staff.get(reverse("admin:bookings_category_add"))

    assert answer.status_code == 403
    assert "This page is not open to you" in answer.content.decode()


@pytest.mark.parametrize("path", ["/nowhere/", "/booking/nowhere/"])
def test_open__elsewhere_nobody_sees_the_admins_frame(path: str) -> None:
    answer = platform_admin().get(path)

    assert answer.status_code == 404
    assert "admin" not in answer.content.decode()


def test_open__who_is_not_logged_in_is_led_to_the_log_in() -> None:
    answer = Client().get(NOWHERE)

    assert answer.status_code == 302
    assert answer.url.startswith(reverse("admin:login"))


@pytest.mark.parametrize("page", ["no", "0", "9"])
def test_search__has_no_other_pages_than_it_has(page: str) -> None:
    asked = {"s": "book", "page": page}

    assert platform_admin().get(reverse("admin:search"), asked).status_code == 404


@pytest.mark.parametrize("name", ["service", "booking", "outboxmessage"])
def test_list__is_asked_for_no_nul(name: str) -> None:
    address = reverse(f"admin:bookings_{name}_changelist")

    for client in (platform_admin(), Client()):
        answer = client.get(f"{address}?status=%00&holds=a%00b")
        assert (answer.status_code, answer["Cache-Control"]) == (400, "no-store, private")
