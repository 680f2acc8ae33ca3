"""Erasing a person from a booking, and from what was said of it in public."""

from datetime import datetime

from django.db import transaction

from bookings.booking import services as booking_services
from bookings.reviews import services as reviews


def erase_booking(*, booking_id: int, now: datetime) -> bool:
    """Do so in one transaction: nobody reviews under a name that is being forgotten; False where nobody is left.

    Raises what `booking.services.erase` raises.
    """
    with transaction.atomic():
        erased = booking_services.erase(booking_id=booking_id, now=now)
        reviews.forget_author(booking_id=booking_id)
    return erased
