"""How the admin makes each move: one line a move. Which are open is the lifecycle's table to say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from bookings.accounts.viewer import Viewer
from bookings.booking import policies, services, wishes
from bookings.booking.models import Booking
from bookings.booking.policies import Actor
from bookings.booking.rights import Operation
from bookings.booking.states import TABLE, ActorKind, Move, Requirement, Transition, moves_from
from bookings.catalogue.models import Service
from bookings.common.errors import DomainError
from bookings.payments.models import Payment


class Question(Enum):
    """What is asked before a move is made."""

    REASON = Requirement.REASON
    TIME = Requirement.TIME
    CONSULTANT = Requirement.CONSULTANT
    RESOURCE = "RESOURCE"
    LENGTH = "LENGTH"
    PRICE = "PRICE"
    ALTERNATIVES = "ALTERNATIVES"


@dataclass(frozen=True)
class Act:
    """One move of one booking by one person, with the answers."""

    booking_id: int
    viewer: Viewer
    now: datetime
    reason: str = ""
    price: Decimal | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    consultant_id: int | None = None
    resource_id: int | None = None
    override: bool = False
    alternatives: tuple[datetime, ...] = ()
    seen: int | None = None

    @property
    def who(self) -> dict[str, Any]:
        """What every service wants to know."""
        return {"booking_id": self.booking_id, "viewer": self.viewer, "now": self.now}

    @property
    def where(self) -> dict[str, Any]:
        """What a service that moves time wants to know as well."""
        return {"starts_at": self.starts_at, "override": self.override}

    @property
    def to_whom(self) -> dict[str, Any]:
        """What a service that gives a booking to somebody wants to know."""
        return {"consultant_id": self.consultant_id, "resource_id": self.resource_id}


@dataclass(frozen=True)
class Way:
    """How a move is made: by which service, and what may be told beside what the table requires.

    in_bulk: whether it is offered for many bookings at once. tells: a sentence made from the service's answer.
    """

    make: Callable[[Act], Any]
    may_ask: tuple[Question, ...] = ()
    in_bulk: bool = False
    tells: Callable[[Any], str] | None = None


def _where_to_pay(payment: Payment) -> str:
    return f"The client can pay at {payment.checkout_url}"


WAYS: Mapping[Move, Way] = {
    Move.VERIFY: Way(lambda act: services.verify_as(**act.who)),
    Move.APPROVE: Way(
        lambda act: services.approve(
            **act.who, **act.where, **act.to_whom, ends_at=act.ends_at, price=act.price
        ),
        (Question.TIME, Question.LENGTH, Question.CONSULTANT, Question.RESOURCE, Question.PRICE),
        in_bulk=True,
    ),
    Move.REJECT: Way(
        lambda act: services.reject(**act.who, reason=act.reason, alternatives=act.alternatives),
        (Question.ALTERNATIVES,),
        in_bulk=True,
    ),
    Move.START_PAYMENT: Way(lambda act: services.start_payment(**act.who), tells=_where_to_pay),
    Move.CONFIRM_UNPAID: Way(lambda act: services.confirm_unpaid(**act.who)),
    Move.COMPLETE: Way(lambda act: services.complete(**act.who), in_bulk=True),
    Move.MARK_NO_SHOW: Way(lambda act: services.mark_no_show(**act.who), in_bulk=True),
    Move.UNDO_NO_SHOW: Way(lambda act: services.undo_no_show(**act.who), in_bulk=True),
    Move.CANCEL: Way(
        lambda act: services.cancel_as(**act.who, reason=act.reason), (Question.REASON,), in_bulk=True
    ),
    Move.RESCHEDULE: Way(lambda act: services.reschedule(**act.who, **act.where, seen=act.seen)),
    Move.REASSIGN: Way(
        lambda act: services.reassign(**act.who, **act.where, **act.to_whom),
        (Question.RESOURCE, Question.TIME),
    ),
}


@dataclass(frozen=True)
class Option:
    """A move that somebody can make now, and as what they would."""

    row: Transition
    actor: Actor
    booking: Booking

    @property
    def move(self) -> Move:
        """The move."""
        return self.row.move

    @property
    def slug(self) -> str:
        """Its name in an address."""
        return self.move.value.lower()

    @property
    def may_override(self) -> bool:
        """Whether the actor may put a session where it is not offered."""
        return self._office_may(Operation.OVERRIDE)

    @property
    def questions(self) -> dict[Question, bool]:
        """What is asked, and whether it has to be answered; nobody is asked what they may not set."""
        needs = policies.requirements(self.booking, self.row, self.actor)
        asked = {**dict.fromkeys(WAYS[self.move].may_ask, False), **{Question(need): True for need in needs}}
        if not self._office_may(Operation.SET_PRICE):
            asked.pop(Question.PRICE, None)
        if not (wishes.waits(self.booking) and self.booking.service.max_duration is not None):
            asked.pop(Question.LENGTH, None)  # only a wish gets its length with its time
        return self._with_whom(asked)

    def _with_whom(self, asked: dict[Question, bool]) -> dict[Question, bool]:
        """Ask for a consultant, a resource or either, as the service holds them; on approval where none is named."""
        booking, holds, approves = self.booking, self.booking.service.holds, self.move is Move.APPROVE
        is_host = self.actor.kind is ActorKind.CONSULTANT
        has_to_do = {
            Question.CONSULTANT: holds != Service.Holds.RESOURCE
            and not (approves and booking.consultant_id is not None),
            Question.RESOURCE: holds != Service.Holds.CONSULTANT
            and not (approves and booking.resource_id is not None)
            and not is_host,
        }
        left = {question: required for question, required in asked.items() if has_to_do.get(question, True)}
        if (
            self.move is Move.REASSIGN and holds != Service.Holds.CONSULTANT
        ):  # with two to choose from, either will do
            whom = [one for one in has_to_do if one in left]
            left |= dict.fromkeys(whom, len(whom) == 1)
        return left

    def _office_may(self, what: Operation) -> bool:
        return self.actor.kind in {ActorKind.STAFF, ActorKind.ADMIN} and self.actor.may(what)


def open_moves(booking: Booking, viewer: Viewer, now: datetime) -> list[Option]:
    """Give the moves that the table, the rights and the clock leave open to the viewer, in the table's order."""
    if policies.has_lapsed(booking, now):
        return []
    actors = policies.actors_of(viewer, booking)
    options = (_option(booking, row, actors, now) for row in moves_from(booking.status))
    return [option for option in options if option is not None]


def option_of(move: Move, booking: Booking, viewer: Viewer, now: datetime) -> Option | None:
    """Give one move where it is open to the viewer, else None; without a statement."""
    row = TABLE[move]
    if booking.status not in row.sources or policies.has_lapsed(booking, now):
        return None
    return _option(booking, row, policies.actors_of(viewer, booking), now)


def make(move: Move, act: Act) -> str:
    """Make a move by its service and give what there is to tell. Raises what the service raises."""
    way = WAYS[move]
    made = way.make(act)
    return way.tells(made) if way.tells is not None else ""


def _option(booking: Booking, row: Transition, actors: list[Actor], now: datetime) -> Option | None:
    actor = policies.allowed_actor(actors, row)
    if actor is None or row.move not in WAYS:
        return None
    if row.move is Move.START_PAYMENT and policies.needs_no_payment(booking):
        return None
    try:
        policies.refuse_at_wrong_time(booking, row, actor, now)
    except DomainError:
        return None
    return Option(row, actor, booking)
