"""Service keys in the admin: shown once, revoked there, and never a hash."""

import re
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from bookings.accounts.keys import NewKey, Scope, read_key
from bookings.accounts.models import ServiceKey, User
from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.businesses.models import StaffMember
from bookings.common.errors import ErrorCode
from tests import factories
from tests.admin import desk
from tests.admin.desk import logged_in, member_of, pending, platform_admin, read
from tests.admin.pages import fields_of
from tests.factories import NOW
from tests.witness import refusal

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "admin:bookings_servicekey_changelist"
ADD = "admin:bookings_servicekey_add"


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def add(client: Client, **answers: Any) -> str:
    given = {
        "name": "chatbot",
        "scopes": ["CATALOGUE", "BOOKING"],
        "expires_at_0": "",
        "expires_at_1": "",
        **answers,
    }
    answer = client.post(reverse(ADD), given, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def shown(page: str) -> list[str]:
    return re.findall(r"slw_\w{8}_[\w-]{43}", page)


def page_of(row: ServiceKey) -> str:
    return reverse("admin:bookings_servicekey_change", args=[row.pk])


def is_good(made: NewKey) -> bool:
    return ServiceKey.objects.filter(pk=made.row.pk, revoked_at=None).exists()


def test_add__shows_the_key_once() -> None:
    client = platform_admin()

    (text,) = shown(add(client))

    key = read_key(text, NOW)
    assert (key.name, key.scopes, key.owner.email) == (
        "chatbot",
        ["CATALOGUE", "BOOKING"],
        "admin@example.org",
    )
    listed, page = read(client, reverse(LIST)), read(client, page_of(key))
    assert key.prefix in listed
    assert key.prefix in page
    assert shown(listed + page) == []
    assert key.key_hash not in listed + page
    stored = f"{client.cookies} {list(Session.objects.values())} {list(LogEntry.objects.values())}"
    assert text[12:] not in stored
    assert 'name="_save"' not in page


def test_add__by_the_admin_is_for_whoever_works_there() -> None:
    client, place = platform_admin(), factories.business()
    staff = factories.staff_of(place, StaffMember.Role.STAFF).user
    assert staff is not None
    practice = {"scopes": ["PRACTICE"], "business": str(place.pk)}

    refused = add(client, **practice)
    (text,) = shown(add(client, **practice, owner=str(staff.pk)))

    assert "belongs to somebody who works there" in refused
    assert read_key(text, NOW).roles == {place.pk: "STAFF"}


def test_add__of_an_owner_is_for_their_practice_and_themselves() -> None:
    place, other = factories.business(name="Mine"), factories.business(name="Theirs")
    client = logged_in(place.owner)

    form = read(client, reverse(ADD))
    (text,) = shown(add(client, scopes=["PRACTICE"], business=str(place.pk), owner=str(other.owner.pk)))
    refused = add(client, scopes=["PRACTICE"], business=str(other.pk))

    assert ("Mine" in form, "Theirs" in form, 'name="owner"' in form) == (True, False, False)
    assert read_key(text, NOW).owner == place.owner
    assert shown(refused) == []
    assert ServiceKey.objects.count() == 1


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"scopes": []}, "This field is required."),
        ({"scopes": ["PRACTICE"]}, "for one practice. Say which."),
        ({"name": " "}, "This field is required."),
        ({"expires_at_0": "2030-01-07", "expires_at_1": "08:00:00"}, "This is over already."),
    ],
)
def test_add__says_beside_the_field_what_is_wrong(answers: dict[str, Any], words: str) -> None:
    page = add(platform_admin(), **answers)

    assert re.search(rf'<ul class="errorlist"[^>]*>\s*<li>[^<]*{re.escape(words)}', page)
    assert not ServiceKey.objects.exists()


def test_revoke__ends_the_chosen_keys_that_one_may_revoke() -> None:
    place = factories.business()
    mine = factories.service_key(Scope.BOOKING, owner=place.owner)
    works_here = factories.service_key(Scope.PRACTICE, owner=factories.staff_of(place).user, place=place)
    other = factories.service_key(Scope.BOOKING)
    chosen = {
        "action": "revoke",
        "_selected_action": [str(made.row.pk) for made in (mine, works_here, other)],
    }
    client = logged_in(place.owner)

    page = client.post(reverse(LIST), chosen, follow=True).content.decode()

    assert "2 keys revoked" in page
    assert [is_good(made) for made in (mine, works_here, other)] == [False, False, True]
    assert other.row.prefix not in page
    assert client.get(page_of(other.row)).status_code == 302


def test_account__that_is_closed_loses_its_keys_for_good() -> None:
    made = factories.service_key(Scope.BOOKING)
    address = reverse("admin:bookings_user_change", args=[made.row.owner_id])
    admin = platform_admin()
    fields = fields_of(read(admin, address))
    form = {name: value for name, value in fields.items() if value and name != "is_active"}

    assert admin.post(address, form).status_code == 302
    User.objects.filter(pk=made.row.owner_id).update(is_active=True)

    assert refusal(read_key, text=made.text, now=NOW).code == ErrorCode.UNAUTHENTICATED


def test_story__names_the_key_that_acted() -> None:
    booking = pending()
    made = factories.service_key(Scope.PRACTICE, place=booking.business, name="calendar sync")
    services.approve(booking_id=booking.pk, viewer=Viewer(key=read_key(made.text, NOW)), now=NOW)

    page = read(member_of(booking), desk.page_of(booking))

    assert f"Staff of the business: by the service key calendar sync ({made.row.prefix}…)" in page
