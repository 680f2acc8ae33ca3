"""Amounts with their currency, in the currency's own minor units (two digits for EUR, none for JPY)."""

from dataclasses import dataclass
from decimal import Decimal

from moneyed import CurrencyDoesNotExist, get_currency

from bookings.common.errors import DomainError, ErrorCode


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


def minor_units(currency: str) -> int:
    """Give how many minor units make one unit: 100 for EUR, 1 for JPY, 1000 for KWD.

    Raises VALIDATION_FAILED for a code that ISO 4217 does not know.
    """
    try:
        return int(get_currency(currency).sub_unit)
    except CurrencyDoesNotExist:
        raise DomainError(
            ErrorCode.VALIDATION_FAILED, f"{currency!r} is no currency code of ISO 4217."
        ) from None
