"""What goes back when a paid booking is cancelled, by whom and when, and what a client may read of it beforehand.

A percentage is always of all that came in and confirmed the booking; what went back before is taken off, and it never
gets below zero. Money that somebody took at the practice is the practice's to give back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bookings.booking.models import Booking
from bookings.booking.policies import Actor, last_moment
from bookings.booking.states import ActorKind, Status
from bookings.catalogue.refund_tiers import Tiers, percent_back, share
from bookings.common.money import Money
from bookings.payments import selectors as payments
from bookings.payments.models import Payment, Refund

ALL = 100
"""Percent: what goes back where the practice lets its client down."""
CLIENT = Actor(ActorKind.CLIENT)


@dataclass(frozen=True)
class Step:
    """A percentage that holds as long as there is so much notice; refund: None where nothing was paid.

    until: the last moment of it, inclusive; None without a time.
    """

    notice: timedelta
    percent: int
    refund: Money | None
    until: datetime | None


@dataclass(frozen=True)
class Offer:
    """What a client who cancelled now would get back.

    paid: all that came in and did not go back before. until: when that becomes less, or when the client can no longer
    cancel, whichever is first; exclusive.
    """

    refund: Money
    paid: Money
    until: datetime


def refund_due(booking: Booking, actor: Actor, now: datetime, *, percent: int | None = None) -> Money | None:
    """Give what goes back where somebody cancels now: perhaps zero, and None where nothing was paid or is left.

    A client gets what the tiers say that were agreed at drafting. Anybody else cancels for the practice: all of it goes
    back, or the `percent` that staff say. A list that read its bookings' confirming payments ahead (as
    `confirmations`) spares a statement each.
    """
    payment = paid_with(booking)
    if payment is None:
        return None
    return back_of(payment, percent_for(booking, actor, now) if percent is None else percent)


def back_of(payment: Payment, percent: int) -> Money | None:
    """Give what goes back of a payment at a percentage; None where nothing of it is left."""
    if payment.left.amount <= 0:
        return None
    due = share(payment.paid, percent).amount - payment.refunded_amount
    return Money(min(max(due, Decimal(0)), payment.left.amount), payment.paid.currency)


def percent_for(booking: Booking, actor: Actor, now: datetime) -> int:
    """Give the percentage at which somebody cancels."""
    if actor.kind is not ActorKind.CLIENT:
        return ALL
    if booking.starts_at is None:
        return ALL  # a wish has not been paid
    return percent_back(booking.refund_tiers, booking.starts_at - now)


def paid_with(booking: Booking) -> Payment | None:
    """Give the payment that came in online and confirmed the booking."""
    read = getattr(booking, "confirmations", None)
    payment = next(iter(read), None) if read is not None else payments.confirming(booking.pk)
    return payment if payment is not None and payment.provider != Payment.ON_SITE else None


def steps(booking: Booking) -> list[Step]:
    """Give the tiers of a booking, the longest notice first, with what each would give back of what was paid."""
    payment = paid_with(booking) if booking.status == Status.CONFIRMED else None
    found = []
    for minutes, percent in booking.refund_tiers:
        notice = timedelta(minutes=minutes)
        found.append(
            Step(
                notice,
                percent,
                back_of(payment, percent) if payment is not None else None,
                booking.starts_at - notice if booking.starts_at is not None else None,
            )
        )
    return found


def offer(booking: Booking, now: datetime, payment: Payment | None) -> Offer | None:
    """Give what the client would get back now, of the payment that confirmed the booking.

    None where nothing was paid or is left, and for one whom it is too late to cancel.
    """
    if payment is None or booking.status != Status.CONFIRMED or booking.starts_at is None:
        return None
    refund, last = back_of(payment, percent_for(booking, CLIENT, now)), last_moment(booking, CLIENT)
    if refund is None or now >= last:
        return None
    ends = (booking.starts_at - timedelta(minutes=minutes) for minutes, _ in booking.refund_tiers)
    return Offer(refund, payment.left, min([last, *(end for end in ends if end >= now)]))


def given_back(booking: Booking) -> Money | None:
    """Give what went back when the booking was cancelled."""
    back = Refund.objects.filter(payment__booking=booking, reason=Refund.Reason.CANCELLATION)
    refund = back.select_related("payment").first()
    return refund.money if refund is not None else None


def capped(tiers: Sequence[Sequence[int]], percent: int) -> Tiers:
    """Give tiers of which none gives back more than a percentage."""
    return [[minutes, min(each, percent)] for minutes, each in tiers]
