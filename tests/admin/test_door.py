"""Who may open the admin: whoever works for a practice, from the day they begin until the day they end."""

from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from bookings.accounts.models import User
from bookings.businesses.models import StaffMember
from tests import factories
from tests.admin.desk import LIST
from tests.factories import NOW, PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def log_in(user: User) -> Client:
    """Log in by the form, without any right of Django's."""
    assert not user.is_staff
    client = Client()
    client.post(reverse("admin:login"), {"username": user.email, "password": PASSWORD})
    return client


def is_in(client: Client) -> bool:
    return client.get(reverse("admin:index")).status_code == 200


def member(role: StaffMember.Role) -> User:
    user = factories.staff_of(factories.business(), role).user
    assert user is not None
    return user


@pytest.mark.parametrize("role", StaffMember.Role.values)
def test_door__is_open_for_whoever_works_for_a_practice(role: str) -> None:
    client = log_in(member(StaffMember.Role(role)))

    assert is_in(client)
    assert client.get(reverse(LIST)).status_code == 200


def test_door__is_open_for_an_owner_and_for_a_consultant() -> None:
    place = factories.business()
    host = factories.consultant(factories.service(place), user=factories.user())

    assert is_in(log_in(place.owner))
    assert is_in(log_in(host.user))


def test_door__is_shut_for_clients_and_for_closed_accounts() -> None:
    closed = member(StaffMember.Role.MANAGER)
    User.objects.filter(pk=closed.pk).update(is_active=False)

    assert not is_in(log_in(factories.user()))
    assert not is_in(log_in(closed))


def test_door__shuts_with_the_end_of_the_work() -> None:
    user = member(StaffMember.Role.MANAGER)
    client = log_in(user)
    assert is_in(client)

    StaffMember.objects.filter(user=user).delete()

    assert not is_in(client)
