"""Refunds by hand: staff give money back, wholly or in parts, and take up again what was left to a person."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext

from bookings.accounts.viewer import Viewer
from bookings.booking import messages, policies, selectors
from bookings.booking.locks import lock_row
from bookings.booking.models import Booking
from bookings.booking.reasons import read_reason
from bookings.booking.rights import Operation
from bookings.booking.services.receipts import refund_ended
from bookings.catalogue.prices import read_price
from bookings.common.errors import DomainError, ErrorCode, Forbidden, invalid
from bookings.common.idempotency import Once, transaction_once
from bookings.common.money import Money
from bookings.payments import selectors as payments
from bookings.payments import services as paying
from bookings.payments.models import Payment, Refund


def refund_payment(
    *,
    payment_id: int,
    viewer: Viewer,
    reason: str,
    now: datetime,
    amount: Decimal | None = None,
    once: Once | None = None,
) -> Refund:
    """Give money of a payment back, in the currency in which it came in; without an amount, all that is left of it.

    The booking stays as it is. The client is told once, now, whatever the provider says later. Raises NOT_FOUND,
    FORBIDDEN, VALIDATION_FAILED, IDEMPOTENCY_MISMATCH, and AlreadyDone for a replay of `once`.
    """
    booking_id = _payment_to_refund(payment_id, viewer).booking_id
    words = read_reason(reason)
    with transaction_once(once, now=now) as outcome:
        booking = lock_row(booking_id)
        payment = payments.locked(payment_id)
        number = payment.refunds.count() + 1
        refund = paying.request_refund(
            payment=payment,
            amount=_read_amount(payment, amount),
            reason=Refund.Reason.STAFF,
            key=f"payment:{payment.pk}:staff:{number}",
            note=words,
            requested_by=viewer.user,
            now=now,
        )
        outcome.made(refund.pk)
        tell_refunded(booking, refund, now)
        refund_ended(refund)
    return refund


def retry_refund(*, refund_id: int, viewer: Viewer, now: datetime) -> Refund:
    """Take up a refund that was left to a person, under its own key; one that goes on, or is done, stays as it is.

    Raises NOT_FOUND, FORBIDDEN, and VALIDATION_FAILED for one that the provider refused: its money counts as kept.
    """
    refund = Refund.objects.select_related("payment").filter(pk=refund_id).first()
    if refund is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    _payment_to_refund(refund.payment_id, viewer)
    if refund.status == Refund.Status.FAILED:
        raise invalid(
            "refundId", gettext("The provider refused it, and nothing went back. Ask for a new refund.")
        )
    paying.retry_refund(refund=refund, now=now)
    refund.refresh_from_db()
    return refund


def tell_refunded(booking: Booking, refund: Refund, now: datetime) -> None:
    """Tell the client that money goes back, once for each refund, inside the transaction that asked for it."""
    messages.tell(
        booking,
        messages.Recipient.CLIENT,
        "refunded",
        key=f"refund:{refund.pk}",
        now=now,
        context={
            "amount": str(refund.money),
            "at_practice": refund.payment.provider == Payment.ON_SITE,
        },
    )


def _payment_to_refund(payment_id: int, viewer: Viewer) -> Payment:
    """Give a payment of which somebody may give money back. Raises NOT_FOUND, FORBIDDEN."""
    shown = selectors.payments_visible_to(viewer)
    payment = shown.select_related("booking").filter(pk=payment_id).first()
    if payment is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    if not policies.may_in_any(policies.actors_of(viewer, payment.booking), Operation.REFUND):
        raise Forbidden
    return payment


def _read_amount(payment: Payment, amount: Decimal | None) -> Money:
    """Give how much goes back of a locked payment. Raises VALIDATION_FAILED for what its currency cannot say."""
    left = payment.left
    if amount is not None:
        return Money(read_price(amount, left.currency, field="amount"), left.currency)
    if left.amount <= 0:
        raise invalid("amount", gettext("Nothing of this payment is left to refund."))
    return left
