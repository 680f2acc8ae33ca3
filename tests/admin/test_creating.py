"""Staff create bookings in the admin: without a proof, with an id, under the rules of `createBooking`."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.booking.intake import city_digest
from bookings.booking.models import Booking
from bookings.businesses.models import Business, CorporateClient, StaffMember
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.notifications.models import OutboxMessage
from tests import factories
from tests.admin.desk import LIST, host_of, logged_in, pending, platform_admin, read
from tests.admin.pages import fields_of
from tests.factories import NOW, TEN

pytestmark = pytest.mark.django_db(transaction=True)

ADD = "admin:bookings_booking_add"


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def offered(db: None) -> Service:
    return factories.service(
        factories.business(timezone="Europe/Warsaw"), payment_policy=Service.PaymentPolicy.ON_SITE
    )


@pytest.fixture
def host(offered: Service) -> Consultant:
    return factories.consultant(offered, zone="Europe/Warsaw")


def member(offered: Service, role: StaffMember.Role = StaffMember.Role.MANAGER) -> Client:
    user = factories.staff_of(offered.business, role).user
    assert user is not None
    return logged_in(user)


def at(wall: str, zone: str = "Europe/Warsaw") -> str:
    """What stands for an open time on the page: its epoch second."""
    return str(int(datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone)).timestamp()))


def answers(host: Consultant, offered: Service, **given: Any) -> dict[str, Any]:
    return {
        "service": offered.pk,
        "consultant": host.pk,
        "date": "2030-01-07",
        "opening": at("2030-01-07T11:00"),
        "full_name": "Walk In",
        "seats": 1,
        "consent": "on",
        "approve": "on",
        **given,
    }


def create(client: Client, **given: Any) -> str:
    """Fill in the page of the practice that is named, and send it."""
    place = {"business": given["business"]} if "business" in given else {}
    blank = fields_of(read(client, reverse(ADD), **place))
    blank.pop("approve", None)
    answer = client.post(reverse(ADD), {**blank, **given}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def listed(page: str) -> list[str]:
    """The open times that can be chosen, as they are read."""
    return re.findall(r'name="opening"[^>]*>\s*([^<]*?)\s*</label>', page)


def chosen(page: str) -> list[str]:
    return re.findall(r'name="opening" value="(\d+)"[^>]* checked>', page)


def test_create__needs_no_proof_and_gets_an_id(host: Consultant, offered: Service) -> None:
    page = create(
        member(offered), **answers(host, offered, email="Ana@example.org", city="Gdańsk", phone="112")
    )

    booking = Booking.objects.get()
    assert f"{booking.acknowledgement_id} was created. Now: Confirmed." in page
    assert (booking.status, booking.email, booking.full_name) == ("CONFIRMED", "ana@example.org", "Walk In")
    assert booking.starts_at == TEN  # eleven o'clock in Warsaw
    assert (booking.consultant, booking.intake, booking.phone) == (host, {"city": "Gdańsk"}, "112")
    assert booking.city_digest == city_digest("Gdańsk")
    assert [row.template for row in OutboxMessage.objects.filter(recipient="ana@example.org")] == [
        "confirmed"
    ]
    assert booking.events.first().actor_kind == "STAFF"


def test_create__waits_for_approval_where_that_is_not_ticked(host: Consultant, offered: Service) -> None:
    given = answers(host, offered)
    del given["approve"]

    create(member(offered), **given)

    assert Booking.objects.get().status == "PENDING"


def test_create__same_form_sent_twice_is_one_booking(host: Consultant, offered: Service) -> None:
    client = member(offered)
    form = {**fields_of(read(client, reverse(ADD))), **answers(host, offered)}

    first, second = (client.post(reverse(ADD), form) for _ in range(2))

    booking = Booking.objects.get()
    assert first.headers["location"] == second.headers["location"]
    assert first.headers["location"] == reverse("admin:bookings_booking_change", args=[booking.pk])


def test_create__for_a_corporate_client(host: Consultant, offered: Service) -> None:
    company = CorporateClient.objects.create(
        business=offered.business, company="Acme", contact_name="Cora", email="cora@acme.example"
    )

    create(member(offered), **answers(host, offered, full_name="", corporate_client=company.pk))

    booking = Booking.objects.get()
    assert (booking.corporate_client, booking.email, booking.full_name) == (
        company,
        "cora@acme.example",
        "Cora",
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"consent": ""}, "The person must agree to the terms"),
        ({"full_name": ""}, "on one line"),
        ({"email": "nobody"}, "This is no e-mail address."),
        ({"opening": at("2030-01-07T03:00")}, "This time is not open. Choose one of these, or another day."),
        ({"opening": ""}, "Choose one of the open times."),
        ({"opening": "soon"}, "Select a valid choice."),
        ({"opening": "", "entered": "2030-03-31T02:30"}, "The clock skips 02:30 on that day"),
        ({"opening": "", "entered": "3000-01-07T11:00"}, "This date is out of range."),
        ({"opening": "", "entered": "soon"}, "Enter a valid date/time."),
        ({"entered": "2030-01-07T20:00"}, "Choose a time or enter one, not both."),
        ({"seats": "0"}, "greater than or equal to 1"),
        ({"service": "0"}, "Select a valid choice."),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else None,
)
def test_create__bad_answers_are_shown_and_nothing_is_made(
    host: Consultant, offered: Service, given: dict[str, str], words: str
) -> None:
    page = create(member(offered), **answers(host, offered, **given))

    assert words in page
    assert "Walk In" in page or "full_name" in given
    assert not Booking.objects.exists()


def test_create__never_overlaps_and_otherwise_takes_a_time_that_is_not_offered(
    host: Consultant, offered: Service
) -> None:
    factories.pending(host, offered)
    client = member(offered)

    taken = create(client, **answers(host, offered, opening="", entered="2030-01-07T11:00"))
    assert "was created" not in taken
    assert listed(taken)[:2] == ["10:00", "12:00"]
    assert "was created" in create(client, **answers(host, offered, opening="", entered="2030-01-07T20:00"))


def test_create__role_without_the_right_enters_no_time_that_is_not_offered(
    host: Consultant, offered: Service
) -> None:
    desk = member(offered, StaffMember.Role.STAFF)
    page = read(desk, reverse(ADD), service=str(offered.pk), date="2030-01-07")

    assert "not offered" not in page
    assert "Approve at once" in page
    refused = create(desk, **answers(host, offered, opening="", entered="2030-01-07T20:00"))
    assert "Choose one of the open times." in refused
    assert "was created" not in create(desk, **answers(host, offered, opening=at("2030-01-07T20:00")))
    assert not Booking.objects.exists()


def test_create__time_lost_meanwhile_is_refused_with_the_next_ones_of_which_one_is_taken(
    host: Consultant, offered: Service
) -> None:
    client = member(offered)
    form = {
        **fields_of(read(client, reverse(ADD), service=str(offered.pk), date="2030-01-07")),
        **answers(host, offered),
    }
    factories.pending(host, offered)

    page = client.post(reverse(ADD), form).content.decode()
    assert "This time is not open. Choose one of these, or another day." in page
    assert "11:00" not in listed(page)
    assert "12:00" in listed(page)
    again = {**fields_of(page), "opening": at("2030-01-07T12:00")}
    told = client.post(reverse(ADD), again, follow=True).content.decode()

    assert "was created" in told
    assert Booking.objects.filter(full_name="Walk In").get().starts_at == TEN + timedelta(hours=1)


def test_create__of_another_practice_is_neither_offered_nor_taken(host: Consultant, offered: Service) -> None:
    theirs = pending()
    client = member(offered)
    page = read(client, reverse(ADD))
    assert theirs.service.name not in page
    assert theirs.consultant is not None
    assert theirs.consultant.full_name not in page

    for given in ({"service": theirs.service_id}, {"consultant": theirs.consultant_id}):
        assert "Select a valid choice." in create(client, **answers(host, offered, **given))
    assert Booking.objects.count() == 1


def test_create__consultants_and_strangers_have_no_such_page() -> None:
    booking = pending()
    stranger = logged_in(factories.user())
    for client in (host_of(booking), stranger):
        assert client.get(reverse(ADD)).status_code == 403
        assert client.post(reverse(ADD), {"service": booking.service_id}).status_code == 403
        assert reverse(ADD) not in read(client, reverse(LIST))
    assert Booking.objects.count() == 1


def test_create__admin_of_the_platform_finds_the_practice_by_its_name(
    host: Consultant, offered: Service
) -> None:
    Business.objects.filter(pk=offered.business_id).update(name="Harbour <Practice>")
    other = factories.business(name="Studio North")
    client = platform_admin()

    page = read(client, reverse(ADD), place="harb", starts_at="2030-01-07T11:00")

    assert "Harbour &lt;Practice&gt;" in page
    assert other.name not in page
    link = f"?starts_at=2030-01-07T11%3A00&amp;business={offered.business_id}"
    assert link in page
    assert offered.name not in page
    assert "No practice in use has “xyz” in its name." in read(client, reverse(ADD), place="xyz")
    create(client, **answers(host, offered, business=offered.business_id))

    assert Booking.objects.get().events.first().actor_kind == "ADMIN"
    assert reverse(ADD) in read(client, reverse(LIST))


def test_create__somebody_of_two_practices_chooses_one_of_them(host: Consultant, offered: Service) -> None:
    user = factories.staff_of(offered.business).user
    assert user is not None
    second, third = factories.business(name="Second"), factories.business(name="Third")
    StaffMember.objects.create(business=second, user=user, role=StaffMember.Role.STAFF)
    client = logged_in(user)

    page = read(client, reverse(ADD))

    assert [place.name in page for place in (offered.business, second, third)] == [True, True, False]
    assert "What and when" in read(client, reverse(ADD), business=str(second.pk))
    assert "What and when" not in read(client, reverse(ADD), business=str(third.pk))
    assert "What and when" in read(client, reverse(ADD), consultant=str(host.pk))


def test_create__needs_the_form_s_token(host: Consultant, offered: Service) -> None:
    user = factories.staff_of(offered.business).user
    assert user is not None
    logged_in(user)
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)

    assert client.post(reverse(ADD), answers(host, offered)).status_code == 403
    assert not Booking.objects.exists()


def test_create__of_a_service_whose_length_is_chosen(host: Consultant, offered: Service) -> None:
    Service.objects.filter(pk=offered.pk).update(max_duration=120)
    client = member(offered)

    page = read(client, reverse(ADD), service=str(offered.pk), date="2030-01-07", minutes="120")
    assert "From 60 to 120. Empty: 60." in page
    assert listed(page)[-1] == "15:00"  # the last two hours
    assert "Nothing" not in page
    create(client, **answers(host, offered, minutes="120"))

    booking = Booking.objects.get()
    assert booking.ends_at == datetime(2030, 1, 7, 12, tzinfo=UTC) == TEN + timedelta(hours=2)


def test_create__of_a_room_offers_the_rooms_and_asks_for_no_consultant(offered: Service) -> None:
    machine = factories.service(offered.business, holds=Service.Holds.RESOURCE)
    room = factories.resource(machine, zone="Europe/Warsaw", name="Blue room")
    client = member(offered)

    page = read(client, reverse(ADD), service=str(machine.pk), date="2030-01-07")
    assert ("Blue room" in page, 'name="consultant"' in page) == (True, False)
    given = {"service": machine.pk, "resource": room.pk, "opening": at("2030-01-07T11:00")}
    create(client, **{**fields_of(page), **given, "full_name": "Walk In", "consent": "on"})

    assert (Booking.objects.get().resource, Booking.objects.get().starts_at) == (room, TEN)


def test_page__takes_as_many_statements_for_three_as_for_one(host: Consultant, offered: Service) -> None:
    client = member(offered)
    query = {"service": str(offered.pk), "date": "2030-01-07"}
    read(client, reverse(ADD), **query)
    with CaptureQueriesContext(connection) as once:
        read(client, reverse(ADD), **query)
    for _ in range(2):
        factories.consultant(offered, zone="Europe/Warsaw")
        factories.service(offered.business)
    with CaptureQueriesContext(connection) as more:
        read(client, reverse(ADD), **query)

    assert len(more) == len(once)
