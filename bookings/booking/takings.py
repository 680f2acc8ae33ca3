"""What came in, over many payments: sums for a practice's dashboard."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from operator import attrgetter

from django.db.models import Count, F, QuerySet, Sum

from bookings.accounts.viewer import Viewer
from bookings.booking import rights, selectors
from bookings.booking.rights import Operation
from bookings.booking.states import ActorKind
from bookings.common.money import Money, to_minor_unit
from bookings.payments.models import Payment


@dataclass(frozen=True)
class Takings:
    """Sums over payments of one currency. `refunded` counts what went or goes back of them, whenever that was.

    live: real money; a provider's test mode is never added to it. method: empty for all of them together, or where
    it is not known.
    """

    live: bool
    method: str
    payments: int
    paid: Money
    refunded: Money
    fees: Money

    @property
    def method_label(self) -> str:
        """With what it was paid, in words; empty where `method` is."""
        return str(Payment.Method(self.method).label) if self.method else ""

    @property
    def net(self) -> Money:
        """What is left of it."""
        return Money(self.paid.amount - self.refunded.amount - self.fees.amount, self.paid.currency)


@dataclass(frozen=True)
class Summary:
    """The sums of one currency and mode, and what of them was paid with what."""

    total: Takings
    by_method: list[Takings]


def summary(*, viewer: Viewer, business_id: int, since: datetime, until: datetime) -> list[Summary]:
    """Give what came in for a business in [since, until), by currency; nothing for who may not see its takings."""
    shown = selectors.payments_visible_to(viewer, what=Operation.SEE_TAKINGS)
    rows = shown.filter(booking__business=business_id, paid_at__gte=since, paid_at__lt=until)
    return summed(rows)


def sees_takings_of(viewer: Viewer, business_id: int) -> bool:
    """Tell whether somebody may see what is left of a business's payments; without a statement."""
    if viewer.is_admin and rights.kind_may(ActorKind.ADMIN, Operation.SEE_TAKINGS):
        return True
    return rights.may(viewer.roles.get(business_id, ""), Operation.SEE_TAKINGS)


def summed(payments: QuerySet[Payment]) -> list[Summary]:
    """Give the sums of some payments, by currency and mode, real money first. What did not come in counts nothing."""
    came_in = payments.filter(status=Payment.Status.SUCCEEDED).order_by()
    rows = (
        came_in.values("paid_currency", "live", "method")
        .annotate(
            number=Count("pk"),
            came=Sum("paid_amount"),
            went=Sum("refunded_amount"),
            kept=Sum("fee_amount"),
        )
        .order_by(F("live").desc(), "paid_currency", "method")
    )
    parts = [
        Takings(
            live=row["live"],
            method=row["method"],
            payments=row["number"],
            paid=_money(row["came"], row["paid_currency"]),
            refunded=_money(row["went"], row["paid_currency"]),
            fees=_money(row["kept"], row["paid_currency"]),
        )
        for row in rows
    ]
    kinds = dict.fromkeys((part.live, part.paid.currency) for part in parts)
    return [_together([part for part in parts if (part.live, part.paid.currency) == kind]) for kind in kinds]


def _together(parts: list[Takings]) -> Summary:
    first = parts[0]
    total = Takings(
        live=first.live,
        method="",
        payments=sum(part.payments for part in parts),
        paid=_sum(map(attrgetter("paid"), parts)),
        refunded=_sum(map(attrgetter("refunded"), parts)),
        fees=_sum(map(attrgetter("fees"), parts)),
    )
    return Summary(total, parts)


def _sum(amounts: Iterable[Money]) -> Money:
    listed = list(amounts)
    return Money(sum((each.amount for each in listed), Decimal(0)), listed[0].currency)


def _money(amount: Decimal | None, currency: str) -> Money:
    """Give a sum as money; SQLite adds in binary fractions, which are less than any coin."""
    return to_minor_unit(Money(amount or Decimal(0), currency))
