"""Opening, changing, closing and taking away a practice through the API: from nothing, once, and by whose right."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from bookings.accounts.models import ServiceKey, User
from bookings.businesses.models import Business, Category, StaffMember
from bookings.catalogue.models import Service
from schema.common.inputs import write_id
from tests import factories
from tests.factories import NOW
from tests.schema.client import access_token, ask, code_of, gid, post

pytestmark = pytest.mark.django_db(transaction=True)

CREATE = """
mutation ($input: CreateBusinessInput!) { createBusiness(input: $input) {
  business {
    id slug name description category { slug } email phone website address postalCode city country timezone currency
    isActive location { latitude longitude } rating { average count } taxNumber taxRate
    refundTiers { noticeMinutes percent }
    policies {
      draftLifetimeMinutes pendingLifetimeMinutes approvedLifetimeMinutes paymentLifetimeMinutes
      cancellationNoticeMinutes maxActiveBookings
    }
    staff { email role }
  }
  errors { code field message }
} }
"""
UPDATE = """
mutation ($input: UpdateBusinessInput!) { updateBusiness(input: $input) {
  business { slug name currency isActive timezone taxNumber location { latitude } policies { maxActiveBookings } }
  touchedCount touchedBookings { booking { acknowledgementId status } }
  errors { code field message }
} }
"""
DELETE = "mutation ($input: DeleteBusinessInput!) { deleteBusiness(input: $input) { errors { code } } }"
FIND = "query ($slug: String!) { business(slug: $slug) { slug } }"
SCRIPT = "<script>alert(1)</script>"
EVERYTHING = {
    "description": "Calm.\nAnd quiet.", "email": "Desk@Harbour.example", "phone": "+48 22 123 45 67",
    "website": "https://harbour.example", "address": "Long Street 1", "postalCode": "80-831", "city": "Gdańsk",
    "country": "pl", "latitude": 54.35, "longitude": 18.65, "timezone": "Europe/Warsaw", "currency": "PLN",
    "taxNumber": "PL1234567890", "taxRate": "23", "refundTiers": [{"noticeMinutes": 60, "percent": 100}],
    "draftLifetimeMinutes": 45, "pendingLifetimeMinutes": 60, "approvedLifetimeMinutes": 90,
    "paymentLifetimeMinutes": 20, "cancellationNoticeMinutes": 0, "maxActiveBookings": 3,
}  # fmt: skip


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


def create(user: User, kind: Category, **given: Any) -> dict[str, Any]:
    asked = {"name": "Harbour Massage", "categoryId": gid(kind), **given}
    return dict(ask(CREATE, {"input": asked}, user=user)["createBusiness"])


def update(place: Business, user: User | None = None, **given: Any) -> dict[str, Any]:
    body = ask(UPDATE, {"input": {"id": gid(place), **given}}, user=user or place.owner)
    place.refresh_from_db()
    return dict(body["updateBusiness"])


def faults(payload: dict[str, Any]) -> list[tuple[str, list[str] | None]]:
    return [(error["code"], error["field"]) for error in payload["errors"]]


# Opening


def test_create_business__with_the_least_has_its_owner_and_a_name_in_addresses(olga, kind):
    made = create(olga, kind)

    assert made["errors"] == []
    shown = made["business"]
    assert (shown["slug"], shown["category"], shown["isActive"]) == (
        "harbour-massage",
        {"slug": "massage"},
        True,
    )
    assert (shown["currency"], shown["timezone"], shown["location"], shown["website"]) == (
        "EUR",
        "UTC",
        None,
        None,
    )
    assert shown["rating"] == {"average": None, "count": 0}
    assert shown["staff"] == [{"email": "olga@example.org", "role": "OWNER"}]
    assert shown["policies"]["draftLifetimeMinutes"] is None
    assert ask(FIND, {"slug": "harbour-massage"})["business"] == {"slug": "harbour-massage"}


def test_create_business__keeps_everything_that_is_said(olga, kind):
    shown = create(olga, kind, **EVERYTHING)["business"]

    assert (shown["email"], shown["country"], shown["website"]) == (
        "desk@harbour.example",
        "PL",
        "https://harbour.example",
    )
    assert shown["location"] == {"latitude": 54.35, "longitude": 18.65}
    assert (shown["taxNumber"], float(shown["taxRate"]), shown["postalCode"]) == (
        "PL1234567890",
        23,
        "80-831",
    )
    assert shown["refundTiers"] == [{"noticeMinutes": 60, "percent": 100}]
    assert list(shown["policies"].values()) == [45, 60, 90, 20, 0, 3]


def test_create_business__same_name_gets_a_number_and_a_slug_that_is_taken_is_refused(olga, kind):
    assert create(olga, kind)["business"]["slug"] == "harbour-massage"
    assert create(olga, kind)["business"]["slug"] == "harbour-massage-2"
    assert faults(create(olga, kind, slug="Harbour-Massage")) == [("VALIDATION_FAILED", ["slug"])]


def test_create_business__again_under_the_key_is_the_same_one(olga, kind):
    first, again = (create(olga, kind, idempotencyKey="k") for _ in range(2))
    other = create(olga, kind, idempotencyKey="k", city="Gdynia")

    assert first["business"]["id"] == again["business"]["id"]
    assert faults(other) == [("IDEMPOTENCY_MISMATCH", ["idempotencyKey"])]
    assert Business.objects.count() == 1
    Business.objects.all().delete()
    assert faults(create(olga, kind, idempotencyKey="k")) == [("NOT_FOUND", None)]


def test_create_business__is_for_business_owners_and_admins_with_a_proven_address(kind, settings):
    asked = {"input": {"name": "Mine", "categoryId": gid(kind)}}
    client, unproven = factories.user(), factories.user(role=User.Role.BUSINESS_OWNER, email_verified_at=None)

    assert code_of(post(CREATE, asked)) == "UNAUTHENTICATED"
    assert code_of(post(CREATE, asked, user=client)) == "FORBIDDEN"
    assert faults(create(unproven, kind)) == [("EMAIL_NOT_VERIFIED", None)]
    assert create(factories.user(is_superuser=True), kind)["errors"] == []
    settings.OPEN_PRACTICES = True
    assert create(client, kind)["errors"] == []


def test_create_business__is_not_for_service_keys(place, kind):
    key = factories.service_key(ServiceKey.Scope.PRACTICE, place=place)

    body = post(
        CREATE, {"input": {"name": "X", "categoryId": gid(kind)}}, authorization=f"Api-Key {key.text}"
    )

    assert code_of(body) == "FORBIDDEN"
    assert Business.objects.count() == 1


def test_create_business__an_account_owns_so_many_and_closed_ones_count(olga, kind, settings):
    settings.MAX_PRACTICES_PER_OWNER = 1
    create(olga, kind)
    Business.objects.update(is_active=False)

    assert faults(create(olga, kind)) == [("VALIDATION_FAILED", None)]
    assert Business.objects.count() == 1


def test_create_business__is_limited_and_one_a_document(olga, kind, settings):
    settings.RATE_LIMITS = {"practice.user": "1/hour"}

    assert create(olga, kind)["errors"] == []
    assert faults(create(olga, kind)) == [("RATE_LIMITED", None)]
    twice = "mutation ($i: CreateBusinessInput!) { a: createBusiness(input: $i) { errors { code } } b: createBusiness(input: $i) { errors { code } } }"  # noqa: E501
    body = post(twice, {"i": {"name": "X", "categoryId": gid(kind)}}, user=olga)
    assert "errors" in body


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\u200bb"}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"slug": "no slug"}, "slug"),
        ({"description": "x" * 5001}, "description"),
        ({"email": "nobody"}, "email"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"website": "ftp://example.org"}, "website"),
        ({"website": "https://you@example.org"}, "website"),
        ({"website": "https://["}, "website"),
        ({"country": "ZZ"}, "country"),
        ({"country": "Poland"}, "country"),
        ({"latitude": 1.0}, "longitude"),
        ({"longitude": 1.0}, "latitude"),
        ({"latitude": 90.1, "longitude": 0.0}, "latitude"),
        ({"latitude": 0.0, "longitude": -180.1}, "longitude"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"currency": "XAU"}, "currency"),
        ({"currency": "EURO"}, "currency"),
        ({"taxRate": "NaN"}, "taxRate"),
        ({"taxRate": "100.1"}, "taxRate"),
        ({"taxRate": "1E+99999"}, "taxRate"),
        ({"refundTiers": [{"noticeMinutes": 1, "percent": 1}, {"noticeMinutes": 2, "percent": 0}]}, "refundTiers"),
        ({"draftLifetimeMinutes": 0}, "draftLifetimeMinutes"),
        ({"pendingLifetimeMinutes": 2147483647}, "pendingLifetimeMinutes"),
        ({"cancellationNoticeMinutes": -1}, "cancellationNoticeMinutes"),
        ({"maxActiveBookings": 0}, "maxActiveBookings"),
        ({"maxActiveBookings": 101}, "maxActiveBookings"),
        ({"maxActiveBookings": 40_000}, "maxActiveBookings"),
        ({"phone": None}, "phone"),
    ],
)  # fmt: skip
def test_create_business__what_cannot_be_is_refused_and_named(olga, kind, given, field):
    assert faults(create(olga, kind, **given)) == [("VALIDATION_FAILED", [field])]
    assert not Business.objects.exists()


def test_create_business__a_number_beyond_all_is_none(olga, kind):
    raw = '{"query": %s, "variables": {"input": {"name": "X", "categoryId": "%s", "latitude": 1e999, "longitude": 0}}}'
    answer = Client().post(
        "/graphql/",
        raw % (json.dumps(CREATE), gid(kind)),
        content_type="application/json",
        headers={"authorization": f"Bearer {access_token(olga)}"},
    )

    assert answer.status_code in {200, 400}
    assert "errors" in answer.json()
    assert not Business.objects.exists()


def test_create_business__of_an_unknown_category_is_not_found(olga):
    asked = {"name": "X", "categoryId": write_id("Category", 999)}

    assert faults(ask(CREATE, {"input": asked}, user=olga)["createBusiness"]) == [
        ("NOT_FOUND", ["categoryId"])
    ]


def test_create_business__text_stays_text(olga, kind):
    shown = create(olga, kind, name=SCRIPT, description=SCRIPT)["business"]

    assert (shown["name"], shown["description"], shown["slug"]) == (SCRIPT, SCRIPT, "scriptalert1script")
    assert create(olga, kind, name="日本")["business"]["slug"] == "practice"


# Changing


def test_update_business__changes_what_it_names_and_raises_the_version(place):
    before = place.version

    changed = update(place, name="New", latitude=1.5, longitude=2.5, maxActiveBookings=2)

    assert changed["errors"] == []
    assert (place.name, place.latitude, place.max_active_bookings, place.currency) == ("New", 1.5, 2, "EUR")
    assert place.version > before
    assert update(place, latitude=None, longitude=None)["business"]["location"] is None
    assert faults(update(place, name=None)) == [("VALIDATION_FAILED", ["name"])]
    assert faults(update(place, longitude=3.0)) == [("VALIDATION_FAILED", ["latitude"])]


@pytest.mark.parametrize("given", [{"slug": "mine"}, {"currency": "PLN"}, {"isActive": False}])
def test_update_business__some_is_its_owners_alone(place, given):
    manager = factories.staff_of(place).user
    owner = factories.staff_of(place, StaffMember.Role.OWNER).user
    asked = {"input": {"id": gid(place), **given}}

    assert code_of(post(UPDATE, asked, user=manager)) == "FORBIDDEN"
    assert code_of(post(UPDATE, {"input": {**asked["input"], "city": "X"}}, user=manager)) == "FORBIDDEN"
    assert update(place, manager, city="Gdynia", taxNumber="1")["errors"] == []
    assert update(place, owner, **given)["errors"] == []


def test_update_business__is_for_nobody_else(place):
    asked = {"input": {"id": gid(place), "city": "X"}}
    front_desk = factories.staff_of(place, StaffMember.Role.STAFF).user
    key = factories.service_key(ServiceKey.Scope.PRACTICE, place=place)

    for who in (front_desk, factories.business().owner, factories.user()):
        assert code_of(post(UPDATE, asked, user=who)) == "FORBIDDEN"
        assert code_of(post(DELETE, {"input": {"id": gid(place)}}, user=who)) == "FORBIDDEN"
    assert code_of(post(UPDATE, asked, authorization=f"Api-Key {key.text}")) == "FORBIDDEN"
    assert code_of(post(UPDATE, asked)) == "UNAUTHENTICATED"
    unknown = {"input": {"id": write_id("Business", 999_999), "city": "X"}}
    assert faults(ask(UPDATE, unknown, user=place.owner)["updateBusiness"]) == [("NOT_FOUND", ["businessId"])]


def test_update_business__a_slug_that_is_taken_is_refused(place):
    other = factories.business()

    assert faults(update(place, slug=other.slug)) == [("VALIDATION_FAILED", ["slug"])]


def test_update_business__currency_changes_while_nothing_has_a_price(place):
    free = factories.service(place, price=0)

    assert update(place, currency="jpy")["business"]["currency"] == "JPY"
    free.refresh_from_db()
    assert free.currency == "JPY"
    Service.objects.filter(pk=free.pk).update(price=60)
    assert faults(update(place, currency="EUR")) == [("VALIDATION_FAILED", ["currency"])]
    assert update(place, currency="JPY")["errors"] == []


def test_update_business__currency_stays_where_a_booking_has_a_price():
    service = factories.service()
    factories.pending(factories.consultant(service), service)
    Service.objects.update(price=0)

    refused = update(service.business, currency="PLN")

    assert faults(refused) == [("VALIDATION_FAILED", ["currency"])]
    assert "EUR" in refused["errors"][0]["message"]


def test_update_business__another_zone_names_the_bookings_that_hours_stand_against():
    service = factories.service(factories.business(timezone="UTC"))
    booking = factories.pending(factories.consultant(service), service)
    service.business.opening_hours.create(weekday=0, opens=9 * 60, closes=12 * 60)

    moved = update(service.business, timezone="America/New_York")

    assert [row["booking"]["acknowledgementId"] for row in moved["touchedBookings"]] == [
        booking.acknowledgement_id
    ]


# From nothing

ASK_ROLE = "mutation { requestRole(input: {role: BUSINESS_OWNER}) { roleRequest { id } errors { code } } }"
GRANT = "mutation ($id: ID!) { decideRoleRequest(input: {id: $id, grant: true}) { errors { code } } }"
SELL = """
mutation ($input: SaveServiceInput!) { saveService(input: $input) { service { id } errors { code message } } }
"""
WHO = """
mutation ($input: SaveConsultantInput!) { saveConsultant(input: $input) { consultant { id } errors { code message } } }
"""
HOURS = (
    "mutation ($input: SetWeeklyHoursInput!) { setWeeklyHours(input: $input) { errors { code message } } }"
)
SLOTS = "query ($service: ID!) { openSlots(serviceId: $service, first: 1) { edges { node { id } } } }"
DRAFT = """
mutation ($input: DraftBookingInput!) { draftBooking(input: $input) { booking { status } errors { code message } } }
"""


def _done(document: str, user: User | None = None, **variables: Any) -> dict[str, Any]:
    """What a mutation gave that was not refused."""
    (payload,) = ask(document, variables, user=user).values()
    assert payload["errors"] == []
    return dict(payload)


def test_practice__is_opened_from_nothing_and_booked_through_the_api_alone(kind):
    ola, admin = factories.user(), factories.user(is_superuser=True)

    asked = _done(ASK_ROLE, ola)["roleRequest"]["id"]
    _done(GRANT, admin, id=asked)
    place = create(User.objects.get(pk=ola.pk), kind)["business"]["id"]
    offer = {"businessId": place, "name": "Massage", "durationMinutes": 60, "price": "180"}
    service = _done(SELL, ola, input=offer)["service"]["id"]
    person = {"businessId": place, "fullName": "Mira Moss", "serviceIds": [service]}
    consultant = _done(WHO, ola, input=person)["consultant"]["id"]
    week = [{"weekday": "MONDAY", "intervals": [{"opens": "09:00", "closes": "17:00"}]}]
    _done(HOURS, ola, input={"consultantId": consultant, "week": week})
    (edge,) = ask(SLOTS, {"service": service})["openSlots"]["edges"]
    wanted = {"slotId": edge["node"]["id"], "email": "a@b.example", "fullName": "Ana", "consent": True}

    assert _done(DRAFT, input=wanted)["booking"]["status"] == "DRAFT"
