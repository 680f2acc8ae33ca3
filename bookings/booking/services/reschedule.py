"""Another time, or another consultant: the old and the new change hands in one transaction."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from bookings.accounts.viewer import Viewer
from bookings.booking import machine, messages, policies, refund_policy
from bookings.booking.models import Booking
from bookings.booking.policies import Actor
from bookings.booking.services.acting import acting
from bookings.booking.services.expire import lapse
from bookings.booking.services.moving import Destination, check, lock_for, move_time, told
from bookings.booking.services.proofs import mail_proof
from bookings.booking.states import TABLE, ActorKind, Move, Status
from bookings.common.errors import DomainError, ErrorCode
from bookings.verification.models import Challenge


def reschedule(
    *,
    booking_id: int,
    viewer: Viewer,
    starts_at: datetime,
    now: datetime,
    override: bool = False,
    seen: int | None = None,
) -> Booking:
    """Move a booking to another start with the same host; its own old time never blocks the new.

    override: staff put the session where it is not offered; overlap and seats stand all the same. A client who moves
    a confirmed session gets no more back for cancelling it later than for cancelling it now.
    seen: how many events the booking had when the mover looked at it; where that is known, no other will do.
    Raises NOT_FOUND, FORBIDDEN, INVALID_TRANSITION, TOO_LATE, SLOT_UNAVAILABLE, ALREADY_DECIDED.
    """
    actor = acting(booking_id=booking_id, viewer=viewer, move=Move.RESCHEDULE)
    return _move(booking_id, actor, Move.RESCHEDULE, Destination(starts_at, override=override), now, seen)


def reassign(
    *,
    booking_id: int,
    viewer: Viewer,
    now: datetime,
    consultant_id: int | None = None,
    resource_id: int | None = None,
    starts_at: datetime | None = None,
    override: bool = False,
) -> Booking:
    """Give a booking to another consultant who offers the service, or another resource, at the same start or another.

    Raises what `reschedule` raises, NOT_FOUND for somebody or something that does not offer it, and
    VALIDATION_FAILED where neither is named.
    """
    actor = acting(booking_id=booking_id, viewer=viewer, move=Move.REASSIGN)
    if consultant_id is None and resource_id is None:
        raise DomainError(ErrorCode.VALIDATION_FAILED, gettext("Say to whom."), field=["consultantId"])
    to = Destination(starts_at, consultant_id, resource_id, override=override)
    return _move(booking_id, actor, Move.REASSIGN, to, now)


def _move(
    booking_id: int, actor: Actor, move: Move, to: Destination, now: datetime, seen: int | None = None
) -> Booking:
    """Lock, give the old time back, take the new, record and tell."""
    check(to, actor)
    lapse(booking_id=booking_id, now=now)
    with transaction.atomic():
        booking, hosts = lock_for(booking_id, to, actor)
        if seen is not None and booking.events.count() != seen:
            raise DomainError(ErrorCode.ALREADY_DECIDED)
        machine.refuse_unless_allowed(booking, move)
        policies.refuse_at_wrong_time(booking, TABLE[move], actor, now)
        changes = {**move_time(booking, to, hosts, actor, now), **_no_more_back(booking, actor, now)}
        consultant = changes.get("consultant", booking.consultant)
        if booking.status == Status.CONFIRMED and booking.consultant != consultant:
            _tell_the_old_consultant(booking, now)
        data = told(booking, changes["starts_at"])
        event = machine.apply(booking=booking, move=move, actor=actor, now=now, changes=changes, data=data)
        messages.announce(booking, event, now=now)
        if booking.status == Status.DRAFT:
            mail_proof(booking, Challenge.Purpose.VERIFY_BOOKING, now=now)
    return booking


def _no_more_back(booking: Booking, actor: Actor, now: datetime) -> dict[str, Any]:
    """Cap the refund tiers of a session that its client moves late: moved far away, it could be cancelled for more."""
    if actor.kind is not ActorKind.CLIENT or booking.status != Status.CONFIRMED:
        return {}
    percent = refund_policy.percent_for(booking, actor, now)
    return {"refund_tiers": refund_policy.capped(booking.refund_tiers, percent)}


def _tell_the_old_consultant(booking: Booking, now: datetime) -> None:
    messages.tell(
        booking,
        messages.Recipient.CONSULTANT,
        "consultant_released",
        key=f"booking:{booking.pk}:released:{booking.calendar_sequence}",
        now=now,
        sequence=booking.calendar_sequence + 1,
    )
