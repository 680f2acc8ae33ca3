"""The table of rights: what each role of a business's staff may do with its bookings, and what others may beside it.

Which moves may be made at all, and by whom, is the lifecycle's to say (states.TABLE); RIGHTS narrows staff by role.
Consultants act on their own bookings only, clients on theirs; the platform's admin may what an owner may. With
businesses/policies this is the whole table, which `manage.py rights_table` prints into docs/rights.md.
"""

from collections.abc import Mapping

from django.db import models

from bookings.booking.states import ActorKind, Move
from bookings.businesses.models import StaffMember

_OWNER, _MANAGER, _STAFF = StaffMember.Role.OWNER, StaffMember.Role.MANAGER, StaffMember.Role.STAFF
_ALL = frozenset({_OWNER, _MANAGER, _STAFF})
_LEAD = frozenset({_OWNER, _MANAGER})
_NOBODY: frozenset[StaffMember.Role] = frozenset()
_CLIENT, _CONSULTANT, _ADMIN = ActorKind.CLIENT, ActorKind.CONSULTANT, ActorKind.ADMIN


class Operation(models.TextChoices):
    """What can be done with a booking, or seen of it, beside the lifecycle's moves."""

    CREATE = "CREATE", "Enter a booking by hand"
    FOLLOW_UP = "FOLLOW_UP", "Book another session after one that took place; consultants for their own time"
    UPDATE = "UPDATE", "Change who comes, and what they wrote where they may read it"
    ADD_NOTE = "ADD_NOTE", "Add an internal note"
    SET_PRICE = "SET_PRICE", "Fix another price on approval"
    DISCOUNT = "DISCOUNT", "Take something off the price, with a reason"
    RECORD_PAYMENT = "RECORD_PAYMENT", "Record what was paid on site"
    OVERRIDE = "OVERRIDE", "Put a session where no time is offered"
    SET_MEETING_LINK = "SET_MEETING_LINK", "Set where an online session takes place"
    REFUND = "REFUND", "Give money back, also with a cancellation, and take up refunds left to a person"
    RETRY_MESSAGE = "RETRY_MESSAGE", "Have a message about it sent again that was given up"
    RECONCILE = "RECONCILE", "See where a provider says otherwise of a payment, and deal with it"
    SEE_CLIENT = "SEE_CLIENT", "See the client's name, address and telephone number"
    SEE_CONTACT = "SEE_CONTACT", "See whom to call in an emergency"
    SEE_INTAKE = "SEE_INTAKE", "See the answers to the intake questions and the client's message"
    SEE_MONEY = "SEE_MONEY", "See the price, the payments and what goes back"
    SEE_TAKINGS = "SEE_TAKINGS", "See what providers keep of payments, what is left, and the sums"
    SEE_DISCOUNTS = "SEE_DISCOUNTS", "See each discount, and why it was given"
    SEE_COMPANY = "SEE_COMPANY", "See for which corporate client it was entered"
    SEE_NOTES = "SEE_NOTES", "See internal notes; reasons that were told to the client need no right"


RIGHTS: Mapping[Move | Operation, frozenset[StaffMember.Role]] = {
    Move.DRAFT: _ALL,
    Move.VERIFY: _ALL,
    Move.APPROVE: _ALL,
    Move.REJECT: _ALL,
    Move.START_PAYMENT: _ALL,
    Move.CONFIRM_UNPAID: _LEAD,
    Move.COMPLETE: _ALL,
    Move.MARK_NO_SHOW: _ALL,
    Move.UNDO_NO_SHOW: _ALL,
    Move.CANCEL: _ALL,
    Move.RESCHEDULE: _ALL,
    Move.REASSIGN: _ALL,
    Operation.CREATE: _ALL,
    Operation.FOLLOW_UP: _ALL,
    Operation.UPDATE: _ALL,
    Operation.ADD_NOTE: _ALL,
    Operation.SET_PRICE: _LEAD,
    Operation.DISCOUNT: _LEAD,
    Operation.RECORD_PAYMENT: _ALL,
    Operation.OVERRIDE: _LEAD,
    Operation.SET_MEETING_LINK: _NOBODY,
    Operation.REFUND: _LEAD,
    Operation.RETRY_MESSAGE: _ALL,
    Operation.RECONCILE: _LEAD,
    Operation.SEE_CLIENT: _ALL,
    Operation.SEE_CONTACT: _ALL,
    Operation.SEE_INTAKE: _LEAD,
    Operation.SEE_MONEY: _ALL,
    Operation.SEE_TAKINGS: _LEAD,
    Operation.SEE_DISCOUNTS: _ALL,
    Operation.SEE_COMPANY: _ALL,
    Operation.SEE_NOTES: _ALL,
}
"""The roles of staff. What the table does not name, nobody may."""

OTHERS: Mapping[Operation, frozenset[ActorKind]] = {
    Operation.CREATE: frozenset({_ADMIN}),
    Operation.FOLLOW_UP: frozenset({_CONSULTANT, _CLIENT, _ADMIN}),
    Operation.UPDATE: frozenset({_CLIENT, _ADMIN}),
    Operation.ADD_NOTE: frozenset({_CONSULTANT, _ADMIN}),
    Operation.SET_PRICE: frozenset({_ADMIN}),
    Operation.DISCOUNT: frozenset({_ADMIN}),
    Operation.RECORD_PAYMENT: frozenset({_ADMIN}),
    Operation.OVERRIDE: frozenset({_ADMIN}),
    Operation.SET_MEETING_LINK: frozenset({_CONSULTANT}),
    Operation.REFUND: frozenset({_ADMIN}),
    Operation.RETRY_MESSAGE: frozenset({_ADMIN}),
    Operation.RECONCILE: frozenset({_ADMIN}),
    Operation.SEE_CLIENT: frozenset({_CONSULTANT, _CLIENT, _ADMIN}),
    Operation.SEE_CONTACT: frozenset({_CONSULTANT, _CLIENT, _ADMIN}),
    Operation.SEE_INTAKE: frozenset({_CONSULTANT, _CLIENT, _ADMIN}),
    Operation.SEE_MONEY: frozenset({_CLIENT, _ADMIN}),
    Operation.SEE_TAKINGS: frozenset({_ADMIN}),
    Operation.SEE_DISCOUNTS: frozenset({_ADMIN}),
    Operation.SEE_COMPANY: frozenset({_ADMIN}),
    Operation.SEE_NOTES: frozenset({_CONSULTANT, _ADMIN}),
}
"""Who else may, beside staff: the booking's own consultant, its own client, the platform's admin."""


def may(role: str, what: Move | Operation) -> bool:
    """Tell whether a role may do something; what the table does not name, nobody may."""
    return role in RIGHTS.get(what, frozenset())


def kind_may(kind: ActorKind, what: Move | Operation) -> bool:
    """Tell the same of somebody who acts in another capacity than staff. Moves are the lifecycle's to judge."""
    return isinstance(what, Move) or kind in OTHERS[what]
