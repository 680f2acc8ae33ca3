from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from moneyed import CURRENCIES

from bookings.common.errors import ErrorCode
from bookings.common.money import FINEST, Money, currency_code, minor_units
from tests.witness import refusal


@pytest.mark.parametrize(
    ("amount", "currency", "minor", "text"),
    [
        ("60", "EUR", 6000, "60.00 EUR"),
        ("60.50", "EUR", 6050, "60.50 EUR"),
        ("500", "JPY", 500, "500 JPY"),
        ("500", "ISK", 500, "500 ISK"),
        ("500", "UGX", 500, "500 UGX"),
        ("500.25", "HUF", 50025, "500.25 HUF"),
        ("500.25", "MGA", 50025, "500.25 MGA"),
        ("1.234", "KWD", 1234, "1.234 KWD"),
    ],
)
def test_money__counts_in_the_currencys_own_minor_units(amount, currency, minor, text):
    money = Money(Decimal(amount), currency)

    assert (money.minor, str(money)) == (minor, text)
    assert Money.from_minor(minor, currency) == money


@pytest.mark.parametrize(
    ("amount", "currency"), [("0.001", "EUR"), ("0.5", "JPY"), ("0.01", "ISK"), ("0.0001", "KWD")]
)
def test_money__fraction_of_a_minor_unit_is_refused(amount, currency):
    with pytest.raises(ValueError, match="finer"):
        _ = Money(Decimal(amount), currency).minor


def test_money__is_equal_by_amount_and_currency():
    assert Money(Decimal("60.000"), "EUR") == Money(Decimal(60), "EUR")
    assert Money(Decimal(60), "EUR") != Money(Decimal(60), "USD")


@pytest.mark.parametrize("currency", ["XYZ", "eur", "", "CLF", "UYW"])
def test_minor_units__of_what_is_unknown_or_finer_than_we_keep_is_refused(currency):
    assert refusal(minor_units, currency=currency).code == ErrorCode.VALIDATION_FAILED


def test_minor_units__of_every_currency_that_may_be_charged_is_a_power_of_ten_that_columns_keep():
    usable = [code for code in CURRENCIES if is_currency(code)]

    assert len(usable) > 150
    assert {minor_units(code) for code in usable} == {1, 100, FINEST}


def test_minor_units__of_money_of_the_past_is_told():
    # What once came in stays countable.
    assert (minor_units("DEM"), minor_units("ITL")) == (100, 1)


@pytest.mark.parametrize(
    "code", ["EUR", "USD", "NGN", "GHS", "KES", "ZAR", "JPY", "KWD", "ISK", "UGX", "PLN"]
)
def test_currency_code__in_use_is_admitted(code):
    assert is_currency(code)


@pytest.mark.parametrize(
    "code", ["", "EU", "eur", "EURO", "123", "QQQ", "XYZ", "DEM", "XXX", "XTS", "XAU", "CLF", "UYW"]
)
def test_currency_code__that_nobody_pays_with_is_refused(code):
    assert not is_currency(code)


def is_currency(code):
    try:
        currency_code(code)
    except ValidationError:
        return False
    return True
