"""Discounts: staff take something off a price, and say why."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext

from bookings.accounts.viewer import Viewer
from bookings.booking import amounts, machine, messages, policies, selectors
from bookings.booking.locks import lock_booking
from bookings.booking.models import Booking, Discount
from bookings.booking.policies import SYSTEM
from bookings.booking.reasons import read_reason
from bookings.booking.rights import Operation
from bookings.booking.services.access import payment_link
from bookings.booking.services.expire import lapse
from bookings.booking.services.settle import settle
from bookings.booking.states import Move, Status
from bookings.catalogue.prices import read_price
from bookings.catalogue.refund_tiers import share
from bookings.common.errors import DomainError, ErrorCode, Forbidden, invalid
from bookings.common.idempotency import Once, transaction_once
from bookings.common.money import Money
from bookings.payments import selectors as payments
from bookings.payments.models import Payment

BEFORE_PAYMENT = (Status.PENDING, Status.APPROVED)
"""In which the whole price may be taken off."""


def give_discount(
    *,
    booking_id: int,
    viewer: Viewer,
    reason: str,
    now: datetime,
    amount: Decimal | None = None,
    percent: int | None = None,
    once: Once | None = None,
) -> Booking:
    """Take an amount in the booking's currency, or a whole percentage of its price, off what is not paid yet.

    A deposit stays the same share until it is paid. An approved booking that costs nothing any more is confirmed.
    The client is told of the new price. An attempt that ended is asked about first: what it brought counts at the
    price at which it was asked. Raises NOT_FOUND, FORBIDDEN, INVALID_TRANSITION, PAYMENT_UNDER_WAY, ALREADY_PAID,
    VALIDATION_FAILED, PAYMENT_PROVIDER_ERROR, and AlreadyDone for a replay of `once`.
    """
    actors = policies.actors_of(viewer, selectors.visible(viewer, booking_id))
    if not policies.may_in_any(actors, Operation.DISCOUNT):
        raise Forbidden
    text = read_reason(reason)
    if once is not None:
        once.look_up(now=now)
    lapse(booking_id=booking_id, now=now)
    _hear_of_the_last_attempt(booking_id, now)
    with transaction_once(once, now=now) as outcome:
        outcome.made(booking_id)
        booking = lock_booking(booking_id)
        most = _most(booking, now)
        off = _read_off(booking, amount, percent)
        if off.amount > most.amount:
            raise invalid("off", gettext("At most %(most)s can be taken off.") % {"most": most})
        discount = Discount.objects.create(
            booking=booking, amount=off.amount, reason=text, given_by=viewer.user, created_at=now
        )
        _lower(booking, off, now)
        _tell(booking, discount, off, now)
    return booking


def _hear_of_the_last_attempt(booking_id: int, now: datetime) -> None:
    """Ask about an attempt that ended here and may have been paid there, before its price is another."""
    attempt = payments.latest_of(booking_id)
    if attempt is None or attempt.is_open or attempt.status == Payment.Status.SUCCEEDED:
        return
    if Booking.objects.filter(pk=booking_id, status=Status.APPROVED).exists():
        settle(payment_id=attempt.pk, now=now)


def most_off(booking: Booking) -> Money:
    """Give how much can be taken off a booking as it stands; nothing where all is paid, or it is over or only drafted.

    Of a confirmed one it is what is left to pay on site: what was due online stands.
    """
    most = Decimal(0)
    if booking.status in BEFORE_PAYMENT:
        most = booking.price
    elif booking.status == Status.CONFIRMED and (
        booking.deposit or booking.payment_mode == Booking.PaymentMode.ON_SITE
    ):
        most = min(amounts.balance(booking).amount, booking.price - booking.deposit)
    return Money(most, booking.currency)


def _most(booking: Booking, now: datetime) -> Money:
    """Give how much can be taken off a locked booking. Raises INVALID_TRANSITION, PAYMENT_UNDER_WAY, ALREADY_PAID."""
    if booking.status == Status.PAYMENT_PENDING or payments.open_attempt_of(booking.pk) is not None:
        left = booking.deadline_at - now if booking.deadline_at is not None else None
        wait = max(1, int(left.total_seconds()) + 1) if left is not None else None
        raise DomainError(ErrorCode.PAYMENT_UNDER_WAY, retry_after=wait)
    if booking.status not in {*BEFORE_PAYMENT, Status.CONFIRMED}:
        raise DomainError(
            ErrorCode.INVALID_TRANSITION,
            gettext("The booking is %(status)s: something is taken off a price before it is paid.")
            % {"status": Status(booking.status)},
            details={"status": booking.status},
        )
    most = most_off(booking)
    if most.amount <= 0:
        raise DomainError(ErrorCode.ALREADY_PAID)
    return most


def _read_off(booking: Booking, amount: Decimal | None, percent: int | None) -> Money:
    """Give what is taken off. Raises VALIDATION_FAILED for what is no amount of the currency, and for nothing."""
    if (amount is None) == (percent is None):
        raise invalid("off", gettext("Give an amount or a percentage, one of the two."))
    if percent is not None:
        if not 1 <= percent <= 100:
            raise invalid("off", gettext("A percentage is a whole number from 1 to 100."))
        off = share(Money(booking.price, booking.currency), percent)
    else:
        off = Money(read_price(amount, booking.currency, field="off"), booking.currency)
    if off.amount <= 0:
        raise invalid("off", gettext("This would take nothing off."))
    return off


def _lower(booking: Booking, off: Money, now: datetime) -> None:
    """Set the new price of a locked booking. What was paid online of a confirmed one stays its deposit."""
    price = booking.price - off.amount
    columns = {"price": price} if booking.status == Status.CONFIRMED else amounts.at_price(booking, price)
    for name, value in columns.items():
        setattr(booking, name, value)
    booking.discount += off.amount
    booking.updated_at = now
    booking.save(update_fields=[*columns, "discount", "updated_at"])


def _tell(booking: Booking, discount: Discount, off: Money, now: datetime) -> None:
    """Confirm what needs no payment any more, which is all that the client is told then; else tell the new price."""
    approved = booking.status == Status.APPROVED
    if approved and policies.needs_no_payment(booking):
        event = machine.apply(booking=booking, move=Move.CONFIRM_UNPAID, actor=SYSTEM, now=now)
        messages.announce(booking, event, now=now)
        return
    messages.tell(
        booking,
        messages.Recipient.CLIENT,
        "price_lowered",
        key=f"discount:{discount.pk}",
        now=now,
        context={"off": str(off)},
        secrets={"link": payment_link(booking=booking, now=now)} if approved else None,
    )
