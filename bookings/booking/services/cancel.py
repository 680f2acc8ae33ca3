"""Cancelling: by the client with a fresh proof or signed in, by the consultant, by staff."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext

from bookings.accounts.models import User
from bookings.accounts.viewer import Viewer
from bookings.booking import machine, messages, policies, refund_policy
from bookings.booking.locks import lock_booking
from bookings.booking.models import Booking, BookingNote
from bookings.booking.policies import Actor
from bookings.booking.reasons import read_reason
from bookings.booking.rights import Operation
from bookings.booking.services.acting import acting
from bookings.booking.services.ending import end
from bookings.booking.services.expire import lapse
from bookings.booking.services.settle import end_attempt, settle
from bookings.booking.states import TABLE, ActorKind, Move
from bookings.common.errors import DomainError, ErrorCode, Forbidden, invalid
from bookings.common.idempotency import Once, transaction_once
from bookings.common.money import Money
from bookings.payments import selectors as payments
from bookings.payments import services as paying
from bookings.payments.models import Payment, Refund
from bookings.verification import services as verification


def cancel(
    *,
    passed: verification.Passed,
    now: datetime,
    reason: str = "",
    once: Once | None = None,
    through: str = "",
) -> Booking:
    """Move to CANCELLED for the client who passed a fresh challenge.

    Of what was paid online goes back what the booking's tiers say for the notice that is left.
    through: the service key that brings the proof, for the event. Raises INVALID_TRANSITION, TOO_LATE (the policy's
    notice), VALIDATION_FAILED, PAYMENT_PROVIDER_ERROR, AlreadyDone for a replay of `once`.
    """
    booking_id = int(passed.subject.removeprefix("booking:"))
    return _cancel(booking_id, Actor(ActorKind.CLIENT, through), None, reason, now, once)


def cancel_as(
    *,
    booking_id: int,
    viewer: Viewer,
    now: datetime,
    reason: str = "",
    refund_percent: int | None = None,
    once: Once | None = None,
) -> Booking:
    """Do the same for a client who is signed in, the booking's consultant, or staff, who have no notice to keep.

    Where the practice cancels, all that was paid online goes back; refund_percent: or as much as staff say who have
    the right to refund. Raises NOT_FOUND, FORBIDDEN and what `cancel` raises.
    """
    actor = acting(booking_id=booking_id, viewer=viewer, move=Move.CANCEL, signed_in=True)
    refuse_percent(actor, refund_percent)
    return _cancel(booking_id, actor, viewer.user, reason, now, once, refund_percent)


def cancel_to_forget(*, booking_id: int, now: datetime) -> Booking:
    """Do the same for a client who proved the mailbox and wants to be forgotten. Raises what `cancel` raises."""
    return _cancel(booking_id, Actor(ActorKind.CLIENT), None, "", now, None)


def refuse_percent(actor: Actor | None, percent: int | None) -> None:
    """Refuse a percentage from whoever may not say one: FORBIDDEN; VALIDATION_FAILED for what is none."""
    if percent is None:
        return
    office = actor is not None and actor.kind in {ActorKind.STAFF, ActorKind.ADMIN}
    if actor is None or not office or not actor.may(Operation.REFUND):
        raise Forbidden(gettext("Only who may refund says how much goes back."))
    if not 0 <= percent <= refund_policy.ALL:
        raise invalid("refundPercent", gettext("A percentage is 0 to 100."))


def _cancel(
    booking_id: int,
    actor: Actor,
    author: User | None,
    reason: str,
    now: datetime,
    once: Once | None,
    percent: int | None = None,
) -> Booking:
    """End an open attempt to pay, then cancel, refund and tell in one transaction."""
    text = read_reason(reason, needed=False)
    if once is not None:
        once.look_up(now=now)
    lapse(booking_id=booking_id, now=now)
    _refuse_early(booking_id, actor, now)
    _end_attempt_of(booking_id, now)
    with transaction_once(once, now=now) as outcome:
        outcome.made(booking_id)
        booking = lock_booking(booking_id)
        machine.refuse_unless_allowed(booking, Move.CANCEL)
        if payments.open_attempt_of(booking_id) is not None:
            raise DomainError(
                ErrorCode.PAYMENT_PROVIDER_ERROR, gettext("A payment has just been started. Try again.")
            )
        data = {"refund_percent": percent} if percent is not None else None
        event = end(booking=booking, move=Move.CANCEL, actor=actor, now=now, data=data)
        money = _give_back(booking, actor, author, now, percent)
        if text:
            BookingNote.objects.create(
                booking=booking,
                event=event,
                author=author,
                kind=BookingNote.Kind.REASON,
                text=text,
                created_at=now,
            )
        secrets = {"reason": text} if text else None
        context = {**money, "by": actor.kind.value}
        messages.announce(booking, event, now=now, secrets=secrets, context=context)
    return booking


def _end_attempt_of(booking_id: int, now: datetime) -> None:
    """Leave nothing that could still be paid; what was paid meanwhile is heard of first."""
    attempt = payments.open_attempt_of(booking_id)
    if attempt is not None:
        settle(payment_id=attempt.pk, now=now)
        end_attempt(payment_id=attempt.pk, now=now)


def _refuse_early(booking_id: int, actor: Actor, now: datetime) -> None:
    """Refuse before the provider is asked, so that a refused cancellation leaves an open attempt alone."""
    booking = Booking.objects.filter(pk=booking_id).first()
    if booking is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    machine.refuse_unless_allowed(booking, Move.CANCEL)
    policies.refuse_at_wrong_time(booking, TABLE[Move.CANCEL], actor, now)


def _give_back(
    booking: Booking, actor: Actor, author: User | None, now: datetime, percent: int | None
) -> dict[str, str]:
    """Reserve what goes back, on the locked payment, and give what the mail says of money.

    refund: what goes back; kept: what came in online and does not; at_practice: what was paid there, which staff give
    back, or not.
    """
    told = {"refund": "", "kept": "", "at_practice": _taken_at_practice(booking)}
    payment = refund_policy.paid_with(booking)
    if payment is None:
        return told
    payment = payments.locked(payment.pk)
    percent = refund_policy.percent_for(booking, actor, now) if percent is None else percent
    due = refund_policy.back_of(payment, percent)
    if due is not None and due.amount > 0:
        paying.request_refund(
            payment=payment,
            amount=due,
            reason=Refund.Reason.CANCELLATION,
            key=f"booking:{booking.pk}:cancelled",
            now=now,
            requested_by=author,
        )
        told["refund"] = str(due)
    left = payment.left
    return {**told, "kept": str(left) if left.amount > 0 else ""}


def _taken_at_practice(booking: Booking) -> str:
    """Give what was paid on site and not given back, or nothing."""
    rows = Payment.objects.filter(booking=booking, provider=Payment.ON_SITE)
    left = sum((payment.left.amount for payment in rows), Decimal(0))
    return str(Money(left, booking.currency)) if left > 0 else ""
