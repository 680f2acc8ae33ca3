"""Taking time: lock, look, take. Asks the same engine as the listing."""

from datetime import datetime

from bookings.availability import selectors
from bookings.availability.engine import Opening, Terms
from bookings.common.errors import DomainError, ErrorCode
from bookings.schedules import selectors as schedules
from bookings.schedules.models import Schedule
from bookings.slots import services as slots
from bookings.slots.models import Slot


class TimeTaken(DomainError):
    """The time is not, or no longer, open. Knows what was asked for, so that others can be suggested."""

    def __init__(self, *, terms: Terms, schedule: Schedule, start: datetime) -> None:
        super().__init__(ErrorCode.SLOT_UNAVAILABLE)
        self.terms, self.schedule, self.start = terms, schedule, start

    def suggestions(self, *, now: datetime) -> list[Opening]:
        """Give up to three next open times. To be asked outside the transaction that was refused."""
        return selectors.next_openings(
            terms=self.terms, schedule=self.schedule, after=max(self.start, now), now=now
        )


def require_open(*, terms: Terms, schedule: Schedule, start: datetime, now: datetime) -> Opening:
    """Give the opening that starts then. Raises SLOT_UNAVAILABLE. Holds nothing."""
    opening = selectors.opening_at(terms=terms, schedule=schedule, start=start, now=now)
    if opening is None:
        raise TimeTaken(terms=terms, schedule=schedule, start=start)
    return opening


def hold(*, terms: Terms, schedule_id: int, start: datetime, now: datetime, override: bool = False) -> Slot:
    """Take the seats that the terms ask for, inside the caller's transaction.

    Locks the schedule first, so that racing callers queue up instead of meeting in the database's guard.
    override: whether it is offered does not matter, only overlap and seats do; for staff.
    Raises SLOT_UNAVAILABLE.
    """
    (schedule,) = schedules.lock([schedule_id])
    opening = (
        _anywhere(terms, schedule, start)
        if override
        else require_open(terms=terms, schedule=schedule, start=start, now=now)
    )
    try:
        return slots.take(
            schedule=schedule,
            service_id=terms.service,
            starts_at=start,
            ends_at=selectors.moment(opening.end),
            busy_from=selectors.moment(opening.start - terms.before),
            busy_until=selectors.moment(opening.end + terms.after),
            capacity=opening.capacity,
            seats=terms.seats,
        )
    except slots.Unavailable:
        raise TimeTaken(terms=terms, schedule=schedule, start=start) from None


def _anywhere(terms: Terms, schedule: Schedule, start: datetime) -> Opening:
    """Give what the terms ask for at a start that need not be offered."""
    begin = selectors.epoch(start)
    if selectors.moment(begin) != start:
        raise TimeTaken(terms=terms, schedule=schedule, start=start)
    return Opening(begin, schedule.pk, begin + terms.duration, terms.capacity, terms.capacity)
