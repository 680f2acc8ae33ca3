"""Attempts to pay."""

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bookings.common.errors import DomainError, ErrorCode
from bookings.common.money import Money
from bookings.payments import selectors, services
from bookings.payments.models import Payment
from bookings.payments.providers import ProviderNotSetUp
from bookings.payments.providers.base import Checkout, PaymentState, ProviderPayment
from tests.factories import NOW, later

Status = Payment.Status
SIXTY = Money(Decimal("60.000"), "EUR")


def told(payment, amount=SIXTY, **changes):
    return ProviderPayment(payment.reference, PaymentState.PAID, live=False, amount=amount, **changes)


def another(booking):
    return services.open_attempt(
        booking_id=booking.pk,
        amount=SIXTY,
        provider_name="sandbox",
        expires_at=later(hours=1),
        now=later(minutes=5),
    )


def test_open_attempt__is_being_created_under_a_fresh_reference(attempt, booking):
    attempt.refresh_from_db()

    assert (attempt.status, attempt.asked, attempt.live) == (Status.CREATING, SIXTY, False)
    assert (attempt.booking, attempt.created_at, attempt.expires_at) == (booking, NOW, later(minutes=30))
    assert re.fullmatch(r"SW-[A-Za-z0-9]{20}", attempt.reference)


def test_open_attempt__beside_an_open_one_is_refused(attempt, booking):
    with pytest.raises(DomainError) as refusal:
        another(booking)

    assert refusal.value.code == ErrorCode.INVALID_TRANSITION
    assert booking.payments.count() == 1


def test_open_attempt__after_an_ended_one_has_another_reference(attempt, booking):
    services.attempt_closed(payment=attempt, now=NOW)

    second = another(booking)

    assert second.reference != attempt.reference
    assert selectors.open_attempt_of(booking.pk) == second


def test_open_attempt__with_a_provider_that_is_not_there_is_refused(booking):
    with pytest.raises(ProviderNotSetUp):
        services.open_attempt(booking_id=booking.pk, amount=SIXTY, provider_name="x", expires_at=NOW, now=NOW)
    assert not booking.payments.exists()


def test_checkout_created__opens_it(attempt):
    payment = services.checkout_created(
        payment_id=attempt.pk, checkout=Checkout("https://pay.example/1", "sc_1")
    )

    assert (payment.status, payment.checkout_url, payment.provider_checkout_id) == (
        Status.OPEN,
        "https://pay.example/1",
        "sc_1",
    )


def test_checkout_created__does_not_open_what_ended_meanwhile(attempt):
    services.attempt_closed(payment=attempt, now=NOW)

    payment = services.checkout_created(
        payment_id=attempt.pk, checkout=Checkout("https://pay.example/1", "sc_1")
    )

    assert (payment.status, payment.checkout_url) == (Status.CLOSED, "")


def test_checkout_created__for_nothing_is_not_found(db):
    with pytest.raises(DomainError) as refusal:
        services.checkout_created(payment_id=1, checkout=Checkout("https://pay.example/1", "sc_1"))
    assert refusal.value.code == ErrorCode.NOT_FOUND


def test_attempt_failed__ends_it_once(attempt):
    first = services.attempt_failed(payment=attempt, failure_code="declined", now=NOW)
    again = services.attempt_failed(payment=attempt, failure_code="other", now=later(minutes=1))

    attempt.refresh_from_db()
    assert (first, again) == (True, False)
    assert (attempt.status, attempt.failure_code, attempt.closed_at) == (Status.FAILED, "declined", NOW)


def test_attempt_failed__leaves_a_success_alone(attempt):
    services.record_success(payment=attempt, told=told(attempt), now=NOW)

    assert not services.attempt_failed(payment=attempt, failure_code="declined", now=NOW)
    assert not services.attempt_closed(payment=attempt, now=NOW)
    attempt.refresh_from_db()
    assert (attempt.status, attempt.paid) == (Status.SUCCEEDED, SIXTY)


def test_attempt_closed__ends_it_without_a_failure(attempt):
    assert services.attempt_closed(payment=attempt, now=NOW)
    assert (attempt.status, attempt.closed_at, attempt.failure_code) == (Status.CLOSED, NOW, "")


def test_record_success__keeps_what_the_provider_tells(attempt):
    paid_at = datetime(2030, 1, 7, 8, 5, tzinfo=UTC)
    other = Money(Decimal("59.990"), "USD")

    recorded = services.record_success(
        payment=attempt,
        told=told(attempt, other, paid_at=paid_at, provider_payment_id="p_1"),
        now=later(hours=1),
    )

    attempt.refresh_from_db()
    assert recorded
    assert (attempt.status, attempt.paid, attempt.asked) == (Status.SUCCEEDED, other, SIXTY)
    assert (attempt.paid_at, attempt.provider_payment_id) == (paid_at, "p_1")
    assert not attempt.confirms_booking


@pytest.mark.parametrize("ended", [services.attempt_closed, None])
def test_record_success__counts_also_when_it_comes_late(attempt, ended):
    if ended is not None:
        ended(payment=attempt, now=NOW)

    assert services.record_success(payment=attempt, told=told(attempt), now=later(days=3))
    assert attempt.status == Status.SUCCEEDED


def test_record_success__twice_is_recorded_once(attempt):
    services.record_success(payment=attempt, told=told(attempt), now=NOW)

    again = services.record_success(
        payment=attempt, told=told(attempt, Money(Decimal(1), "EUR")), now=later(days=1)
    )

    attempt.refresh_from_db()
    assert (again, attempt.paid, attempt.paid_at) == (False, SIXTY, NOW)


@pytest.mark.parametrize("state", [state for state in PaymentState if state is not PaymentState.PAID])
def test_record_success__of_anything_else_is_a_bug(attempt, state):
    with pytest.raises(ValueError, match="paid"):
        services.record_success(
            payment=attempt, told=ProviderPayment(attempt.reference, state, live=False), now=NOW
        )


@pytest.mark.parametrize("amount", [None, Money(Decimal(0), "EUR"), Money(Decimal(-1), "EUR")])
def test_provider_payment__paid_has_an_amount(amount):
    with pytest.raises(ValueError, match="amount"):
        ProviderPayment("SW-a", PaymentState.PAID, live=False, amount=amount)


def test_confirms__is_remembered(attempt, booking):
    services.record_success(payment=attempt, told=told(attempt), now=NOW)

    services.confirms(payment=attempt)

    assert selectors.confirming(booking.pk) == attempt


def test_latest_of__is_the_last_begun(attempt, booking):
    services.attempt_closed(payment=attempt, now=NOW)
    second = another(booking)

    assert selectors.latest_of(booking.pk) == second
    assert selectors.latest_of(0) is None
