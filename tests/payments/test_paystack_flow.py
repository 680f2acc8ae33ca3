"""Bookings that are paid with Paystack, from the page to the last refund; after each our books are Paystack's."""

from decimal import Decimal

import pytest
from django.test import Client

from bookings.booking import services
from bookings.booking.states import Status
from bookings.common.errors import ErrorCode
from bookings.common.money import Money
from bookings.payments.models import Payment, Refund
from bookings.payments.providers.paystack import UNCERTAIN_FOR
from tests import factories
from tests.factories import NOW, later
from tests.invariants import check_invariants
from tests.payments.doubles.paystack import PaystackDouble
from tests.payments.world import books, work_off
from tests.witness import refusal, told

FULL = 6000
SOON = later(minutes=1)


@pytest.fixture
def paystack(settings):
    """Paystack takes the platform's payments."""
    with PaystackDouble() as double:
        double.refunds_are = "processed"
        keys = {"secret_key": double.key, "webhook_secret": "", "url": double.url}
        settings.PAYMENT_PROVIDER = "paystack"
        settings.PAYMENT_KEYS = settings.PAYMENT_KEYS | {"paystack": keys}
        settings.PAYMENT_TIMEOUTS = (2.0, 2.0)
        yield double


@pytest.fixture
def offered(db):
    """An hour for 60.00 NGN."""
    return factories.service(factories.business(currency="NGN"), currency="NGN")


@pytest.fixture
def booking(paystack, offered):
    return factories.approved(factories.consultant(offered), offered)


def start(booking, now=NOW):
    return services.start_payment(booking_id=booking.pk, viewer=factories.client_of(booking), now=now)


def cancel(booking, now=SOON):
    viewer = factories.staff_of(booking.business)
    return services.cancel_as(booking_id=booking.pk, viewer=viewer, now=now)


def deliver(double):
    """Bring all events that wait to the inbox."""
    for sent in double.take_events():
        answer = Client().post(
            "/payments/paystack/events", sent.raw, "application/json", headers=sent.headers
        )
        assert answer.status_code == 200


def paid(double, booking):
    payment = start(booking)
    double.pay(payment.reference)
    deliver(double)
    work_off()
    return payment


def settled(double, booking, *, status, held, now=SOON):
    """Work off what is due; then the books are Paystack's, and the booking is as it must be."""
    deliver(double)
    work_off(now)
    rows = double.ledger().values()
    assert books().get("NGN", 0) == sum(row.paid - row.refunded for row in rows) == held
    booking.refresh_from_db()
    assert booking.status == status
    check_invariants()


def test_flow__paid_is_confirmed_with_what_it_cost(paystack, booking):
    payment = paid(paystack, booking)

    settled(paystack, booking, status=Status.CONFIRMED, held=FULL)
    payment.refresh_from_db()
    assert (payment.method, payment.fee_amount) == (Payment.Method.CARD, Decimal("1.5"))
    assert payment.net == Money(Decimal("58.5"), "NGN")
    assert [template for template, _ in told(booking)].count("confirmed") == 1


def test_flow__an_abandoned_page_can_be_paid_after_our_attempt_ended(paystack, booking):
    payment = start(booking)
    services.expire_due(now=later(minutes=30))
    payment.refresh_from_db()
    booking.refresh_from_db()
    ended = (payment.status, booking.status)

    paystack.pay(payment.reference)

    assert ended == (Payment.Status.CLOSED, Status.APPROVED)
    settled(paystack, booking, status=Status.CONFIRMED, held=FULL, now=later(minutes=31))


def test_flow__both_pages_paid_gives_one_back(paystack, booking):
    first = start(booking)
    second = start(booking, later(minutes=31))
    for payment in (second, first):
        paystack.pay(payment.reference)

    settled(paystack, booking, status=Status.CONFIRMED, held=FULL, now=later(minutes=33))
    assert [row.reason for row in Refund.objects.all()] == [Refund.Reason.DUPLICATE]


@pytest.mark.parametrize("amount", [FULL - 1, FULL + 1])
def test_flow__another_amount_is_given_back_in_full(paystack, booking, amount):
    payment = start(booking)
    paystack.pay(payment.reference, amount=amount)

    settled(paystack, booking, status=Status.APPROVED, held=0)
    assert [(row.reason, row.status) for row in Refund.objects.all()] == [
        (Refund.Reason.MISMATCH, Refund.Status.SUCCEEDED)
    ]


def test_flow__a_page_that_we_did_not_hear_of_makes_way_for_another(paystack, booking):
    paystack.fail_next("drop_after", path="/transaction/initialize")
    codes = [
        refusal(start, booking=booking, now=now).code for now in (NOW, later(seconds=5), later(seconds=31))
    ]

    payment = start(booking, later(seconds=32))
    paystack.pay(payment.reference)

    assert codes == [ErrorCode.PAYMENT_PROVIDER_ERROR] * 3
    assert len(paystack.transactions) == 2
    settled(paystack, booking, status=Status.CONFIRMED, held=FULL)


def test_flow__money_under_a_page_that_we_did_not_hear_of_confirms(paystack, booking):
    paystack.fail_next("500_after", path="/transaction/initialize")
    refusal(start, booking=booking)
    (reference,) = paystack.transactions

    paystack.pay(reference)

    settled(paystack, booking, status=Status.CONFIRMED, held=FULL)


def test_flow__a_refund_that_was_not_heard_of_is_not_made_twice(paystack, booking):
    paid(paystack, booking)
    paystack.fail_next("drop_after", path="/refund", method="POST")
    cancel(booking)

    settled(paystack, booking, status=Status.CANCELLED, held=0)
    assert len(paystack.refunds) == 1
    assert Refund.objects.get().done_at >= SOON + UNCERTAIN_FOR


@pytest.mark.parametrize("fault", ["500_before", "malformed", "drop_before", "429"])
def test_flow__a_refund_gets_over_any_fault(paystack, booking, fault):
    paid(paystack, booking)
    paystack.fail_next(fault, path="/refund", times=5)
    cancel(booking)

    settled(paystack, booking, status=Status.CANCELLED, held=0)
    assert [refund.amount for refund in paystack.refunds] == [FULL]


def test_flow__money_that_was_given_back_there_before_we_heard_of_it_confirms_nothing(paystack, booking):
    payment = start(booking)
    paystack.pay(payment.reference)
    paystack.refund_there(payment.reference, FULL)

    settled(paystack, booking, status=Status.APPROVED, held=0)
    payment.refresh_from_db()
    assert (payment.status, payment.failure_code) == (Payment.Status.FAILED, "reversed")


def test_flow__what_staff_give_back_in_the_dashboard_is_found(paystack, booking):
    payment = paid(paystack, booking)
    paystack.refund_there(payment.reference, 1000)

    services.reconcile_due(now=later(days=1, minutes=10))

    settled(paystack, booking, status=Status.CONFIRMED, held=FULL - 1000)
    assert [row.reason for row in Refund.objects.all()] == [Refund.Reason.EXTERNAL]
