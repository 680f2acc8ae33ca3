"""The table of moves as data, and what a viewer can do now."""

import datetime
from typing import Any, cast

import strawberry
from django.db import models as choices
from django.utils.translation import gettext_lazy as _

from bookings.accounts.viewer import Viewer
from bookings.booking import models, policies, refund_policy, states
from bookings.booking.rights import Operation
from bookings.common.errors import DomainError
from bookings.common.languages import source
from schema.booking import asking
from schema.booking.asking import ActionInput, ActionResult, Call
from schema.common.context import Info
from schema.common.scalars import Money, describe_enum
from schema.http.execution import core_schema

BookingStatus = states.Status
describe_enum(BookingStatus, name="BookingStatus", description="Where a booking stands.")
BookingMove = states.Move
describe_enum(BookingMove, name="BookingMove", description="A step of the lifecycle.")
BESIDE_MOVES = {"FOLLOW_UP": _("Book another session after it"), "WRITE_REVIEW": _("Review the session")}
"""What can be done that leaves the status alone."""
BookingAction: Any = cast("Any", choices.TextChoices)(
    "BookingAction",
    [
        *((move.name, (move.value, source(move.label))) for move in states.Move),
        *((name, (name, source(label))) for name, label in BESIDE_MOVES.items()),
    ],
)
"""Every move, and what can be done that leaves the status alone."""
describe_enum(
    BookingAction,
    name="BookingAction",
    description="What can be done with a booking: the steps of the lifecycle, and what changes no status.",
)
ActorKind = states.ActorKind
describe_enum(ActorKind, name="ActorKind", description="As what somebody acts on a booking.")
Requirement = asking.Requirement
MoveTiming = states.Timing
describe_enum(
    MoveTiming, name="MoveTiming", description="When, beside the status's deadline, a move is possible."
)


@strawberry.type(description="What must be brought by whom.")
class ActorRequirement:
    """One actor's requirements of one move."""

    actor: ActorKind = strawberry.field(description="Who acts.")
    requires: list[Requirement] = strawberry.field(
        description="What they must bring; empty: nothing but the right."
    )


@strawberry.type(description="One row of the lifecycle's table.")
class LifecycleMove:
    """The GraphQL face of a Transition."""

    move: BookingMove = strawberry.field(description="The step.")
    sources: list[BookingStatus] = strawberry.field(
        description="From which statuses; empty for the first step."
    )
    target: BookingStatus | None = strawberry.field(
        description="To which status; null where it stays the same."
    )
    actors: list[ActorRequirement] = strawberry.field(description="Who may, and what they must bring.")
    timing: MoveTiming = strawberry.field(description="When, beside the deadline, it is possible.")
    mutation: str | None = strawberry.field(
        description="The mutation that makes it; null where nobody can ask for it."
    )

    @classmethod
    def of(cls, row: states.Transition) -> "LifecycleMove":
        """Give the face of a row."""
        return cls(
            move=row.move,
            sources=sorted(row.sources),
            target=row.target,
            actors=[
                ActorRequirement(actor=kind, requires=list(row.requires.get(kind, ())))
                for kind in sorted(row.actors)
            ],
            timing=row.timing,
            mutation=row.mutation,
        )


@strawberry.type(description="Something that this viewer can do with this booking now.")
class AvailableAction:
    """One move that the table allows the viewer, or would allow with a proof; or what they can do beside moves."""

    action: str = strawberry.field(graphql_type=BookingAction, description="What it is.")
    mutation: str = strawberry.field(description="The mutation to call.")
    requires: list[Requirement] = strawberry.field(description="What the call must bring.")
    actor: ActorKind = strawberry.field(description="As what the caller would act.")
    deadline: datetime.datetime | None = strawberry.field(
        description="Until when; null where nothing ends it."
    )
    refund: Money | None = strawberry.field(
        description="What the client would get back if this viewer cancelled now, for those who may see money; perhaps "
        "`0.00`. A client gets back what `Booking.refundPolicy` says, and all of it if the practice cancels. Null for "
        "other moves, and where nothing was paid online or all of it went back."
    )

    call: strawberry.Private[Call]

    @strawberry.field(description="What it is, in words for a person, in the language of the request.")
    def label(self) -> str:
        """Give the words of the table of moves, or of what stands beside it."""
        return str(BESIDE_MOVES.get(self.action) or states.Move(self.action).label)

    @strawberry.field(
        description="The type of the mutation's `input`, to declare a variable with; null where it takes none."
    )
    def input_type(self, info: Info) -> str | None:
        """Read it from the schema."""
        kind = asking.input_type(core_schema(info.schema), self.mutation)
        return kind.name if kind is not None else None

    @strawberry.field(
        description="What to put into that `input`. Whoever fills it in so needs to know no rule, and none that comes "
        "later. Further values are possible; the input's type has them."
    )
    def inputs(self, info: Info) -> list[ActionInput]:
        """Describe each value."""
        return asking.inputs_of(core_schema(info.schema), self.call)

    @strawberry.field(description="What of the mutation's payload is to be kept or shown, beside `errors`.")
    def results(self, info: Info) -> list[ActionResult]:
        """Name each value."""
        return asking.results_of(core_schema(info.schema), self.mutation)


def available_actions(
    booking: models.Booking, viewer: Viewer, now: datetime.datetime
) -> list[AvailableAction]:
    """Give the moves that the viewer may make now; somebody unknown may act as the client who brings a proof."""
    if policies.has_lapsed(booking, now):
        return []
    actors = policies.actors_of(viewer, booking)
    stranger = not actors
    sees_money = policies.may_in_any(actors, Operation.SEE_MONEY)
    if not any(actor.kind is states.ActorKind.CLIENT for actor in actors):
        actors.append(policies.Actor(states.ActorKind.CLIENT))
    rows = states.moves_from(booking.status)
    actions = (_action(booking, row, actors, now, stranger=stranger, sees_money=sees_money) for row in rows)
    return [action for action in actions if action is not None]


def _action(
    booking: models.Booking,
    row: states.Transition,
    actors: list[policies.Actor],
    now: datetime.datetime,
    *,
    stranger: bool,
    sees_money: bool,
) -> AvailableAction | None:
    """Give the action of one row, or None where the viewer cannot make it now."""
    actor = policies.allowed_actor(actors, row)
    if actor is None or row.mutation is None:
        return None
    if row.move is states.Move.START_PAYMENT and policies.needs_no_payment(booking):
        return None
    if not stranger and not _is_the_time(booking, row, actor, now):
        return None
    shows_refund = row.move is states.Move.CANCEL and sees_money
    requires = _requires(booking, row, actor, stranger=stranger)
    if (
        stranger
        and states.Requirement.ACCESS_TOKEN in requires
        and not policies.can_be_opened_by_mail(booking)
    ):
        return None  # whoever holds the draft proves its mailbox first, and may then move it
    return AvailableAction(
        action=BookingAction(row.move.value),
        mutation=row.mutation,
        requires=requires,
        actor=actor.kind,
        deadline=None
        if stranger and row.timing is states.Timing.BEFORE_END
        else _deadline(booking, row, actor),
        refund=_refund(booking, actor, now) if shows_refund else None,
        call=Call(row.mutation, booking, tuple(requires), by_bearer=is_bearer(actor)),
    )


def is_bearer(actor: policies.Actor) -> bool:
    """Tell whether somebody acts as the client without an account, by what they bring with each call."""
    return actor.kind is states.ActorKind.CLIENT and not actor.is_signed_in


def _is_the_time(
    booking: models.Booking, row: states.Transition, actor: policies.Actor, now: datetime.datetime
) -> bool:
    """Tell whether the move's timing allows it. Strangers are not told: they would learn when the session is."""
    try:
        policies.refuse_at_wrong_time(booking, row, actor, now)
    except DomainError:
        return False
    return True


def _requires(
    booking: models.Booking, row: states.Transition, actor: policies.Actor, *, stranger: bool
) -> list[states.Requirement]:
    """Give what the call must still bring; what the viewer has shown already is left out."""
    shown = set()
    if actor.kind is states.ActorKind.CLIENT and not stranger:
        shown.add(states.Requirement.ACCESS_TOKEN)
        if actor.is_signed_in:
            shown.add(states.Requirement.CHALLENGE_PROOF)
    return [need for need in policies.requirements(booking, row, actor) if need not in shown]


def _deadline(
    booking: models.Booking, row: states.Transition, actor: policies.Actor
) -> datetime.datetime | None:
    """Give the first moment at which the move is no longer possible."""
    ends = [booking.deadline_at]
    if row.timing is states.Timing.BEFORE_END and booking.starts_at is not None:
        ends.append(policies.last_moment(booking, actor))
    return min((end for end in ends if end is not None), default=None)


def _refund(booking: models.Booking, actor: policies.Actor, now: datetime.datetime) -> Money | None:
    """Give what cancelling would give back; only a confirmed booking can have been paid."""
    if booking.status != states.Status.CONFIRMED:
        return None
    due = refund_policy.refund_due(booking, actor, now)
    return Money.of(due.amount, due.currency) if due is not None else None
