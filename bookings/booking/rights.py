"""The table of rights: what each role of a business's staff may do with its bookings.

Which moves staff may make at all is the lifecycle's to say (states.TABLE); this narrows it by role. Consultants act
on their own bookings only, as the lifecycle's CONSULTANT; the platform's admin may what an owner may.
"""

from collections.abc import Mapping

from django.db import models

from bookings.booking.states import Move
from bookings.businesses.models import StaffMember

_OWNER, _MANAGER, _STAFF = StaffMember.Role.OWNER, StaffMember.Role.MANAGER, StaffMember.Role.STAFF
_ALL = frozenset({_OWNER, _MANAGER, _STAFF})
_LEAD = frozenset({_OWNER, _MANAGER})


class Operation(models.TextChoices):
    """What can be done beside the lifecycle's moves."""

    CREATE = "CREATE", "Enter a booking by hand"
    UPDATE = "UPDATE", "Change who comes, and what they wrote"
    ADD_NOTE = "ADD_NOTE", "Add an internal note"
    SET_PRICE = "SET_PRICE", "Fix another price on approval"
    OVERRIDE = "OVERRIDE", "Put a session where no time is offered"


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
    Operation.UPDATE: _ALL,
    Operation.ADD_NOTE: _ALL,
    Operation.SET_PRICE: _LEAD,
    Operation.OVERRIDE: _LEAD,
}


def may(role: str, what: Move | Operation) -> bool:
    """Tell whether a role may do something; what the table does not name, nobody may."""
    return role in RIGHTS.get(what, frozenset())
