"""Approving: the practice says yes. Where nothing is to be paid online, that confirms at once."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from bookings.accounts.viewer import Viewer
from bookings.availability.selectors import terms_of
from bookings.booking import amounts, machine, messages, policies
from bookings.booking.locks import lock_booking
from bookings.booking.models import Booking
from bookings.booking.policies import SYSTEM, Actor
from bookings.booking.rights import Operation
from bookings.booking.services.access import payment_link
from bookings.booking.services.acting import acting
from bookings.booking.services.expire import lapse
from bookings.booking.services.moving import Destination, check, is_there, lock_for, move_time, told
from bookings.booking.states import ActorKind, Move
from bookings.catalogue.prices import read_price
from bookings.common.errors import DomainError, ErrorCode, Forbidden, invalid
from bookings.payments.selectors import can_be_paid_online


def approve(
    *,
    booking_id: int,
    viewer: Viewer,
    now: datetime,
    price: Decimal | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    consultant_id: int | None = None,
    resource_id: int | None = None,
    override: bool = False,
) -> Booking:
    """Move PENDING → APPROVED, and on to CONFIRMED where the price is zero or payment is on site.

    `price` fixes another amount in the booking's currency; a deposit stays the same share of it. `starts_at` (and
    `ends_at`, where a wish has a length to choose) assigns the time that a wish needs, or changes the one that was
    asked for; `consultant_id` and `resource_id` say whose, else whoever was asked for. Raises NOT_FOUND, FORBIDDEN,
    INVALID_TRANSITION, SLOT_UNAVAILABLE, VALIDATION_FAILED.
    """
    actor = acting(booking_id=booking_id, viewer=viewer, move=Move.APPROVE)
    consults = actor.kind is ActorKind.CONSULTANT
    if price is not None and (consults or not actor.may(Operation.SET_PRICE)):
        raise Forbidden
    if consults and (consultant_id not in {None, *viewer.consultant_ids} or resource_id is not None):
        raise Forbidden
    to = Destination(starts_at, consultant_id, resource_id, _length(starts_at, ends_at), override)
    check(to, actor)
    lapse(booking_id=booking_id, now=now)
    with transaction.atomic():
        booking, changes, data = _placed(booking_id, to, actor, now)
        if price is not None:
            changes |= amounts.at_price(booking, read_price(price, booking.currency))
        elif to.length is not None:
            changes |= amounts.at_price(booking, amounts.price_at_length(booking, to.length))
        _refuse_unpayable(booking, changes)
        approve_locked(booking, actor, now, changes, data)
    return booking


def _placed(
    booking_id: int, to: Destination, actor: Actor, now: datetime
) -> tuple[Booking, dict[str, Any], dict[str, Any]]:
    """Lock the booking; give the columns of the time that it gets with its approval, if any, and what to record."""
    if to == Destination():
        booking = lock_booking(booking_id)
        machine.refuse_unless_allowed(booking, Move.APPROVE)
        if booking.starts_at is None:
            raise DomainError(
                ErrorCode.VALIDATION_FAILED, gettext("This is a wish: give it a time."), field=["startsAt"]
            )
        return booking, {}, {}
    booking, hosts = lock_for(booking_id, to, actor)
    machine.refuse_unless_allowed(booking, Move.APPROVE)
    if booking.slot_id is not None and is_there(booking, to):
        return booking, {}, {}
    if booking.starts_at is not None and to.length is not None:
        raise DomainError(
            ErrorCode.VALIDATION_FAILED,
            gettext("Only a wish gets its length with approval."),
            field=["endsAt"],
        )
    if to.length is not None:
        terms_of(booking.service, length=to.length)
    changes = move_time(booking, to, hosts, actor, now)
    if changes["starts_at"] <= now and not policies.needs_no_payment(booking):
        raise invalid(
            "startsAt", gettext("This has to be paid online before it begins: choose a time to come.")
        )
    del changes["deadline_at"], changes["pay_by"]
    data = told(booking, changes["starts_at"])
    booking.starts_at = changes["starts_at"]
    return booking, changes, data


def _refuse_unpayable(booking: Booking, changes: dict[str, Any]) -> None:
    """Refuse a price for what was free where nobody takes it online: drafting asked that of everything else."""
    rises = booking.price == 0 and changes.get("price", Decimal(0)) > 0
    if not rises or booking.payment_mode != Booking.PaymentMode.ONLINE:
        return
    if not can_be_paid_online(business_id=booking.business_id, currency=booking.currency):
        raise invalid("price", gettext("Online payment is not set up here."))


def _length(starts_at: datetime | None, ends_at: datetime | None) -> timedelta | None:
    if ends_at is None:
        return None
    if starts_at is None or ends_at <= starts_at:
        raise DomainError(
            ErrorCode.VALIDATION_FAILED, gettext("An end comes after its start."), field=["endsAt"]
        )
    return ends_at - starts_at


def approve_by_itself(*, booking: Booking, now: datetime) -> None:
    """Approve a booking whose service needs no approval, inside the caller's transaction."""
    approve_locked(booking, SYSTEM, now, {})


def approve_locked(
    booking: Booking,
    actor: Actor,
    now: datetime,
    changes: dict[str, Any],
    data: dict[str, Any] | None = None,
) -> None:
    """Approve a locked booking, chain, and announce the last move only."""
    event = machine.apply(
        booking=booking,
        move=Move.APPROVE,
        actor=actor,
        now=now,
        changes={**changes, "pay_by": policies.pay_by(booking, now)},
        data=data,
    )
    if policies.needs_no_payment(booking):
        event = machine.apply(booking=booking, move=Move.CONFIRM_UNPAID, actor=SYSTEM, now=now)
        messages.announce(booking, event, now=now)
        return
    messages.announce(booking, event, now=now, secrets={"link": payment_link(booking=booking, now=now)})
