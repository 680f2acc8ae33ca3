"""Practices and corporate clients in the admin: by the rules of the API, each person what is their duty."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from bookings.accounts.models import User
from bookings.businesses.models import Business, Category, CorporateClient, StaffMember
from tests import factories
from tests.admin.desk import LIST, logged_in, page_of, platform_admin, read
from tests.admin.pages import fields_of, send
from tests.factories import NOW, TEN

pytestmark = pytest.mark.django_db(transaction=True)

SAVED = "was changed successfully"
ADDED = "was added successfully"
ADD = "admin:bookings_business_add"
COMPANIES = "admin:bookings_corporateclient_changelist"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def place(db: None) -> Business:
    return factories.business(name="Harbour", currency="EUR")


def member(place: Business, role: str) -> Client:
    user = factories.staff_of(place, StaffMember.Role(role)).user
    assert user is not None
    return logged_in(user)


def page(row: Any) -> str:
    return reverse(f"admin:bookings_{row._meta.model_name}_change", args=[row.pk])


def change(client: Client, row: Any, **typed: str) -> str:
    shown = send(client, page(row), {**fields_of(read(client, page(row))), **typed})
    row.refresh_from_db()
    return shown


# Practices


def test_practice__is_added_by_the_platforms_people_for_its_owner(place):
    owner = factories.user()
    client = platform_admin()
    typed = {
        "name": SCRIPT, "slug": "", "owner": str(owner.pk), "category": str(Category.objects.get().pk),
        "country": "pl", "website": "harbour.example", "latitude": "54.35", "longitude": "18.65", "currency": "PLN",
    }  # fmt: skip

    shown = send(client, reverse(ADD), {**fields_of(read(client, reverse(ADD))), **typed})

    assert ADDED in shown
    assert SCRIPT not in shown
    made = Business.objects.exclude(pk=place.pk).get()
    assert (made.owner, made.slug, made.country) == (owner, "scriptalert1script", "PL")
    assert (made.website, made.latitude, made.currency) == ("https://harbour.example", 54.35, "PLN")
    assert made.opening_hours.count() == 0
    assert member(place, "OWNER").get(reverse(ADD)).status_code == 403


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"latitude": "91", "longitude": "0"}, "from -90 to 90"),
        ({"latitude": "1"}, "A place has both"),
        ({"latitude": "nan", "longitude": "1"}, "Enter a number."),
        ({"website": "javascript:alert(1)"}, "Enter a valid URL."),
        ({"website": "ftp://harbour.example"}, "A website begins with"),
        ({"country": "ZZ"}, "two letters of ISO 3166"),
        ({"draft_lifetime": "0"}, "This lasts from 1 to"),
        ({"max_active_bookings": "101"}, "from 1 to 100 active bookings"),
        ({"name": "a\u200bb"}, "This stands on one line."),
        ({"currency": "PLN"}, "There are prices in EUR here"),
    ],
)
def test_practice__bad_answers_are_shown_and_nothing_is_saved(place, typed, words):
    factories.service(place)
    before = Business.objects.values().get()

    shown = change(platform_admin(), place, **typed)

    assert words in shown
    assert Business.objects.values().get() == {**before, "version": place.version}


def test_practice__is_changed_by_each_as_far_as_it_is_their_duty(place):
    owner, manager = member(place, "OWNER"), member(place, "MANAGER")
    other = factories.user()

    assert SAVED in change(manager, place, city="Gdynia", slug="mine", is_active="", owner=str(other.pk))
    assert (place.city, place.slug != "mine", place.is_active, place.owner != other) == (
        "Gdynia",
        True,
        True,
        True,
    )
    before = place.version
    assert SAVED in change(owner, place, slug="mine", currency="PLN", owner=str(other.pk))
    assert (place.slug, place.currency, place.owner != other) == ("mine", "PLN", True)
    assert place.version > before
    assert SAVED in change(platform_admin(), place, owner=str(other.pk))
    assert place.owner == other


def test_practice__closing_names_the_bookings_that_are_still_to_come():
    service = factories.service()
    booking = factories.pending(factories.consultant(service), service)
    place = service.business
    fields = fields_of(read(platform_admin(), page(place)))
    fields.pop("is_active")

    shown = send(platform_admin(), page(place), fields)

    place.refresh_from_db()
    assert (place.is_active, booking.acknowledgement_id in shown) == (False, True)
    assert SAVED in change(platform_admin(), place, is_active="on")
    assert place.is_active


def test_practice__is_taken_away_only_where_nothing_was_booked(place):
    service = factories.service()
    factories.pending(factories.consultant(service), service)
    used = service.business
    client = platform_admin()

    for row in (place, used):
        address = reverse("admin:bookings_business_delete", args=[row.pk])
        assert read(client, address)
        client.post(address, {"post": "yes"})

    assert list(Business.objects.all()) == [used]
    manager = member(used, "MANAGER")
    assert (
        manager.post(reverse("admin:bookings_business_delete", args=[used.pk]), {"post": "yes"}).status_code
        == 403
    )


def test_practices__are_taken_away_one_by_one_alone(place):
    chosen = {"action": "delete_selected", "_selected_action": [str(place.pk)], "post": "yes"}

    platform_admin().post(reverse("admin:bookings_business_changelist"), chosen, follow=True)

    assert Business.objects.get() == place


def test_categories__show_how_many_practices_are_in_use(place):
    factories.business(is_active=False)

    shown = read(platform_admin(), reverse("admin:bookings_category_changelist"))

    assert re.search(r'<td class="field-practices[^>]*>\s*1\s*</td>', shown)


# Corporate clients


@pytest.fixture
def acme(place: Business) -> CorporateClient:
    return place.corporate_clients.create(
        company="Acme Ltd",
        contact_name="Rita Ruiz",
        email="rita@acme.example",
        tax_number="PL-9",
        note="Pays late.",
    )


def test_corporate_client__is_added_and_changed_by_whoever_works_there(place):
    client = member(place, "STAFF")
    add = reverse("admin:bookings_corporateclient_add")
    typed = {
        "business": str(place.pk),
        "company": SCRIPT,
        "contact_name": "Rita",
        "email": "Rita@Acme.example",
    }

    shown = send(client, add, {**fields_of(read(client, add)), **typed})

    assert ADDED in shown
    assert SCRIPT not in shown
    row = CorporateClient.objects.get()
    assert (row.business, row.email) == (place, "rita@acme.example")
    assert SAVED in change(client, row, note="Pays late.", tax_number="PL-9")
    assert (row.note, row.tax_number) == ("Pays late.", "PL-9")
    assert "errorlist" in change(client, row, company="a\u200bb")


def test_corporate_clients__are_found_and_are_nobody_elses(place, acme):
    factories.business().corporate_clients.create(company="Bolt", contact_name="Bo", email="bo@bolt.example")
    client = member(place, "STAFF")
    stranger = member(factories.business(), "OWNER")

    for words in ("acme", "ruiz", "PL-9"):
        assert "Acme Ltd" in read(client, reverse(COMPANIES), q=words)
    assert "Bolt" not in read(client, reverse(COMPANIES))
    assert "Acme Ltd" not in read(stranger, reverse(COMPANIES))
    assert stranger.get(page(acme)).status_code == 302
    assert client.post(reverse("admin:bookings_corporateclient_delete", args=[acme.pk])).status_code == 403


def test_bookings__are_narrowed_to_a_company_and_name_it(place, acme):
    service = factories.service(place)
    host = factories.consultant(service)
    ours, other = (factories.pending(host, service, starts_at=TEN.replace(hour=hour)) for hour in (10, 12))
    type(ours).objects.filter(pk=ours.pk).update(corporate_client=acme)
    client = member(place, "STAFF")

    shown = read(client, reverse(LIST), company=str(acme.pk))

    assert (ours.acknowledgement_id in shown, other.acknowledgement_id in shown) == (True, False)
    for odd in ("0", "x", "9" * 30):
        assert ours.acknowledgement_id not in read(client, reverse(LIST), company=odd)
    assert "Acme Ltd" in read(client, page_of(ours))
    assert "Acme Ltd" in read(client, reverse(LIST))
    assert "Acme Ltd" not in read(member(factories.business(), "OWNER"), reverse(LIST))
    assert User.objects.filter(email="rita@acme.example").exists() is False
