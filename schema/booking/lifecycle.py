"""The table of moves as data, and what a viewer can do now."""

import datetime
from collections.abc import Iterable

import strawberry

from bookings.accounts.viewer import Viewer
from bookings.booking import models, policies, states
from schema.common.scalars import describe_enum

BookingStatus = states.Status
describe_enum(BookingStatus, name="BookingStatus", description="Where a booking stands.")
BookingMove = states.Move
describe_enum(BookingMove, name="BookingMove", description="A step of the lifecycle.")
ActorKind = states.ActorKind
describe_enum(ActorKind, name="ActorKind", description="As what somebody acts on a booking.")
Requirement = states.Requirement
describe_enum(Requirement, name="Requirement", description="What a caller must bring to make a move.")


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
    target: BookingStatus = strawberry.field(description="To which status.")
    actors: list[ActorRequirement] = strawberry.field(description="Who may, and what they must bring.")
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
        description="Until when; after it the booking lapses."
    )


def available_actions(
    booking: models.Booking, viewer: Viewer, now: datetime.datetime
) -> list[AvailableAction]:
    """Give the moves that the viewer may make now; somebody unknown may act as the client who brings a proof."""
    if policies.has_lapsed(booking, now):
        return []
    actors = policies.actors_of(viewer, booking)
    kinds = [actor.kind for actor in actors]
    if states.ActorKind.CLIENT not in kinds:
        kinds.append(states.ActorKind.CLIENT)
    known = any(actor.kind is states.ActorKind.CLIENT for actor in actors)
    return list(_actions(booking, kinds, known=known))


def _actions(
    booking: models.Booking, kinds: Iterable[states.ActorKind], *, known: bool
) -> Iterable[AvailableAction]:
    for row in states.moves_from(booking.status):
        kind = next((kind for kind in kinds if kind in row.actors), None)
        if kind is None or row.mutation is None:
            continue
        if row.move is states.Move.START_PAYMENT and policies.needs_no_payment(booking):
            continue
        requires = [
            need
            for need in row.requires.get(kind, ())
            if not (need is states.Requirement.ACCESS_TOKEN and known and kind is states.ActorKind.CLIENT)
        ]
        yield AvailableAction(
            action=row.move,
            mutation=row.mutation,
            requires=requires,
            actor=kind,
            deadline=booking.deadline_at,
        )
