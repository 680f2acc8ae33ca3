"""Who may move a booking, and until when. Pure functions of objects and `now`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext

from bookings.accounts.models import ServiceKey
from bookings.accounts.viewer import Viewer
from bookings.booking import rights, wishes
from bookings.booking.models import Booking
from bookings.booking.rights import Operation
from bookings.booking.states import ActorKind, Move, Requirement, Status, Timing, Transition
from bookings.businesses.models import Business
from bookings.catalogue.models import Service
from bookings.common.errors import DomainError, ErrorCode, invalid
from bookings.common.money import Money

YEARS = range(1971, 2500)
"""In which a session may lie; around them there is room for buffers and zones."""
DRAFT_LIFETIME = timedelta(minutes=30)
PENDING_LIFETIME = timedelta(hours=48)
APPROVED_LIFETIME = timedelta(hours=24)
PAYMENT_LIFETIME = timedelta(minutes=30)
CANCELLATION_NOTICE = timedelta(hours=24)
COMPLETED_AFTER = timedelta(hours=12)
"""How long after its end a confirmed booking counts as completed without a word from anybody."""


OPENED_BY_MAIL = frozenset(Status) - {Status.DRAFT}
"""Statuses in which `requestBookingAccess` mails the client a proof."""


@dataclass(frozen=True)
class Actor:
    """As what, and as whom, somebody acts on one booking; `role` is that of staff.

    id: an account's, a provider's name, or `key:<pk>` of the service key that carries the request; empty for the
    bearer of an access token.
    """

    kind: ActorKind
    id: str = ""
    role: str = ""

    @property
    def is_signed_in(self) -> bool:
        """Whether this is an account; a proof that a service key hands on makes nobody one."""
        return self.id != "" and not self.id.startswith(ServiceKey.CALLED)

    def may(self, what: Move | Operation) -> bool:
        """Tell whether the table of rights lets this actor do something."""
        if self.kind is ActorKind.STAFF:
            return rights.may(self.role, what)
        return rights.kind_may(self.kind, what)


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
    caller = viewer.actor_id
    actors = []
    if viewer.is_admin:
        actors.append(Actor(ActorKind.ADMIN, caller))
    if booking.business_id in viewer.business_ids:
        actors.append(Actor(ActorKind.STAFF, caller, viewer.roles[booking.business_id]))
    if booking.consultant_id is not None and booking.consultant_id in viewer.consultant_ids:
        actors.append(Actor(ActorKind.CONSULTANT, caller))
    if viewer.proven_email is not None and viewer.proven_email == booking.email:
        actors.append(Actor(ActorKind.CLIENT, caller))
    elif booking.subject in viewer.subjects:
        actors.append(Actor(ActorKind.CLIENT, viewer.through))
    return actors


def may_in_any(actors: Iterable[Actor], what: Operation) -> bool:
    """Tell whether one of somebody's capacities lets them do, or see, something."""
    return any(actor.may(what) for actor in actors)


def allowed_actor(actors: list[Actor], transition: Transition) -> Actor | None:
    """Give the first of the viewer's capacities to which lifecycle and rights allow the move."""
    return next(
        (actor for actor in actors if actor.kind in transition.actors and actor.may(transition.move)), None
    )


def requirements(booking: Booking, transition: Transition, actor: Actor) -> tuple[Requirement, ...]:
    """Give what somebody must bring to a move of this booking: a wish is approved, or given away, with a time."""
    needs = transition.requires.get(actor.kind, ())
    if transition.move in {Move.APPROVE, Move.REASSIGN} and wishes.waits(booking):
        return (*needs, Requirement.TIME)
    return needs


def can_be_opened_by_mail(booking: Booking) -> bool:
    """Tell whether a proof that opens the booking is mailed to whoever asks; a draft's mailbox is proven otherwise."""
    return booking.status in OPENED_BY_MAIL


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


def can_be_followed_up(booking: Booking) -> bool:
    """Tell whether another session may be booked after this one: it took place, and it is known for whom."""
    return booking.status == Status.COMPLETED and booking.erased_at is None


def refuse_to_follow_up(booking: Booking) -> None:
    """Raise INVALID_TRANSITION for a session that did not take place, VALIDATION_FAILED for nobody's any more."""
    if booking.status != Status.COMPLETED:
        raise DomainError(
            ErrorCode.INVALID_TRANSITION,
            gettext("Only a session that took place can be followed up."),
            field=["bookingId"],
        )
    if booking.erased_at is not None:
        raise invalid("bookingId", gettext("Who came to this session was erased. Enter a new booking."))


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


def due_online(booking: Booking) -> Money:
    """Give what is to be paid online: the deposit where one was agreed, or else the price."""
    return Money(booking.deposit or booking.price, booking.currency)


def _first(*lengths: timedelta | None) -> timedelta:
    """Give the first that is set; a notice of zero is one that is set."""
    return next(length for length in lengths if length is not None)


def _not_past_start(booking: Booking, moment: datetime) -> datetime:
    """Give the earlier of the two; of a wish, what was wished must not be over."""
    if booking.starts_at is not None:
        return min(moment, booking.starts_at)
    return min(moment, wishes.span(booking)[1]) if wishes.waits(booking) else moment
