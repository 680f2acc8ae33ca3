"""Verifying: the client proves the mailbox; only now is time held and a place claimed."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from bookings.accounts.viewer import Viewer
from bookings.availability import services as time
from bookings.booking import claims, machine, messages
from bookings.booking.locks import lock_booking
from bookings.booking.models import Booking
from bookings.booking.policies import Actor, actors_of, has_lapsed
from bookings.booking.services.access import ACCESS_PURPOSES
from bookings.booking.services.approve import approve_by_itself
from bookings.booking.services.expire import lapse
from bookings.booking.services.terms import held_terms
from bookings.booking.states import ActorKind, Move
from bookings.common.errors import DomainError, ErrorCode
from bookings.schedules import selectors as schedules
from bookings.slots.models import Slot
from bookings.verification import services as verification


@dataclass(frozen=True)
class Verified:
    """The booking, and the access token that a passed challenge gives (none for staff and accounts)."""

    booking: Booking
    access_token: str | None


def verify(*, passed: verification.Passed, now: datetime) -> Verified:
    """Move DRAFT → PENDING for whoever passed the challenge, and further where no approval is needed.

    The challenge stays consumed and the access token is given even where the move is refused: then the error's
    `details["access_token"]` holds it and the DRAFT stays. Raises SLOT_UNAVAILABLE, ACTIVE_BOOKING_EXISTS,
    INVALID_TRANSITION.
    """
    booking_id = int(passed.subject.removeprefix("booking:"))
    token, _ = verification.grant_access(
        subject=passed.subject, email=passed.email, purposes=ACCESS_PURPOSES, now=now
    )
    try:
        booking = _verify(booking_id, Actor(ActorKind.CLIENT), now)
    except DomainError as error:
        error.details["access_token"] = token
        raise
    return Verified(booking, token)


def verify_as(*, booking_id: int, viewer: Viewer, now: datetime) -> Verified:
    """Do the same for a signed-in client whose proven address this is, or for staff, without a challenge.

    Raises NOT_FOUND, FORBIDDEN and what `verify` raises.
    """
    booking = Booking.objects.filter(pk=booking_id).first()
    actors = [
        actor
        for actor in (actors_of(viewer, booking) if booking else [])
        if actor.kind is not ActorKind.CLIENT or actor.id
    ]
    if not actors:
        raise DomainError(ErrorCode.NOT_FOUND)
    kinds = {ActorKind.CLIENT, ActorKind.STAFF, ActorKind.ADMIN}
    actor = next((actor for actor in actors if actor.kind in kinds), actors[0])
    return Verified(_verify(booking_id, actor, now), None)


def _verify(booking_id: int, actor: Actor, now: datetime) -> Booking:
    """Hold, claim, move, chain and queue in one transaction."""
    lapse(booking_id=booking_id, now=now)
    with transaction.atomic():
        slot = _hold_unless_moved_on(booking_id, now)
        booking = lock_booking(booking_id)
        machine.refuse_unless_allowed(booking, Move.VERIFY)
        claim = claims.take(booking)
        event = machine.apply(
            booking=booking, move=Move.VERIFY, actor=actor, now=now, changes={"slot": slot, "claim": claim}
        )
        if booking.needs_approval:
            messages.announce(booking, event, now=now)
        else:
            approve_by_itself(booking=booking, now=now)
    return booking


def _hold_unless_moved_on(booking_id: int, now: datetime) -> Slot | None:
    """Take the drafted time on the copied terms, before the booking is locked (schedule → slot → booking).

    Who moves a draft holds its schedule meanwhile; hence the time is read only once that is locked.
    """
    schedules.lock(Booking.objects.filter(pk=booking_id).values_list("consultant__schedule_id", flat=True))
    booking = Booking.objects.select_related("service", "consultant").get(pk=booking_id)
    machine.refuse_unless_allowed(booking, Move.VERIFY)
    if has_lapsed(booking, now) or booking.starts_at is None or booking.consultant is None:
        raise machine.invalid_transition(booking, Move.VERIFY)
    try:
        return time.hold(
            terms=held_terms(booking),
            schedule_id=booking.consultant.schedule_id,
            start=booking.starts_at,
            now=now,
        )
    except time.TimeTaken:
        booking.refresh_from_db(fields=["status"])
        machine.refuse_unless_allowed(booking, Move.VERIFY)  # it may be this very draft that took the time
        raise
