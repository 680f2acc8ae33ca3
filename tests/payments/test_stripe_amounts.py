"""How Stripe counts money."""

from decimal import Decimal

import pytest
from moneyed import CURRENCIES

from bookings.common.money import Money, currency_code
from bookings.payments.providers.base import ProviderRefused
from bookings.payments.providers.stripe import StripeProvider
from bookings.payments.providers.stripe_amounts import from_stripe, to_stripe
from tests.payments.at_stripe import opened


@pytest.mark.parametrize(
    ("amount", "currency", "counted"),
    [
        ("60", "EUR", 6000),
        ("60.5", "USD", 6050),
        ("1500.25", "NGN", 150025),
        ("500", "JPY", 500),
        ("500", "MGA", 500),
        ("500", "XOF", 500),
        ("5", "ISK", 500),
        ("5000", "UGX", 500000),
        ("10.45", "HUF", 1045),
        ("800.45", "TWD", 80045),
        ("5.12", "KWD", 5120),
    ],
)
def test_amounts__are_counted_as_stripe_does(amount, currency, counted):
    money = Money(Decimal(amount), currency)

    assert to_stripe(money) == counted
    assert from_stripe(counted, currency.lower()) == money


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("5.124", "KWD"), ("5.5", "ISK"), ("5.5", "UGX"), ("5.5", "MGA"), ("5.5", "JPY"), ("0.001", "EUR")],
)
def test_amounts__that_stripe_cannot_take_exactly_are_refused_before_it_is_asked(
    stripe_double, amount, currency
):
    with pytest.raises(ProviderRefused, match="fine"):
        opened(amount=Money(Decimal(amount), currency))
    assert stripe_double.requests == []


@pytest.mark.parametrize("currency", ["IRR", "CLF", "KPW", "XAU", "QQQ"])
def test_amounts__in_a_currency_that_stripe_does_not_take(stripe_double, currency):
    with pytest.raises(ProviderRefused, match=currency):
        opened(amount=Money(Decimal(100), currency))
    assert not StripeProvider.accepts(currency)


def test_accepts__only_currencies_that_prices_may_be_in():
    taken = [code for code in CURRENCIES if StripeProvider.accepts(code)]

    assert {"EUR", "USD", "GBP", "NGN", "GHS", "KES", "ZAR", "JPY", "KWD", "ISK", "UGX"} <= set(taken)
    for code in taken:
        currency_code(code)  # raises for another


@pytest.mark.parametrize(
    ("counted", "currency"), [(None, "eur"), (-1, "eur"), (True, "eur"), ("1", "eur"), (1, "usdc")]
)
def test_amounts__that_are_none_are_not_guessed(counted, currency):
    with pytest.raises(ValueError, match="no "):
        from_stripe(counted, currency)
