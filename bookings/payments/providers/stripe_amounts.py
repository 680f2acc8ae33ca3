"""How Stripe counts money, which is not always how ISO 4217 does. Source: docs.stripe.com/currencies."""

from decimal import Decimal

from bookings.common.money import Money
from bookings.payments.providers.base import MOST


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WHOLE = _codes("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF")
"""Counted in whole units ("zero-decimal"). ISO 4217 gives MGA two digits; Stripe takes none of them."""
_THOUSANDTHS = _codes("BHD JOD KWD OMR TND")
"""Counted in thousandths, of which card networks take tens only: the last digit must be 0."""
_WHOLE_IN_HUNDREDTHS = _codes("ISK UGX")
"""Without a smaller coin, and counted in hundredths all the same, as they were before: 5 ISK is 500."""
_HUNDREDTHS = _codes(
    # HUF and TWD too: only payouts to the practice's bank, which are not ours to order, are in whole units.
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CNY COP "
    "CRC CVE CZK DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR JMD "
    "KES KGS KHR KYD KZT LAK LBP LKR LRD LSL MAD MDL MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK "
    "NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SEK SGD SHP SLE SOS SRD SZL THB TJS TOP TRY "
    "TTD TWD TZS UAH USD UYU UZS WST XCD YER ZAR ZMW"
)
_TAKEN = _WHOLE | _THOUSANDTHS | _WHOLE_IN_HUNDREDTHS | _HUNDREDTHS


def accepts(currency: str) -> bool:
    """Tell whether Stripe takes a currency somewhere; which of them an account takes depends on its country."""
    return currency in _TAKEN


def to_stripe(amount: Money) -> int:
    """Give an amount as Stripe counts it. Raises ValueError for what cannot be charged or given back exactly."""
    if not accepts(amount.currency):
        raise ValueError(f"Stripe does not take {amount.currency}")
    _ = amount.minor  # raises for what is finer than the currency itself, such as half an ISK
    counted = amount.amount * _parts(amount.currency)
    if counted != counted.to_integral_value() or (amount.currency in _THOUSANDTHS and counted % 10):
        raise ValueError(f"Stripe does not take {amount}: it is too fine")
    return int(counted)


def from_stripe(counted: object, currency: object) -> Money:
    """Give the amount that Stripe states. Raises ValueError for what is none."""
    if not isinstance(currency, str) or not (
        currency.isascii() and currency.isalpha() and len(currency) == 3
    ):
        raise ValueError("no currency")
    if not isinstance(counted, int) or isinstance(counted, bool) or counted < 0:
        raise ValueError("no amount")
    told = Money(Decimal(counted) / _parts(currency.upper()), currency.upper())
    if told.amount >= MOST:
        raise ValueError("no amount that anybody pays")
    return told


def _parts(currency: str) -> int:
    """Give how many of what Stripe counts make one unit."""
    if currency in _WHOLE:
        return 1
    return 1000 if currency in _THOUSANDTHS else 100
