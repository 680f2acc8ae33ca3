"""A password of one's own, changed in the admin: by the rules of the API, and told to its owner."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from bookings.accounts.models import RefreshToken, User
from bookings.accounts.sessions import start_session
from bookings.limits.models import LimitRefusal
from bookings.notifications.models import OutboxMessage
from tests import factories
from tests.factories import NOW, PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)

NEW = "another horse battery"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def member() -> User:
    found = factories.staff_of(factories.business()).user
    assert found is not None
    return found


def at_desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def change(client: Client, old: str = PASSWORD, new: str = NEW) -> str:
    typed = {"old_password": old, "new_password1": new, "new_password2": new}
    return client.post(reverse("admin:password_change"), typed, follow=True).content.decode()


def test_change__keeps_this_log_in_ends_all_others_and_tells_the_owner(member: User) -> None:
    start_session(user=member, user_agent="Phone", now=NOW)
    client, other = at_desk(member), at_desk(member)

    change(client)

    member.refresh_from_db()
    assert member.check_password(NEW)
    assert OutboxMessage.objects.get().template == "password_changed"
    assert not RefreshToken.objects.filter(revoked_at__isnull=True).exists()
    assert client.get(reverse("admin:index")).status_code == 200
    assert other.get(reverse("admin:index")).status_code == 302


def test_change__is_refused_beside_the_field_that_is_wrong(member: User) -> None:
    client = at_desk(member)

    assert "This is not the password." in change(client, old="guessed")
    assert "This password is too common." in change(client, new="password")

    member.refresh_from_db()
    assert member.check_password(PASSWORD)
    assert not OutboxMessage.objects.exists()


def test_change__counts_tries(member: User) -> None:
    client = at_desk(member)
    for _ in range(10):
        change(client, old="guessed")

    change(client)

    member.refresh_from_db()
    assert member.check_password(PASSWORD)
    assert LimitRefusal.objects.get().limit == "password"
