"""Reconciling: providers are asked about payments by themselves; what they say otherwise is repaired or told."""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from bookings.booking.locks import lock_booking
from bookings.booking.models import Booking
from bookings.booking.services.differences import note_payment_difference
from bookings.booking.services.receipts import refund_ended
from bookings.booking.services.refund import tell_refunded
from bookings.booking.services.settle import end_attempt, settle
from bookings.common.errors import DomainError
from bookings.payments import comparing
from bookings.payments import selectors as payments
from bookings.payments import services as paying
from bookings.payments.comparing import Finding, Repair
from bookings.payments.models import Difference, Payment, Refund
from bookings.payments.providers import ProviderNotSetUp
from bookings.payments.providers.base import (
    PaymentState,
    ProviderError,
    ProviderUnavailable,
)

log = logging.getLogger(__name__)

AT_ONCE = 100
"""How many payments one run looks at."""
BATCH = 20
TRIES = 3
"""After so many payments without an answer a provider's others are left for the next run."""
SILENT_TOO_LONG = timedelta(hours=6)
"""How long an attempt may be past its end without an answer until a person is told."""

Kind = Difference.Kind


@dataclass
class Look:
    """What came of looking at one payment. answered: whether its provider said anything."""

    payment: Payment
    differences: list[Difference] = field(default_factory=list)
    answered: bool = True


def reconcile_due(*, now: datetime) -> int:
    """Look at the payments whose look is due, those that waited longest first, a bounded number; gives how many.

    Several workers share them. A provider that does not answer holds up none of the others'.
    """
    looked, unanswered = 0, Counter[tuple[str, int | None]]()
    for _ in range(AT_ONCE):
        silent = [asked_of for asked_of, times in unanswered.items() if times >= TRIES]
        due = paying.due_payments(now=now, number=min(BATCH, AT_ONCE - looked), without=silent)
        if not due:
            break
        looked += sum(1 for _ in _looks(due, unanswered, now))
    if looked >= AT_ONCE:
        log.warning("reconciliation looked at %s payments, and more may be due", looked)
    for (name, account), times in unanswered.items():
        log.warning("payment provider %s (account %s) left %s questions unanswered", name, account, times)
    return looked


def reconcile_since(*, since: datetime, now: datetime) -> Iterator[Look]:
    """Look at every payment that is open too long, or that ended or was refunded since then; give each look when done.

    Last come, as not answered, those that were left alone: their provider was silent, or a worker looks at them.
    """
    due = paying.payments_since(since=since, now=now)
    looked: set[int] = set()
    for look in _looks(due, Counter(), now):
        looked.add(look.payment.pk)
        yield look
    yield from (Look(payment, answered=False) for payment, _ in due if payment.pk not in looked)


def _looks(
    due: Iterable[paying.Due], unanswered: Counter[tuple[str, int | None]], now: datetime
) -> Iterator[Look]:
    """Look at each that nobody else looks at, and whose provider still answers."""
    for payment, asked_of in due:
        if unanswered[asked_of] >= TRIES or not paying.claim_look(payment=payment, now=now):
            continue
        try:
            yield _look(payment, now)
        except Exception as error:  # one payment must not hold up the others
            reason = (error.__cause__ if isinstance(error, DomainError) else None) or error
            if not isinstance(reason, ProviderError | ProviderNotSetUp):
                log.exception("payment %s could not be reconciled", payment.pk)
                yield Look(payment, answered=False)
                continue
            log.warning("payment %s could not be reconciled: %s", payment.pk, type(reason).__name__)
            unanswered[asked_of] += isinstance(reason, ProviderUnavailable | ProviderNotSetUp)
            yield Look(payment, _no_answer(payment, now), answered=False)


def _look(payment: Payment, now: datetime) -> Look:
    return _paid(payment, now) if payment.status == Payment.Status.SUCCEEDED else _unpaid(payment, now)


def _unpaid(payment: Payment, now: datetime) -> Look:
    """Carry out what the provider says about an attempt without money, and end one that is open too long."""
    after = settle(payment_id=payment.pk, now=now)
    if paying.is_open_too_long(after, now):
        end_attempt(payment_id=payment.pk, now=now)
        after = Payment.objects.get(pk=payment.pk)
    look = Look(after)
    with transaction.atomic():
        if after.status == Payment.Status.SUCCEEDED:
            log.warning("payment %s was paid, and we had not heard of it", after.pk)
            data = {"before": payment.status, "paid": str(after.paid)}
            repair = paying.note_repair(payment=after, kind=Kind.MISSED_SUCCESS, data=data, now=now)
            look.differences.append(repair)
        elif payment.is_open and not after.is_open:
            data = {"before": payment.status, "after": after.status}
            repair = paying.note_repair(payment=after, kind=Kind.MISSED_END, data=data, now=now)
            look.differences.append(repair)
        paying.agreed(payment=after, found=[], now=now)
    return look


def _paid(payment: Payment, now: datetime) -> Look:
    """Compare what came in, and what went back, with what the provider says; ask first, then lock and write."""
    before = _standing(payment.pk)
    at, attempt = payments.provider_of(payment), payments.known_as(payment)
    if at.live != payment.live:
        return Look(payment)  # keys of the other mode, with which a service went live, know nothing of it
    told = at.ask(attempt)
    there = at.refunds_of(attempt) if told.state is PaymentState.PAID else []
    with transaction.atomic():
        booking = lock_booking(payment.booking_id)
        payment = payments.locked(payment.pk)
        if _standing(payment.pk) != before:
            return Look(payment)  # a refund moved while we asked: what was heard is of another moment
        refunds = list(payment.refunds.order_by("pk"))
        findings = comparing.compare(payment=payment, refunds=refunds, told=told, there=there, now=now)
        differences = _carry_out(booking, payment, findings, now)
        if told.state is PaymentState.PAID:
            paying.fill_in(payment=payment, told=told)
    return Look(payment, differences)


def _standing(payment_id: int) -> list[tuple[int, str]]:
    """Give how our refunds of a payment stand."""
    return list(Refund.objects.filter(payment=payment_id).order_by("pk").values_list("pk", "status"))


def _carry_out(
    booking: Booking, payment: Payment, findings: Iterable[Finding], now: datetime
) -> list[Difference]:
    """Repair what can be, keep the rest for a person, and end what was found before and is no more."""
    noted: list[Difference] = []
    waiting: dict[Difference.Kind, dict[str, str]] = {}
    for finding in findings:
        if finding.repair is None:
            waiting.setdefault(finding.kind, {}).update(finding.data)
            continue
        refund = paying.repair_refund(payment=payment, finding=finding, now=now)
        if refund is None:
            continue
        log.warning("refund %s was made to say what its provider says: %s", refund.pk, finding.repair.value)
        noted.append(paying.note_repair(payment=payment, kind=finding.kind, data=finding.data, now=now))
        if finding.repair is Repair.RECORD:
            tell_refunded(booking, refund, now)
        refund_ended(refund)
    for kind, data in waiting.items():
        difference = note_payment_difference(payment=payment, kind=kind, data=data, now=now)
        noted += [difference] if difference is not None else []
    paying.agreed(payment=payment, found=[*waiting], now=now)
    return noted


def _no_answer(payment: Payment, now: datetime) -> list[Difference]:
    """Have a person look at an attempt that is long over and holds its time, as nobody says what became of it."""
    if not payment.is_open or now < payment.expires_at + SILENT_TOO_LONG:
        return []
    difference = note_payment_difference(
        payment=payment, kind=Kind.NO_ANSWER, data={"status": payment.status}, now=now
    )
    return [difference] if difference is not None else []
