"""The lifecycle of a booking, as data. This table is the only statement of which moves there are.

The state machine, the `lifecycle` query, `availableActions` and the tests are made from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """Where a booking stands."""

    DRAFT = "DRAFT", _("Waiting for the client to prove the mailbox")
    PENDING = "PENDING", _("Waiting for the practice")
    APPROVED = "APPROVED", _("Approved, waiting for payment")
    PAYMENT_PENDING = "PAYMENT_PENDING", _("Payment under way")
    CONFIRMED = "CONFIRMED", _("Confirmed")
    COMPLETED = "COMPLETED", _("Completed")
    NO_SHOW = "NO_SHOW", _("Not attended")
    CANCELLED = "CANCELLED", _("Cancelled")
    REJECTED = "REJECTED", _("Declined by the practice")
    EXPIRED = "EXPIRED", _("Lapsed")


ACTIVE = frozenset({Status.PENDING, Status.APPROVED, Status.PAYMENT_PENDING, Status.CONFIRMED})
"""A client's bookings that count against the number allowed."""

SEATED = ACTIVE | {Status.COMPLETED, Status.NO_SHOW}
"""A booking in one of these keeps its seats."""


class ActorKind(models.TextChoices):
    """As what somebody acts on a booking."""

    CLIENT = "CLIENT", _("The client")
    CONSULTANT = "CONSULTANT", _("The consultant of the booking")
    STAFF = "STAFF", _("Staff of the business")
    ADMIN = "ADMIN", _("The platform's admin")
    PROVIDER = "PROVIDER", _("The payment provider")
    SYSTEM = "SYSTEM", _("The service itself")


class Move(models.TextChoices):
    """A step of the lifecycle."""

    DRAFT = "DRAFT", _("Draft")
    VERIFY = "VERIFY", _("Prove the mailbox")
    APPROVE = "APPROVE", _("Approve")
    REJECT = "REJECT", _("Decline")
    START_PAYMENT = "START_PAYMENT", _("Start the payment")
    FAIL_PAYMENT = "FAIL_PAYMENT", _("End the payment attempt")
    CONFIRM_PAYMENT = "CONFIRM_PAYMENT", _("Confirm the payment")
    CONFIRM_UNPAID = "CONFIRM_UNPAID", _("Confirm without online payment")
    COMPLETE = "COMPLETE", _("Complete")
    MARK_NO_SHOW = "MARK_NO_SHOW", _("Mark as not attended")
    UNDO_NO_SHOW = "UNDO_NO_SHOW", _("Attended after all")
    CANCEL = "CANCEL", _("Cancel")
    EXPIRE = "EXPIRE", _("Lapse")
    RESCHEDULE = "RESCHEDULE", _("Move to another time")
    REASSIGN = "REASSIGN", _("Give to another consultant or resource")


class Requirement(models.TextChoices):
    """What a caller must bring to make a move."""

    CHALLENGE_PROOF = "CHALLENGE_PROOF", "The code or the link's token that was mailed to the client"
    ACCESS_TOKEN = "ACCESS_TOKEN", "An access token of this booking, or a signed-in account that may"
    REASON = "REASON", "A reason, in words for the client"
    TIME = "TIME", "An open time"
    CONSULTANT = "CONSULTANT", "Another consultant who offers the service, or another of its resources"


class Timing(models.TextChoices):
    """When, beside the status's deadline, a move is possible."""

    ANY = "ANY", "At any time"
    FROM_START = "FROM_START", "From the session's start on"
    BEFORE_END = (
        "BEFORE_END",
        "Until the session's end; for the client of a confirmed one, with the notice of the policy",
    )


@dataclass(frozen=True)
class Transition:
    """One row of the table: from which statuses, to which (None: the same), by whom, with what, by which mutation.

    within: who makes the move only as a part of a larger act, such as a consultant who books a follow-up.
    """

    move: Move
    sources: frozenset[Status]
    target: Status | None
    actors: frozenset[ActorKind]
    mutation: str | None = None
    requires: Mapping[ActorKind, tuple[Requirement, ...]] = field(default_factory=dict)
    timing: Timing = Timing.ANY
    within: frozenset[ActorKind] = frozenset()

    def leads_to(self, status: str) -> Status:
        """Give the status after the move from `status`."""
        return self.target or Status(status)


def _rows(*rows: Transition) -> dict[Move, Transition]:
    return {row.move: row for row in rows}


_C, _H, _S, _A = ActorKind.CLIENT, ActorKind.CONSULTANT, ActorKind.STAFF, ActorKind.ADMIN
_PRACTICE = frozenset({_H, _S, _A})
_OFFICE = frozenset({_S, _A})

TABLE: dict[Move, Transition] = _rows(
    Transition(
        Move.DRAFT,
        frozenset(),
        Status.DRAFT,
        frozenset({_C}) | _OFFICE,
        "draftBooking",
        within=frozenset({_H}),
    ),
    Transition(
        Move.VERIFY,
        frozenset({Status.DRAFT}),
        Status.PENDING,
        frozenset({_C}) | _OFFICE,
        "verifyBooking",
        {_C: (Requirement.CHALLENGE_PROOF,)},
        within=frozenset({_H}),
    ),
    Transition(
        Move.APPROVE,
        frozenset({Status.PENDING}),
        Status.APPROVED,
        _PRACTICE | {ActorKind.SYSTEM},
        "approveBooking",
    ),
    Transition(
        Move.REJECT,
        frozenset({Status.PENDING}),
        Status.REJECTED,
        _PRACTICE,
        "rejectBooking",
        dict.fromkeys(_PRACTICE, (Requirement.REASON,)),
    ),
    Transition(
        Move.START_PAYMENT,
        frozenset({Status.APPROVED}),
        Status.PAYMENT_PENDING,
        frozenset({_C}) | _OFFICE,
        "startPayment",
        {_C: (Requirement.ACCESS_TOKEN,)},
    ),
    Transition(
        Move.FAIL_PAYMENT,
        frozenset({Status.PAYMENT_PENDING}),
        Status.APPROVED,
        frozenset({ActorKind.PROVIDER, ActorKind.SYSTEM}),
    ),
    Transition(
        Move.CONFIRM_PAYMENT,
        frozenset({Status.APPROVED, Status.PAYMENT_PENDING}),
        Status.CONFIRMED,
        frozenset({ActorKind.PROVIDER}),
    ),
    Transition(
        Move.CONFIRM_UNPAID,
        frozenset({Status.APPROVED}),
        Status.CONFIRMED,
        _OFFICE | {ActorKind.SYSTEM},
        "confirmUnpaidBooking",
    ),
    Transition(
        Move.COMPLETE,
        frozenset({Status.CONFIRMED}),
        Status.COMPLETED,
        _PRACTICE | {ActorKind.SYSTEM},
        "completeBooking",
        timing=Timing.FROM_START,
    ),
    Transition(
        Move.MARK_NO_SHOW,
        frozenset({Status.CONFIRMED, Status.COMPLETED}),
        Status.NO_SHOW,
        _PRACTICE,
        "markNoShow",
        timing=Timing.FROM_START,
    ),
    Transition(
        Move.UNDO_NO_SHOW,
        frozenset({Status.NO_SHOW}),
        Status.COMPLETED,
        _PRACTICE,
        "undoNoShow",
        timing=Timing.FROM_START,
    ),
    Transition(
        Move.CANCEL,
        ACTIVE | {Status.DRAFT},
        Status.CANCELLED,
        frozenset({_C}) | _PRACTICE,
        "cancelBooking",
        {_C: (Requirement.CHALLENGE_PROOF,)},
        timing=Timing.BEFORE_END,
    ),
    Transition(
        Move.RESCHEDULE,
        frozenset({Status.DRAFT, Status.PENDING, Status.APPROVED, Status.CONFIRMED}),
        None,
        frozenset({_C}) | _PRACTICE,
        "rescheduleBooking",
        {
            _C: (Requirement.ACCESS_TOKEN, Requirement.TIME),
            **dict.fromkeys(_PRACTICE, (Requirement.TIME,)),
        },
        timing=Timing.BEFORE_END,
    ),
    Transition(
        Move.REASSIGN,
        frozenset({Status.PENDING, Status.APPROVED, Status.CONFIRMED}),
        None,
        _OFFICE,
        "reassignBooking",
        dict.fromkeys(_OFFICE, (Requirement.CONSULTANT,)),
        timing=Timing.BEFORE_END,
    ),
    Transition(
        Move.EXPIRE,
        frozenset({Status.DRAFT, Status.PENDING, Status.APPROVED, Status.PAYMENT_PENDING}),
        Status.EXPIRED,
        frozenset({ActorKind.SYSTEM}),
    ),
)


def moves_from(status: str) -> list[Transition]:
    """Give the rows that start from a status, in the table's order."""
    return [row for row in TABLE.values() if status in row.sources]
