"""Verifying: the client proves the mailbox; only now is time held and a place claimed."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from bookings.accounts.viewer import Viewer
from bookings.availability import services as time
from bookings.availability.hosts import Hosts
from bookings.booking import claims, machine, messages
from bookings.booking.locks import lock_booking
from bookings.booking.models import Booking
from bookings.booking.policies import Actor, actors_of, has_lapsed
from bookings.booking.services.access import ACCESS_PURPOSES
from bookings.booking.services.approve import approve_by_itself
from bookings.booking.services.expire import lapse
from bookings.booking.states import ActorKind, Move
from bookings.booking.terms import held_terms, hosts_for, placed
from bookings.businesses.selectors import is_blocked
from bookings.common.errors import DomainError, ErrorCode
from bookings.verification import services as verification


@dataclass(frozen=True)
class Verified:
    """The booking, and the access token that a passed challenge gives (none for staff and accounts)."""

    booking: Booking
    access_token: str | None


def verify(*, passed: verification.Passed, now: datetime, through: str = "") -> Verified:
    """Move DRAFT → PENDING for whoever passed the challenge, and further where no approval is needed.

    through: the service key that brings the proof, for the event.

    The challenge stays consumed and the access token is given even where the move is refused: then the error's
    `details` hold it as `access_token`, and as `booking` the DRAFT that stays. Raises SENDER_BLOCKED, SLOT_UNAVAILABLE,
    ACTIVE_BOOKING_EXISTS, INVALID_TRANSITION.
    """
    booking_id = int(passed.subject.removeprefix("booking:"))
    token, _until = verification.grant_access(
        subject=passed.subject, email=passed.email, purposes=ACCESS_PURPOSES, now=now
    )
    try:
        booking = _verify(booking_id, Actor(ActorKind.CLIENT, through), now)
    except DomainError as error:
        error.details |= {"access_token": token, "booking": Booking.objects.filter(pk=booking_id).first()}
        raise
    return Verified(booking, token)


def verify_as(*, booking_id: int, viewer: Viewer, now: datetime) -> Verified:
    """Do the same for a signed-in client whose proven address this is, or for staff, without a challenge.

    Raises NOT_FOUND (EMAIL_NOT_VERIFIED to an account whose own address is not proven), FORBIDDEN and what `verify`
    raises.
    """
    booking = Booking.objects.filter(pk=booking_id).first()
    actors = [
        actor
        for actor in (actors_of(viewer, booking) if booking else [])
        if actor.kind is not ActorKind.CLIENT or actor.is_signed_in
    ]
    if not actors:
        raise DomainError(_why_unseen(viewer))
    kinds = {ActorKind.CLIENT, ActorKind.STAFF, ActorKind.ADMIN}
    actor = next((actor for actor in actors if actor.kind in kinds), actors[0])
    return Verified(_verify(booking_id, actor, now), None)


def _why_unseen(viewer: Viewer) -> ErrorCode:
    """Tell an account whose address is not proven that this comes first, whether there is such a booking or not."""
    unproven = viewer.account is not None and viewer.proven_email is None
    return ErrorCode.EMAIL_NOT_VERIFIED if unproven else ErrorCode.NOT_FOUND


def _verify(booking_id: int, actor: Actor, now: datetime) -> Booking:
    """Hold, claim, move, chain and queue in one transaction. A wish holds nothing until it is approved.

    Whom the practice blocks is told only here, once the mailbox is proven; staff are not held to the list.
    """
    lapse(booking_id=booking_id, now=now)
    with transaction.atomic():
        if actor.kind is ActorKind.CLIENT:
            _refuse_unwelcome(booking_id, now)
        booking, held = _locked_and_held(booking_id, now)
        machine.refuse_unless_allowed(booking, Move.VERIFY)
        changes = {**(placed(booking, held) if held is not None else {}), "claim": claims.take(booking)}
        event = machine.apply(booking=booking, move=Move.VERIFY, actor=actor, now=now, changes=changes)
        if booking.needs_approval:
            messages.announce(booking, event, now=now)
        else:
            approve_by_itself(booking=booking, now=now)
    return booking


def _refuse_unwelcome(booking_id: int, now: datetime) -> None:
    """Refuse a draft where the practice closed since, and one of a sender whom it blocks at this moment.

    Raises SLOT_UNAVAILABLE, SENDER_BLOCKED.
    """
    booking = _drafted(booking_id, now)
    if not booking.service.business.is_active:
        raise DomainError(ErrorCode.SLOT_UNAVAILABLE, _("The practice takes no bookings now."))
    if is_blocked(business_id=booking.business_id, email=booking.email):
        raise DomainError(ErrorCode.SENDER_BLOCKED)


def _locked_and_held(booking_id: int, now: datetime) -> tuple[Booking, time.Held | None]:
    """Take the drafted time, then lock the booking. A wish that got a time while we looked is no wish: begin again."""
    while True:
        before = transaction.savepoint()
        held = _hold_unless_moved_on(booking_id, now)
        booking = lock_booking(booking_id)
        if held is not None or booking.starts_at is None:
            transaction.savepoint_commit(before)
            return booking, held
        transaction.savepoint_rollback(before)


def _hold_unless_moved_on(booking_id: int, now: datetime) -> time.Held | None:
    """Take the drafted time on the copied terms, before the booking is locked (schedules → slot → booking).

    Who moves a draft holds its schedules meanwhile; hence it is read anew once those are locked.
    """
    while True:
        before = transaction.savepoint()
        seen = _drafted(booking_id, now)
        if seen.starts_at is None:
            transaction.savepoint_commit(before)
            return None
        terms, hosts = held_terms(seen), hosts_for(seen)
        time.lock(terms=terms, schedule_ids=hosts.ids)
        booking = _drafted(booking_id, now)
        fresh = hosts_for(booking)
        same = (booking.starts_at, held_terms(booking), fresh.ids) == (seen.starts_at, terms, hosts.ids)
        if same and booking.starts_at is not None:
            transaction.savepoint_commit(before)
            return _hold(booking, fresh, booking.starts_at, now)
        # It asks for other locks by now. Taking them after these would be the wrong order: begin again.
        transaction.savepoint_rollback(before)


def _hold(booking: Booking, hosts: Hosts, start: datetime, now: datetime) -> time.Held:
    try:
        return time.hold(terms=held_terms(booking), hosts=hosts, start=start, now=now)
    except time.TimeTaken:
        booking.refresh_from_db(fields=["status"])
        machine.refuse_unless_allowed(booking, Move.VERIFY)  # it may be this very draft that took the time
        raise


def _drafted(booking_id: int, now: datetime) -> Booking:
    """Read a draft that has not lapsed. Raises INVALID_TRANSITION."""
    booking = Booking.objects.select_related("service__business").get(pk=booking_id)
    machine.refuse_unless_allowed(booking, Move.VERIFY)
    if has_lapsed(booking, now):
        raise machine.invalid_transition(booking, Move.VERIFY)
    return booking
