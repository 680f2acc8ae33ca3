"""Finding bookings by the city that clients named, among answers that the database holds encrypted."""

from typing import Any

import pytest
import time_machine
from django.db import connection
from django.urls import reverse

from bookings.booking import services
from bookings.booking.intake import city_digest, city_of
from bookings.booking.models import Booking
from bookings.businesses.models import StaffMember
from tests import factories, lifecycle
from tests.admin.desk import LIST, host_of, member_of, pending, platform_admin, read
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def listed(booking: Booking, page: str) -> bool:
    return booking.acknowledgement_id in page


@pytest.mark.parametrize("text", ["Gdańsk", "gdansk", "  GDANSK ", "Gdan\u0301sk"])
def test_digest__is_the_same_however_a_city_is_written(text: str) -> None:
    assert city_digest(text) == city_digest("Gdańsk") != city_digest("Gdynia")
    assert "gdansk" not in city_digest(text).lower()


def test_digest__letters_with_a_stroke_are_those_without() -> None:
    assert city_digest("Łódź") == city_digest("LODZ") != city_digest("Odz")
    assert city_digest("Ålesund") == city_digest("alesund")


@pytest.mark.parametrize(
    ("intake", "city"),
    [
        ({"city": " New  York "}, "New York"),
        ({"City": "Łódź"}, "Łódź"),
        ({"city": ["a"]}, ""),
        ({"city": "x" * 201}, ""),
        ({"cities": "Łódź"}, ""),
        ({}, ""),
    ],
)
def test_city__is_what_the_answers_say(intake: dict[str, Any], city: str) -> None:
    assert city_of(intake) == city
    assert bool(city_digest(city)) == bool(city)


def test_list__is_searched_and_narrowed_by_city() -> None:
    service = factories.service()
    here = factories.pending(factories.consultant(service), service, intake={"city": "Gdańsk"})
    there = factories.pending(factories.consultant(service), service, intake={"city": "Gdynia"})
    client = member_of(here)

    for query in (
        {"q": "gdansk"},
        {"city": "Gdańsk"},
        {"q": here.email},
        {"q": here.full_name, "city": "GDANSK"},
    ):
        page = read(client, reverse(LIST), **query)
        assert (listed(here, page), listed(there, page)) == (True, False), query
    assert '<option value="Gdynia"' in read(client, reverse(LIST))
    assert not listed(here, read(client, reverse(LIST), city="Sopot"))
    assert listed(here, read(platform_admin(), reverse(LIST), q="Gdansk"))


def test_list__tells_no_city_to_whoever_may_not_read_the_answers() -> None:
    booking = pending(intake={"city": "Gdańsk"})
    other = pending(intake={"city": "Sopot"})

    desk = member_of(other, StaffMember.Role.STAFF)  # answers are for those who lead
    assert "Sopot" not in read(desk, reverse(LIST))
    assert not listed(other, read(desk, reverse(LIST), q="Sopot"))
    assert listed(other, read(desk, reverse(LIST), city="Nowhere"))  # there is no such filter for them
    page = read(member_of(other), reverse(LIST))
    assert "Gdańsk" not in page
    assert "Sopot" in page
    assert not listed(booking, read(member_of(other), reverse(LIST), q="Gdańsk"))


def test_list__narrows_by_mode_and_by_the_part_of_day_that_was_wished() -> None:
    service = factories.service(location_kind="EITHER")
    online = factories.pending(factories.consultant(service), service, mode=Booking.Mode.ONLINE)
    in_person = factories.pending(factories.consultant(service), service, mode=Booking.Mode.IN_PERSON)
    client = member_of(online)

    page = read(client, reverse(LIST), mode__exact="ONLINE")
    assert (listed(online, page), listed(in_person, page)) == (True, False)
    for name in ("payment_mode__exact", "preferred_period__exact", "mode__exact"):
        assert f'<select name="{name}"' in read(client, reverse(LIST))
    Booking.objects.filter(pk=online.pk).update(preferred_period="EVENING")
    page = read(client, reverse(LIST), preferred_period__exact="EVENING")
    assert (listed(online, page), listed(in_person, page)) == (True, False)


def test_erase__takes_the_digest_with_the_answers() -> None:
    service = factories.service()
    rejected = lifecycle.rejected(factories.consultant(service), service, intake={"city": "Gdańsk"})
    gone = lifecycle.rejected(factories.consultant(service), service, intake={"city": "Gdańsk"})
    assert Booking.objects.filter(city_digest=city_digest("Gdańsk")).count() == 2

    services.erase_answers(booking_id=rejected.pk)
    services.erase(booking_id=gone.pk, now=NOW)

    assert set(Booking.objects.values_list("city_digest", flat=True)) == {""}


def test_database__holds_the_city_nowhere_to_be_read() -> None:
    pending(intake={"city": "Zebrograd"})

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM bookings_booking")
        rows = str(cursor.fetchall())

    assert "zebrograd" not in rows.lower()
    assert city_digest("Zebrograd") in rows


def test_consultant__finds_their_own_by_city_as_far_as_they_read_answers() -> None:
    booking = pending(intake={"city": "Gdańsk"})

    assert listed(booking, read(host_of(booking), reverse(LIST), q="gdansk"))
