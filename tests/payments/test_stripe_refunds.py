"""Refunds at Stripe: made once whatever it forgets, repeats or fails to tell."""

from decimal import Decimal

import pytest

from bookings.common.money import Money
from bookings.payments.providers.base import Attempt, ProviderRefused, ProviderUnavailable, RefundState
from tests.payments.at_stripe import (
    REFUNDS,
    opened,
    paid,
    refund,
    stripe,
)


def test_refund__says_whose_it_is(stripe_double):
    attempt = paid(stripe_double)

    refund(attempt)

    (call,) = stripe_double.calls(REFUNDS, "POST")
    assert call.form() == {
        "payment_intent": stripe().ask(attempt).provider_payment_id,
        "amount": "2000",
        "metadata[key]": "SW-one/20",
        "metadata[reference]": "SW-one",
    }
    assert call.headers["idempotency-key"] == "SW-one/20"


def test_refund__when_stripe_has_forgotten_the_key_is_found_and_not_made_again(stripe_double):
    attempt = paid(stripe_double)
    first = refund(attempt)
    stripe_double.forget_keys()

    assert refund(attempt) == first
    assert stripe_double.ledger()["SW-one"].refunded == 2000


def test_refund__that_stripe_made_and_failed_to_tell_is_found(stripe_double):
    attempt = paid(stripe_double)
    stripe_double.break_next(after=True)

    with pytest.raises(ProviderUnavailable, match="HTTP 500"):
        refund(attempt)
    assert refund(attempt).state is RefundState.SUCCEEDED
    assert stripe_double.ledger()["SW-one"].refunded == 2000


def test_refund__that_stripe_failed_to_make_stays_unknown_until_it_forgets_its_failure(stripe_double):
    attempt = paid(stripe_double)
    stripe_double.break_next(after=False)

    for _ in range(3):  # the first failure is kept under the key, and repeated
        with pytest.raises(ProviderUnavailable):
            refund(attempt)
    assert stripe_double.ledger()["SW-one"].refunded == 0
    assert (
        len(stripe_double.calls(REFUNDS, "POST")) == 3
    )  # Stripe says that no repeat helps, and none is made
    stripe_double.forget_keys()
    assert refund(attempt).state is RefundState.SUCCEEDED
    assert stripe_double.ledger()["SW-one"].refunded == 2000


@pytest.mark.parametrize("status", [409, 400])
def test_refund__whose_key_is_in_use_is_asked_for_later(stripe_double, status):
    attempt = paid(stripe_double)
    stripe_double.keys_in_use["SW-one/20"] = status

    with pytest.raises(ProviderUnavailable):
        refund(attempt)
    stripe_double.keys_in_use.clear()
    assert refund(attempt).state is RefundState.SUCCEEDED


def test_refund__under_a_key_that_stands_for_something_else_is_refused(stripe_double):
    attempt = paid(stripe_double)
    stripe_double.pay(opened("SW-two").reference)
    refund(attempt)

    with pytest.raises(ProviderRefused, match="IdempotencyError"):
        refund(Attempt("SW-two", stripe_double.session_of("SW-two")["id"]))


@pytest.mark.parametrize(
    ("status", "why", "state", "code"),
    [
        ("pending", "", RefundState.PENDING, ""),
        ("requires_action", "", RefundState.STUCK, ""),
        ("succeeded", "", RefundState.SUCCEEDED, ""),
        ("failed", "lost_or_stolen_card", RefundState.FAILED, "lost_or_stolen_card"),
        ("failed", "", RefundState.FAILED, "failed"),
        ("canceled", "", RefundState.FAILED, "canceled"),
    ],
)
def test_ask_refund__tells_its_state_in_our_words(stripe_double, status, why, state, code):
    attempt = paid(stripe_double)
    made = refund(attempt)
    stripe_double.move_refund(made.provider_refund_id, status, why)

    told = stripe().ask_refund(attempt=attempt, provider_refund_id=made.provider_refund_id)

    assert (told.state, told.failure_code) == (state, code)
    assert (told.amount, told.key) == (Money(Decimal(20), "EUR"), "SW-one/20")


def test_ask_refund__of_another_payment_is_refused(stripe_double):
    attempt = paid(stripe_double)
    made = refund(attempt)
    other = opened("SW-two")
    stripe_double.pay("SW-two")

    with pytest.raises(ProviderRefused):
        stripe().ask_refund(attempt=other, provider_refund_id=made.provider_refund_id)


def test_ask_refund__where_the_payment_is_not_known_says_nothing_of_the_refund(stripe_double):
    made = refund(paid(stripe_double))

    with pytest.raises(ProviderUnavailable):
        stripe().ask_refund(attempt=Attempt("SW-one", "cs_gone"), provider_refund_id=made.provider_refund_id)


def test_ask_refund__with_a_key_that_is_not_taken_is_no_answer(stripe_double, settings):
    attempt = paid(stripe_double)
    made = refund(attempt)
    settings.PAYMENT_KEYS["stripe"]["secret_key"] = "sk_test_of_somebody_else"

    with pytest.raises(ProviderUnavailable):
        stripe().ask_refund(attempt=attempt, provider_refund_id=made.provider_refund_id)
    with pytest.raises(ProviderUnavailable):
        refund(attempt, "10", "SW-one/10")


def test_refunds_of__gives_also_those_that_are_not_ours(stripe_double):
    attempt = paid(stripe_double)
    refund(attempt)
    stripe_double.refund_there("SW-one", 150)

    told = stripe().refunds_of(attempt)

    assert sorted((each.key, each.amount.amount) for each in told) == [
        ("", Decimal("1.5")),
        ("SW-one/20", 20),
    ]


def test_refunds_of__gives_them_all_however_many_pages_they_fill(stripe_double):
    attempt = paid(stripe_double)
    for _ in range(130):
        stripe_double.refund_there("SW-one", 1)

    told = stripe().refunds_of(attempt)

    assert len({each.provider_refund_id for each in told}) == 130
    assert len(stripe_double.calls(REFUNDS, "GET")) == 2
