"""Bookings: to read and search, to move through the services alone, and to add notes to."""

from bookings.admin.bookings.booking import BookingAdmin
from bookings.admin.bookings.history import BookingEventAdmin, ClaimAdmin

__all__ = ["BookingAdmin", "BookingEventAdmin", "ClaimAdmin"]
