"""Accounts in the admin: where somebody is logged in is seen and ended here, never a token."""

from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from bookings.accounts.models import RefreshToken, User
from bookings.accounts.sessions import Session, refresh_session, start_session
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def admin(transactional_db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("admin@example.org", factories.PASSWORD))
    return client


def session(user: User, user_agent: str = "Browser 1.0") -> Session:
    return start_session(user=user, user_agent=user_agent, now=NOW)


def live(user: User) -> int:
    return RefreshToken.objects.filter(user=user, rotated_at=None, revoked_at=None).count()


def act(client: Client, model: str, action: str, *rows: Any) -> str:
    address = reverse(f"admin:bookings_{model}_changelist")
    chosen = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    return client.post(address, chosen, follow=True).content.decode()


def test_refresh_tokens__are_listed_for_an_account_without_their_hashes(admin: Client) -> None:
    ana, eve = factories.user(), factories.user()
    session(ana, "Browser of Ana")
    session(eve, "Browser of Eve")
    address = reverse("admin:bookings_refreshtoken_changelist")

    person = admin.get(reverse("admin:bookings_user_change", args=[ana.pk])).content.decode()
    listed = admin.get(address, {"user__id__exact": ana.pk}).content.decode()
    row = ana.refresh_tokens.get()
    page = admin.get(reverse("admin:bookings_refreshtoken_change", args=[row.pk])).content.decode()

    assert f'href="{address}?user__id__exact={ana.pk}"' in person
    assert ("Browser of Ana" in listed, "Browser of Eve" in listed) == (True, False)
    assert "Browser of Ana" in page
    assert 'name="_save"' not in page
    assert row.token_hash not in listed + page


def test_log_out__ends_the_sessions_of_the_chosen_tokens(admin: Client) -> None:
    ana = factories.user()
    old = session(ana)
    refresh_session(refresh_token=old.refresh_token, now=NOW)
    session(ana)
    rotated = ana.refresh_tokens.get(rotated_at__isnull=False)

    page = act(admin, "refreshtoken", "log_out", rotated, rotated.replaced_by)

    assert "1 sessions ended" in page
    assert live(ana) == 1


def test_log_out__is_not_for_staff_without_the_right() -> None:
    ana, staff = factories.user(), factories.user(is_staff=True)
    session(ana)
    client = Client()
    client.force_login(staff)

    act(client, "refreshtoken", "log_out", ana.refresh_tokens.get())

    assert live(ana) == 1


def test_log_out_everywhere__ends_all_of_the_chosen_accounts(admin: Client) -> None:
    ana, eve = factories.user(), factories.user()
    for user in (ana, ana, eve):
        session(user)

    assert "2 sessions ended" in act(admin, "user", "log_out_everywhere", ana)

    assert (live(ana), live(eve)) == (0, 1)


def test_log_out_everywhere__ends_the_admins_own_cookie_too(admin: Client) -> None:
    assert admin.get(reverse("admin:index")).status_code == 200

    act(admin, "user", "log_out_everywhere", User.objects.get(email="admin@example.org"))

    assert admin.get(reverse("admin:index")).status_code == 302


def test_account__that_is_closed_is_logged_out_for_good(admin: Client) -> None:
    ana = factories.user()
    session(ana)
    address = reverse("admin:bookings_user_change", args=[ana.pk])
    form = {
        "email": ana.email,
        "full_name": "",
        "email_verified_at_0": "2030-01-07",
        "email_verified_at_1": "08:00:00",
    }

    assert admin.post(address, form).status_code == 302

    ana.refresh_from_db()
    assert (ana.is_active, ana.token_version, live(ana)) == (False, 1, 0)


def test_account__new_password_ends_its_tokens(admin: Client) -> None:
    ana = factories.user()
    words = {
        "password1": "another horse battery",
        "password2": "another horse battery",
        "usable_password": "true",
    }

    answer = admin.post(reverse("admin:auth_user_password_change", args=[ana.pk]), words)

    assert answer.status_code == 302
    ana.refresh_from_db()
    assert ana.check_password("another horse battery")
    assert ana.token_version == 1
