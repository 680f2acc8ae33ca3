"""Money that somebody took at the practice: recorded beside what came in online, never more than is left to pay."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext

from bookings.accounts.viewer import Viewer
from bookings.booking import amounts, policies, selectors
from bookings.booking.locks import lock_booking
from bookings.booking.models import Booking
from bookings.booking.rights import Operation
from bookings.booking.services.receipts import give_receipt
from bookings.booking.states import Status
from bookings.catalogue.prices import read_price
from bookings.common.errors import DomainError, ErrorCode, Forbidden, invalid
from bookings.common.idempotency import Once, transaction_once
from bookings.common.money import Money
from bookings.payments import selectors as payments
from bookings.payments import services as paying
from bookings.payments.models import Payment

OLDEST = timedelta(days=366)
"""How long ago money may have come that is recorded now."""


def record_on_site_payment(
    *,
    booking_id: int,
    viewer: Viewer,
    method: str,
    now: datetime,
    amount: Decimal | None = None,
    paid_at: datetime | None = None,
    once: Once | None = None,
) -> Payment:
    """Record money that was paid on site, for a booking that is or was confirmed; without an amount, all that is left.

    paid_at: when it was paid, not after now. It moves nothing; a wrong entry is taken back by a refund.
    Raises NOT_FOUND, FORBIDDEN, INVALID_TRANSITION, ALREADY_PAID, VALIDATION_FAILED, and AlreadyDone for a replay
    of `once`.
    """
    actors = policies.actors_of(viewer, selectors.visible(viewer, booking_id))
    if not policies.may_in_any(actors, Operation.RECORD_PAYMENT):
        raise Forbidden
    if method not in Payment.Method.values:
        raise invalid("method", gettext("Say how it was paid."))
    if paid_at is not None and not now - OLDEST <= paid_at <= now:
        raise invalid("paidAt", gettext("It was paid by now, and no longer than a year ago."))
    with transaction_once(once, now=now) as outcome:
        booking = lock_booking(booking_id)
        payment = paying.record_on_site(
            booking_id=booking.pk,
            amount=_read_amount(booking, amount),
            method=method,
            tax_rate=booking.tax_rate,
            recorded_by=viewer.user,
            paid_at=paid_at or now,
            now=now,
        )
        outcome.made(payment.pk)
        give_receipt(booking=booking, payment=payment, now=now)
    return payment


def _read_amount(booking: Booking, amount: Decimal | None) -> Money:
    """Give what is recorded on a locked booking, judged by payments that are locked with it."""
    if booking.status not in amounts.CONFIRMED_ONCE:
        raise DomainError(
            ErrorCode.INVALID_TRANSITION,
            gettext("The booking is %(status)s: on site is paid what was confirmed.")
            % {"status": Status(booking.status)},
            details={"status": booking.status},
        )
    list(payments.counted_of(booking.pk, lock=True))
    left = amounts.balance(booking)
    if left.amount <= 0:
        raise DomainError(ErrorCode.ALREADY_PAID)
    if amount is None:
        return left
    given = Money(read_price(amount, booking.currency, field="amount"), booking.currency)
    if not 0 < given.amount <= left.amount:
        raise invalid("amount", gettext("Of this booking, %(left)s is left to pay.") % {"left": left})
    return given
