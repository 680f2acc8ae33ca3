"""Payment accounts in the admin: keys are typed in, and no page, log or refusal ever has one."""

from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from bookings.businesses.models import Business, StaffMember
from bookings.payments.models import PaymentAccount
from tests import factories
from tests.admin.desk import logged_in, platform_admin, read
from tests.factories import NOW, PASSWORD
from tests.payments import till
from tests.payments.till import KEY, OTHER

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "admin:bookings_paymentaccount_changelist"
ADD = "admin:bookings_paymentaccount_add"


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def _till(monkeypatch: pytest.MonkeyPatch) -> None:
    till.install(monkeypatch)


@pytest.fixture
def place() -> Business:
    return factories.business(name="Quiet Rooms")


def page_of(row: PaymentAccount) -> str:
    return reverse("admin:bookings_paymentaccount_change", args=[row.pk])


def add(client: Client, place: Business, **answers: str) -> str:
    given = {
        "business": str(place.pk),
        "provider": "till",
        "currency": "EUR",
        "is_active": "on",
        "secret_key": KEY,
        "webhook_secret": "",
        "password": PASSWORD,
        **answers,
    }
    answer = client.post(reverse(ADD), given, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def change(client: Client, row: PaymentAccount, **answers: str) -> str:
    given = {"secret_key": "", "webhook_secret": "", "password": PASSWORD, **answers}
    answer = client.post(page_of(row), given, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def attempt_at(place: Business) -> Any:
    offered = factories.service(place)
    return factories.paying(factories.consultant(offered), offered)


def test_add__keeps_an_account_and_shows_where_its_events_go(place: Business, settings: Any) -> None:
    client = logged_in(place.owner)

    add(client, place)

    row = PaymentAccount.objects.get()
    assert (row.business, row.secret_key, row.is_active, row.created_by) == (place, KEY, True, place.owner)
    page = read(client, page_of(row))
    assert f"{settings.PUBLIC_URL}/payments/till/events/{row.public_id}" in page
    assert "0001" in page
    assert KEY not in page + read(client, reverse(LIST))
    assert KEY not in str(list(LogEntry.objects.values()))


def test_add__refused_shows_no_key_again(place: Business) -> None:
    client = logged_in(place.owner)

    pages = [
        add(client, place, password="not the password"),
        add(client, place, currency="JPY"),
        add(client, place, secret_key="sk_of_another_house"),
    ]

    assert not any(KEY in page or "another_house" in page for page in pages)
    assert "not the password" in pages[0]
    assert not PaymentAccount.objects.exists()


def test_add__with_the_wrong_password_counts_as_a_try(place: Business) -> None:
    client = logged_in(place.owner)
    for _ in range(10):
        add(client, place, password="guess")

    add(client, place)

    assert not PaymentAccount.objects.exists()


def test_add__of_another_account_takes_the_one_before_out_of_use(place: Business) -> None:
    client = logged_in(place.owner)
    first = till.account(place)
    till.Till.says("first", attempt_at(place))

    add(client, place, secret_key=OTHER)

    first.refresh_from_db()
    assert (first.is_active, first.secret_key) == (False, KEY)
    assert PaymentAccount.objects.get(is_active=True).secret_key == OTHER


def test_change__without_a_key_takes_it_out_of_use_and_back(place: Business) -> None:
    client, row = logged_in(place.owner), till.account(place)

    change(client, row)
    row.refresh_from_db()
    assert (row.is_active, row.secret_key) == (False, KEY)

    change(client, row, is_active="on")
    row.refresh_from_db()
    assert (row.is_active, row.secret_key) == (True, KEY)


def test_change__with_a_key_replaces_it(place: Business) -> None:
    client, row = logged_in(place.owner), till.account(place)

    change(client, row, is_active="on", secret_key=OTHER)

    row.refresh_from_db()
    assert (row.is_active, row.secret_key, PaymentAccount.objects.count()) == (True, OTHER, 1)


def test_change__asks_for_the_password(place: Business) -> None:
    client, row = logged_in(place.owner), till.account(place)

    page = change(client, row, password="guess")

    row.refresh_from_db()
    assert "This is not the password." in page
    assert row.is_active


def test_accounts__are_their_owners_and_the_platform_s(place: Business) -> None:
    row, other = till.account(place), till.account(factories.business(name="Elsewhere"))
    manager = factories.staff_of(place, StaffMember.Role.MANAGER).user
    assert manager is not None

    mine = read(logged_in(place.owner), reverse(LIST))
    assert "Quiet Rooms" in mine
    assert "Elsewhere" not in mine
    assert logged_in(place.owner).get(page_of(other)).status_code == 302
    every = read(platform_admin(), reverse(LIST))
    assert "Quiet Rooms" in every
    assert "Elsewhere" in every
    for address in (reverse(LIST), reverse(ADD), page_of(row)):
        assert logged_in(manager).get(address).status_code == 403


def test_add__offers_an_owner_their_own_practices_alone(place: Business) -> None:
    elsewhere = factories.business(name="Elsewhere")

    page = add(logged_in(place.owner), elsewhere)

    assert "Select a valid choice" in page
    assert not PaymentAccount.objects.exists()


def test_accounts__are_never_deleted(place: Business) -> None:
    row = till.account(place)

    address = reverse("admin:bookings_paymentaccount_delete", args=[row.pk])
    assert platform_admin().post(address, {"post": "yes"}).status_code == 403
    assert PaymentAccount.objects.filter(pk=row.pk).exists()
