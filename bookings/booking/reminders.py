"""When the client of a confirmed session is reminded. Pure functions of a booking and `now`.

Instants, not wall-clock times: 24 hours before the start are 24 hours, also across a change of clocks.
"""

from datetime import datetime, timedelta

from bookings.booking.models import Booking
from bookings.booking.states import Status

TEMPLATE = "reminder"
"""The message that reminds."""


def next_at(booking: Booking, status: str, now: datetime) -> datetime | None:
    """Give when to remind next of a booking in this status: the first instant after now; None for never.

    What has passed is not made up for: who books three hours before is not told of the day.
    """
    if status != Status.CONFIRMED or booking.starts_at is None:
        return None
    return min((at for at, _ in _instants(booking) if at > now), default=None)


def due(booking: Booking, now: datetime) -> int | None:
    """Give the minutes before the start of the reminder to send now, of several the nearest; None where there is none.

    It judges the booking as it is: none once the session began, or where the booking is not confirmed.
    """
    if booking.status != Status.CONFIRMED or booking.starts_at is None or now >= booking.starts_at:
        return None
    if booking.remind_at is None or booking.remind_at > now:
        return None
    return min((minutes for at, minutes in _instants(booking) if at <= now), default=None)


def _instants(booking: Booking) -> list[tuple[datetime, int]]:
    start = booking.starts_at
    return [(start - timedelta(minutes=minutes), minutes) for minutes in booking.reminders] if start else []
