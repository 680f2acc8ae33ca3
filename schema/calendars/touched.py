"""Bookings that a change of hours or hosts stands against, and where they could move."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from itertools import islice
from typing import Any

import strawberry

from bookings.booking import models, touched
from bookings.booking.occupancy import still_to_come
from bookings.booking.touched import Proposal, Touched
from bookings.businesses.models import Business
from bookings.consultants.models import Consultant
from bookings.resources.models import Resource
from schema.booking.types import Booking
from schema.common.context import Info
from schema.common.errors import UserError, no_errors
from schema.slots.types import Slot, slots_of


class Suggestions:
    """Where the listed bookings could move: looked up for all of them together, and only when one is asked about."""

    def __init__(self, bookings: Sequence[models.Booking], now: datetime.datetime) -> None:
        self.bookings, self.now = bookings, now

    @cached_property
    def by_booking(self) -> dict[int, list[Slot]]:
        """The slots for each booking, by its key."""
        by_service: defaultdict[int, list[Proposal]] = defaultdict(list)
        for move in touched.moves(self.bookings, now=self.now):
            by_service[move.booking.service_id].append(move)
        found: dict[int, list[Slot]] = {}
        for group in by_service.values():
            openings = [opening for move in group for opening in move.openings]
            faces = iter(slots_of(openings, group[0].booking.service))
            found.update((move.booking.pk, list(islice(faces, len(move.openings)))) for move in group)
        return found


@strawberry.type(
    description="A booking that a change stands against: it lies where its calendar is now closed, or with somebody or "
    "something out of use. It stands as it was."
)
class TouchedBooking:
    """The GraphQL face of touched.Proposal."""

    booking: Booking = strawberry.field(description="The booking, as it was.")
    suggestions: strawberry.Private[Suggestions]

    @strawberry.field(
        description="Up to three next open times to which `rescheduleBooking` could move it, from its own start on; "
        "none for a wish. `reassignBooking` gives it to somebody else."
    )
    def suggested_slots(self) -> list[Slot]:
        """Give its share of what was looked up."""
        booking: Any = self.booking
        return self.suggestions.by_booking[booking.pk]


@strawberry.type
class ChangePayload:
    """What the payloads of all changes of hours share. `schedules`: the calendars that were changed.

    out_of_use: who or what can be booked no more, and with it all that is still to come there.
    """

    errors: list[UserError] = no_errors()
    schedules: strawberry.Private[Sequence[int]] = ()
    out_of_use: strawberry.Private[Business | Consultant | Resource | None] = None
    found: strawberry.Private[Touched | None] = None

    @strawberry.field(
        description="Active bookings still to come that the change stands against: those that lie where the calendar "
        "is now closed, and all of a consultant, a resource or a practice that was taken out of use. By start, wishes "
        "last; 100 at most. None was cancelled or moved."
    )
    def touched_bookings(self, info: Info) -> list[TouchedBooking]:
        """List them."""
        bookings = self._touched(info).bookings
        suggestions = Suggestions(bookings, info.context.now)
        return [TouchedBooking(booking=booking, suggestions=suggestions) for booking in bookings]  # type: ignore[arg-type]

    @strawberry.field(description="How many there are in all.")
    def touched_count(self, info: Info) -> int:
        """Count them."""
        return self._touched(info).count

    def _touched(self, info: Info) -> Touched:
        if self.found is None:
            now, gone = info.context.now, self.out_of_use
            self.found = (
                still_to_come(gone, now) if gone else touched.touched(schedule_ids=self.schedules, now=now)
            )
        return self.found
