"""What a booking costs, what came in for it, and what is still to be paid. Sums are exact, in its own currency."""

from datetime import timedelta
from decimal import Decimal

from bookings.booking.models import Booking
from bookings.booking.states import Status
from bookings.catalogue.prices import deposit_kept, price_for
from bookings.common.money import Money
from bookings.payments import selectors as payments

CONFIRMED_ONCE = (Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW)
"""Reached through a confirmation only: for these somebody comes, or was to come, and pays on site what is left."""
OVER = (Status.REJECTED, Status.CANCELLED, Status.EXPIRED)
"""For these nothing is to be paid any more."""


def at_price(booking: Booking, price: Decimal) -> dict[str, Decimal]:
    """Give the columns of a booking that costs something else: its deposit stays the same share of the price."""
    deposit = deposit_kept(booking.deposit, booking.currency, of=booking.price, price=price)
    return {"price": price, "deposit": deposit}


def price_at_length(booking: Booking, length: timedelta) -> Decimal:
    """Give what a booking costs where its session gets another length; what staff took off stays that amount."""
    whole = price_for(
        booking.price + booking.discount,
        booking.currency,
        length=length,
        of=timedelta(minutes=booking.duration),
    )
    return max(whole - booking.discount, Decimal(0))


def kept(booking: Booking) -> Money:
    """Give what came in for the booking and stays: online and on site, less what was or is being given back.

    A list that read its bookings' payments ahead (as `counted`) spares a statement each.
    """
    read = getattr(booking, "counted", None)
    rows = payments.counted_of(booking.pk) if read is None else read
    return Money(sum((payment.left.amount for payment in rows), Decimal(0)), booking.currency)


def balance(booking: Booking) -> Money:
    """Give what is still to be paid, online and on site; nothing for a booking that is cancelled or lapsed."""
    if booking.status in OVER:
        return Money(Decimal(0), booking.currency)
    return Money(max(booking.price - kept(booking).amount, Decimal(0)), booking.currency)
