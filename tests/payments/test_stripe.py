"""Stripe keeps the contract of providers; and what is its own about opening, asking and ending a page."""

import hashlib
import hmac
import json
import logging
import subprocess
import sys
import traceback
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import stripe as package
import time_machine

from bookings.common import clock
from bookings.common.money import Money
from bookings.payments.models import Payment
from bookings.payments.providers import ProviderNotSetUp, provider
from bookings.payments.providers.base import (
    Attempt,
    PaymentState,
    Provider,
    ProviderRefused,
    ProviderUnavailable,
    SignatureInvalid,
)
from bookings.payments.providers.stripe import StripeProvider
from bookings.payments.providers.stripe_amounts import to_stripe
from tests.payments.at_stripe import (
    BEGUN,
    EUR60,
    REFUNDS,
    SESSIONS,
    opened,
    paid,
    point_at,
    refund,
    stripe,
)
from tests.payments.contract_http import HttpProviderContract
from tests.payments.doubles.stripe import KEY, SECRET, StripeDouble


class TestStripeContract(HttpProviderContract):
    """The contract, kept by Stripe."""

    double: StripeDouble
    checkout_path = SESSIONS
    refund_path = REFUNDS
    never_told = [KEY, SECRET, KEY[-8:], SECRET[-8:]]
    fee = Money(Decimal("1.15"), "EUR")
    odd_amounts = [
        Money(Decimal(500), "JPY"),
        Money(Decimal("1.230"), "KWD"),
        Money(Decimal(500), "ISK"),
        Money(Decimal(5000), "UGX"),
        Money(Decimal(5000), "MGA"),
        Money(Decimal("500.25"), "HUF"),
    ]

    def new_double(self) -> StripeDouble:
        return StripeDouble()

    def begin(self) -> None:
        point_at(self.double, self.settings)

    def make(self) -> Provider:
        return provider("stripe")

    def pay(self, reference: str) -> None:
        self.double.pay(reference)

    def fail(self, reference: str) -> None:
        self.double.fail(reference)

    def pay_otherwise(self, reference: str, amount: Money) -> None:
        self.double.pay(reference, amount=to_stripe(amount), currency=amount.currency.lower())

    def fail_refunds(self) -> None:
        self.move_refunds("failed", "expired_or_canceled_card")

    def hold_up_refunds(self) -> None:
        self.move_refunds("requires_action")

    def move_refunds(self, status: str, why: str = "") -> None:
        for number in self.double.refunds:
            self.double.move_refund(number, status, why)

    def event(self, reference: str) -> bytes:
        session = {"object": "checkout.session", "id": "cs_1", "client_reference_id": reference}
        told = {"id": f"evt_{reference}", "object": "event", "type": "checkout.session.completed"}
        return json.dumps({**told, "data": {"object": session}}).encode()

    def sign(self, raw: bytes, *, key: str | None = None) -> dict[str, str]:
        return self.double.sign(raw, secret=key or "")


# Checkout


@time_machine.travel(BEGUN, tick=False)
def test_create_checkout__sends_all_that_stripe_is_to_know_and_no_more(stripe_double):
    opened()

    (call,) = stripe_double.calls(SESSIONS, "POST")
    assert call.form() == {
        "mode": "payment",
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "eur",
        "line_items[0][price_data][unit_amount]": "6000",
        "line_items[0][price_data][product_data][name]": "Talk · MS-7K2Q9D",
        "success_url": "https://www.example.org/done?booking=MS-7K2Q9D",
        "cancel_url": "https://www.example.org/done?booking=MS-7K2Q9D",
        "client_reference_id": "SW-one",
        "metadata[reference]": "SW-one",
        "payment_intent_data[metadata][reference]": "SW-one",
        "customer_email": "carla@example.org",
        "expires_at": str(int((BEGUN + timedelta(minutes=45)).timestamp())),
        "adaptive_pricing[enabled]": "false",
    }
    assert call.headers["idempotency-key"] == "checkout/SW-one"
    assert call.headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("email", ["", "josé@example.org"])
def test_create_checkout__without_an_address_that_stripe_takes_leaves_it_to_the_page(stripe_double, email):
    opened(email=email)

    assert "customer_email" not in stripe_double.calls(SESSIONS, "POST")[0].form()


@pytest.mark.parametrize(
    ("held", "lives"),
    [
        (timedelta(minutes=5), timedelta(minutes=45)),
        (timedelta(hours=2), timedelta(hours=2)),
        (timedelta(hours=30), timedelta(hours=23, minutes=55)),
    ],
)
def test_create_checkout__lives_as_long_as_stripe_lets_it(stripe_double, held, lives):
    with time_machine.travel(BEGUN, tick=False):
        opened(expires_at=BEGUN + held)

    ends = int(stripe_double.calls(SESSIONS, "POST")[0].form()["expires_at"])
    assert datetime.fromtimestamp(ends, tz=UTC) == BEGUN + lives


def test_create_checkout__some_time_later_is_the_same_request(stripe_double):
    with time_machine.travel(BEGUN, tick=False):
        first = opened(created_at=BEGUN, expires_at=BEGUN + timedelta(minutes=30))
    with time_machine.travel(BEGUN + timedelta(minutes=25), tick=False):
        again = opened(created_at=BEGUN, expires_at=BEGUN + timedelta(minutes=30))

    assert (again, len(stripe_double.sessions)) == (first, 1)


def test_create_checkout__long_or_empty_description(stripe_double):
    opened("SW-long", description="x" * 400)
    opened("SW-none", description="")

    names = [
        each.form()["line_items[0][price_data][product_data][name]"]
        for each in stripe_double.calls(SESSIONS, "POST")
    ]
    assert names == ["x" * 250, "SW-none"]


@pytest.mark.parametrize("reference", ["", "a b", "x" * 65, "SW/1", "é"])
def test_create_checkout__of_no_reference_is_refused_here(stripe_double, reference):
    with pytest.raises(ProviderRefused):
        opened(reference)
    assert stripe_double.requests == []


def test_create_checkout__below_stripe_s_least_is_refused_and_says_why(stripe_double):
    with pytest.raises(ProviderRefused, match="amount_too_small"):
        opened(amount=Money(Decimal("0.10"), "EUR"))


def test_create_checkout__with_a_key_that_is_not_taken_is_refused(stripe_double, settings):
    settings.PAYMENT_KEYS["stripe"]["secret_key"] = "sk_test_of_somebody_else"

    with pytest.raises(ProviderRefused, match="key"):
        opened()


# Asking


def test_ask__without_any_name_of_stripe_s_asks_nobody(stripe_double):
    opened()
    stripe_double.requests.clear()

    assert stripe().ask(Attempt("SW-one")).state is PaymentState.UNKNOWN
    assert stripe_double.requests == []


def test_ask__by_the_name_of_the_money_alone(stripe_double):
    attempt = paid(stripe_double)
    by_page = stripe().ask(attempt)

    assert stripe().ask(Attempt("SW-one", "", by_page.provider_payment_id)) == by_page
    assert by_page.checkout_id == attempt.checkout_id


def test_ask__with_another_attempt_s_page_knows_nothing(stripe_double):
    other = paid(stripe_double)

    assert stripe().ask(Attempt("SW-two", other.checkout_id)).state is PaymentState.UNKNOWN
    assert stripe().close(Attempt("SW-two", other.checkout_id)).state is PaymentState.UNKNOWN
    assert stripe().refunds_of(Attempt("SW-two", other.checkout_id)) == []
    with pytest.raises(ProviderRefused):
        refund(Attempt("SW-two", other.checkout_id))


def test_ask__declined_may_try_another_card(stripe_double):
    attempt = opened()
    stripe_double.decline("SW-one")

    assert stripe().ask(attempt).state is PaymentState.OPEN


def test_ask__past_its_time_has_failed(stripe_double):
    attempt = opened()

    with time_machine.travel(clock.now() + timedelta(hours=1)):
        told = stripe().ask(attempt)

    assert (told.state, told.failure_code) == (PaymentState.FAILED, "expired")


def test_ask__handed_in_is_open_until_it_arrives(stripe_double):
    attempt = opened()
    stripe_double.hand_in("SW-one")
    under_way = stripe().ask(attempt)
    stripe_double.arrive("SW-one")
    arrived = stripe().ask(attempt)

    assert (under_way.state, under_way.amount) == (PaymentState.OPEN, None)
    assert (arrived.state, arrived.amount, arrived.method) == (
        PaymentState.PAID,
        EUR60,
        Payment.Method.BANK_TRANSFER,
    )
    assert arrived.fee == Money(Decimal("0.35"), "EUR")


def test_ask__handed_in_and_bounced_has_failed(stripe_double):
    attempt = opened()
    stripe_double.hand_in("SW-one")
    stripe_double.bounce("SW-one")

    told = stripe().ask(attempt)

    assert (told.state, told.failure_code) == (PaymentState.FAILED, "payment_intent_payment_attempt_failed")


@pytest.mark.parametrize(
    ("method", "ours"),
    [
        ("card", Payment.Method.CARD),
        ("sepa_debit", Payment.Method.BANK_TRANSFER),
        ("klarna", Payment.Method.OTHER),
        ("", Payment.Method.OTHER),
    ],
)
def test_ask__tells_the_method_in_our_words(stripe_double, method, ours):
    assert stripe().ask(paid(stripe_double, method=method)).method == ours


def test_ask__tells_no_fee_that_is_not_settled_or_in_another_currency(stripe_double):
    unsettled = stripe().ask(paid(stripe_double, fee=None))
    stripe_double.settles_in = "usd"
    other = opened("SW-two")
    stripe_double.pay("SW-two", fee=130)

    assert (unsettled.fee, stripe().ask(other).fee) == (None, None)


@pytest.mark.parametrize("fee", ["much", -115, 1.5, 10**14])
def test_ask__a_fee_that_cannot_be_read_does_not_keep_the_money_from_being_told(stripe_double, fee):
    told = stripe().ask(paid(stripe_double, fee=fee))

    assert (told.state, told.fee) == (PaymentState.PAID, None)
    assert told.amount is not None


def test_ask__tells_real_money_from_a_test(settings):
    with StripeDouble(key=KEY.replace("_test_", "_live_")) as double:
        point_at(double, settings)
        told = stripe().ask(paid(double))

    assert (told.live, stripe().live) == (True, True)


@pytest.mark.parametrize(
    "changed",
    [
        {"status": "new"},
        {"status": None},
        {"payment_intent": None},
        {"livemode": None, "id": 7},
        {"amount_received": 0},
        {"amount_received": "6000"},
        {"currency": "euros"},
        {"created": 10**30},
    ],
    ids=str,
)
def test_ask__answers_that_make_no_sense_are_no_answers(stripe_double, changed):
    attempt = paid(stripe_double)
    session = stripe_double.sessions[attempt.checkout_id]
    intent = stripe_double.intents[session["payment_intent"]]
    intent["latest_charge"] |= {name: changed[name] for name in changed if name == "created"}
    intent |= {name: changed[name] for name in changed if name in {"amount_received", "currency"}}
    session |= {
        name: changed[name] for name in changed if name in {"status", "payment_intent", "livemode", "id"}
    }

    with pytest.raises(ProviderUnavailable):
        stripe().ask(attempt)


def test_ask__with_a_key_that_is_not_taken_is_no_answer_and_tells_no_key(stripe_double, settings):
    attempt = paid(stripe_double)
    settings.PAYMENT_KEYS["stripe"]["secret_key"] = "sk_test_of_somebody_else"

    with pytest.raises(ProviderUnavailable) as refusal:
        stripe().ask(attempt)
    assert "somebody" not in "".join(traceback.format_exception(refusal.value))


# Closing


def test_close__what_is_paid_a_moment_before_is_paid(stripe_double):
    attempt = opened()
    stripe_double.on_next(lambda _: stripe_double.pay("SW-one"), path=SESSIONS, method="GET")

    assert stripe().close(attempt).state is PaymentState.PAID
    assert len(stripe_double.calls(f"{SESSIONS}/{attempt.checkout_id}/expire")) == 1


def test_close__again_asks_for_nothing_more(stripe_double):
    attempt = opened()

    assert [stripe().close(attempt).state for _ in range(2)] == [PaymentState.FAILED] * 2
    assert len(stripe_double.calls(f"{SESSIONS}/{attempt.checkout_id}/expire")) == 1


def test_close__what_is_handed_in_cannot_be_ended(stripe_double):
    attempt = opened()
    stripe_double.hand_in("SW-one")

    assert stripe().close(attempt).state is PaymentState.OPEN
    stripe_double.arrive("SW-one")
    assert stripe().close(attempt).state is PaymentState.PAID


# Keys


@pytest.mark.parametrize(
    "key", ["sk_test_12345678", "rk_test_12345678", "sk_live_12345678", "rk_live_12345678"]
)
def test_from_keys__tells_real_money_by_the_key(key):
    made = StripeProvider.from_keys(secret_key=key, webhook_secret=SECRET)

    assert made.live == ("live" in key)


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        ("", SECRET),
        ("pk_test_12345678", SECRET),
        ("sk_12345678", SECRET),
        ("sk_test_", SECRET),
        (f"{KEY} ", SECRET),
        (f"{KEY}\r\nX: y", SECRET),
        (KEY, KEY),
        (KEY, "whsec_"),
    ],
)
def test_from_keys__that_are_none_are_refused_without_repeating_them(key, secret):
    with pytest.raises(ValueError, match="begins with") as refusal:
        StripeProvider.from_keys(secret_key=key, webhook_secret=secret)
    assert KEY[8:] not in str(refusal.value)


def test_from_keys__before_the_endpoint_has_a_secret_take_no_event():
    made = StripeProvider.from_keys(secret_key=KEY, webhook_secret="")
    raw, at = b'{"id": "evt_1", "type": "checkout.session.completed"}', "1"
    signed = hmac.new(b"", at.encode() + b"." + raw, hashlib.sha256).hexdigest()

    with time_machine.travel(1, tick=False), pytest.raises(SignatureInvalid):
        made.read_event(raw, {"stripe-signature": f"t={at},v1={signed}"})


@pytest.mark.parametrize("missing", ["secret_key", "webhook_secret"])
def test_provider__without_either_key_is_not_set_up(stripe_double, settings, missing):
    for nothing in ("", "something else"):
        settings.PAYMENT_KEYS["stripe"][missing] = nothing

        with pytest.raises(ProviderNotSetUp):
            provider("stripe")


# The package


def test_calls__of_accounts_side_by_side_do_not_mix(settings):
    with (
        StripeDouble() as first,
        StripeDouble(key="rk_test_of_the_second", secret="whsec_of_the_second") as second,
    ):
        point_at(first, settings)
        one = stripe()
        attempt = opened()
        point_at(second, settings)
        two = stripe()
        replaced = replace(attempt, reference="SW-two")

        assert (one.ask(attempt).state, two.ask(replaced).state) == (PaymentState.OPEN, PaymentState.UNKNOWN)
        assert one.ask(attempt).state is PaymentState.OPEN


def test_calls__leave_the_package_s_own_settings_alone(stripe_double):
    names = [
        "api_key",
        "api_base",
        "api_version",
        "default_http_client",
        "log",
        "max_network_retries",
        "proxy",
    ]
    before = [getattr(package, name) for name in names]

    refund(paid(stripe_double))

    assert [getattr(package, name) for name in names] == before == [
        None, "https://api.stripe.com", package.api_version, None, None, 2, None
    ]  # fmt: skip


def test_calls__are_not_logged_by_the_package(stripe_double, caplog):
    with caplog.at_level(logging.DEBUG):
        refund(paid(stripe_double))

    assert [each for each in caplog.records if each.name.startswith(("stripe", "httpx", "httpcore"))] == []


def test_providers__are_ready_without_the_package():
    code = (
        "import django, sys; django.setup()\n"
        "from bookings.payments.providers import provider_class\n"
        "assert provider_class('stripe').accepts('EUR')\n"
        "sys.exit('stripe' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


def test_calls__carry_nothing_about_this_machine(stripe_double, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    provider("stripe").ask(Attempt("SW-none", checkout_id="cs_none"))

    (asked,) = stripe_double.requests
    assert "telemetry" not in repr(asked).lower()
    assert list(tmp_path.iterdir()) == []
