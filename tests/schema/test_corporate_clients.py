"""Companies for whose people staff book: kept by a practice for itself, named on bookings and receipts."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from bookings.accounts.models import User
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.businesses.models import Business, CorporateClient, StaffMember
from bookings.consultants.models import Consultant
from bookings.payments.models import Receipt
from bookings.payments.receipt_links import link_to_receipt
from bookings.privacy import traces
from bookings.privacy.export import export_person
from bookings.privacy.person import Person
from schema.common.inputs import write_id
from tests import factories
from tests.factories import NOW, TEN
from tests.schema.client import ask, code_of, gid, post
from tests.schema.test_statements import statements

pytestmark = pytest.mark.django_db(transaction=True)

FIELDS = "id company contactName email phone taxNumber address note isActive"
SAVE = f"""
mutation ($input: SaveCorporateClientInput!) {{
  saveCorporateClient(input: $input) {{ corporateClient {{ {FIELDS} }} errors {{ code field }} }}
}}
"""
LIST = """
query ($business: ID!, $search: String! = "", $active: Boolean, $after: String, $first: Int = 50) {
  corporateClients(businessId: $business, search: $search, isActive: $active, after: $after, first: $first) {
    totalCount pageInfo { endCursor } edges { node { id company contactName note } }
  }
}
"""
CREATE = """
mutation ($input: CreateBookingInput!) { createBooking(input: $input) {
  booking { id fullName email phone corporateClient { company taxNumber } } errors { code field }
} }
"""
BOOKINGS = """
query ($filter: BookingFilter) { bookings(filter: $filter) { totalCount edges { node {
  acknowledgementId corporateClient { company note } } } } }
"""
NODE = "query ($id: ID!) { node(id: $id) { ... on CorporateClient { company } } }"
ACME = {
    "company": "Acme Ltd", "contactName": "Rita Ruiz", "email": "Rita@Acme.example", "phone": "+48 600",
    "taxNumber": "PL-9", "address": "Mill Road 2", "note": "Pays late.",
}  # fmt: skip
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def host(db: None) -> Consultant:
    return factories.consultant(factories.service())


@pytest.fixture
def place(host: Consultant) -> Business:
    return host.business


@pytest.fixture
def desk(place: Business) -> User:
    user = factories.staff_of(place, StaffMember.Role.STAFF).user
    assert user is not None
    return user


@pytest.fixture
def acme(place: Business) -> CorporateClient:
    return place.corporate_clients.create(
        company="Acme Ltd", contact_name="Rita Ruiz", email="rita@acme.example", phone="+48600",
        tax_number="PL-9", address="Mill Road 2", note="Pays late.",
    )  # fmt: skip


def save(user: User, **given: Any) -> dict[str, Any]:
    return dict(ask(SAVE, {"input": given}, user=user)["saveCorporateClient"])


def faults(payload: dict[str, Any]) -> list[tuple[str, list[str] | None]]:
    return [(error["code"], error["field"]) for error in payload["errors"]]


def listed(user: User, place: Business, **given: Any) -> list[str]:
    page = ask(LIST, {"business": gid(place), **given}, user=user)["corporateClients"]
    return [edge["node"]["company"] for edge in page["edges"]]


def enter(user: User, host: Consultant, company: CorporateClient, **given: Any) -> dict[str, Any]:
    asked = {
        "serviceId": gid(host.services.get()),
        "consultantId": gid(host),
        "startsAt": TEN.isoformat(),
        "consent": True,
        "corporateClientId": gid(company),
        **given,
    }
    return dict(ask(CREATE, {"input": asked}, user=user)["createBooking"])


def test_save_corporate_client__adds_and_changes_one(place, desk):
    made = save(desk, businessId=gid(place), **ACME)

    assert made["errors"] == []
    shown = made["corporateClient"]
    assert {name: shown[name] for name in ACME} == {**ACME, "email": "rita@acme.example"}
    changed = save(desk, id=shown["id"], company=SCRIPT, isActive=False)["corporateClient"]
    assert (changed["company"], changed["contactName"], changed["isActive"]) == (SCRIPT, "Rita Ruiz", False)


def test_save_corporate_client__again_under_the_key_is_the_same(place, desk):
    first, again = (save(desk, businessId=gid(place), idempotencyKey="k", **ACME) for _ in range(2))

    assert first == again
    assert CorporateClient.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"company": ""}, "company"),
        ({"company": "x" * 201}, "company"),
        ({"company": None}, "company"),
        ({"contactName": "a\nb"}, "contactName"),
        ({"email": "nobody"}, "email"),
        ({"email": ""}, "email"),
        ({"taxNumber": "9" * 41}, "taxNumber"),
        ({"note": "x" * 5001}, "note"),
    ],
)
def test_save_corporate_client__what_cannot_be_is_refused_and_named(place, desk, given, field):
    assert faults(save(desk, businessId=gid(place), **{**ACME, **given})) == [("VALIDATION_FAILED", [field])]
    assert not CorporateClient.objects.exists()


def test_save_corporate_client__of_another_practice_is_not_found(place, acme):
    stranger = factories.business().owner
    elsewhere = factories.business(owner=place.owner)

    assert faults(save(stranger, id=gid(acme), company="Mine")) == [("NOT_FOUND", ["id"])]
    assert code_of(post(SAVE, {"input": {"businessId": gid(place), **ACME}}, user=stranger)) == "FORBIDDEN"
    assert code_of(post(SAVE, {"input": {"businessId": gid(place), **ACME}})) == "UNAUTHENTICATED"
    assert faults(save(stranger, **ACME)) == [("VALIDATION_FAILED", ["businessId"])]
    moved = save(place.owner, id=gid(acme), businessId=gid(elsewhere))
    assert faults(moved) == [("VALIDATION_FAILED", ["businessId"])]
    unknown = write_id("Business", 999_999)
    assert faults(save(stranger, businessId=unknown, **ACME)) == [("NOT_FOUND", ["businessId"])]


def test_corporate_clients__are_found_by_company_contact_address_and_tax_number(place, desk, acme):
    place.corporate_clients.create(
        company="Bolt", contact_name="Bo", email="bo@bolt.example", is_active=False
    )

    assert listed(desk, place) == ["Acme Ltd", "Bolt"]
    for part in ("acme", "ruiz", "@ACME", "pl-9"):
        assert listed(desk, place, search=part) == ["Acme Ltd"]
    assert listed(desk, place, search="%") == listed(desk, place, search="x" * 101) == []
    assert listed(desk, place, active=False) == ["Bolt"]
    first = ask(LIST, {"business": gid(place), "first": 1}, user=desk)["corporateClients"]
    assert first["totalCount"] == 2
    assert listed(desk, place, after=first["pageInfo"]["endCursor"]) == ["Bolt"]


def test_corporate_clients__are_nobody_elses_to_see(place, desk, acme, host):
    host.user = factories.user()
    host.save()

    for who in (host.user, factories.business().owner, factories.user()):
        assert listed(who, place) == []
        assert ask(NODE, {"id": gid(acme)}, user=who)["node"] is None
    assert code_of(post(LIST, {"business": gid(place)})) == "UNAUTHENTICATED"
    assert ask(NODE, {"id": gid(acme)}, user=desk)["node"] == {"company": "Acme Ltd"}
    assert listed(factories.user(is_superuser=True), place) == ["Acme Ltd"]


def test_lists__take_as_many_statements_for_1_and_3_rows(place, desk, host, acme):
    counts = []
    for rows in (1, 2):
        for number in range(rows):
            other = place.corporate_clients.create(
                company=f"C{rows}{number}", contact_name="B", email="b@c.de"
            )
            enter(desk, host, other, startsAt=TEN.replace(hour=10 + 3 * rows + number).isoformat())
        asked = {"business": gid(place)}
        counts.append(
            [
                len(statements(lambda asked=asked: ask(LIST, asked, user=desk))),
                len(statements(lambda: ask(BOOKINGS, user=desk))),
            ]
        )
    assert counts[0] == counts[1]


# Booking


def test_create_booking__for_a_company_takes_its_contact_where_nothing_is_said(desk, host, acme):
    booked = enter(desk, host, acme)["booking"]

    assert (booked["fullName"], booked["email"], booked["phone"]) == (
        "Rita Ruiz",
        "rita@acme.example",
        "+48600",
    )
    assert booked["corporateClient"] == {"company": "Acme Ltd", "taxNumber": "PL-9"}
    assert Booking.objects.get().corporate_client == acme


def test_create_booking__for_a_company_keeps_what_is_said_of_the_person(desk, host, acme):
    booked = enter(desk, host, acme, fullName="Tom", email="tom@acme.example", phone="1")["booking"]

    assert (booked["fullName"], booked["email"], booked["phone"]) == ("Tom", "tom@acme.example", "1")


def test_create_booking__for_another_practices_company_or_one_out_of_use_is_refused(desk, host, acme):
    theirs = factories.business().corporate_clients.create(company="X", contact_name="X", email="x@x.de")

    assert faults(enter(desk, host, theirs)) == [("NOT_FOUND", ["corporateClientId"])]
    acme.is_active = False
    acme.save()
    assert faults(enter(desk, host, acme)) == [("VALIDATION_FAILED", ["corporateClientId"])]
    assert not Booking.objects.exists()


def test_create_booking__without_a_company_still_says_who_comes(desk, host):
    asked = {"serviceId": gid(host.services.get()), "startsAt": TEN.isoformat(), "consent": True}

    assert faults(ask(CREATE, {"input": asked}, user=desk)["createBooking"]) == [
        ("VALIDATION_FAILED", ["fullName"])
    ]


def test_booking__its_company_is_shown_to_those_who_work_there_and_filters_for_them(desk, host, acme):
    host.user = factories.user()
    host.save()
    enter(desk, host, acme)
    enter(desk, host, acme, startsAt=TEN.replace(hour=12).isoformat())
    Booking.objects.filter(starts_at__hour=12).update(corporate_client=None)
    client = factories.user("rita@acme.example")
    wanted = {"filter": {"corporateClientId": gid(acme)}}

    def seen(user: User, **variables: Any) -> list[Any]:
        edges = ask(BOOKINGS, variables, user=user)["bookings"]["edges"]
        return [edge["node"]["corporateClient"] for edge in edges]

    assert seen(desk, **wanted) == [{"company": "Acme Ltd", "note": "Pays late."}]
    assert sorted(map(bool, seen(desk))) == [False, True]
    for who in (client, host.user):
        assert seen(who) == [None, None]
        assert seen(who, **wanted) == []


# Receipts and people


def _paid(desk: User, host: Consultant, acme: CorporateClient) -> Receipt:
    booked = enter(desk, host, acme, fullName="Tom Tall", paymentMode="ON_SITE")["booking"]
    booking = Booking.objects.get()
    assert booked["id"] == gid(booking)
    services.record_on_site_payment(
        booking_id=booking.pk, viewer=factories.staff_of(host.business), method="CARD", now=NOW
    )
    return Receipt.objects.get()


def test_receipt__is_made_out_to_the_company_as_it_was(desk, host, acme, client):
    host.services.update(payment_policy="EITHER")
    acme.company, acme.address = SCRIPT, "Mill Road 2"
    acme.save()

    receipt = _paid(desk, host, acme)
    CorporateClient.objects.update(company="Renamed", tax_number="")

    assert receipt.details["buyer"] == {
        "name": SCRIPT, "contact": "Tom Tall", "address": "Mill Road 2", "tax_number": "PL-9",
    }  # fmt: skip
    page = client.get(
        link_to_receipt(receipt.pk).partition("testserver")[2] or _path(receipt)
    ).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert SCRIPT not in page
    assert all(words in page for words in ("Tom Tall", "Mill Road 2", "PL-9"))


def _path(receipt: Receipt) -> str:
    return "/" + link_to_receipt(receipt.pk).split("/", 3)[3]


def test_person__who_is_a_contact_is_exported_and_forgotten(acme):
    told = export_person(email="rita@acme.example", now=NOW, internal=True)["parts"]
    person = Person.of_address("rita@acme.example")

    (row,) = told["corporateContacts"]["rows"]
    assert (row["company"], row["contactName"], row["phone"]) == ("Acme Ltd", "Rita Ruiz", "+48600")
    assert told["internalClients"]["rows"][0]["note"] == "Pays late."
    assert sum(traces.corporate_contacts(person)) == 1
    acme.refresh_from_db()
    assert (acme.contact_name, acme.email, acme.phone, acme.note) == ("", "", "", "")
    assert (acme.company, acme.tax_number) == ("Acme Ltd", "PL-9")


def test_person__who_was_forgotten_leaves_a_company_that_can_be_booked_for(desk, host, acme):
    sum(traces.corporate_contacts(Person.of_address("rita@acme.example")))

    assert faults(enter(desk, host, acme)) == [("VALIDATION_FAILED", ["fullName"])]
    assert faults(save(desk, id=gid(acme), company="Acme")) == [("VALIDATION_FAILED", ["contactName"])]
    assert enter(desk, host, acme, fullName="Tom")["booking"]["email"] == ""
