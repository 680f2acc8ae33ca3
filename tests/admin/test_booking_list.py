"""The list of bookings at the desk: what it hides and says so, how it is narrowed, and what is asked for most."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from bookings.booking.models import Booking
from bookings.booking.wishes import Wish
from tests import factories
from tests.admin.desk import LIST, draft, host_of, member_of, pending, platform_admin, read
from tests.admin.pages import fields_of, words_of
from tests.factories import NOW, TEN

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def words(client: Client, **query: str) -> str:
    return words_of(read(client, reverse(LIST), **query))


def shown(client: Client, *bookings: Booking, **query: str) -> list[bool]:
    page = read(client, reverse(LIST), **query)
    return [booking.acknowledgement_id in page for booking in bookings]


def one_and_two_drafts(*names: str) -> tuple[Booking, Booking, Booking]:
    service = factories.service()
    host = factories.consultant(service)
    given = [{"full_name": name} for name in names] or [{}] * 3
    second, third = (factories.draft(host, service, **fields) for fields in given[1:])
    return factories.pending(host, service, **given[0]), second, third


def test_list__says_how_many_drafts_it_hides() -> None:
    booking, *_ = one_and_two_drafts()
    client = member_of(booking)

    page = read(client, reverse(LIST))

    assert "1 booking. 2 drafts are hidden: nobody has proven the address yet. Show them" in words_of(page)
    assert 'href="?status=all"' in page
    assert "3 of 3 bookings fit." in words(client, status="all")
    assert "hidden" not in words(client, status="DRAFT").partition("Bookings")[2].partition("Filters")[0]


def test_list__says_how_many_of_how_many_fit_and_which_drafts_would() -> None:
    booking, *_ = one_and_two_drafts("Ola Nowak", "Ola Other", "Jan Kos")
    client = member_of(booking)

    page = words(client, q="Ola")

    assert "1 of 3 bookings fits. Show all 1 draft that fits as well is hidden" in page
    nothing = words(client, q="Kos")
    assert "Nothing fits No booking has “Kos” in its id, name" in nothing
    assert "1 draft would fit." in nothing
    assert "Show drafts too" in nothing


def test_list__of_nothing_at_all_says_what_comes_here() -> None:
    place = factories.business()
    user = factories.staff_of(place).user
    assert user is not None
    user.is_staff = True
    user.save()
    client = Client()
    client.force_login(user)

    page = words(client)

    assert "No bookings yet What clients ask for shows here once they have proven their address." in page
    assert "Add booking" in page


def test_list__narrows_to_days_of_the_start_or_of_the_wish_both_included() -> None:
    service = factories.service(factories.business(timezone="Europe/Warsaw"))
    host = factories.consultant(service, hours=(0, 24))
    first = factories.pending(host, service, starts_at=NOW.replace(hour=22))
    second = factories.pending(host, service, starts_at=NOW.replace(hour=23))  # midnight in Warsaw
    tomorrow = TEN.date() + timedelta(days=1)
    wish = factories.pending(host, service, starts_at=None, wish=Wish(tomorrow, Booking.Period.MORNING))
    client = member_of(first)

    for query, expected in (
        ({"starts_at_from": "2030-01-07", "starts_at_to": "2030-01-07"}, [True, False, False]),
        ({"starts_at_from": "2030-01-08"}, [False, True, True]),
        ({"starts_at_to": "2030-01-08"}, [True, True, True]),
        ({"starts_at_from": "2030-01-09"}, [False, False, False]),
        ({"starts_at_from": "no day", "starts_at_to": "0001-01-01"}, [True, True, True]),
    ):
        assert shown(client, first, second, wish, **query) == expected, query


def test_list__is_narrowed_by_the_form_of_filters_as_a_browser_sends_it() -> None:
    one = pending()
    other = factories.pending(factories.consultant(one.service, full_name="Olga Other"), one.service)
    client = member_of(one)
    form = {
        name: value
        for name, value in fields_of(read(client, reverse(LIST))).items()
        if name.startswith(("status", "start", "service", "consultant", "mode", "payment", "preferred"))
    }
    assert {"status", "start", "consultant__id__exact", "starts_at_from"} <= set(form)

    answer = client.get(reverse(LIST), {**form, "consultant__id__exact": str(other.consultant_id)})

    assert answer.headers["location"] == f"{reverse(LIST)}?consultant__id__exact={other.consultant_id}"
    page = client.get(answer.headers["location"]).content.decode()
    assert [booking.acknowledgement_id in page for booking in (one, other)] == [False, True]


@pytest.mark.parametrize("query", ["starts_at__year", "price__gt", "meeting_url__startswith", "email"])
def test_list__is_narrowed_by_nothing_that_is_not_offered(query: str) -> None:
    booking = pending()
    answer = member_of(booking).get(reverse(LIST), {query: "2029"})
    assert (answer.status_code, answer.headers.get("location")) in {
        (302, f"{reverse(LIST)}?e=1"),
        (200, None),
        (400, None),
    }
    if answer.status_code == 200:  # judged by the calendar's own column, which is shown
        assert query == "starts_at__year"


def test_list__views_lead_to_what_is_asked_for_most() -> None:
    waiting = pending()
    staff = factories.staff_of(waiting.business)
    approved = factories.approved(factories.consultant(waiting.service), waiting.service)
    assert staff
    client = member_of(waiting)

    page = read(client, reverse(LIST), status="PENDING")

    assert 'href="?status=PENDING" aria-current="page"' in page
    assert [one.acknowledgement_id in page for one in (waiting, approved)] == [True, False]


def test_list__tells_consultants_of_their_own_alone_how_many_are_hidden() -> None:
    booking = pending()
    draft()
    factories.draft(factories.consultant(booking.service), booking.service)

    assert "hidden" not in words(host_of(booking)).partition("1 booking.")[2].partition("Filters")[0]
    assert "2 drafts are hidden" in words(platform_admin())


def test_list__knows_any_city_that_an_address_names(client: Any) -> None:
    booking = pending(intake={"city": "Sopot"})

    page = read(member_of(booking), reverse(LIST), city="Hel")

    assert '<option value="Hel" selected>' in page
    assert "Nothing fits" in page


@pytest.mark.parametrize(
    ("said", "is_found"),
    [
        ("600 200 300", True),
        ("600200300", True),
        ("600-200-300", True),
        ("0048 600.200.300", True),
        ("+48 (600) 200 300", True),
        ("600200301", False),
        ("0300", False),
    ],
)
def test_search__by_telephone_number_however_it_is_grouped(said: str, is_found: bool) -> None:
    booking = pending(phone="+48 600 200-300")
    pending(phone="+48 600 999 111")

    page = read(platform_admin(), reverse(LIST), q=said)

    assert (booking.acknowledgement_id in page) == is_found
