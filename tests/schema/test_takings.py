"""The dashboard of payments, as each role sees it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.booking import services
from bookings.businesses.models import StaffMember
from bookings.payments.models import Payment, SandboxCheckout
from bookings.payments.sandbox import settle_checkout
from tests import factories
from tests.factories import NOW, TEN, later
from tests.schema.client import ask, gid, post

pytestmark = pytest.mark.django_db(transaction=True)

LIST = """
    query ($filter: PaymentFilter, $order: PaymentOrder! = NEWEST, $first: Int) {
      payments(filter: $filter, order: $order, first: $first) { totalCount edges { node {
        reference status purpose method isLive failureCode paidAt
        amount { amount currency } paid { amount currency } refunded { amount currency }
        fee { amount currency } net { amount currency } booking { acknowledgementId } } } } }
"""
SUMS = "payments paid { amount } refunded { amount } fees { amount } net { amount }"
SUMMARY = f"""
    query ($business: ID!, $from: DateTime!, $before: DateTime) {{
      paymentSummary(businessId: $business, paidFrom: $from, paidBefore: $before) {{
        currency isLive total {{ {SUMS} }} byMethod {{ method sums {{ {SUMS} }} }} }} }}
"""


@pytest.fixture
def place():
    return factories.business()


@pytest.fixture
def offered(place):
    return factories.service(place)


@pytest.fixture
def host(offered):
    return factories.consultant(offered)


def paid(host, offered, day=0, *, now=NOW, **fields):
    """A confirmed booking and the payment that confirmed it."""
    payment = factories.paying(host, offered, now=now, starts_at=TEN + timedelta(days=day), **fields)
    settle_checkout(reference=payment.reference, status=SandboxCheckout.Status.SUCCESS, now=now)
    return services.settle(payment_id=payment.pk, now=now)


def member(place, role):
    user = factories.user()
    StaffMember.objects.create(business=place, user=user, role=role)
    return user


def listed(user, **variables):
    return [edge["node"] for edge in ask(LIST, variables, user=user)["payments"]["edges"]]


def summary(place, user, since=NOW, before=None):
    given = {"business": gid(place), "from": since.isoformat(), "before": before and before.isoformat()}
    return ask(SUMMARY, given, user=user)["paymentSummary"]


def eur(amount):
    return {"amount": amount, "currency": "EUR"}


# The list


def test_payments__of_a_client_are_their_own_without_what_the_practice_keeps(host, offered):
    carla = factories.user(email="carla@example.org", email_verified_at=NOW)
    mine = paid(host, offered, email="carla@example.org")
    paid(host, offered, day=1, email="dora@example.org")
    Payment.objects.update(fee_amount=Decimal("1.50"))

    (only,) = listed(carla)

    assert only["reference"] == mine.reference
    assert (only["status"], only["method"], only["paid"]) == ("SUCCEEDED", "CARD", eur("60.00"))
    assert (only["fee"], only["net"]) == (None, None)


def test_payments__of_a_lead_tell_fee_and_net(place, host, offered):
    payment = paid(host, offered)
    Payment.objects.update(fee_amount=Decimal("1.50"))
    services.refund_payment(
        payment_id=payment.pk,
        amount=Decimal(10),
        reason="Shorter than agreed.",
        viewer=factories.staff_of(place),
        now=NOW,
    )

    (row,) = listed(member(place, "MANAGER"))

    assert [row[name] for name in ("amount", "paid", "refunded", "fee", "net")] == [
        eur("60.00"),
        eur("60.00"),
        eur("10.00"),
        eur("1.50"),
        eur("48.50"),
    ]
    assert row["booking"]["acknowledgementId"] == payment.booking.acknowledgement_id


def test_payments__of_staff_tell_no_fee(place, host, offered):
    paid(host, offered)
    Payment.objects.update(fee_amount=Decimal("1.50"))

    (row,) = listed(member(place, "STAFF"))

    assert (row["paid"], row["fee"], row["net"]) == (eur("60.00"), None, None)


def test_payments__are_nobody_else_s(host, offered):
    paid(host, offered)

    assert listed(factories.business().owner) == []
    assert listed(factories.user(email_verified_at=NOW)) == []
    assert post(LIST)["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_payments__are_narrowed_and_ordered(place, host, offered):
    first, second = paid(host, offered), paid(host, offered, day=1, now=later(hours=1))
    failed = factories.paying(host, offered, starts_at=TEN + timedelta(days=2), now=later(hours=2))
    settle_checkout(reference=failed.reference, status=SandboxCheckout.Status.FAILED, now=later(hours=2))
    services.settle(payment_id=failed.pk, now=later(hours=2))
    lead = place.owner

    def references(**variables):
        return [row["reference"] for row in listed(lead, **variables)]

    assert references() == [failed.reference, second.reference, first.reference]
    assert references(order="OLDEST") == [first.reference, second.reference, failed.reference]
    assert references(order="PAID_LAST") == [second.reference, first.reference, failed.reference]
    assert references(filter={"status": ["FAILED"]}) == [failed.reference]
    assert references(filter={"method": ["CARD"], "purpose": ["PRICE"]}) == [
        second.reference,
        first.reference,
    ]
    assert references(filter={"method": ["CASH"]}) == []
    assert references(filter={"bookingId": gid(second.booking)}) == [second.reference]
    assert references(filter={"businessId": gid(factories.business())}) == []
    assert references(filter={"paidFrom": later(hours=1).isoformat()}) == [second.reference]
    assert references(filter={"paidBefore": later(hours=1).isoformat()}) == [first.reference]
    assert listed(lead)[0]["failureCode"] == "failed"


def test_payments__take_as_many_statements_for_one_as_for_three(place, host, offered):
    paid(host, offered)
    lead = place.owner
    listed(lead)

    def statements():
        with CaptureQueriesContext(connection) as seen:
            listed(lead)
        return [query["sql"] for query in seen]

    alone = len(statements())
    paid(host, offered, day=1)
    paid(host, offered, day=2)

    assert len(listed(lead)) == 3
    assert len(statements()) == alone


# The sums


def test_summary__adds_up_by_currency_and_method(place, host, offered):
    for day in range(3):
        paid(host, offered, day=day)
    on_site = factories.service(place, payment_policy="ON_SITE", price=Decimal("0.10"))
    host.services.add(on_site)
    cash = factories.approved(host, on_site, starts_at=TEN + timedelta(days=3))
    services.record_on_site_payment(
        booking_id=cash.pk, viewer=factories.staff_of(place), method=Payment.Method.CASH, now=NOW
    )
    Payment.objects.filter(method="CARD").update(fee_amount=Decimal("0.10"), live=True)

    (euros,) = summary(place, place.owner, before=later(days=1))

    assert (euros["currency"], euros["isLive"]) == ("EUR", True)
    assert euros["total"] == {
        "payments": 4,
        "paid": {"amount": "180.10"},
        "refunded": {"amount": "0.00"},
        "fees": {"amount": "0.30"},
        "net": {"amount": "179.80"},
    }
    parts = [(part["method"], part["sums"]["payments"], part["sums"]["net"]) for part in euros["byMethod"]]
    assert parts == [("CARD", 3, {"amount": "179.70"}), ("CASH", 1, {"amount": "0.10"})]


def test_summary__keeps_currencies_apart_and_real_money_from_a_test_mode(place, host, offered):
    real = paid(host, offered)
    Payment.objects.filter(pk=real.pk).update(live=True)
    yen = factories.service(place, price=Decimal(6000), currency="JPY")
    host.services.add(yen)
    paid(host, yen, day=1)
    paid(host, offered, day=2)

    found = [
        (each["isLive"], each["currency"], each["total"]["paid"]["amount"])
        for each in summary(place, place.owner, before=later(days=1))
    ]

    assert found == [(True, "EUR", "60.00"), (False, "EUR", "60.00"), (False, "JPY", "6000")]


def test_summary__counts_by_when_the_money_came_in(place, host, offered):
    paid(host, offered)
    paid(host, offered, day=1, now=later(hours=1))

    def number(since, before):
        return [each["total"]["payments"] for each in summary(place, place.owner, since, before)]

    assert number(NOW, later(hours=2)) == [2]
    assert number(NOW, later(hours=1)) == [1]
    assert number(later(hours=1), later(hours=2)) == [1]
    assert number(later(hours=2), later(hours=3)) == []


def test_summary__counts_what_goes_back_of_it_whenever_that_is(place, host, offered):
    payment = paid(host, offered)
    services.refund_payment(
        payment_id=payment.pk,
        amount=Decimal(20),
        reason="A gift.",
        viewer=factories.staff_of(place),
        now=later(days=3),
    )

    (euros,) = summary(place, place.owner, before=later(days=1))

    assert (euros["total"]["refunded"], euros["total"]["net"]) == ({"amount": "20.00"}, {"amount": "40.00"})


@pytest.mark.parametrize("who", ["staff", "client", "consultant", "alien"])
def test_summary__is_for_leads_alone(place, offered, who):
    anna = factories.user()
    payment = paid(factories.consultant(offered, user=anna), offered, email="carla@example.org")
    people = {
        "staff": lambda: member(place, "STAFF"),
        "client": lambda: factories.user(email=payment.booking.email, email_verified_at=NOW),
        "consultant": lambda: anna,
        "alien": lambda: factories.business().owner,
    }

    assert summary(place, people[who](), before=later(days=1)) == []
    assert len(summary(place, member(place, "MANAGER"), before=later(days=1))) == 1
