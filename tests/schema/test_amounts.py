"""Amounts through the API: deposits, discounts and money on site, as each viewer may see and change them."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.booking import services
from bookings.businesses.models import StaffMember
from tests import factories
from tests.factories import NOW
from tests.invariants import check_invariants
from tests.lifecycle import confirmed
from tests.schema.client import ask, code_of, gid, post

pytestmark = pytest.mark.django_db

AMOUNTS = """
fragment Amounts on Booking {
  price { amount currency } discount { amount } deposit { amount } dueOnline { amount } balance { amount }
  discounts { amount { amount currency } reason givenBy createdAt } payments { amount { amount } provider status }
}
"""
READ = AMOUNTS + "query ($id: ID!) { booking(by: {id: $id}) { status ...Amounts } }"
LIST = AMOUNTS + "{ bookings(first: 10) { edges { node { id ...Amounts availableActions { action } } } } }"
DISCOUNT = """
mutation ($input: DiscountBookingInput!) {
  discountBooking(input: $input) {
    booking { status price { amount } discount { amount } dueOnline { amount } }
    errors { code field retryAfter }
  }
}
"""
RECORD = """
mutation ($input: RecordOnSitePaymentInput!) {
  recordOnSitePayment(input: $input) {
    booking { balance { amount currency } }
    payment { id provider status amount { amount currency } refunded { amount } paidAt }
    errors { code field }
  }
}
"""


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def offered(db):
    return factories.service(deposit_percent=30)


@pytest.fixture
def host(offered):
    return factories.consultant(offered, user=factories.user())


@pytest.fixture
def lead(offered):
    return factories.staff_of(offered.business).user


def amounts(booking, user) -> dict[str, Any]:
    """The amounts of a booking as somebody sees them, without their currency."""
    found = ask(READ, {"id": gid(booking)}, user=user)["booking"]
    return {
        name: found[name] and found[name]["amount"]
        for name in ("price", "discount", "deposit", "dueOnline", "balance")
    }


def act(document, user, booking, **given):
    (payload,) = ask(document, {"input": {"bookingId": gid(booking), **given}}, user=user).values()
    return payload


def test_amounts__of_a_deposit(host, offered, lead):
    booking = factories.approved(host, offered)
    open_ = {
        "price": "60.00",
        "discount": "0.00",
        "deposit": "18.00",
        "dueOnline": "18.00",
        "balance": "60.00",
    }
    assert amounts(booking, lead) == open_

    paid = confirmed(host, offered, starts_at=factories.TEN.replace(hour=12))
    assert amounts(paid, lead) == {**open_, "balance": "42.00"}


@pytest.mark.parametrize("fields", [{"payment_policy": "ON_SITE"}, {"price": 0}])
def test_amounts__of_what_is_not_paid_online(db, fields):
    offered = factories.service(**fields)
    booking = factories.approved(factories.consultant(offered), offered)

    told = amounts(booking, factories.staff_of(offered.business).user)

    price = told["price"]
    assert told == {
        "price": price,
        "discount": "0.00",
        "deposit": None,
        "dueOnline": "0.00",
        "balance": price,
    }


def test_amounts__have_the_digits_of_their_currency(db):
    offered = factories.service(currency="JPY", price=1001, deposit_percent=50)
    booking = factories.approved(factories.consultant(offered), offered)

    told = amounts(booking, factories.staff_of(offered.business).user)

    assert told == {"price": "1001", "discount": "0", "deposit": "501", "dueOnline": "501", "balance": "1001"}


def test_amounts__are_the_client_s_to_see_and_the_reasons_are_not(host, offered, lead):
    booking = factories.approved(host, offered, email="ana@example.org")
    act(DISCOUNT, lead, booking, off={"amount": "10"}, reason="She is ill.")
    nothing = dict.fromkeys(("price", "discount", "deposit", "dueOnline", "balance"))

    seen = {
        "client": ask(READ, {"id": gid(booking)}, user=factories.user("ana@example.org"))["booking"],
        "consultant": ask(READ, {"id": gid(booking)}, user=host.user)["booking"],
        "lead": ask(READ, {"id": gid(booking)}, user=lead)["booking"],
    }

    assert seen["client"]["price"] == {"amount": "50.00", "currency": "EUR"}
    assert (seen["client"]["discount"], seen["client"]["discounts"]) == ({"amount": "10.00"}, None)
    assert amounts(booking, host.user) == nothing
    assert seen["consultant"]["discounts"] is None
    (told,) = seen["lead"]["discounts"]
    assert told["amount"] == {"amount": "10.00", "currency": "EUR"}
    assert (told["reason"], told["givenBy"]) == ("She is ill.", lead.email)


def test_discount_booking__by_amount_and_by_percentage(host, offered, lead):
    booking = factories.approved(host, offered)

    act(DISCOUNT, lead, booking, off={"amount": "10.00"}, reason="One.")
    told = act(DISCOUNT, lead, booking, off={"percent": 10}, reason="Two.")

    assert told == {
        "booking": {
            "status": "APPROVED",
            "price": {"amount": "45.00"},
            "discount": {"amount": "15.00"},
            "dueOnline": {"amount": "13.50"},
        },
        "errors": [],
    }
    check_invariants()


def test_discount_booking__of_all_of_it_confirms(host, offered, lead):
    booking = factories.approved(host, offered)

    told = act(DISCOUNT, lead, booking, off={"percent": 100}, reason="A gift.")

    assert told["booking"]["status"] == "CONFIRMED"


def test_discount_booking__same_key_is_the_same_discount(host, offered, lead):
    booking = factories.approved(host, offered)
    given = {"off": {"percent": 10}, "reason": "So.", "idempotencyKey": "k"}

    first, again = act(DISCOUNT, lead, booking, **given), act(DISCOUNT, lead, booking, **given)
    other = act(DISCOUNT, lead, booking, **{**given, "off": {"percent": 20}})

    assert first == again
    assert first["booking"]["price"] == {"amount": "54.00"}
    assert other["errors"][0]["code"] == "IDEMPOTENCY_MISMATCH"


def test_discount_booking__refusals(host, offered, lead):
    paying = factories.paying(host, offered).booking
    approved = factories.approved(host, offered, starts_at=factories.TEN.replace(hour=12))

    codes = [
        act(DISCOUNT, lead, paying, off={"percent": 10}, reason="So.")["errors"],
        act(DISCOUNT, lead, approved, off={"amount": "60.01"}, reason="So.")["errors"],
        act(DISCOUNT, lead, approved, off={"amount": "1"}, reason=" ")["errors"],
        act(DISCOUNT, lead, approved, off={"amount": "0"}, reason="So.")["errors"],
    ]

    assert codes == [
        [{"code": "PAYMENT_UNDER_WAY", "field": None, "retryAfter": 1801}],
        [{"code": "VALIDATION_FAILED", "field": ["off"], "retryAfter": None}],
        [{"code": "VALIDATION_FAILED", "field": ["reason"], "retryAfter": None}],
        [{"code": "VALIDATION_FAILED", "field": ["off"], "retryAfter": None}],
    ]


@pytest.mark.parametrize("off", [{}, {"amount": "1", "percent": 1}, {"amount": None}])
def test_discount_booking__off_is_one_of_two(host, offered, lead, off):
    booking = factories.approved(host, offered)
    given = {"bookingId": gid(booking), "off": off, "reason": "So."}

    assert code_of(post(DISCOUNT, {"input": given}, user=lead)) == "BAD_USER_INPUT"


def test_record_on_site_payment__in_parts(host, offered):
    booking = confirmed(host, offered)
    staff = factories.staff_of(offered.business, StaffMember.Role.STAFF).user

    part = act(RECORD, staff, booking, method="CASH", amount="2.50")
    rest = act(RECORD, staff, booking, method="CARD", paidAt="2030-01-07T08:30:00+01:00")
    more = act(RECORD, staff, booking, method="CARD")

    assert part["booking"] == {"balance": {"amount": "39.50", "currency": "EUR"}}
    assert (part["payment"]["provider"], part["payment"]["status"]) == ("on_site", "SUCCEEDED")
    assert rest["booking"]["balance"]["amount"] == "0.00"
    assert rest["payment"]["amount"] == {"amount": "39.50", "currency": "EUR"}
    assert (rest["payment"]["refunded"], rest["payment"]["paidAt"]) == (
        {"amount": "0.00"},
        "2030-01-07T07:30:00Z",
    )
    assert more == {
        "booking": None,
        "payment": None,
        "errors": [{"code": "ALREADY_PAID", "field": None}],
    }
    check_invariants()


def test_record_on_site_payment__same_key_is_the_same_payment(host, offered, lead):
    booking = confirmed(host, offered)
    given = {"method": "CASH", "idempotencyKey": "k"}

    first, again = act(RECORD, lead, booking, **given), act(RECORD, lead, booking, **given)

    assert first == again
    assert first["payment"] is not None


def test_slot__quotes_the_deposit(host, offered):
    asked = "query ($id: ID!) { openSlots(serviceId: $id, first: 1) { edges { node { price { amount } deposit { amount } service { depositPercent } } } } }"  # noqa: E501
    (edge,) = ask(asked, {"id": gid(offered)})["openSlots"]["edges"]

    assert edge["node"] == {
        "price": {"amount": "60.00"},
        "deposit": {"amount": "18.00"},
        "service": {"depositPercent": 30},
    }


def test_slot__without_a_deposit(db):
    offered = factories.service()
    factories.consultant(offered)
    asked = (
        "query ($id: ID!) { openSlots(serviceId: $id, first: 1) { edges { node { deposit { amount } } } } }"
    )

    (edge,) = ask(asked, {"id": gid(offered)})["openSlots"]["edges"]

    assert edge["node"] == {"deposit": None}


def test_amounts__of_a_list_take_as_many_statements_for_three_as_for_one(host, lead):
    offered = factories.service(host.business, seats=10, deposit_percent=30)
    host.services.add(offered)

    def asked(*, new):
        for _ in range(new):
            booking = confirmed(host, offered)
            staff = factories.staff_of(offered.business)
            services.record_on_site_payment(
                booking_id=booking.pk, viewer=staff, amount=factories.Decimal(5), method="CASH", now=NOW
            )
            services.give_discount(booking_id=booking.pk, viewer=staff, percent=10, reason="So.", now=NOW)
        ask(LIST, user=lead)
        with CaptureQueriesContext(connection) as captured:
            rows = ask(LIST, user=lead)["bookings"]["edges"]
        assert {row["node"]["balance"]["amount"] for row in rows} == {"31.00"}
        return len(captured)

    assert asked(new=1) == asked(new=2)
