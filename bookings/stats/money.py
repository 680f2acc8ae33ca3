"""What came in and what went back, each on the day on which it moved."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import TruncDate

from bookings.common.money import Money, to_minor_unit
from bookings.payments.models import Payment, Refund
from bookings.stats.figures import Moved, Revenue
from bookings.stats.scope import Days, Scope


def revenue(scope: Scope, days: Days) -> list[Revenue]:
    """Give the sums of each currency and mode, real money first; two statements.

    Money counts on the day on which it came in, and what went back on the day on which that was done, whenever it had
    come in. A booking's money is its present consultant's.
    """
    sums: defaultdict[tuple[bool, str], dict[str, Decimal | None]] = defaultdict(dict)
    for row in _came(scope, days):
        sums[row["live"], row["code"]] |= {"amount": row["amount"], "fees": row["fees"]}
    for each in _went(scope, days):
        sums[each["live"], each["code"]]["back"] = each["back"]
    return [
        Revenue(
            live=live,
            received=_money(found, "amount", currency),
            refunded=_money(found, "back", currency),
            fees=_money(found, "fees", currency),
        )
        for (live, currency), found in sorted(sums.items(), key=lambda kind: (not kind[0][0], kind[0][1]))
    ]


def moved(scope: Scope, days: Days) -> list[Moved]:
    """Give what `revenue` sums day by day, real money first; two statements."""
    came: defaultdict[tuple[bool, str], dict[date, Money]] = defaultdict(dict)
    went: defaultdict[tuple[bool, str], dict[date, Money]] = defaultdict(dict)
    arrivals = _payments(scope, days).annotate(day=TruncDate("paid_at", tzinfo=scope.zone))
    for row in arrivals.values("live", "day", code=F("paid_currency")).annotate(amount=Sum("paid_amount")):
        came[row["live"], row["code"]][row["day"]] = _money(row, "amount", row["code"])
    returns = _refunds(scope, days).annotate(day=TruncDate("done_at", tzinfo=scope.zone))
    by_day = returns.values("day", live=F("payment__live"), code=F("payment__paid_currency"))
    for each in by_day.annotate(back=Sum("amount")):
        went[each["live"], each["code"]][each["day"]] = _money(each, "back", each["code"])
    return [
        Moved(live, currency, came[live, currency], went[live, currency])
        for live, currency in sorted({*came, *went}, key=lambda kind: (not kind[0], kind[1]))
    ]


def _came(scope: Scope, days: Days) -> Iterable[Mapping[str, Any]]:
    """Give what came in, and what providers kept of it, by currency and mode."""
    by_kind = _payments(scope, days).values("live", code=F("paid_currency"))
    return by_kind.annotate(amount=Sum("paid_amount"), fees=Sum("fee_amount"))


def _went(scope: Scope, days: Days) -> Iterable[Mapping[str, Any]]:
    """Give what went back, by currency and mode of the payment."""
    by_kind = _refunds(scope, days).values(live=F("payment__live"), code=F("payment__paid_currency"))
    return by_kind.annotate(back=Sum("amount"))


def _payments(scope: Scope, days: Days) -> QuerySet[Payment]:
    """Give the payments that came in on some days."""
    since, until = days.instants(scope.zone)
    return Payment.objects.filter(
        scope.of("booking__"), status=Payment.Status.SUCCEEDED, paid_at__gte=since, paid_at__lt=until
    ).order_by()


def _refunds(scope: Scope, days: Days) -> QuerySet[Refund]:
    """Give the refunds that were done on some days."""
    since, until = days.instants(scope.zone)
    return Refund.objects.filter(
        scope.of("payment__booking__"),
        status=Refund.Status.SUCCEEDED,
        payment__status=Payment.Status.SUCCEEDED,
        done_at__gte=since,
        done_at__lt=until,
    ).order_by()


def _money(sums: Mapping[str, Any], name: str, currency: str) -> Money:
    """Give a sum as money; SQLite adds in binary fractions, which are less than any coin."""
    return to_minor_unit(Money(sums.get(name) or Decimal(0), currency))
