"""Asking for money to be given back: its amount is reserved first, so that never more goes back than came in."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from bookings.accounts.models import User
from bookings.common.errors import DomainError, ErrorCode, invalid
from bookings.common.money import Money
from bookings.common.queue import nudge_on_commit
from bookings.payments import selectors
from bookings.payments.models import Payment, Refund
from bookings.payments.providers.base import ProviderUnavailable

LEASE = timedelta(minutes=5)
"""Longer than a turn takes, and than what a worker that was killed asked for may be under way."""
SWEEP_AFTER = timedelta(seconds=1)
"""How long the nudge has the row for itself before the sweep looks at it."""


def request_refund(
    *,
    payment: Payment,
    amount: Money,
    reason: Refund.Reason,
    key: str,
    now: datetime,
    note: str = "",
    requested_by: User | None = None,
) -> Refund:
    """Reserve an amount of what came in and queue its refund; the same key gives the same refund.

    What somebody took at the practice is given back there: its refund is done at once, and no provider is asked.
    Raises VALIDATION_FAILED for nothing, for more than is left, and for another currency than came in;
    IDEMPOTENCY_MISMATCH for a key that stands for another refund.
    """
    with transaction.atomic():
        payment_now = selectors.locked(payment.pk)
        before = _asked_before(key, payment, amount)
        if before is not None:
            return before
        if amount.amount <= 0 or amount.currency != payment_now.paid.currency:
            raise invalid("amount", gettext("A refund is an amount of what came in."))
        reserve(payment_now, amount)
        payment.refunded_amount = payment_now.refunded_amount
        refund = Refund.objects.create(
            payment=payment_now,
            amount=amount.amount,
            reason=reason,
            key=key,
            note=note,
            requested_by=requested_by,
            created_at=now,
            **_way_back(payment_now, now),
        )
        if refund.status == Refund.Status.REQUESTED:
            nudge_on_commit("run_refund", refund.pk)
        return refund


def retry_refund(*, refund: Refund, now: datetime) -> bool:
    """Begin again with a refund that was left to a person, under its key; False for any other.

    One for which the provider waits for a person is looked at at once, instead of tomorrow. One of which nothing was
    heard at the last try is left alone for a lease: the provider may be about to act on that. Staff are told again
    where it comes to nothing again.
    """
    with transaction.atomic():
        left = Refund.objects.filter(Refund.NEEDS_PERSON, pk=refund.pk, status__in=Refund.UNFINISHED)
        unheard = left.filter(status=Refund.Status.REQUESTED, last_error=ProviderUnavailable.__name__)
        if unheard.update(attempts=1, next_attempt_at=now + LEASE, staff_told_at=None):
            return True
        revived = left.update(
            attempts=0, next_attempt_at=now + SWEEP_AFTER, needs_person=False, staff_told_at=None
        )
        if revived:
            nudge_on_commit("run_refund", refund.pk)
        return bool(revived)


def forget_notes(*, booking_id: int) -> int:
    """Empty why staff gave money of a booking back, inside the caller's transaction; gives how many."""
    return Refund.objects.filter(payment__booking_id=booking_id).exclude(note="").update(note="")


def reserve(payment: Payment, amount: Money) -> None:
    """Add to what is refunded, on a locked payment; reckoned here, as SQLite adds in binary fractions.

    Raises VALIDATION_FAILED for more than is left.
    """
    total = payment.refunded_amount + amount.amount
    if total > payment.paid_amount:
        raise DomainError(
            ErrorCode.VALIDATION_FAILED,
            gettext("This is more than what is left to refund."),
            field=["amount"],
        )
    _set_refunded(payment, total)


def give_back(payment: Payment, amount: Money) -> None:
    """Take a reservation off a locked payment."""
    _set_refunded(payment, payment.refunded_amount - amount.amount)


def _asked_before(key: str, payment: Payment, amount: Money) -> Refund | None:
    """Give the refund that a key stands for. Raises IDEMPOTENCY_MISMATCH where that is another."""
    before = Refund.objects.filter(key=key).first()
    if before is not None and (before.payment_id, before.amount) != (payment.pk, amount.amount):
        raise DomainError(ErrorCode.IDEMPOTENCY_MISMATCH)
    return before


def _way_back(payment: Payment, now: datetime) -> dict[str, Any]:
    """Give the columns that say how a refund begins."""
    if payment.provider == Payment.ON_SITE:
        return {"status": Refund.Status.SUCCEEDED, "done_at": now, "method": payment.method}
    return {"next_attempt_at": now + SWEEP_AFTER}


def _set_refunded(payment: Payment, total: Decimal) -> None:
    unchanged = Payment.objects.filter(pk=payment.pk, refunded_amount=payment.refunded_amount)
    if unchanged.update(refunded_amount=total) != 1:
        raise RuntimeError("refunds of one payment are reckoned under its lock")
    payment.refresh_from_db(fields=["refunded_amount"])
