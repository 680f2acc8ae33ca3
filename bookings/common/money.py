"""Amounts with their currency, in the currency's own minor units (two digits for EUR, none for JPY)."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from moneyed import CurrencyDoesNotExist, get_currency

from bookings.common.errors import DomainError, ErrorCode

FINEST = 1000
"""How many parts of a unit our columns tell apart: they hold three decimals."""
_NOWHERE = "ZZ"
"""The country of ISO's codes for gold, for tests and for no currency at all."""


@dataclass(frozen=True)
class Money:
    """An exact amount of one currency (ISO 4217)."""

    amount: Decimal
    currency: str

    @property
    def minor(self) -> int:
        """The amount in minor units, as payment providers count it. Raise ValueError for a fraction of one."""
        scaled = self.amount * minor_units(self.currency)
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{self.amount} {self.currency} is finer than the currency's minor unit")
        return int(scaled)

    @classmethod
    def from_minor(cls, minor: int, currency: str) -> "Money":
        """Give the amount that a provider states in minor units."""
        return cls(Decimal(minor) / minor_units(currency), currency)

    def __str__(self) -> str:
        digits = len(str(minor_units(self.currency))) - 1
        return f"{self.amount:.{digits}f} {self.currency}"


def to_minor_unit(exact: Money) -> Money:
    """Give the nearest amount that can be paid: whole minor units, half up."""
    unit = Decimal(1) / minor_units(exact.currency)
    return Money((exact.amount / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit, exact.currency)


def minor_units(currency: str) -> int:
    """Give how many minor units make one unit: 100 for EUR, 1 for JPY, 1000 for KWD.

    Raises VALIDATION_FAILED for a code that ISO 4217 does not know, and for one that counts in finer parts than
    our columns keep (CLF and UYW, units of account with four decimals).
    """
    try:
        units = int(get_currency(currency).sub_unit)
    except CurrencyDoesNotExist:
        raise DomainError(
            ErrorCode.VALIDATION_FAILED,
            gettext("%(currency)s is no currency code of ISO 4217.") % {"currency": repr(currency)},
        ) from None
    if units > FINEST:
        raise DomainError(
            ErrorCode.VALIDATION_FAILED,
            gettext("%(currency)s is counted in finer parts than we keep.") % {"currency": currency},
        )
    return units


def currency_code(code: str) -> None:
    """Validate the currency of new prices: some country's of today, and no finer than our columns.

    What was withdrawn (DEM), what is no money (XAU, XXX) and a unit of account (CLF) may not be one. Money that came
    in once is counted whatever becomes of its currency. Raises ValidationError.
    """
    try:
        countries, units = get_currency(code).country_codes, minor_units(code)
    except (CurrencyDoesNotExist, DomainError):
        countries, units = [], 0
    if not units or not countries or _NOWHERE in countries:
        raise ValidationError(
            gettext("Give the three letters (ISO 4217) of a currency in use, such as EUR."), "invalid"
        )
