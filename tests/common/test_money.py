from decimal import Decimal

import pytest

from bookings.common.errors import ErrorCode
from bookings.common.money import Money, minor_units
from tests.witness import refusal


@pytest.mark.parametrize(
    ("amount", "currency", "minor", "text"),
    [
        ("60", "EUR", 6000, "60.00 EUR"),
        ("60.50", "EUR", 6050, "60.50 EUR"),
        ("500", "JPY", 500, "500 JPY"),
        ("1.234", "KWD", 1234, "1.234 KWD"),
    ],
)
def test_money__counts_in_the_currencys_own_minor_units(amount, currency, minor, text):
    money = Money(Decimal(amount), currency)

    assert (money.minor, str(money)) == (minor, text)
    assert Money.from_minor(minor, currency) == money


@pytest.mark.parametrize(("amount", "currency"), [("0.001", "EUR"), ("0.5", "JPY"), ("0.0001", "KWD")])
def test_money__fraction_of_a_minor_unit_is_refused(amount, currency):
    with pytest.raises(ValueError, match="finer"):
        _ = Money(Decimal(amount), currency).minor


def test_money__is_equal_by_amount_and_currency():
    assert Money(Decimal("60.000"), "EUR") == Money(Decimal(60), "EUR")
    assert Money(Decimal(60), "EUR") != Money(Decimal(60), "USD")


def test_minor_units__unknown_currency_is_refused():
    assert refusal(minor_units, currency="XYZ").code == ErrorCode.VALIDATION_FAILED
