"""Locks in the one order: slot → booking → payment.

Whoever takes new time locks before these its service, if that is capped, and its schedules by key.
"""

from django.db import transaction

from bookings.booking.models import Booking
from bookings.common.errors import DomainError, ErrorCode
from bookings.slots.models import Slot


def lock_booking(pk: int) -> Booking:
    """Lock a booking, and before it the slot that a move may give back, for this transaction.

    Raises NOT_FOUND.
    """
    while True:
        before = transaction.savepoint()
        slot_id = Booking.objects.values_list("slot_id", flat=True).filter(pk=pk).first()
        if slot_id is not None:
            Slot.objects.select_for_update().filter(pk=slot_id).first()
        booking = lock_row(pk)
        if booking.slot_id in {slot_id, None}:
            transaction.savepoint_commit(before)
            return booking
        # It took a slot while we waited. Locking that one now would be the wrong order: let go, begin again.
        transaction.savepoint_rollback(before)


def lock_row(pk: int) -> Booking:
    """Lock a booking alone, for a caller who locked its slot or leaves its time as it is. Raises NOT_FOUND."""
    booking = (
        Booking.objects.select_for_update(of=("self",))
        .select_related("business", "service", "consultant", "resource")
        .filter(pk=pk)
        .first()
    )
    if booking is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    return booking
