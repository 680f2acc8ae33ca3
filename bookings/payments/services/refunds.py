"""Giving money back: reserved first, asked of the provider afterwards, under one key until the end."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from bookings.common.errors import DomainError, ErrorCode
from bookings.common.money import Money
from bookings.common.queue import nudge_on_commit
from bookings.payments import selectors
from bookings.payments.backoff import wait
from bookings.payments.models import Payment, Refund
from bookings.payments.providers import provider
from bookings.payments.providers.base import ProviderRefund, ProviderRefused, RefundState

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
SWEEP_AFTER = timedelta(seconds=1)
"""How long the nudge has the row for itself before the sweep looks at it."""
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(hours=1)
MOST_ATTEMPTS = 20
"""About nine hours until a provider that does not answer is left to a person."""
FIRST_LOOK = timedelta(minutes=1)
LONGEST_LOOK = timedelta(hours=6)
MOST_LOOKS = 60
"""About two weeks until a refund that stays pending is left to a person."""
AT_ONCE = 20

WhenDone = Callable[[Refund], None]


def request_refund(
    *, payment: Payment, amount: Money, reason: Refund.Reason, key: str, now: datetime
) -> Refund:
    """Reserve an amount of what came in and queue its refund; the same key gives the same refund.

    Raises VALIDATION_FAILED for nothing, for more than is left, and for another currency than came in;
    IDEMPOTENCY_MISMATCH for a key that stands for another refund.
    """
    with transaction.atomic():
        payment_now = selectors.locked(payment.pk)
        before = Refund.objects.filter(key=key).first()
        if before is not None:
            if (before.payment_id, before.amount) != (payment.pk, amount.amount):
                raise DomainError(ErrorCode.IDEMPOTENCY_MISMATCH)
            return before
        if amount.amount <= 0 or amount.currency != payment_now.paid.currency:
            raise DomainError(
                ErrorCode.VALIDATION_FAILED, "A refund is an amount of what came in.", field=["amount"]
            )
        _reserve(payment_now, amount)
        payment.refunded_amount = payment_now.refunded_amount
        refund = Refund.objects.create(
            payment=payment_now,
            amount=amount.amount,
            reason=reason,
            key=key,
            created_at=now,
            next_attempt_at=now + SWEEP_AFTER,
        )
        nudge_on_commit("run_refund", refund.pk)
        return refund


def run_refund(refund_id: int, *, now: datetime, when_done: WhenDone | None = None) -> Refund | None:
    """Take one refund a step further at its provider; None where there is nothing to do now.

    The provider's call stands outside any transaction and may be repeated under the refund's key. An answer
    that does not come is waited for, later each time, and at last left to a person, with the amount still
    reserved: nobody knows whether it was paid. `when_done` runs in the transaction that ends the refund.
    """
    refund = _claim(refund_id, now)
    if refund is None:
        return None
    try:
        told = _ask(refund)
    except ProviderRefused as error:
        log.error("refund %s was refused: %s", refund.pk, error)
        told = ProviderRefund(RefundState.FAILED, failure_code=str(error))
    except Exception as error:  # whatever went wrong, it is tried again, and does not hold up the others
        log.exception("refund %s got no answer", refund.pk)
        _later(refund, type(error).__name__, now)
        return refund
    _record(refund, told, now, when_done)
    return refund


def run_due_refunds(*, now: datetime, when_done: WhenDone | None = None) -> int:
    """Take the refunds that are due a step further, a bounded number; gives how many were handled."""
    due = Refund.objects.filter(status__in=Refund.UNFINISHED, next_attempt_at__lte=now).order_by(
        "next_attempt_at"
    )
    keys = list(due.values_list("pk", flat=True)[:AT_ONCE])
    return sum(run_refund(pk, now=now, when_done=when_done) is not None for pk in keys)


def hasten_refunds(*, payment_id: int, now: datetime) -> int:
    """Make a payment's pending refunds due, as the provider sent word of one; gives how many there are."""
    with transaction.atomic():
        pending = Refund.objects.filter(payment_id=payment_id, status=Refund.Status.PENDING)
        return pending.update(next_attempt_at=now)


def retry_refund(*, refund: Refund, now: datetime) -> bool:
    """Begin again with a refund that was left to a person, under its key; False for any other."""
    with transaction.atomic():
        left = Refund.objects.filter(pk=refund.pk, status__in=Refund.UNFINISHED, next_attempt_at__isnull=True)
        revived = left.update(attempts=0, next_attempt_at=now + SWEEP_AFTER)
        if revived:
            nudge_on_commit("run_refund", refund.pk)
        return bool(revived)


def _reserve(payment: Payment, amount: Money) -> None:
    """Add to what is refunded, on a locked payment; reckoned here, as SQLite adds in binary fractions."""
    total = payment.refunded_amount + amount.amount
    if total > payment.paid_amount:
        raise DomainError(
            ErrorCode.VALIDATION_FAILED, "This is more than what is left to refund.", field=["amount"]
        )
    _set_refunded(payment, total)


def _give_back(payment: Payment, amount: Money) -> None:
    """Take a reservation off a locked payment."""
    _set_refunded(payment, payment.refunded_amount - amount.amount)


def _set_refunded(payment: Payment, total: Decimal) -> None:
    unchanged = Payment.objects.filter(pk=payment.pk, refunded_amount=payment.refunded_amount)
    if unchanged.update(refunded_amount=total) != 1:
        raise RuntimeError("refunds of one payment are reckoned under its lock")
    payment.refresh_from_db(fields=["refunded_amount"])


def _claim(refund_id: int, now: datetime) -> Refund | None:
    """Take a refund that is new or due, for the length of a lease."""
    refund = (
        Refund.objects.select_related("payment").filter(pk=refund_id, status__in=Refund.UNFINISHED).first()
    )
    if refund is None or refund.next_attempt_at is None or (refund.attempts and now < refund.next_attempt_at):
        return None
    lease = {"attempts": refund.attempts + 1, "next_attempt_at": now + LEASE}
    with transaction.atomic():
        same = Refund.objects.filter(pk=refund_id, attempts=refund.attempts, status=refund.status)
        if same.update(**lease) != 1:
            return None
    refund.attempts += 1
    refund.next_attempt_at = now + LEASE
    return refund


def _ask(refund: Refund) -> ProviderRefund:
    at = provider(refund.payment.provider)
    if refund.status == Refund.Status.PENDING:
        return at.ask_refund(reference=refund.payment.reference, provider_refund_id=refund.provider_refund_id)
    return at.refund(reference=refund.payment.reference, amount=refund.money, key=refund.key)


def _later(refund: Refund, error: str, now: datetime) -> None:
    """Record a try without an answer, and when the next is due."""
    pending = refund.status == Refund.Status.PENDING
    first, longest, most = (
        (FIRST_LOOK, LONGEST_LOOK, MOST_LOOKS) if pending else (FIRST_WAIT, LONGEST_WAIT, MOST_ATTEMPTS)
    )
    given_up = refund.attempts >= most
    if given_up:
        log.error("refund %s is left to a person", refund.pk)
    refund.next_attempt_at = None if given_up else now + wait(refund.attempts, first=first, longest=longest)
    refund.last_error = error[:200]
    with transaction.atomic():
        Refund.objects.filter(pk=refund.pk, status=refund.status, attempts=refund.attempts).update(
            next_attempt_at=refund.next_attempt_at, last_error=refund.last_error
        )


def _record(refund: Refund, told: ProviderRefund, now: datetime, when_done: WhenDone | None) -> None:
    """Record the provider's answer, once; a refusal gives the reserved amount back."""
    if told.state is RefundState.PENDING and refund.status == Refund.Status.PENDING:
        _later(refund, "", now)
        return
    with transaction.atomic():
        payment = selectors.locked(refund.payment_id)
        changed = _outcome(refund, told, now)
        if Refund.objects.filter(pk=refund.pk, status=refund.status).update(**changed) != 1:
            refund.refresh_from_db()
            return
        for name, value in changed.items():
            setattr(refund, name, value)
        if refund.status == Refund.Status.FAILED:
            _give_back(payment, refund.money)
        refund.payment = payment
        if when_done is not None and refund.status not in Refund.UNFINISHED:
            when_done(refund)


def _outcome(refund: Refund, told: ProviderRefund, now: datetime) -> dict[str, object]:
    """Give the columns that an answer sets."""
    number = told.provider_refund_id or refund.provider_refund_id
    if told.state is RefundState.PENDING:
        first_look = now + wait(1, first=FIRST_LOOK, longest=LONGEST_LOOK)
        return {
            "status": Refund.Status.PENDING,
            "provider_refund_id": number,
            "attempts": 0,
            "next_attempt_at": first_look,
            "last_error": "",
        }
    done = Refund.Status.SUCCEEDED if told.state is RefundState.SUCCEEDED else Refund.Status.FAILED
    return {
        "status": done,
        "provider_refund_id": number,
        "next_attempt_at": None,
        "done_at": now,
        "last_error": told.failure_code[:200],
    }
