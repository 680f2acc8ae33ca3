"""Cancelling: by the client with a fresh proof or signed in, by the consultant, by staff."""

from datetime import datetime

from bookings.accounts.models import User
from bookings.accounts.viewer import Viewer
from bookings.booking import machine, messages, policies
from bookings.booking.locks import lock_booking
from bookings.booking.models import Booking, BookingNote
from bookings.booking.policies import Actor
from bookings.booking.services.acting import acting
from bookings.booking.services.ending import end
from bookings.booking.services.expire import lapse
from bookings.booking.services.settle import end_attempt, settle
from bookings.booking.states import TABLE, ActorKind, Move
from bookings.common.errors import DomainError, ErrorCode
from bookings.common.idempotency import Once, transaction_once
from bookings.common.money import Money
from bookings.common.text import can_be_kept
from bookings.payments import selectors as payments
from bookings.payments import services as paying
from bookings.payments.models import Refund
from bookings.verification import services as verification


def cancel(
    *, passed: verification.Passed, now: datetime, reason: str = "", once: Once | None = None
) -> Booking:
    """Move to CANCELLED for the client who passed a fresh challenge.

    What was paid goes back in full. Raises INVALID_TRANSITION, TOO_LATE (the policy's notice), VALIDATION_FAILED,
    PAYMENT_PROVIDER_ERROR, AlreadyDone for a replay of `once`.
    """
    booking_id = int(passed.subject.removeprefix("booking:"))
    return _cancel(booking_id, Actor(ActorKind.CLIENT), None, reason, now, once)


def cancel_as(
    *, booking_id: int, viewer: Viewer, now: datetime, reason: str = "", once: Once | None = None
) -> Booking:
    """Do the same for a client who is signed in, the booking's consultant, or staff, who have no notice to keep.

    Raises NOT_FOUND, FORBIDDEN and what `cancel` raises.
    """
    actor = acting(booking_id=booking_id, viewer=viewer, move=Move.CANCEL, signed_in=True)
    return _cancel(booking_id, actor, viewer.user, reason, now, once)


def refund_due(booking: Booking) -> Money | None:
    """Give what goes back when the booking is cancelled: all that was paid and not given back before.

    A list that read its bookings' confirming payments ahead (as `confirmations`) spares a statement each.
    """
    read = getattr(booking, "confirmations", None)
    payment = next(iter(read), None) if read is not None else payments.confirming(booking.pk)
    if payment is None or payment.paid_amount <= payment.refunded_amount:
        return None
    return Money(payment.paid_amount - payment.refunded_amount, payment.paid.currency)


def _cancel(
    booking_id: int, actor: Actor, author: User | None, reason: str, now: datetime, once: Once | None
) -> Booking:
    """End an open attempt to pay, then cancel, refund and tell in one transaction."""
    text = _read_reason(reason)
    if once is not None:
        once.look_up(now=now)
    lapse(booking_id=booking_id, now=now)
    _refuse_early(booking_id, actor, now)
    attempt = payments.open_attempt_of(booking_id)
    if attempt is not None:
        settle(payment_id=attempt.pk, now=now)
        end_attempt(payment_id=attempt.pk, now=now)
    with transaction_once(once, now=now) as outcome:
        outcome.made(booking_id)
        booking = lock_booking(booking_id)
        machine.refuse_unless_allowed(booking, Move.CANCEL)
        if payments.open_attempt_of(booking_id) is not None:
            raise DomainError(ErrorCode.PAYMENT_PROVIDER_ERROR, "A payment has just been started. Try again.")
        refund = refund_due(booking)
        event = end(booking=booking, move=Move.CANCEL, actor=actor, now=now)
        if refund is not None:
            _give_back(booking, refund, now)
        if text:
            BookingNote.objects.create(
                booking=booking,
                event=event,
                author=author,
                kind=BookingNote.Kind.REASON,
                text=text,
                created_at=now,
            )
        messages.announce(
            booking,
            event,
            now=now,
            secrets={"reason": text} if text else None,
            context={"refund": str(refund) if refund else "", "by": actor.kind.value},
        )
    return booking


def _refuse_early(booking_id: int, actor: Actor, now: datetime) -> None:
    """Refuse before the provider is asked, so that a refused cancellation leaves an open attempt alone."""
    booking = Booking.objects.filter(pk=booking_id).first()
    if booking is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    machine.refuse_unless_allowed(booking, Move.CANCEL)
    policies.refuse_at_wrong_time(booking, TABLE[Move.CANCEL], actor, now)


def _give_back(booking: Booking, amount: Money, now: datetime) -> None:
    payment = payments.confirming(booking.pk)
    if payment is not None:
        paying.request_refund(
            payment=payments.locked(payment.pk),
            amount=amount,
            reason=Refund.Reason.CANCELLATION,
            key=f"booking:{booking.pk}:cancelled",
            now=now,
        )


def _read_reason(reason: str) -> str:
    text = reason.strip()
    if len(text) > 2000 or not can_be_kept(text):
        raise DomainError(
            ErrorCode.VALIDATION_FAILED, "A reason has 2000 characters at most.", field=["reason"]
        )
    return text
