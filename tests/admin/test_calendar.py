"""The calendar's page in the admin: whose it is, what it says, and what its address may say."""

import re
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.booking.states import Status
from tests import factories
from tests.admin.desk import LIST, host_of, logged_in, member_of, pending, platform_admin, read
from tests.booking import shapes
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)

CALENDAR = "admin:bookings_booking_calendar"
DRAWN = re.compile(r'<div id="calendar"([^>]*)>')


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def shown(client: Client, **query: Any) -> str:
    return read(client, reverse(CALENDAR), **query)


def drawn(page: str) -> dict[str, str]:
    """What the page's script is given; nothing where there is no calendar."""
    found = DRAWN.search(page)
    return dict(re.findall(r'data-([a-z-]+)="([^"]*)"', found[1])) if found else {}


def test_calendar__is_drawn_of_the_persons_practice_on_its_clock() -> None:
    booking = pending(full_name="Ana <b>x</b>")
    place = booking.business
    place.timezone = "Asia/Tokyo"
    place.save(update_fields=["timezone"])

    page = shown(member_of(booking))

    given = drawn(page)
    assert (given["business"], given["zone"]) == (str(place.pk), "Asia/Tokyo")
    assert given["now"] == "2030-01-07T17:00:00"
    assert given["date"] == "2030-01-07"
    assert "Times are those of Asia/Tokyo" in page
    assert "Ana" not in page


def test_calendar__is_linked_from_the_list() -> None:
    assert reverse(CALENDAR) in read(platform_admin(), reverse(LIST))


def test_calendar__without_script_leads_to_the_days_list() -> None:
    booking = pending()
    client = member_of(booking)

    page = shown(client, date="2030-01-07")

    link = re.search(r'<noscript>.*?href="([^"]*)"', page, re.DOTALL)
    assert link is not None
    day = read(client, link[1].replace("&amp;", "&"))
    assert booking.acknowledgement_id in day
    other = link[1].replace("&amp;", "&").replace("2030-01-07", "2030-01-08")
    assert booking.acknowledgement_id not in read(client, other)


def test_calendar__says_the_words_of_every_status_that_it_shows() -> None:
    page = shown(member_of(pending()))

    legend = page.partition('id="calendar-legend"')[2].partition("</ul>")[0]
    assert re.findall(r"<span>(.*?)</span>", legend) == [
        str(one.label) for one in Status if one is not Status.DRAFT
    ]


def test_calendar__of_another_practice_is_not_opened() -> None:
    mine, other = pending(), pending()
    client = member_of(mine)

    for query in ({}, {"business": str(other.business_id)}, {"consultant": str(other.consultant_id)}):
        page = shown(client, **query)
        assert drawn(page)["business"] == str(mine.business_id)
        assert other.business.name not in page
        assert str(other.consultant) not in page


def test_calendar__a_person_of_two_practices_chooses_between_them() -> None:
    first, second = pending(), pending()
    client = member_of(first)
    user = first.business.staff.get().user
    second.business.staff.create(user=user, role="STAFF")

    assert drawn(shown(client))["business"] == str(first.business_id)
    page = shown(client, business=str(second.business_id))
    assert drawn(page)["business"] == str(second.business_id)
    assert f'<option value="{first.business_id}">' in page


def test_calendar__consultant_is_offered_themselves_alone() -> None:
    service = factories.service()
    mine = factories.pending(factories.consultant(service), service)
    other = factories.consultant(service)

    page = shown(host_of(mine))

    assert str(mine.consultant) in page
    assert other.full_name not in page


def test_calendar__who_works_nowhere_has_none() -> None:
    booking = pending()

    page = shown(logged_in(factories.user(booking.email)))

    assert drawn(page) == {}
    assert "You work for no practice yet" in page


def test_calendar__is_for_staff_alone() -> None:
    client = Client()
    client.force_login(factories.user())

    for name in (CALENDAR, f"{CALENDAR}_events"):
        assert client.get(reverse(name)).status_code == 302
        assert Client().get(reverse(name)).status_code == 302


def test_admin__finds_a_practice_by_its_name_or_city() -> None:
    first = factories.business(name="Quiet Room", city="Leeds")
    second = factories.business(name="Loud Room", city="York")
    client = platform_admin()

    assert drawn(shown(client)) == {}
    for name, found in (("quiet", [first]), ("YORK", [second]), ("room", [first, second]), ("nobody", [])):
        page = shown(client, practice=name)
        assert [f'href="?business={each.pk}"' in page for each in (first, second)] == [
            each in found for each in (first, second)
        ]
    assert drawn(shown(client, business=str(second.pk)))["business"] == str(second.pk)


def test_admin__of_one_practice_need_not_search() -> None:
    booking = pending()

    assert drawn(shown(platform_admin()))["business"] == str(booking.business_id)


@pytest.mark.parametrize(
    "query",
    [
        {"view": "year"},
        {"date": "2030-13-45"},
        {"date": "0001-01-01"},
        {"date": "9999-12-31"},
        {"date": "next week"},
        {"consultant": "0"},
        {"resource": "' OR 1=1"},
        {"business": "9" * 40},
        {"over": "maybe"},
    ],
)
def test_calendar__what_an_address_should_not_say_counts_as_not_said(query: dict[str, str]) -> None:
    booking = pending()

    for client in (member_of(booking), platform_admin()):
        given = drawn(shown(client, **query))
        assert (given["view"], given["date"]) == ("", "2030-01-07")


def test_calendar__what_its_address_says_is_ticked() -> None:
    service = factories.service()
    host = factories.consultant(service)
    room = shapes.room(service.business)
    booking = factories.pending(host, service)

    page = shown(
        member_of(booking),
        view="month",
        date="2031-02-03",
        consultant=str(host.pk),
        resource=str(room.pk),
        over="on",
    )

    given = drawn(page)
    assert (given["view"], given["date"]) == ("month", "2031-02-03")
    ticked = re.findall(r'name="(\w+)" value="(\w+)" checked', page)
    assert ticked == [("consultant", str(host.pk)), ("resource", str(room.pk)), ("over", "on")]


def test_calendar__who_may_not_add_is_offered_no_adding() -> None:
    booking = pending()

    assert drawn(shown(member_of(booking)))["may-add"] == "yes"
    assert drawn(shown(host_of(booking)))["may-add"] == ""


def test_calendar__takes_as_many_statements_for_three_consultants_as_for_one() -> None:
    service = factories.service()
    booking = factories.pending(factories.consultant(service), service)
    client = member_of(booking)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert shown(client)
        return len(captured)

    statements()  # the first of a minute notes that the log-in is in use
    first = statements()
    for _ in range(2):
        factories.pending(factories.consultant(service), service)
        shapes.room(service.business)

    assert statements() == first


def test_list__status_stands_beside_its_colour() -> None:
    booking = pending()

    assert f'<span class="status status-PENDING">{Status.PENDING.label}</span>' in read(
        member_of(booking), reverse(LIST)
    )
