"""Another time, or another consultant: the old and the new change hands in one transaction."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from bookings.accounts.viewer import Viewer
from bookings.availability import selectors as availability
from bookings.availability import services as time
from bookings.availability.engine import MINUTE, Terms
from bookings.booking import machine, messages, policies
from bookings.booking.locks import lock_booking
from bookings.booking.models import Booking
from bookings.booking.policies import Actor
from bookings.booking.rights import Operation
from bookings.booking.services.acting import acting
from bookings.booking.services.expire import lapse
from bookings.booking.services.proofs import mail_proof
from bookings.booking.services.terms import held_terms
from bookings.booking.states import TABLE, ActorKind, Move, Status
from bookings.common.errors import DomainError, ErrorCode, Forbidden
from bookings.consultants.models import Consultant
from bookings.schedules import selectors as schedules
from bookings.slots import services as slots
from bookings.slots.models import Slot
from bookings.verification.models import Challenge


def reschedule(
    *, booking_id: int, viewer: Viewer, starts_at: datetime, now: datetime, override: bool = False
) -> Booking:
    """Move a booking to another start with the same consultant; its own old time never blocks the new.

    override: staff put the session where it is not offered; overlap and seats stand all the same.
    Raises NOT_FOUND, FORBIDDEN, INVALID_TRANSITION, TOO_LATE, SLOT_UNAVAILABLE.
    """
    actor = acting(booking_id=booking_id, viewer=viewer, move=Move.RESCHEDULE)
    return _move(booking_id, actor, Move.RESCHEDULE, now, starts_at=starts_at, override=override)


def reassign(
    *,
    booking_id: int,
    viewer: Viewer,
    consultant_id: int,
    now: datetime,
    starts_at: datetime | None = None,
    override: bool = False,
) -> Booking:
    """Give a booking to another consultant who offers the service, at the same start or another.

    Raises what `reschedule` raises, and NOT_FOUND for a consultant who does not offer it.
    """
    actor = acting(booking_id=booking_id, viewer=viewer, move=Move.REASSIGN)
    booking = Booking.objects.get(pk=booking_id)
    other = Consultant.objects.filter(
        pk=consultant_id, business=booking.business_id, services=booking.service_id, is_active=True
    ).first()
    if other is None:
        raise DomainError(ErrorCode.NOT_FOUND, "Nobody like this offers the service.", field=["consultantId"])
    return _move(booking_id, actor, Move.REASSIGN, now, starts_at=starts_at, other=other, override=override)


def _move(
    booking_id: int,
    actor: Actor,
    move: Move,
    now: datetime,
    *,
    starts_at: datetime | None,
    other: Consultant | None = None,
    override: bool,
) -> Booking:
    """Lock schedules → slots → booking, give the old time back, take the new, record and tell."""
    office = actor.kind in {ActorKind.STAFF, ActorKind.ADMIN}
    if override and not (office and actor.may(Operation.OVERRIDE)):
        raise Forbidden
    lapse(booking_id=booking_id, now=now)
    with transaction.atomic():
        booking = _locked(booking_id, other, starts_at)
        machine.refuse_unless_allowed(booking, move)
        policies.refuse_at_wrong_time(booking, TABLE[move], actor, now)
        start = starts_at or booking.starts_at
        if start is None:
            raise DomainError(ErrorCode.VALIDATION_FAILED, "Say when.", field=["startsAt"])
        if start <= now and not override:
            raise DomainError(ErrorCode.SLOT_UNAVAILABLE, "This time is over.")
        consultant = other or booking.consultant
        if consultant is None:
            raise machine.invalid_transition(booking, move)
        changes = _new_time(booking, consultant, start, actor, now, override=override)
        if booking.status == Status.CONFIRMED and booking.consultant_id != consultant.pk:
            _tell_the_old_consultant(booking, now)
        data = {"from": booking.starts_at.isoformat() if booking.starts_at else None, "to": start.isoformat()}
        event = machine.apply(booking=booking, move=move, actor=actor, now=now, changes=changes, data=data)
        messages.announce(booking, event, now=now)
        if booking.status == Status.DRAFT:
            mail_proof(booking, Challenge.Purpose.VERIFY_BOOKING, now=now)
    return booking


def _locked(booking_id: int, other: Consultant | None, starts_at: datetime | None) -> Booking:
    """Lock the old and the new schedule, then the old and the new slot, by key, and only then the booking.

    Raises NOT_FOUND.
    """
    rows = Booking.objects.filter(pk=booking_id)
    while True:
        before = transaction.savepoint()
        old = rows.values_list("consultant__schedule_id", flat=True).first()
        new = other.schedule_id if other else old
        schedules.lock(pk for pk in (old, new) if pk is not None)
        for slot_id, start in rows.values_list("slot_id", "starts_at"):
            touched = Q(pk=slot_id) | Q(schedule=new, starts_at=starts_at or start)
            list(Slot.objects.select_for_update().filter(touched).order_by("pk"))
        booking = lock_booking(booking_id)
        if old == (booking.consultant.schedule_id if booking.consultant else None):
            transaction.savepoint_commit(before)
            return booking
        # It went to another consultant while we waited. Locking that schedule now would be the wrong order.
        transaction.savepoint_rollback(before)


def _new_time(
    booking: Booking, consultant: Consultant, start: datetime, actor: Actor, now: datetime, *, override: bool
) -> dict[str, Any]:
    """Take the new time (a draft only asks for it) and give the columns that change with it."""
    terms = _terms(booking, actor)
    changes: dict[str, Any] = {"starts_at": start, "consultant": consultant}
    if booking.slot_id is None:
        opening = time.require_open(terms=terms, schedule=consultant.schedule, start=start, now=now)
        changes["ends_at"] = availability.moment(opening.end)
    else:
        slots.give_back(slot_id=booking.slot_id, seats=booking.seats)
        slot: Slot = time.hold(
            terms=terms, schedule_id=consultant.schedule_id, start=start, now=now, override=override
        )
        changes |= {"slot": slot, "ends_at": slot.ends_at}
    return {
        **changes,
        "timezone": consultant.schedule.timezone,
        "deadline_at": min(booking.deadline_at, start) if booking.deadline_at else None,
        "pay_by": min(booking.pay_by, start) if booking.pay_by else None,
        "calendar_sequence": booking.calendar_sequence + 1,
    }


def _terms(booking: Booking, actor: Actor) -> Terms:
    """Give the copied terms; a client keeps notice and horizon for the new time as well."""
    terms = held_terms(booking)
    if actor.kind is not ActorKind.CLIENT:
        return terms
    return replace(terms, notice=booking.service.notice * MINUTE, horizon=booking.service.horizon)


def _tell_the_old_consultant(booking: Booking, now: datetime) -> None:
    messages.tell(
        booking,
        messages.Recipient.CONSULTANT,
        "consultant_released",
        key=f"booking:{booking.pk}:released:{booking.calendar_sequence}",
        now=now,
    )
