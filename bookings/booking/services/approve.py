"""Approving: the practice says yes. Where nothing is to be paid online, that confirms at once."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from bookings.accounts.viewer import Viewer
from bookings.booking import machine, messages, policies
from bookings.booking.locks import lock_booking
from bookings.booking.models import Booking
from bookings.booking.policies import SYSTEM, Actor
from bookings.booking.rights import Operation
from bookings.booking.services.access import payment_link
from bookings.booking.services.acting import acting
from bookings.booking.services.expire import lapse
from bookings.booking.states import ActorKind, Move
from bookings.common.errors import DomainError, ErrorCode, Forbidden
from bookings.common.money import Money


def approve(*, booking_id: int, viewer: Viewer, now: datetime, price: Decimal | None = None) -> Booking:
    """Move PENDING → APPROVED, and on to CONFIRMED where the price is zero or payment is on site.

    `price` fixes another amount in the booking's currency. Raises NOT_FOUND, FORBIDDEN,
    INVALID_TRANSITION, VALIDATION_FAILED.
    """
    actor = acting(booking_id=booking_id, viewer=viewer, move=Move.APPROVE)
    if price is not None and (actor.kind is ActorKind.CONSULTANT or not actor.may(Operation.SET_PRICE)):
        raise Forbidden
    lapse(booking_id=booking_id, now=now)
    with transaction.atomic():
        booking = lock_booking(booking_id)
        changes = {"price": _read_price(price, booking)} if price is not None else {}
        approve_locked(booking, actor, now, changes)
    return booking


def approve_by_itself(*, booking: Booking, now: datetime) -> None:
    """Approve a booking whose service needs no approval, inside the caller's transaction."""
    approve_locked(booking, SYSTEM, now, {})


def approve_locked(booking: Booking, actor: Actor, now: datetime, changes: dict[str, Decimal]) -> None:
    """Approve a locked booking, chain, and announce the last move only."""
    event = machine.apply(
        booking=booking,
        move=Move.APPROVE,
        actor=actor,
        now=now,
        changes={**changes, "pay_by": policies.pay_by(booking, now)},
    )
    if policies.needs_no_payment(booking):
        event = machine.apply(booking=booking, move=Move.CONFIRM_UNPAID, actor=SYSTEM, now=now)
        messages.announce(booking, event, now=now)
        return
    messages.announce(booking, event, now=now, secrets={"link": payment_link(booking=booking, now=now)})


def _read_price(price: Decimal, booking: Booking) -> Decimal:
    """Refuse an amount that cannot be charged."""
    try:
        minor = Money(price, booking.currency).minor if price.is_finite() and 0 <= price < 10**9 else -1
    except ValueError:
        minor = -1
    if minor < 0:
        raise DomainError(
            ErrorCode.VALIDATION_FAILED, "This is no amount of the booking's currency.", field=["price"]
        )
    return Money.from_minor(minor, booking.currency).amount  # without a sign before zero, or a huge exponent
