"""The tax in an amount: exact in every currency's own minor units, half up, and in parts what it is in the whole."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.common.money import Money, minor_units
from bookings.payments.tax import tax_in, tax_of_part

CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD", "NGN", "TND", "ISK"])
MINOR = st.integers(0, 10**12)
RATES = st.decimals(0, 100, places=3)


@pytest.mark.parametrize(
    ("paid", "currency", "rate", "tax"),
    [
        ("123.00", "EUR", "23", "23.00"),
        ("60.00", "EUR", "23", "11.22"),
        ("60.00", "EUR", "0", "0.00"),
        ("0.01", "EUR", "100", "0.01"),  # half a cent goes up
        ("0.01", "EUR", "99.999", "0.00"),  # a hair less than half does not
        ("1100", "JPY", "10", "100"),
        ("108", "JPY", "8", "8"),
        ("1", "JPY", "100", "1"),
        ("10.500", "KWD", "5", "0.500"),
        ("1.000", "KWD", "7.5", "0.070"),
        ("999999999.99", "EUR", "8.875", "81515499.43"),
    ],
)
def test_tax_in__is_what_a_calculator_says(paid, currency, rate, tax):
    assert tax_in(Money(Decimal(paid), currency), Decimal(rate)) == Money(Decimal(tax), currency)


@given(minor=MINOR, currency=CURRENCIES, rate=RATES)
def test_tax_in__is_the_nearest_minor_unit_and_never_more_than_was_paid(minor, currency, rate):
    paid = Money.from_minor(minor, currency)

    tax = tax_in(paid, rate)

    exact = Fraction(minor) * Fraction(rate) / (100 + Fraction(rate))
    assert Fraction(-1, 2) < tax.minor - exact <= Fraction(1, 2)
    assert (tax.currency, 0 <= tax.minor <= minor) == (currency, True)


@given(minor=MINOR, currency=CURRENCIES, rate=RATES)
def test_tax_in__put_on_what_is_left_gives_what_was_paid(minor, currency, rate):
    paid = Money.from_minor(minor, currency)

    net = paid.amount - tax_in(paid, rate).amount

    assert abs(net * (100 + rate) / 100 - paid.amount) <= Decimal(1) / minor_units(currency)


@given(parts=st.lists(st.integers(1, 10**8), min_size=1, max_size=6), currency=CURRENCIES, rate=RATES)
def test_tax_of_part__of_all_parts_is_the_tax_of_the_whole(parts, currency, rate):
    before, taxes = Decimal(0), []
    for minor in parts:
        part = Money.from_minor(minor, currency)
        taxes.append(tax_of_part(part, rate, before=before))
        before += part.amount

    assert sum(tax.minor for tax in taxes) == tax_in(Money(before, currency), rate).minor
    assert all(0 <= tax.minor <= minor for tax, minor in zip(taxes, parts, strict=True))


@pytest.mark.parametrize(("paid", "rate"), [("-1", "23"), ("1", "-1"), ("0.001", "23")])
def test_tax_in__refuses_what_is_no_amount_or_rate(paid, rate):
    with pytest.raises(ValueError, match=r"negative|finer"):
        tax_in(Money(Decimal(paid), "EUR"), Decimal(rate))
