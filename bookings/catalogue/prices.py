"""What a session costs."""

from datetime import timedelta
from decimal import Decimal

from django.utils.translation import gettext

from bookings.catalogue.models import Service
from bookings.catalogue.refund_tiers import share
from bookings.common.errors import DomainError, invalid
from bookings.common.money import Money, to_minor_unit

DEAREST = Decimal(10) ** 9
"""What no price reaches: columns and providers hold less."""


def price_of(service: Service, *, seats: int, length: timedelta) -> Decimal:
    """Give the price of seats in a session: in proportion to its length, to the nearest minor unit, half up.

    The service's own price is that of one seat in a session of its (shortest) duration.
    """
    whole = timedelta(minutes=service.duration)
    return price_for(service.price * seats, service.currency, length=length, of=whole)


def price_for(price: Decimal, currency: str, *, length: timedelta, of: timedelta) -> Decimal:
    """Give what a session of a length costs where one of another length (`of`) has a price."""
    minute = timedelta(minutes=1)
    return to_minor_unit(Money(price * (length // minute) / (of // minute), currency)).amount


def deposit_of(price: Decimal, currency: str, percent: int | None) -> Decimal:
    """Give the part of a price that is paid online, to the nearest minor unit, half up; zero where it is all of it."""
    if not percent:
        return Decimal(0)
    return _part(share(Money(price, currency), percent).amount, price)


def deposit_kept(deposit: Decimal, currency: str, *, of: Decimal, price: Decimal) -> Decimal:
    """Give the deposit that is the same share of another price as it was `of` the one before.

    To the nearest minor unit, half up; zero (all is paid online) where it would be nothing or all of it.
    """
    return _part(to_minor_unit(Money(price * deposit / of, currency)).amount, price) if of else Decimal(0)


def _part(deposit: Decimal, price: Decimal) -> Decimal:
    return deposit if 0 < deposit < price else Decimal(0)


def read_price(amount: Decimal | None, currency: str, *, field: str = "price") -> Decimal:
    """Give a price that can be charged, of all seats of the longest session too. Raises VALIDATION_FAILED."""
    try:
        fits = amount is not None and amount.is_finite() and 0 <= amount < DEAREST
        minor = Money(amount, currency).minor if amount is not None and fits else -1
    except (ValueError, DomainError):
        minor = -1
    if minor < 0 or (minor == 0 and amount != 0):  # arithmetic takes 1E-999999999 for zero
        raise invalid(field, gettext("This is no amount of %(currency)s.") % {"currency": currency})
    return Money.from_minor(minor, currency).amount  # without a sign before zero, or a huge exponent
