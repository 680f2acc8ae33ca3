"""Manual creation: staff enter a booking for somebody who called, wrote or walked in."""

from dataclasses import dataclass
from datetime import datetime

from bookings.accounts.addresses import read_email
from bookings.accounts.viewer import Viewer
from bookings.availability import services as time
from bookings.booking import claims, machine, messages
from bookings.booking.models import Booking
from bookings.booking.policies import Actor
from bookings.booking.rights import Operation
from bookings.booking.services.approve import approve_locked
from bookings.booking.services.request import DraftRequest, check_texts, insert, offered, row
from bookings.booking.services.terms import held_terms, whole_length
from bookings.booking.states import ActorKind, Move
from bookings.businesses.models import Business
from bookings.common.errors import DomainError, ErrorCode, Forbidden
from bookings.common.idempotency import Once, transaction_once


@dataclass(frozen=True)
class Creation:
    """How staff create: approve at once, and take a time that is not offered."""

    approve: bool = True
    override: bool = False


def create(
    *, request: DraftRequest, how: Creation, viewer: Viewer, now: datetime, once: Once | None = None
) -> Booking:
    """Make a booking that needs no proof: PENDING, or approved at once (and CONFIRMED where nothing is to be paid).

    The person needs no mailbox: without an address nothing is mailed and no place is claimed. Staff may exceed the
    number of active bookings, and with `how.override` everything but overlap and seats.
    Raises VALIDATION_FAILED, CONSENT_REQUIRED, NOT_FOUND, FORBIDDEN, SLOT_UNAVAILABLE, AlreadyDone.
    """
    email = read_email(request.email) if request.email else ""
    check_texts(request)
    if not email and not request.phone.strip() and not request.full_name.strip():
        raise DomainError(ErrorCode.VALIDATION_FAILED, "Say who comes.", field=["fullName"])
    consultant, service = offered(request)
    actor = _acting(viewer, service.business)
    if not actor.may(Operation.CREATE) or (how.override and not actor.may(Operation.OVERRIDE)):
        raise Forbidden
    with transaction_once(once, now=now) as outcome:
        ends_at = request.starts_at + whole_length(service)
        booking = row(request, email, service, consultant, ends_at, now)
        slot = time.hold(
            terms=held_terms(booking),
            schedule_id=consultant.schedule_id,
            start=request.starts_at,
            now=now,
            override=how.override,
        )
        booking = insert(booking)
        machine.record(booking=booking, move=Move.DRAFT, before="", actor=actor, now=now)
        claim = claims.take(booking, exceed=True) if email else None
        event = machine.apply(
            booking=booking, move=Move.VERIFY, actor=actor, now=now, changes={"slot": slot, "claim": claim}
        )
        if how.approve or not booking.needs_approval:
            approve_locked(booking, actor, now, {})
        else:
            messages.announce(booking, event, now=now)
        outcome.made(booking.pk)
    return booking


def _acting(viewer: Viewer, business: Business) -> Actor:
    """Give staff or admin of the business. Raises UNAUTHENTICATED, FORBIDDEN."""
    user = viewer.require_user()
    if business.pk in viewer.business_ids:
        return Actor(ActorKind.STAFF, str(user.pk), viewer.roles[business.pk])
    if viewer.is_admin:
        return Actor(ActorKind.ADMIN, str(user.pk))
    raise Forbidden
