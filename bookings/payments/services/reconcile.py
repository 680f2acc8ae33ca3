"""Which payments are compared with what their providers say, and when again; and what is kept of the answer.

`Payment.checked_at` is the cursor: whoever sets it from what it was has the look to themselves.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F, Q, QuerySet

from bookings.payments.models import Difference, Payment, Refund
from bookings.payments.providers.base import ProviderPayment

SETTLING = timedelta(minutes=5)
"""How long something may be over, or under way, before we look what became of it: the usual ways come first."""
OPEN_AGAIN = timedelta(minutes=10)
"""How long after one look an attempt that is open too long is looked at again."""
ENDED: Sequence[tuple[timedelta, timedelta]] = (
    (timedelta(hours=1), timedelta(minutes=10)),
    (timedelta(days=1), timedelta(hours=1)),
    (timedelta(days=7), timedelta(hours=12)),
)
"""Until what age an attempt that ended without money is looked at, and how often: money may come late."""
PAID_FOR = timedelta(days=30)
PAID_AGAIN = timedelta(days=1)
"""How long money that came in, or something of which went back, is compared, and how often."""
_NEVER = datetime.min.replace(tzinfo=UTC)


class Due(NamedTuple):
    """A payment to look at, and by which provider and account it is asked."""

    payment: Payment
    asked_of: tuple[str, int | None]


def due_payments(
    *, now: datetime, number: int, without: Collection[tuple[str, int | None]] = ()
) -> list[Due]:
    """Give payments whose look is due, those first that waited longest for one, `number` at most.

    without: providers and accounts that do not answer at present. Nobody is asked about money taken on site.
    """
    found: list[Due] = []
    # Apart, so that each finds its rows by an index.
    for condition in (_open_too_long(now) | _ended(now) | _paid(now), _refunded(now)):
        rows = asked_about().filter(condition)
        for name, account in without:
            rows = rows.exclude(provider=name, account=account)
        found += _listed(rows, number)
    return sorted(found, key=lambda due: (due.payment.checked_at or _NEVER, due.payment.pk))[:number]


def payments_since(*, since: datetime, now: datetime) -> list[Due]:
    """Give every payment that is open too long, or that ended or was refunded since then, whenever looked at last."""
    lately = Q(closed_at__gte=since) | Q(pk__in=_refunded_since(since))
    rows = asked_about().filter(_open_too_long(now, again=None) | lately)
    return _listed(rows, None)


def asked_about() -> QuerySet[Payment]:
    """Give the payments of which a provider knows."""
    return Payment.objects.select_related("account").exclude(provider=Payment.ON_SITE)


def claim_look(*, payment: Payment, now: datetime) -> bool:
    """Take the look at a payment, as it was read; False where somebody else took it or it moved on."""
    with transaction.atomic():
        same = Payment.objects.filter(
            pk=payment.pk, status=payment.status, checked_at=payment.checked_at
        ).exclude(provider=Payment.ON_SITE)
        return same.update(checked_at=now) == 1


def fill_in(*, payment: Payment, told: ProviderPayment) -> bool:
    """Keep what the provider did not tell when the money came in: its fee, the method, its name for the money.

    On a locked payment that is paid, inside the caller's transaction; gives whether there was anything new.
    """
    known: dict[str, object] = {}
    if payment.fee_amount is None and told.fee is not None and told.fee.currency == payment.paid.currency:
        known["fee_amount"] = told.fee.amount
    if not payment.method and told.method:
        known["method"] = told.method
    if not payment.provider_payment_id and told.provider_payment_id:
        known["provider_payment_id"] = told.provider_payment_id
    if not known:
        return False
    Payment.objects.filter(pk=payment.pk).update(**known)
    payment.refresh_from_db(fields=[*known])
    return True


def agreed(*, payment: Payment, found: Collection[str], now: datetime) -> int:
    """End the open differences of a payment that are not found any more; a dispute is no matter of comparing.

    Gives how many. Inside the caller's transaction.
    """
    gone = Difference.objects.filter(payment=payment, status=Difference.Status.OPEN).exclude(
        kind__in=[*found, Difference.Kind.DISPUTE]
    )
    return gone.update(status=Difference.Status.REPAIRED, ended_at=now)


def is_open_too_long(payment: Payment, now: datetime) -> bool:
    """Tell whether an attempt should have ended by now."""
    return payment.is_open and payment.expires_at <= now - SETTLING


def _listed(rows: QuerySet[Payment], number: int | None) -> list[Due]:
    ordered = rows.order_by(F("checked_at").asc(nulls_first=True), "pk")[:number]
    return [Due(payment, (payment.provider, payment.account_id)) for payment in ordered]


def _open_too_long(now: datetime, *, again: timedelta | None = OPEN_AGAIN) -> Q:
    """Name attempts that their deadlines did not end, and those whose page we never heard of."""
    late = Q(status__in=Payment.OPEN_STATUSES, expires_at__lte=now - SETTLING)
    unheard = Q(status=Payment.Status.CREATING, created_at__lte=now - SETTLING)
    return (late | unheard) & (_unseen_for(again, now) if again is not None else Q())


def _ended(now: datetime) -> Q:
    """Name attempts that ended without money, at intervals that grow with the time that has passed since."""
    condition = Q(pk__in=[])
    for age, again in ENDED:
        condition |= Q(closed_at__gt=now - age) & _unseen_for(again, now)
    return (
        Q(status__in=[Payment.Status.FAILED, Payment.Status.CLOSED], closed_at__lte=now - SETTLING)
        & condition
    )


def _paid(now: datetime) -> Q:
    """Name what came in lately, once a day."""
    lately = Q(closed_at__gt=now - PAID_FOR, closed_at__lte=now - SETTLING)
    return Q(status=Payment.Status.SUCCEEDED) & lately & _unseen_for(PAID_AGAIN, now)


def _refunded(now: datetime) -> Q:
    """Name what came in earlier, and of which something went back lately, as often."""
    earlier = Q(status=Payment.Status.SUCCEEDED, closed_at__lte=now - PAID_FOR)
    return earlier & Q(pk__in=_refunded_since(now - PAID_FOR)) & _unseen_for(PAID_AGAIN, now)


def _refunded_since(since: datetime) -> QuerySet[Refund, Any]:
    return Refund.objects.filter(created_at__gt=since).values("payment")


def _unseen_for(time: timedelta, now: datetime) -> Q:
    return Q(checked_at__isnull=True) | Q(checked_at__lte=now - time)
