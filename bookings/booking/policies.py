"""Who may move a booking, and until when. Pure functions of objects and `now`."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bookings.accounts.viewer import Viewer
from bookings.booking import rights
from bookings.booking.models import Booking
from bookings.booking.rights import Operation
from bookings.booking.states import ActorKind, Move, Status, Timing, Transition
from bookings.businesses.models import Business
from bookings.catalogue.models import Service
from bookings.common.errors import DomainError, ErrorCode

DRAFT_LIFETIME = timedelta(minutes=30)
PENDING_LIFETIME = timedelta(hours=48)
APPROVED_LIFETIME = timedelta(hours=24)
PAYMENT_LIFETIME = timedelta(minutes=30)
CANCELLATION_NOTICE = timedelta(hours=24)
COMPLETED_AFTER = timedelta(hours=12)
"""How long after its end a confirmed booking counts as completed without a word from anybody."""


@dataclass(frozen=True)
class Actor:
    """As what, and as whom, somebody acts on one booking; `role` is that of staff."""

    kind: ActorKind
    id: str = ""
    role: str = ""

    def may(self, what: Move | Operation) -> bool:
        """Tell whether the table of rights lets this actor do something; it narrows staff alone."""
        return self.kind is not ActorKind.STAFF or rights.may(self.role, what)


SYSTEM = Actor(ActorKind.SYSTEM)


@dataclass(frozen=True)
class Lifetimes:
    """How long each lapsing status lasts; the service's word goes before the business's, and that before ours."""

    draft: timedelta
    pending: timedelta
    approved: timedelta
    payment: timedelta
    cancellation: timedelta

    @classmethod
    def of(cls, service: Service, business: Business) -> "Lifetimes":
        """Give those that hold for a service at this moment."""
        return cls(
            draft=service.draft_lifetime or business.draft_lifetime or DRAFT_LIFETIME,
            pending=service.pending_lifetime or business.pending_lifetime or PENDING_LIFETIME,
            approved=service.approved_lifetime or business.approved_lifetime or APPROVED_LIFETIME,
            payment=service.payment_lifetime or business.payment_lifetime or PAYMENT_LIFETIME,
            cancellation=_first(
                service.cancellation_notice, business.cancellation_notice, CANCELLATION_NOTICE
            ),
        )


def actors_of(viewer: Viewer, booking: Booking) -> list[Actor]:
    """Give every capacity in which the viewer may look at the booking; none means that it is invisible to them."""
    user_id = str(viewer.user.pk) if viewer.user is not None else ""
    actors = []
    if viewer.is_admin:
        actors.append(Actor(ActorKind.ADMIN, user_id))
    if booking.business_id in viewer.business_ids:
        actors.append(Actor(ActorKind.STAFF, user_id, viewer.roles[booking.business_id]))
    if booking.consultant_id is not None and booking.consultant_id in viewer.consultant_ids:
        actors.append(Actor(ActorKind.CONSULTANT, user_id))
    if viewer.proven_email is not None and viewer.proven_email == booking.email:
        actors.append(Actor(ActorKind.CLIENT, user_id))
    elif booking.subject in viewer.subjects:
        actors.append(Actor(ActorKind.CLIENT))
    return actors


def allowed_actor(actors: list[Actor], transition: Transition) -> Actor | None:
    """Give the first of the viewer's capacities to which lifecycle and rights allow the move."""
    return next(
        (actor for actor in actors if actor.kind in transition.actors and actor.may(transition.move)), None
    )


def refuse_at_wrong_time(booking: Booking, transition: Transition, actor: Actor, now: datetime) -> None:
    """Raise TOO_EARLY or TOO_LATE where the move's timing stands against it. A booking without a time has none."""
    if booking.starts_at is None or booking.ends_at is None:
        return
    if transition.timing is Timing.FROM_START and now < booking.starts_at:
        raise DomainError(ErrorCode.TOO_EARLY)
    if transition.timing is Timing.BEFORE_END and now >= last_moment(booking, actor):
        raise DomainError(ErrorCode.TOO_LATE)


def last_moment(booking: Booking, actor: Actor) -> datetime:
    """Give until when (exclusive) somebody may cancel or move a booking that has a time.

    The client of a confirmed one keeps the notice that was agreed at drafting; nobody acts after the end.
    """
    if booking.starts_at is None or booking.ends_at is None:
        raise ValueError("a booking without a time has no last moment")
    if actor.kind is ActorKind.CLIENT:
        confirmed = booking.status == Status.CONFIRMED
        return booking.starts_at - booking.cancellation_notice if confirmed else booking.starts_at
    return booking.ends_at


def has_lapsed(booking: Booking, now: datetime) -> bool:
    """Tell whether the present status's deadline has come; the deadline itself is already too late."""
    return booking.deadline_at is not None and now >= booking.deadline_at


def deadline_in(booking: Booking, status: Status, now: datetime) -> datetime | None:
    """Give when a booking that enters a status now will lapse from it; never past the start."""
    if status is Status.PENDING:
        return _not_past_start(booking, now + booking.pending_lifetime)
    if status is Status.APPROVED:
        return booking.pay_by
    if status is Status.PAYMENT_PENDING:
        attempt = now + booking.payment_lifetime
        return min(attempt, booking.pay_by) if booking.pay_by else attempt
    return None


def pay_by(booking: Booking, now: datetime) -> datetime:
    """Give until when a booking that is approved now has to be paid."""
    return _not_past_start(booking, now + booking.approved_lifetime)


def needs_no_payment(booking: Booking) -> bool:
    """Tell whether approval alone confirms: the price is zero, or payment is on site."""
    return booking.price == 0 or booking.payment_mode == Booking.PaymentMode.ON_SITE


def _first(*lengths: timedelta | None) -> timedelta:
    """Give the first that is set; a notice of zero is one that is set."""
    return next(length for length in lengths if length is not None)


def _not_past_start(booking: Booking, moment: datetime) -> datetime:
    return min(moment, booking.starts_at) if booking.starts_at else moment
