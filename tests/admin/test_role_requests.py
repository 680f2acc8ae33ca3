"""Requests for a role in the admin: read by staff who may, decided by the platform's admins."""

from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from bookings.accounts.models import RoleRequest, User
from bookings.accounts.roles import ask_for_role, decide
from bookings.accounts.viewer import Viewer
from bookings.notifications.models import OutboxMessage
from tests import factories
from tests.admin.desk import logged_in, platform_admin, read
from tests.factories import NOW, later

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "admin:bookings_rolerequest_changelist"


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def asked(email: str, role: str = "CONSULTANT", *, now: Any = NOW) -> RoleRequest:
    return ask_for_role(user=factories.user(email, full_name="<b>Ana</b>"), role=role, now=now)


def act(client: Client, action: str, *rows: RoleRequest, **more: str) -> str:
    chosen = {"action": action, "_selected_action": [str(row.pk) for row in rows], **more}
    return client.post(reverse(LIST), chosen, follow=True).content.decode()


def test_list__has_those_that_wait_first_and_the_oldest_of_them_on_top() -> None:
    boss = platform_admin()
    done = asked("done@example.org")
    decide(
        request_id=done.pk, grant=True, by=Viewer(user=User.objects.get(email="admin@example.org")), now=NOW
    )
    asked("young@example.org", now=later(hours=2))
    asked("old@example.org", now=later(hours=1))

    page = read(boss, reverse(LIST))

    places = [page.index(f"{name}@example.org") for name in ("old", "young", "done")]
    assert places == sorted(places)
    assert "<b>Ana</b>" not in page


@pytest.mark.parametrize(
    ("action", "status", "role"), [("grant", "GRANTED", "CONSULTANT"), ("decline", "DECLINED", "CLIENT")]
)
def test_actions__decide_and_tell(action: str, status: str, role: str) -> None:
    boss = platform_admin()
    rows = [asked("ana@example.org"), asked("eve@example.org")]

    asked_why = act(boss, action, *rows) if action == "decline" else ""
    page = act(boss, action, *rows, reason="Say more of yourself.")

    assert ("ana@example.org" in asked_why and "Why" in asked_why) == (action == "decline")
    assert f"2 {status.lower()}; a mail tells them." in page
    kept = RoleRequest.objects.values_list("status", "user__role", "decided_by__email")
    assert list(kept) == [(status, role, "admin@example.org")] * 2
    assert list(OutboxMessage.objects.values_list("template", flat=True)) == ["role_decided"] * 2
    told = "Say more of yourself." if action == "decline" else ""
    assert [row.reason for row in RoleRequest.objects.all()] == [told] * 2
    assert [row.secrets.get("reason", "") for row in OutboxMessage.objects.all()] == [told] * 2


def test_actions__what_was_decided_before_is_said_so() -> None:
    boss = platform_admin()
    row = asked("ana@example.org")
    act(boss, "decline", row, reason="No.")

    page = act(boss, "grant", row)

    assert "Request of ana@example.org: This was decided before" in page
    assert RoleRequest.objects.get().status == "DECLINED"


def test_actions__are_not_for_staff_who_may_only_look() -> None:
    row, staff = asked("ana@example.org"), factories.user()
    staff.user_permissions.add(
        *Permission.objects.filter(codename__in=["view_rolerequest", "change_rolerequest", "change_user"])
    )
    client = logged_in(staff)

    assert "ana@example.org" in read(client, reverse(LIST))
    act(client, "grant", row)

    assert RoleRequest.objects.get().status == "WAITING"


def test_pages__are_not_for_other_staff() -> None:
    row = asked("ana@example.org")
    member = factories.staff_of(factories.business(), "OWNER").user
    assert member is not None
    client = logged_in(member)

    assert client.get(reverse(LIST)).status_code == 403
    assert client.get(reverse("admin:bookings_rolerequest_change", args=[row.pk])).status_code == 403
