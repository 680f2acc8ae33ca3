"""Asking the provider about a booking's latest attempt, because somebody says that it was paid."""

from datetime import datetime

from django.utils.translation import gettext

from bookings.accounts.viewer import Viewer
from bookings.booking import selectors
from bookings.booking.services.settle import settle
from bookings.common.errors import DomainError, ErrorCode
from bookings.common.idempotency import Once, transaction_once
from bookings.payments import selectors as payments
from bookings.payments.models import Payment


def confirm_payment(*, booking_id: int, viewer: Viewer, now: datetime, once: Once | None = None) -> Payment:
    """Give the booking's latest attempt, after the provider was asked. The caller is never believed.

    A key is kept once the attempt has ended; until then each repeat asks again. Raises NOT_FOUND,
    PAYMENT_NOT_DUE where there was no attempt, PAYMENT_PROVIDER_ERROR, and AlreadyDone for a replay of `once`.
    """
    selectors.visible(viewer, booking_id)
    if once is not None:
        once.look_up(now=now)
    attempt = payments.latest_of(booking_id)
    if attempt is None:
        raise DomainError(ErrorCode.PAYMENT_NOT_DUE, gettext("No payment of this booking was started."))
    payment = settle(payment_id=attempt.pk, now=now)
    if once is not None and not payment.is_open:
        with transaction_once(once, now=now) as outcome:
            outcome.made(payment.pk)
    return payment
