"""Receipts through the API, and what clients read of tax, deposits and refunds before they book."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from bookings import tasks
from bookings.accounts.models import User
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.payments.models import Payment, Receipt
from bookings.payments.receipt_links import link_to_receipt
from tests import factories, lifecycle
from tests.factories import NOW
from tests.schema.client import ask, gid
from tests.schema.test_statements import statements

pytestmark = pytest.mark.django_db(transaction=True)

RECEIPTS = """
query ($id: ID!) { booking(by: {id: $id}) { payments { receipts {
  number kind issuedAt amount { amount currency } taxRate taxAmount { amount currency } corrects url
} } } }
"""
LIST = "{ bookings(first: 10) { edges { node { payments { receipts { number amount { amount } url } } } } } }"
POLICY = """
query ($slug: String!) { business(slug: $slug) {
  refundTiers { noticeMinutes percent }
  services { name taxRate depositPercent refundTiers { noticeMinutes percent } }
} }
"""
SERVICES = (
    "{ services(first: 50) { edges { node { name taxRate depositPercent refundTiers { percent } } } } }"
)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def sold(**place: Any) -> Booking:
    service = factories.service(factories.business(**place))
    return lifecycle.confirmed(factories.consultant(service, user=factories.user()), service)


def receipts_for(user: User, booking: Booking) -> Any:
    found = ask(RECEIPTS, {"id": gid(booking)}, user=user)["booking"]
    return [receipt for payment in found["payments"] or [] for receipt in payment["receipts"]]


def test_receipts__are_read_with_their_payment_oldest_first() -> None:
    booking = sold(tax_rate=Decimal("23"))
    staff = factories.staff_of(booking.business).user
    assert staff is not None
    payment = Payment.objects.get(booking=booking)
    refund = services.refund_payment(
        payment_id=payment.pk,
        viewer=factories.staff_of(booking.business),
        reason="Late start.",
        amount=Decimal("12.30"),
        now=NOW,
    )
    tasks.run_refund(refund.pk)

    first, second = receipts_for(staff, booking)

    urls = [link_to_receipt(pk) for pk in Receipt.objects.order_by("pk").values_list("pk", flat=True)]
    assert first == {
        "number": "2030-000001",
        "kind": "PAYMENT",
        "issuedAt": "2030-01-07T08:00:00Z",
        "amount": {"amount": "60.00", "currency": "EUR"},
        "taxRate": "23.000",
        "taxAmount": {"amount": "11.22", "currency": "EUR"},
        "corrects": None,
        "url": urls[0],
    }
    assert (second["kind"], second["number"], second["corrects"]) == ("REFUND", "2030-000002", "2030-000001")
    assert (second["amount"]["amount"], second["taxAmount"]["amount"]) == ("12.30", "2.30")
    assert Client().get(urls[1].partition("8000")[2]).status_code == 200


def test_receipts__are_for_whoever_may_see_the_payment() -> None:
    booking = sold()
    client = factories.user(booking.email)
    assert booking.consultant is not None
    host = booking.consultant.user
    assert host is not None

    assert len(receipts_for(client, booking)) == 1
    assert receipts_for(host, booking) == []
    stranger = ask(RECEIPTS, {"id": gid(booking)}, user=factories.user())
    assert stranger["booking"] is None


def test_receipts__of_an_open_attempt_are_none() -> None:
    service = factories.service()
    payment = factories.paying(factories.consultant(service), service)
    staff = factories.staff_of(service.business).user
    assert staff is not None

    assert receipts_for(staff, payment.booking) == []


def test_receipts__take_as_many_statements_for_1_and_3_bookings() -> None:
    booking = sold(max_active_bookings=9)
    staff = factories.staff_of(booking.business).user

    one = statements(lambda: ask(LIST, user=staff))
    for _ in range(2):
        lifecycle.confirmed(factories.consultant(booking.service), booking.service)
    three = statements(lambda: ask(LIST, user=staff))

    assert len(ask(LIST, user=staff)["bookings"]["edges"]) == 3
    assert len(three) == len(one)


def test_policy__is_shown_to_everybody_before_they_book() -> None:
    place = factories.business(tax_rate=Decimal("23"), refund_tiers=[[600, 80]])
    factories.service(place, name="A usual one")
    factories.service(place, name="Its own", tax_rate=Decimal("8"), deposit_percent=25, refund_tiers=[])
    steps = [{"noticeMinutes": 600, "percent": 80}]

    told = ask(POLICY, {"slug": place.slug})["business"]

    assert told["refundTiers"] == steps
    assert sorted(told["services"], key=lambda each: each["name"]) == [
        {"name": "A usual one", "taxRate": "23.000", "depositPercent": None, "refundTiers": steps},
        {"name": "Its own", "taxRate": "8.000", "depositPercent": 25, "refundTiers": []},
    ]


def test_policy__is_the_usual_one_where_nobody_set_any() -> None:
    service = factories.service()

    told = ask(POLICY, {"slug": service.business.slug})["business"]

    usual = [{"noticeMinutes": 1440, "percent": 100}, {"noticeMinutes": 720, "percent": 50}]
    assert (told["refundTiers"], told["services"][0]["refundTiers"]) == (usual, usual)
    assert told["services"][0]["taxRate"] == "0.000"


def test_policy__takes_as_many_statements_for_1_and_3_services() -> None:
    factories.service()
    one = statements(lambda: ask(SERVICES))
    for _ in range(2):
        factories.service()

    assert len(statements(lambda: ask(SERVICES))) == len(one)
