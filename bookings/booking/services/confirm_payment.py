"""Asking the provider about a booking's latest attempt, because somebody says that it was paid."""

from datetime import datetime

from bookings.accounts.viewer import Viewer
from bookings.booking import selectors
from bookings.booking.models import Booking
from bookings.booking.services.settle import settle
from bookings.common.errors import DomainError, ErrorCode
from bookings.payments import selectors as payments
from bookings.payments.models import Payment


def confirm_payment(*, booking_id: int, viewer: Viewer, now: datetime) -> tuple[Booking, Payment]:
    """Give the booking and its latest attempt, after the provider was asked. The caller is never believed.

    Raises NOT_FOUND, PAYMENT_NOT_DUE where there was no attempt, PAYMENT_PROVIDER_ERROR.
    """
    selectors.visible(viewer, booking_id)
    attempt = payments.latest_of(booking_id)
    if attempt is None:
        raise DomainError(ErrorCode.PAYMENT_NOT_DUE, "No payment of this booking was started.")
    payment = settle(payment_id=attempt.pk, now=now)
    return selectors.visible(viewer, booking_id), payment
