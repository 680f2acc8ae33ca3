"""Making moves from the admin: one booking with its questions, or many at once."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from bookings.accounts.viewer import Viewer
from bookings.admin import moves
from bookings.admin.bookings import wording
from bookings.admin.desk import viewer_of
from bookings.admin.moves import WAYS, Act
from bookings.availability import selectors as availability
from bookings.availability.services import TimeTaken
from bookings.booking.models import Booking
from bookings.booking.states import Move, Status
from bookings.common import clock
from bookings.common.errors import DomainError

Action = Callable[[admin.ModelAdmin, HttpRequest, QuerySet[Booking]], None]


def make(page: admin.ModelAdmin, request: HttpRequest, booking: Booking, move: Move, act: Act) -> None:
    """Make a move, log it as the admin logs every change, and say so. Raises what the service raises."""
    before = Status(booking.status)
    told = moves.make(move, act)
    booking.refresh_from_db()
    after = Status(booking.status)
    page.log_change(request, booking, f"{move.label}: {before.value} → {after.value}")
    parts = [f"{booking.acknowledgement_id}: {move.label}. Now: {after.label}."]
    messages.success(request, " ".join([*parts, told] if told else parts))


def refusal(error: DomainError, booking: Booking, now: datetime) -> str:
    """Give why a move was refused, with the next open times where the time is the reason."""
    if not isinstance(error, TimeTaken):
        return error.message
    zone_name = booking.timezone
    starts = [
        wording.at(availability.moment(opening.start), zone_name) for opening in error.suggestions(now=now)
    ]
    return f"{error.message} Next open times: {'; '.join(starts)}." if starts else error.message


def in_bulk() -> list[Action]:
    """Give the list's actions: every move that is offered for many at once."""
    return [_action(move) for move, way in WAYS.items() if way.in_bulk]


def _action(move: Move) -> Action:
    def act(page: admin.ModelAdmin, request: HttpRequest, queryset: QuerySet[Booking]) -> None:
        viewer, now, reason = viewer_of(request), clock.now(), request.POST.get("reason", "")
        for booking in queryset:
            _one_of_many(page, request, booking, move, viewer, now, reason)

    act.__name__ = move.value.lower()
    return admin.action(description=str(move.label))(act)


def _one_of_many(
    page: admin.ModelAdmin,
    request: HttpRequest,
    booking: Booking,
    move: Move,
    viewer: Viewer,
    now: datetime,
    reason: str,
) -> None:
    """Move one booking by itself: a refusal holds up no other."""
    try:
        make(page, request, booking, move, Act(booking.pk, viewer, now, reason=reason))
    except DomainError as error:
        messages.error(request, f"{booking.acknowledgement_id}: {refusal(error, booking, now)}")
