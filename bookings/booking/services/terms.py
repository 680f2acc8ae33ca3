"""What a booking asks of time, as it was agreed at drafting."""

from datetime import timedelta

from bookings.availability.engine import MINUTE, Terms
from bookings.booking.models import Booking
from bookings.catalogue.models import Service


def held_terms(booking: Booking) -> Terms:
    """Give the terms copied at drafting; notice and horizon were judged then and do not count again."""
    if booking.starts_at is None or booking.ends_at is None:
        raise ValueError("a booking without a time holds none")
    return Terms(
        service=booking.service_id,
        duration=(booking.ends_at - booking.starts_at) // timedelta(seconds=1),
        step=booking.service.step * MINUTE,
        before=booking.buffer_before * MINUTE,
        after=booking.buffer_after * MINUTE,
        seats=booking.seats,
        capacity=booking.service.seats,
        notice=None,
        horizon=None,
    )


def whole_length(service: Service) -> timedelta:
    """Give how long a session of a service lasts today."""
    return timedelta(minutes=service.duration)
