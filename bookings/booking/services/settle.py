"""Settling: what a payment provider says about an attempt becomes the booking's move, once."""

import logging
from datetime import datetime

from django.db import transaction

from bookings.booking import machine, messages, policies
from bookings.booking.locks import lock_booking
from bookings.booking.models import Booking
from bookings.booking.policies import SYSTEM, Actor
from bookings.booking.services.access import payment_link
from bookings.booking.services.receipts import give_receipt
from bookings.booking.services.refund import tell_refunded
from bookings.booking.states import TABLE, ActorKind, Move, Status
from bookings.common.errors import DomainError, ErrorCode
from bookings.payments import selectors as payments
from bookings.payments import services as paying
from bookings.payments.models import Payment, Refund
from bookings.payments.providers import ProviderNotSetUp
from bookings.payments.providers.base import PaymentState, ProviderError, ProviderPayment

log = logging.getLogger(__name__)


def settle(*, payment_id: int, now: datetime) -> Payment:
    """Ask the provider about an attempt, outside any transaction, and carry out what it says.

    Money that had gone back before we heard of it ends the attempt as a failure does: there is none to confirm with.
    Repeats are harmless. Raises NOT_FOUND, and PAYMENT_PROVIDER_ERROR where there is no answer.
    """
    payment = Payment.objects.select_related("account").filter(pk=payment_id).first()
    if payment is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    try:
        told = payments.provider_of(payment).ask(payments.known_as(payment))
    except (ProviderError, ProviderNotSetUp) as error:
        raise DomainError(ErrorCode.PAYMENT_PROVIDER_ERROR, retry_after=30) from error
    with transaction.atomic():
        booking = lock_booking(payment.booking_id)
        payment = payments.locked(payment_id)
        if (
            told.state is PaymentState.PAID
            and payment.status != Payment.Status.SUCCEEDED
            and not told.returned
        ):
            _paid(booking, payment, told, now)
        elif (told.state is PaymentState.FAILED or told.returned) and payment.is_open:
            paying.attempt_failed(payment=payment, failure_code=told.failure_code, now=now)
            _attempt_is_over(booking, Actor(ActorKind.PROVIDER, payment.provider), payment, now)
    return payment


def end_attempt(*, payment_id: int, now: datetime) -> None:
    """Close an attempt that may still be open, at the provider and here; the booking goes back to APPROVED.

    Where a provider cannot end one, money that comes all the same finds an attempt that is closed, and
    `settle` confirms with it or gives it back. Raises PAYMENT_PROVIDER_ERROR where there is no answer.
    """
    payment = Payment.objects.select_related("account").get(pk=payment_id)
    if not payment.is_open:
        return
    try:
        told = payments.provider_of(payment).close(payments.known_as(payment))
    except (ProviderError, ProviderNotSetUp) as error:
        raise DomainError(ErrorCode.PAYMENT_PROVIDER_ERROR, retry_after=30) from error
    if told.state is PaymentState.PAID:
        settle(payment_id=payment_id, now=now)
        return
    with transaction.atomic():
        booking = lock_booking(payment.booking_id)
        payment = payments.locked(payment_id)
        if payment.is_open:
            paying.attempt_closed(payment=payment, now=now)
            _attempt_is_over(booking, SYSTEM, payment, now)


def end_unanswered(*, payment_id: int, now: datetime) -> None:
    """Close an attempt here alone, on the word of a person who looked at the provider; the booking goes on.

    Inside the caller's transaction. Money that is seen under it later confirms, or goes back, as `settle` says.
    """
    booking = lock_booking(Payment.objects.get(pk=payment_id).booking_id)
    payment = payments.locked(payment_id)
    if payment.is_open:
        paying.attempt_closed(payment=payment, now=now)
        _attempt_is_over(booking, SYSTEM, payment, now)


def _paid(booking: Booking, payment: Payment, told: ProviderPayment, now: datetime) -> None:
    """Confirm with money that is exactly what was asked; give any other back in full by itself."""
    was_open = payment.is_open
    paying.record_success(payment=payment, told=told, now=now)
    reason = _why_not(booking, payment, told)
    if reason is None:
        paying.confirms(payment=payment)
        event = machine.apply(
            booking=booking,
            move=Move.CONFIRM_PAYMENT,
            actor=Actor(ActorKind.PROVIDER, payment.provider),
            now=now,
            data={"payment": payment.pk},
        )
        messages.announce(booking, event, now=now)
        give_receipt(booking=booking, payment=payment, now=now)
        return
    log.warning("payment %s confirms nothing (%s); it is refunded", payment.pk, reason)
    refund = paying.request_refund(
        payment=payment,
        amount=payment.paid,
        reason=reason,
        key=f"payment:{payment.pk}:{reason}",
        now=now,
    )
    tell_refunded(booking, refund, now)
    if was_open:
        _attempt_is_over(booking, SYSTEM, payment, now)


def _why_not(booking: Booking, payment: Payment, told: ProviderPayment) -> Refund.Reason | None:
    """Give why a success confirms nothing, or None where it does: it is what was asked, and that is what is due now.

    An attempt that ended, and that its provider could not close, may bring the money of an older price.
    """
    if told.reference != payment.reference or told.amount != payment.asked or told.live != payment.live:
        return Refund.Reason.MISMATCH
    if Status(booking.status) in TABLE[Move.CONFIRM_PAYMENT].sources:
        return None if payment.asked == policies.due_online(booking) else Refund.Reason.MISMATCH
    return Refund.Reason.DUPLICATE if payments.confirming(booking.pk) is not None else Refund.Reason.LATE


def _attempt_is_over(booking: Booking, actor: Actor, payment: Payment, now: datetime) -> None:
    """Take a booking whose attempt ended back to APPROVED, unless its time to pay is over as well.

    At `pay_by` the expiry wins: it comes from PAYMENT_PENDING itself, without a message of its own for this.
    """
    if booking.status != Status.PAYMENT_PENDING or payments.open_attempt_of(booking.pk) is not None:
        return
    if booking.pay_by is not None and now >= booking.pay_by:
        return
    event = machine.apply(
        booking=booking, move=Move.FAIL_PAYMENT, actor=actor, now=now, data={"payment": payment.pk}
    )
    messages.announce(booking, event, now=now, secrets={"link": payment_link(booking=booking, now=now)})
