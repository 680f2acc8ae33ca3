"""The tax that an amount contains: prices here are what people pay, tax included."""

from decimal import Decimal
from fractions import Fraction
from math import floor

from bookings.common.money import Money


def tax_in(paid: Money, rate: Decimal) -> Money:
    """Give the tax in an amount at a rate in percent: amount * rate / (100 + rate), to the nearest minor unit, half up.

    Reckoned in whole numbers, so exact for every currency. Raises ValueError for a negative amount or rate, and for an
    amount finer than the currency's minor unit.
    """
    if paid.amount < 0 or rate < 0:
        raise ValueError("neither an amount nor its tax rate is negative")
    exact = Fraction(paid.minor) * Fraction(rate) / (100 + Fraction(rate))
    return Money.from_minor(floor(exact + Fraction(1, 2)), paid.currency)


def tax_of_part(part: Money, rate: Decimal, *, before: Decimal) -> Money:
    """Give the tax in a part of an amount of which another part came before.

    The taxes of parts that make up an amount sum up to exactly the tax of that amount, however each would round alone.
    """
    so_far = Money(before, part.currency)
    together = tax_in(Money(before + part.amount, part.currency), rate)
    return Money(together.amount - tax_in(so_far, rate).amount, part.currency)
