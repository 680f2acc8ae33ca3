"""The table of moves as data, and what a viewer can do now."""

import datetime

import strawberry

from bookings.accounts.viewer import Viewer
from bookings.booking import models, policies, states
from bookings.booking.services import refund_due
from bookings.common.errors import DomainError
from schema.common.scalars import Money, describe_enum

BookingStatus = states.Status
describe_enum(BookingStatus, name="BookingStatus", description="Where a booking stands.")
BookingMove = states.Move
describe_enum(BookingMove, name="BookingMove", description="A step of the lifecycle.")
ActorKind = states.ActorKind
describe_enum(ActorKind, name="ActorKind", description="As what somebody acts on a booking.")
Requirement = states.Requirement
describe_enum(Requirement, name="Requirement", description="What a caller must bring to make a move.")
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
    """One move that the table allows the viewer, or would allow with a proof."""

    action: BookingMove = strawberry.field(description="The move.")
    mutation: str = strawberry.field(description="The mutation to call.")
    requires: list[Requirement] = strawberry.field(description="What the call must bring.")
    actor: ActorKind = strawberry.field(description="As what the caller would act.")
    deadline: datetime.datetime | None = strawberry.field(
        description="Until when; null where nothing ends it."
    )
    refund: Money | None = strawberry.field(description="What the client would get back.")


def available_actions(
    booking: models.Booking, viewer: Viewer, now: datetime.datetime
) -> list[AvailableAction]:
    """Give the moves that the viewer may make now; somebody unknown may act as the client who brings a proof."""
    if policies.has_lapsed(booking, now):
        return []
    actors = policies.actors_of(viewer, booking)
    stranger = not actors
    if not any(actor.kind is states.ActorKind.CLIENT for actor in actors):
        actors.append(policies.Actor(states.ActorKind.CLIENT))
    rows = states.moves_from(booking.status)
    actions = (_action(booking, row, actors, now, stranger=stranger) for row in rows)
    return [action for action in actions if action is not None]


def _action(
    booking: models.Booking,
    row: states.Transition,
    actors: list[policies.Actor],
    now: datetime.datetime,
    *,
    stranger: bool,
) -> AvailableAction | None:
    """Give the action of one row, or None where the viewer cannot make it now."""
    actor = policies.allowed_actor(actors, row)
    if actor is None or row.mutation is None:
        return None
    if row.move is states.Move.START_PAYMENT and policies.needs_no_payment(booking):
        return None
    if not stranger and not _is_the_time(booking, row, actor, now):
        return None
    shows_refund = row.move is states.Move.CANCEL and not stranger
    return AvailableAction(
        action=row.move,
        mutation=row.mutation,
        requires=_requires(row, actor, stranger=stranger),
        actor=actor.kind,
        deadline=None
        if stranger and row.timing is states.Timing.BEFORE_END
        else _deadline(booking, row, actor),
        refund=_refund(booking) if shows_refund else None,
    )


def _is_the_time(
    booking: models.Booking, row: states.Transition, actor: policies.Actor, now: datetime.datetime
) -> bool:
    """Tell whether the move's timing allows it. Strangers are not told: they would learn when the session is."""
    try:
        policies.refuse_at_wrong_time(booking, row, actor, now)
    except DomainError:
        return False
    return True


def _requires(row: states.Transition, actor: policies.Actor, *, stranger: bool) -> list[states.Requirement]:
    """Give what the call must still bring; what the viewer has shown already is left out."""
    shown = set()
    if actor.kind is states.ActorKind.CLIENT and not stranger:
        shown.add(states.Requirement.ACCESS_TOKEN)
        if actor.id:
            shown.add(states.Requirement.CHALLENGE_PROOF)
    return [need for need in row.requires.get(actor.kind, ()) if need not in shown]


def _deadline(
    booking: models.Booking, row: states.Transition, actor: policies.Actor
) -> datetime.datetime | None:
    """Give the first moment at which the move is no longer possible."""
    ends = [booking.deadline_at]
    if row.timing is states.Timing.BEFORE_END and booking.starts_at is not None:
        ends.append(policies.last_moment(booking, actor))
    return min((end for end in ends if end is not None), default=None)


def _refund(booking: models.Booking) -> Money | None:
    """Give what cancelling would give back; only a confirmed booking can have been paid."""
    due = refund_due(booking) if booking.status == states.Status.CONFIRMED else None
    return Money.of(due.amount, due.currency) if due is not None else None
