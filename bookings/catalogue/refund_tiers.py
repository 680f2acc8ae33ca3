"""How much of what was paid goes back to a client who cancels: tiers by the notice that is left until the start.

A tier is a pair [minutes of notice, percent]. The first one whose notice is kept counts; below the last, nothing does.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from bookings.businesses.refund_tiers import LONGEST_NOTICE, MOST_TIERS, Tiers, read_tiers
from bookings.common.money import Money, to_minor_unit

if TYPE_CHECKING:
    from bookings.catalogue.models import Service

__all__ = [
    "LONGEST_NOTICE",
    "MOST_TIERS",
    "USUAL",
    "Tiers",
    "everything_back",
    "percent_back",
    "read_tiers",
    "share",
    "tiers_of",
]

USUAL: Tiers = [[24 * 60, 100], [12 * 60, 50]]
"""All of it with a day of notice, half with half a day, nothing later."""


def everything_back() -> Tiers:
    """Give the tiers of bookings that were drafted when no practice had any: all of it, always."""
    return [[0, 100]]


def tiers_of(service: "Service") -> Tiers:
    """Give the tiers that hold for a service now; its own go before its business's, and those before ours."""
    for own in (service.refund_tiers, service.business.refund_tiers):
        if own is not None:
            return list(own)
    return USUAL


def percent_back(tiers: Sequence[Sequence[int]], notice: timedelta) -> int:
    """Give the percent that goes back with so much notice; exactly a tier's notice is enough."""
    kept = (percent for minutes, percent in tiers if notice >= timedelta(minutes=minutes))
    return next(kept, 0)


def share(paid: Money, percent: int) -> Money:
    """Give a percentage of money, to the nearest minor unit, half up."""
    return to_minor_unit(Money(paid.amount * percent / 100, paid.currency))
