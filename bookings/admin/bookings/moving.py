"""Making a move from the admin, and saying why one was refused."""

from datetime import datetime

from django.http import HttpRequest

from bookings.admin import moves
from bookings.admin.bookings import wording
from bookings.admin.moves import Act
from bookings.admin.theme import ModelAdmin
from bookings.availability import selectors as availability
from bookings.availability.services import TimeTaken
from bookings.booking.models import Booking
from bookings.booking.states import Move, Status
from bookings.common.errors import DomainError, ErrorCode


def make(page: ModelAdmin, request: HttpRequest, booking: Booking, move: Move, act: Act) -> str:
    """Make a move, log it as the admin logs every change, and give what became of it. Raises as the service."""
    before = Status(booking.status)
    told = moves.make(move, act)
    booking.refresh_from_db()
    after = Status(booking.status)
    page.log_change(request, booking, f"{move.label}: {before.value} → {after.value}")
    parts = [f"{move.label}. Now: {after.label}."]
    return " ".join([*parts, told] if told else parts)


def next_open(error: DomainError, now: datetime) -> list[int]:
    """Give the next open times, in epoch seconds, where a time that is not open is why something was refused."""
    return [opening.start for opening in error.suggestions(now=now)] if isinstance(error, TimeTaken) else []


def refusal(error: DomainError, booking: Booking, now: datetime) -> str:
    """Give why a move was refused, with the next open times where the time is the reason."""
    return refusal_in(error, booking.timezone, now)


def refusal_in(error: DomainError, zone_name: str, now: datetime) -> str:
    """Do so on the clock of a zone."""
    if error.code is ErrorCode.INVALID_TRANSITION and "status" in error.details:
        return f"Not possible now: it is “{Status(error.details['status']).label}”."
    starts = [wording.at(availability.moment(start), zone_name) for start in next_open(error, now)]
    return f"{error.message} Next open times: {'; '.join(starts)}." if starts else error.message
