"""Carrying refunds out: the provider is asked, under one key, until each has come to its end."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from bookings.common import clock
from bookings.payments import selectors
from bookings.payments.backoff import wait
from bookings.payments.models import Refund
from bookings.payments.providers.base import (
    ProviderRefund,
    ProviderRefused,
    ProviderUnavailable,
    RefundState,
)
from bookings.payments.services.refund_requests import LEASE, give_back

log = logging.getLogger(__name__)

FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(hours=1)
MOST_ATTEMPTS = 20
"""About nine hours until a provider that does not answer is left to a person."""
FIRST_LOOK = timedelta(minutes=1)
LONGEST_LOOK = timedelta(hours=6)
MOST_LOOKS = 60
"""About two weeks until a refund that stays pending is left to a person."""
STUCK_LOOK = timedelta(days=1)
"""How often a refund is looked at that the provider leaves to a person."""
AT_ONCE = 20

WhenDone = Callable[[Refund], None]
LockFirst = Callable[[int], object]


def run_refund(
    refund_id: int, *, now: datetime, when_done: WhenDone | None = None, lock_first: LockFirst | None = None
) -> Refund | None:
    """Take one refund a step further at its provider; None where there is nothing to do now.

    The provider's call stands outside any transaction and may be repeated under the refund's key. An answer
    that does not come is waited for, later each time, and at last left to a person, with the amount still
    reserved: nobody knows whether it was paid. `when_done` runs in the transaction that ends the refund; `lock_first`
    begins it, with the booking's key, and takes the lock that stands before the payment's where `when_done` needs it.
    """
    now = max(now, clock.now())  # a sweep's may be minutes old when the turn of this one comes
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
        # Where the first request may yet be acted on, a second one soon after could be paid as well.
        at_least = error.wait if isinstance(error, ProviderUnavailable) else timedelta(0)
        _later(refund, type(error).__name__, now, at_least=at_least)
        return refund
    _record(refund, told, now, when_done, lock_first)
    return refund


def run_due_refunds(
    *, now: datetime, when_done: WhenDone | None = None, lock_first: LockFirst | None = None
) -> int:
    """Take the refunds that are due a step further, a bounded number; gives how many were handled."""
    due = Refund.objects.filter(status__in=Refund.UNFINISHED, next_attempt_at__lte=now).order_by(
        "next_attempt_at"
    )
    keys = list(due.values_list("pk", flat=True)[:AT_ONCE])
    return sum(run_refund(pk, now=now, when_done=when_done, lock_first=lock_first) is not None for pk in keys)


def hasten_refunds(*, payment_id: int, now: datetime) -> int:
    """Make a payment's pending refunds due, as the provider sent word of one; gives how many there are."""
    with transaction.atomic():
        pending = Refund.objects.filter(payment_id=payment_id, status=Refund.Status.PENDING)
        return pending.update(next_attempt_at=now)


def _claim(refund_id: int, now: datetime) -> Refund | None:
    """Take a refund that is new or due, for the length of a lease."""
    refund = (
        Refund.objects.select_related("payment__account")
        .filter(pk=refund_id, status__in=Refund.UNFINISHED)
        .first()
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
    at, attempt = selectors.provider_of(refund.payment), selectors.known_as(refund.payment)
    if refund.status == Refund.Status.PENDING:
        return at.ask_refund(attempt=attempt, provider_refund_id=refund.provider_refund_id)
    return at.refund(attempt=attempt, amount=refund.money, key=refund.key)


def _later(refund: Refund, error: str, now: datetime, *, at_least: timedelta = timedelta(0)) -> None:
    """Record a try without an answer, and when the next is due."""
    pending = refund.status == Refund.Status.PENDING
    first, longest, most = (
        (FIRST_LOOK, LONGEST_LOOK, MOST_LOOKS) if pending else (FIRST_WAIT, LONGEST_WAIT, MOST_ATTEMPTS)
    )
    given_up = refund.attempts >= most
    if given_up:
        log.error("refund %s is left to a person", refund.pk)
    pause = STUCK_LOOK if refund.needs_person else wait(refund.attempts, first=first, longest=longest)
    refund.next_attempt_at = None if given_up else now + max(pause, at_least)
    refund.last_error = error[:200]
    with transaction.atomic():
        Refund.objects.filter(pk=refund.pk, status=refund.status, attempts=refund.attempts).update(
            next_attempt_at=refund.next_attempt_at, last_error=refund.last_error
        )


def _record(
    refund: Refund,
    told: ProviderRefund,
    now: datetime,
    when_done: WhenDone | None,
    lock_first: LockFirst | None,
) -> None:
    """Record the provider's answer, once; a refusal gives the reserved amount back."""
    if _is_no_news(refund, told):
        _later(refund, told.failure_code, now)
        return
    with transaction.atomic():
        if lock_first is not None:
            lock_first(refund.payment.booking_id)
        payment = selectors.locked(refund.payment_id)
        changed = _outcome(refund, told, now)
        if Refund.objects.filter(pk=refund.pk, status=refund.status).update(**changed) != 1:
            refund.refresh_from_db()
            return
        for name, value in changed.items():
            setattr(refund, name, value)
        if refund.status == Refund.Status.FAILED:
            give_back(payment, refund.money)
        refund.payment = payment
        if when_done is not None and refund.status not in Refund.UNFINISHED:
            when_done(refund)


def _is_no_news(refund: Refund, told: ProviderRefund) -> bool:
    """Tell whether a pending refund is pending still, for the same reason."""
    if refund.status != Refund.Status.PENDING:
        return False
    return told.state is (RefundState.STUCK if refund.needs_person else RefundState.PENDING)


def _outcome(refund: Refund, told: ProviderRefund, now: datetime) -> dict[str, object]:
    """Give the columns that an answer sets."""
    number = told.provider_refund_id or refund.provider_refund_id
    if told.state in {RefundState.PENDING, RefundState.STUCK}:
        stuck = told.state is RefundState.STUCK
        if stuck:
            log.error("refund %s waits for a person at its provider", refund.pk)
        return {
            "status": Refund.Status.PENDING,
            "provider_refund_id": number,
            "needs_person": stuck,
            "attempts": 0,
            "next_attempt_at": now
            + (STUCK_LOOK if stuck else wait(1, first=FIRST_LOOK, longest=LONGEST_LOOK)),
            "last_error": told.failure_code[:200],
        }
    ended = (
        {"status": Refund.Status.SUCCEEDED}
        if told.state is RefundState.SUCCEEDED
        else {"status": Refund.Status.FAILED, "staff_told_at": None}  # that they knew of less is not enough
    )
    return {
        **ended,
        "provider_refund_id": number,
        "needs_person": False,
        "next_attempt_at": None,
        "done_at": now,
        "last_error": told.failure_code[:200],
    }
