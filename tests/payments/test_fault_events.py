"""Events that repeat, come in any order or are forged, and money that is late, double or not what was asked."""

import json
from decimal import Decimal

import pytest

from bookings.booking.states import Status
from bookings.common.money import Money
from bookings.payments.models import ProviderEvent, Refund
from bookings.payments.providers.base import RefundState
from tests import factories
from tests.factories import later
from tests.payments.faulty import Fault
from tests.payments.faulty_provider import post, signature
from tests.payments.world import (
    FULL,
    THURSDAY,
    cancel,
    confirm,
    deliver,
    expire,
    paid,
    run_refunds,
    settled_world,
    start,
    status_of,
    work_off,
)
from tests.witness import history, told


@pytest.fixture
def booking(host, offered):
    return factories.approved(host, offered, starts_at=THURSDAY)


# Events


def test_event__of_a_success_ten_times_confirms_once(bank, booking):
    payment = start(booking)
    bank.pay(payment.reference)
    (raw,) = bank.events

    for _ in range(10):
        assert post(raw) == 200
    work_off()
    assert post(raw) == 200

    assert ProviderEvent.objects.count() == 1
    assert bank.called("ask") == 1
    settled_world(bank, booking, status=Status.CONFIRMED, held=FULL)


@pytest.mark.prove
@pytest.mark.busy
def test_event__a_thousand_times_confirms_once(bank, booking):
    payment = start(booking)
    bank.pay(payment.reference)
    (raw,) = bank.events

    for number in range(1000):
        assert post(raw) == 200
        if number % 100 == 0:
            work_off()

    assert (ProviderEvent.objects.count(), bank.called("ask")) == (1, 1)
    settled_world(bank, booking, status=Status.CONFIRMED, held=FULL)


def test_event__many_kinds_of_one_success_confirm_once(bank, booking):
    """Another id each time: the inbox cannot know that they are one, the bank is asked each time."""
    payment = start(booking)
    bank.pay(payment.reference)
    for number in range(5):
        bank.tell(f"paid {number}", payment.reference)
    deliver(bank)

    settled_world(bank, booking, status=Status.CONFIRMED, held=FULL)

    assert bank.called("ask") == 6


def test_event__of_a_failure_after_the_success_takes_nothing_away(bank, booking):
    payment = paid(bank, booking)

    bank.tell("failed", payment.reference)
    deliver(bank)

    settled_world(bank, booking, status=Status.CONFIRMED, held=FULL)


def test_event__of_a_success_before_that_of_a_failure_of_the_first_try(bank, booking):
    payment = start(booking)
    bank.tell("failed", payment.reference)
    bank.pay(payment.reference)
    bank.events.reverse()
    deliver(bank)

    settled_world(bank, booking, status=Status.CONFIRMED, held=FULL)


def test_event__of_a_refund_before_that_of_its_payment(bank, booking, staff):
    """Only what the bank says when it is asked counts, so the order does not."""
    payment = start(booking)
    bank.pay(payment.reference)
    confirm(booking)
    bank.refunds_begin_as = RefundState.PENDING
    cancel(booking, staff)
    run_refunds(later(minutes=2))
    bank.finish_refunds()
    bank.events.reverse()
    deliver(bank)

    settled_world(bank, booking, status=Status.CANCELLED, held=0)


def test_event__that_says_paid_of_what_is_not_moves_nothing(bank, booking):
    payment = start(booking)
    bank.tell("paid", payment.reference)
    deliver(bank)

    settled_world(bank, booking, status=Status.PAYMENT_PENDING, held=0)


@pytest.mark.parametrize("signed", ["", "0" * 64, "é"])
def test_event__forged_is_refused_and_moves_nothing(bank, booking, signed):
    payment = start(booking)
    bank.pages[payment.reference].state = "CLOSED"

    raw = json.dumps({"id": "evt_1_paid", "kind": "paid", "reference": payment.reference}).encode()
    assert post(raw, signed=signed) == 400

    assert not ProviderEvent.objects.exists()
    settled_world(bank, booking, status=Status.PAYMENT_PENDING, held=0)


def test_event__altered_on_its_way_is_refused_and_the_genuine_one_counts(bank, booking):
    payment = start(booking)
    bank.pay(payment.reference)
    (raw,) = bank.events
    altered = raw.replace(b"paid", b"paiD")

    assert post(altered, signed=signature(raw)) == 400
    deliver(bank)

    settled_world(bank, booking, status=Status.CONFIRMED, held=FULL)


# Money that is not what was asked


@pytest.mark.parametrize(
    ("amount", "currency", "live"),
    [
        ("59.99", "EUR", True), ("60.01", "EUR", True), ("0.60", "EUR", True), ("60", "USD", True),
        ("60", "JPY", True), ("60", "EUR", False),
    ],
)  # fmt: skip
def test_money__of_another_amount_currency_or_mode_goes_back_and_confirms_nothing(
    bank, booking, amount, currency, live
):
    payment = start(booking)
    bank.pay(payment.reference, Money(Decimal(amount), currency), live=live)
    deliver(bank)

    settled_world(bank, booking, status=Status.APPROVED, held=0)

    refund = Refund.objects.get()
    assert (refund.reason, refund.amount) == (Refund.Reason.MISMATCH, Decimal(amount))
    assert "confirmed" not in [template for template, _ in told(booking)]


# Money that comes when the time to pay is over


def lapsed_unheard(bank, booking):
    """An attempt whose page the bank keeps open, and a booking that has lapsed for good."""
    payment = start(booking)
    bank.will("close", Fault.CANNOT)
    expire(later(hours=24))
    assert status_of(booking) == Status.EXPIRED
    return payment


def test_money__after_the_expiry_goes_back_where_the_time_is_free(bank, booking):
    payment = lapsed_unheard(bank, booking)

    assert bank.pay(payment.reference)
    deliver(bank)

    settled_world(bank, booking, status=Status.EXPIRED, held=0, now=later(hours=25))
    assert Refund.objects.get().reason == Refund.Reason.LATE


def test_money__after_the_expiry_goes_back_where_the_time_was_sold_again(bank, booking, host, offered):
    payment = lapsed_unheard(bank, booking)
    other = factories.approved(host, offered, starts_at=THURSDAY, now=later(hours=24))
    again = start(other, later(hours=24))
    assert bank.pay(again.reference)
    assert bank.pay(payment.reference)
    deliver(bank)

    settled_world(bank, other, status=Status.CONFIRMED, held=FULL, now=later(hours=25))
    settled_world(bank, booking, status=Status.EXPIRED, held=FULL, now=later(hours=25))
    assert history(booking)[-1] == Status.EXPIRED
    assert Refund.objects.get().payment == payment


def test_money__after_the_attempt_ended_and_before_pay_by_confirms(bank, booking):
    payment = start(booking)
    bank.will("close", Fault.CANNOT)
    expire(later(minutes=30))
    assert status_of(booking) == Status.APPROVED

    assert bank.pay(payment.reference)
    deliver(bank)

    settled_world(bank, booking, status=Status.CONFIRMED, held=FULL, now=later(minutes=40))


def test_money__by_two_attempts_of_one_booking_keeps_the_first(bank, booking):
    first = start(booking)
    bank.will("close", Fault.CANNOT)
    second = start(booking, later(minutes=31))
    assert bank.pay(first.reference)
    assert bank.pay(second.reference)
    deliver(bank)

    settled_world(bank, booking, status=Status.CONFIRMED, held=FULL, now=later(minutes=32))

    first.refresh_from_db()
    assert first.confirms_booking
    refund = Refund.objects.get()
    assert (refund.payment, refund.reason) == (second, Refund.Reason.DUPLICATE)


def test_money__of_a_cancelled_booking_goes_back(bank, booking, staff):
    payment = start(booking)
    bank.will("close", Fault.CANNOT)
    cancel(booking, staff)

    assert bank.pay(payment.reference)
    deliver(bank)

    settled_world(bank, booking, status=Status.CANCELLED, held=0)
