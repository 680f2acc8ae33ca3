"""Closing and taking away a practice through the API, and what is told of one to whom."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.accounts.models import User
from bookings.booking.models import Booking
from bookings.businesses.models import Business, Category, StaffMember
from bookings.catalogue.models import Service
from bookings.verification import services as verification
from tests import factories
from tests.factories import NOW, TEN
from tests.schema.client import ask, code_of, gid, post
from tests.schema.test_practices import FIND, create, faults, update
from tests.schema.test_statements import statements

pytestmark = pytest.mark.django_db(transaction=True)

DELETE = """
mutation ($input: DeleteBusinessInput!) { deleteBusiness(input: $input) { deletedId errors { code } } }
"""
NODE = "query ($id: ID!) { node(id: $id) { id } }"
PRIVATE = """
query ($slug: String!) { business(slug: $slug) { taxNumber policies { maxActiveBookings } taxRate } }
"""
CATEGORIES = "{ categories { slug businessCount } }"
LISTED = """
{ businesses { edges { node { name category { name businessCount } rating { count } location { latitude } } } } }
"""


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def kind(db: None) -> Category:
    return Category.objects.create(slug="massage", name="Massage")


@pytest.fixture
def olga(db: None) -> User:
    return factories.user("olga@example.org", role=User.Role.BUSINESS_OWNER)


@pytest.fixture
def place(db: None) -> Business:
    return factories.business(currency="EUR")


# Closing


def test_update_business__closing_keeps_what_is_booked_and_says_so():
    service = factories.service()
    host = factories.consultant(service)
    kept = factories.pending(host, service, starts_at=TEN)
    drafted = factories.draft(host, service, starts_at=TEN.replace(hour=12))
    place = service.business

    closed = update(place, isActive=False)

    assert (closed["touchedCount"], closed["business"]["isActive"]) == (1, False)
    assert closed["touchedBookings"] == [
        {"booking": {"acknowledgementId": kept.acknowledgement_id, "status": "PENDING"}}
    ]
    assert Booking.objects.get(pk=kept.pk).status == "PENDING"
    assert _verified(drafted) == [("SLOT_UNAVAILABLE", None)]
    again = update(place, isActive=True)
    assert (again["touchedCount"], again["business"]["isActive"]) == (0, True)
    assert _verified(drafted) == []


def _verified(booking: Booking) -> list[tuple[str, list[str] | None]]:
    document = (
        "mutation ($input: VerifyBookingInput!) { verifyBooking(input: $input) { errors { code field } } }"
    )
    made = verification.issue_challenge(
        purpose="VERIFY_BOOKING", subject=booking.subject, email=booking.email, now=NOW
    )
    return faults(ask(document, {"input": {"proof": {"token": made.token}}})["verifyBooking"])


def test_closed_practice__is_shown_to_those_who_work_there_alone():
    service = factories.service()
    host = factories.consultant(service)
    booking = factories.pending(host, service)
    place = service.business
    client, front_desk = factories.user(booking.email), factories.staff_of(place, StaffMember.Role.STAFF).user
    Business.objects.filter(pk=place.pk).update(is_active=False)

    def sees(user: User | None) -> list[bool]:
        by_slug = ask(FIND, {"slug": place.slug}, user=user)["business"]
        by_id = ask(NODE, {"id": gid(place)}, user=user)["node"]
        listed = ask("{ businesses { totalCount } }", user=user)["businesses"]["totalCount"]
        return [by_slug is not None, by_id is not None, bool(listed)]

    assert sees(None) == sees(client) == [False, False, False]
    assert (
        sees(place.owner)
        == sees(front_desk)
        == sees(factories.user(is_superuser=True))
        == [True, True, False]
    )
    mine = ask("{ bookings { edges { node { business { name isActive } } } } }", user=client)
    assert mine["bookings"]["edges"][0]["node"]["business"] == {"name": place.name, "isActive": False}


# Taking away


def test_delete_business__takes_all_that_it_offered_where_nothing_was_booked(olga, kind):
    made = create(olga, kind)["business"]
    place = Business.objects.get()
    service = factories.service(place)
    factories.consultant(service)
    factories.resource(factories.service(place, holds=Service.Holds.RESOURCE))
    place.consent_texts.create(version="1", text="Be kind.")
    place.schedules.first().slots.create(starts_at=TEN, ends_at=TEN.replace(hour=11), is_published=True)
    place.payment_accounts.create(
        public_id="a", provider="paystack", currency="NGN", secret_key="sk", live=False
    )

    gone = ask(DELETE, {"input": {"id": made["id"]}}, user=olga)["deleteBusiness"]

    assert gone == {"deletedId": made["id"], "errors": []}
    assert not Business.objects.exists()
    assert not Service.objects.exists()
    assert faults({"errors": [{**each, "field": None} for each in _delete(made["id"], olga)]}) == [
        ("NOT_FOUND", None)
    ]


def test_delete_business__where_anything_was_asked_for_is_refused():
    service = factories.service()
    factories.draft(factories.consultant(service), service)
    place = service.business

    assert [error["code"] for error in _delete(gid(place), place.owner)] == ["BUSINESS_IN_USE"]
    assert Business.objects.filter(pk=place.pk).exists()
    manager = factories.staff_of(place).user
    assert code_of(post(DELETE, {"input": {"id": gid(place)}}, user=manager)) == "FORBIDDEN"


def test_delete_business__where_a_provider_wrote_to_its_account_is_refused(place):
    account = place.payment_accounts.create(
        public_id="a", provider="paystack", currency="NGN", secret_key="sk", live=False
    )
    account.events.create(provider="paystack", event_id="1", kind="charge.success", body="{}")
    consent = place.consent_texts.create(version="1", text="Be kind.")

    assert [error["code"] for error in _delete(gid(place), place.owner)] == ["BUSINESS_IN_USE"]
    assert place.consent_texts.get() == consent


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("saveService", {"name": "Talk", "durationMinutes": 50}),
        ("saveConsultant", {"fullName": "Ana"}),
        ("saveResource", {"name": "Room"}),
        ("saveCorporateClient", {"company": "Acme", "contactName": "Ann", "email": "ann@acme.example"}),
    ],
)
def test_delete_business__repeat_of_what_was_added_there_finds_nothing(place, act, fields):
    kind = act[0].upper() + act[1:]
    document = f"mutation ($input: {kind}Input!) {{ {act}(input: $input) {{ errors {{ code }} }} }}"
    given = {"input": {"businessId": gid(place), "idempotencyKey": "k", **fields}}
    assert ask(document, given, user=place.owner)[act]["errors"] == []
    assert _delete(gid(place), place.owner) == []

    assert ask(document, given, user=place.owner)[act]["errors"] == [{"code": "NOT_FOUND"}]


def _delete(known: str, user: User) -> list[dict[str, Any]]:
    return list(ask(DELETE, {"input": {"id": known}}, user=user)["deleteBusiness"]["errors"])


# Reading


def test_business__tax_number_and_policies_are_for_those_who_run_it(place):
    Business.objects.filter(pk=place.pk).update(tax_number="PL1")
    manager, front_desk = (factories.staff_of(place, role).user for role in ("MANAGER", "STAFF"))

    def sees(user: User | None) -> tuple[Any, ...]:
        shown = ask(PRIVATE, {"slug": place.slug}, user=user)["business"]
        return shown["taxNumber"], shown["policies"], float(shown["taxRate"])

    assert sees(manager) == sees(place.owner) == ("PL1", {"maxActiveBookings": 1}, 0)
    assert sees(None) == sees(front_desk) == (None, None, 0)


def test_categories__count_practices_in_use(kind):
    other = factories.business().category
    for active in (True, True, False):
        factories.business(category=kind, is_active=active)

    counts = {row["slug"]: row["businessCount"] for row in ask(CATEGORIES)["categories"]}

    assert counts == {"massage": 2, other.slug: 1}


def test_lists__take_as_many_statements_for_1_and_3_rows(kind):
    counts = []
    for rows in (1, 2):
        for number in range(rows):
            each = Category.objects.create(slug=f"kind-{rows}-{number}", name="Kind")
            factories.business(category=each, latitude=1, longitude=1)
        counts.append([len(statements(lambda text=text: ask(text))) for text in (CATEGORIES, LISTED)])

    assert counts[0] == counts[1]
    with CaptureQueriesContext(connection) as told:
        ask(CATEGORIES)
    assert len(told) == 1


def test_category__of_a_booking_that_a_mutation_gives_counts_its_practices() -> None:
    service = factories.service(
        factories.business(category=Category.objects.create(slug="calm", name="Calm"))
    )
    booking = factories.pending(factories.consultant(service), service)
    document = """mutation A($id: ID!) { approveBooking(input: {bookingId: $id}) {
      booking { consultant { business { category { slug businessCount } } } } } }"""

    told = ask(document, {"id": gid(booking)}, user=factories.staff_of(booking.business).user)

    assert told["approveBooking"]["booking"]["consultant"]["business"] == {
        "category": {"slug": "calm", "businessCount": 1}
    }
