"""What a session costs, and what of it is a deposit: exact, in the currency's own minor units, half up."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bookings.catalogue.prices import deposit_kept, deposit_of, price_for, read_price
from bookings.common.errors import ErrorCode
from tests.witness import refusal


@pytest.mark.parametrize(
    ("price", "currency", "minutes", "of", "expected"),
    [
        ("60", "EUR", 90, 60, "90.00"),
        ("0.06", "EUR", 5, 60, "0.01"),  # half a cent, which no rounded share of the time says
        ("1000", "JPY", 50, 60, "833"),
        ("999", "JPY", 30, 60, "500"),
        ("12.500", "KWD", 45, 60, "9.375"),
        ("0.001", "KWD", 30, 60, "0.001"),
    ],
)
def test_price_for__is_in_proportion_to_the_nearest_minor_unit(price, currency, minutes, of, expected):
    given = price_for(Decimal(price), currency, length=timedelta(minutes=minutes), of=timedelta(minutes=of))

    assert given == Decimal(expected)


@pytest.mark.parametrize(
    ("price", "currency", "percent", "expected"),
    [
        ("60", "EUR", 30, "18.00"),
        ("0.05", "EUR", 50, "0.03"),
        ("1001", "JPY", 50, "501"),
        ("10.001", "KWD", 25, "2.500"),
        ("0.01", "EUR", 10, "0"),  # nothing
        ("1", "JPY", 50, "0"),  # all of it
        ("60", "EUR", 100, "0"),
        ("60", "EUR", None, "0"),
        ("0", "EUR", 30, "0"),
    ],
)
def test_deposit_of__is_a_part_or_nothing(price, currency, percent, expected):
    assert deposit_of(Decimal(price), currency, percent) == Decimal(expected)


@pytest.mark.parametrize(
    ("deposit", "currency", "of", "price", "expected"),
    [
        ("18", "EUR", "60", "50", "15.00"),
        ("18", "EUR", "60", "120", "36.00"),
        ("20", "EUR", "60", "0.10", "0.03"),
        ("333", "JPY", "1000", "500", "167"),
        ("2.500", "KWD", "10", "7.777", "1.944"),
        ("1", "JPY", "3", "1", "0"),  # nothing
        ("2", "JPY", "3", "1", "0"),  # all of it
        ("18", "EUR", "60", "0", "0"),
        ("0", "EUR", "60", "50", "0"),
        ("0", "EUR", "0", "50", "0"),
    ],
)
def test_deposit_kept__is_the_same_share(deposit, currency, of, price, expected):
    kept = deposit_kept(Decimal(deposit), currency, of=Decimal(of), price=Decimal(price))

    assert kept == Decimal(expected)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("0.001", "EUR"), ("0.5", "JPY"), ("1.0001", "KWD"), ("-1", "EUR"), ("NaN", "EUR"), ("1E10", "EUR")],
)
def test_read_price__names_the_field_that_holds_no_amount(amount, currency):
    error = refusal(lambda: read_price(Decimal(amount), currency, field="off"))

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, ["off"])
