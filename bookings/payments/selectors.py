"""Reading payments."""

from bookings.common.errors import DomainError, ErrorCode
from bookings.payments.models import Payment


def locked(payment_id: int) -> Payment:
    """Lock one payment for this transaction, after its booking. Raises NOT_FOUND."""
    payment = Payment.objects.select_for_update().filter(pk=payment_id).first()
    if payment is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    return payment


def open_attempt_of(booking_id: int) -> Payment | None:
    """Give the one attempt that may still be paid."""
    return Payment.objects.filter(booking_id=booking_id, status__in=Payment.OPEN_STATUSES).first()


def latest_of(booking_id: int) -> Payment | None:
    """Give the attempt that was begun last."""
    return Payment.objects.filter(booking_id=booking_id).order_by("-created_at", "-pk").first()


def confirming(booking_id: int) -> Payment | None:
    """Give the payment whose money confirmed the booking."""
    return Payment.objects.filter(booking_id=booking_id, confirms_booking=True).first()
