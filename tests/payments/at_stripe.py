"""Stripe as tests reach it: a double of its server, and attempts that are opened and paid there."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bookings.common import clock
from bookings.common.money import Money
from bookings.payments.providers import provider
from bookings.payments.providers.base import Attempt, ProviderRefund
from bookings.payments.providers.stripe import StripeProvider
from tests.payments.doubles.stripe import StripeDouble

SESSIONS, REFUNDS = "/v1/checkout/sessions", "/v1/refunds"
EUR60 = Money(Decimal(60), "EUR")
BEGUN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def point_at(double: StripeDouble, settings: Any) -> None:
    ours = {"secret_key": double.key, "webhook_secret": double.secret, "url": double.url}
    settings.PAYMENT_KEYS = {**settings.PAYMENT_KEYS, "stripe": ours}


@pytest.fixture
def stripe_double(settings: Any) -> Iterator[StripeDouble]:
    with StripeDouble() as double:
        point_at(double, settings)
        yield double


def stripe() -> StripeProvider:
    made = provider("stripe")
    assert isinstance(made, StripeProvider)
    return made


def opened(reference: str = "SW-one", **changes: Any) -> Attempt:
    given = {
        "amount": EUR60,
        "email": "carla@example.org",
        "description": "Talk · MS-7K2Q9D",
        "return_url": "https://www.example.org/done?booking=MS-7K2Q9D",
        "created_at": clock.now(),
        "expires_at": clock.now() + timedelta(minutes=30),
    }
    made = stripe().create_checkout(reference=reference, **given | changes)
    return Attempt(reference, made.provider_id)


def paid(double: StripeDouble, **changes: Any) -> Attempt:
    attempt = opened()
    double.pay(attempt.reference, **changes)
    return attempt


def refund(
    attempt: Attempt, amount: str = "20", key: str = "SW-one/20", currency: str = "EUR"
) -> ProviderRefund:
    return stripe().refund(attempt=attempt, amount=Money(Decimal(amount), currency), key=key)
