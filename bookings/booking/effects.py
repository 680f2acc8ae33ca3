"""What a change of hours, dates or time off comes to: what opens, what closes, and whom it touches.

The change itself is made by the services, and taken back where it is only looked at (common/rehearsal).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bookings.availability.calendars import Calendar
from bookings.availability.comparing import Difference, difference, same_rules
from bookings.availability.loading import empty_calendars, epoch
from bookings.booking.models import Booking
from bookings.booking.touched import Touched, touched
from bookings.businesses.services import FARTHEST_YEARS
from bookings.common.rehearsal import seal
from bookings.schedules.models import Schedule
from bookings.schedules.walltime import SECONDS_OF_A_DAY

AHEAD = timedelta(days=366 * (FARTHEST_YEARS + 1))
"""Further than any date that can be entered."""


@dataclass(frozen=True)
class Look:
    """Calendars at an instant: what opens and closes them, and which bookings they stand against."""

    now: datetime
    calendars: tuple[Calendar, ...]
    touched: Touched


@dataclass(frozen=True)
class Effect:
    """What lies between two looks.

    differences: of the calendars in which anything opens or closes. touched: bookings that lie where it is closed
    afterwards and did not before; already: how many did before as well; freed: how many do no longer. ruled: whether
    any row is another at all, which may open and close nothing.
    """

    differences: list[Difference]
    touched: list[Booking]
    count: int
    already: int
    freed: int
    ruled: bool
    seal: str


def look(*, schedule_ids: Collection[int], now: datetime) -> Look:
    """Look at some calendars. The number of statements does not grow with what is found."""
    schedules = Schedule.objects.select_related("business").filter(pk__in=schedule_ids).order_by("pk")
    found = empty_calendars(list(schedules), since=now, until=now + AHEAD)
    return Look(now, tuple(found), touched(schedule_ids=schedule_ids, now=now))


def effect(before: Look, after: Look) -> Effect:
    """Compare two looks at the same calendars."""
    pairs = list(zip(before.calendars, after.calendars, strict=True))
    today = (
        epoch(after.now) // SECONDS_OF_A_DAY * SECONDS_OF_A_DAY
    )  # so that the same is the same a minute later
    found = [difference(was, then, since=today) for was, then in pairs]
    changed = [each for each in found if each.opens or each.closes]
    was, then = before.touched, after.touched
    known, still = _keys(was.bookings), _keys(then.bookings)
    fresh = [booking for booking in then.bookings if booking.pk not in known]
    already = len(known & still)
    return Effect(
        differences=changed,
        touched=fresh,
        count=max(len(fresh), then.count - already),
        already=already,
        freed=len(known - still),
        ruled=not all(same_rules(*pair) for pair in pairs),
        seal=seal(
            [(each.schedule, each.opens, each.closes) for each in changed],
            [(booking.pk, booking.starts_at, booking.status) for booking in then.bookings],
            [(booking.pk, booking.starts_at, booking.status) for booking in was.bookings],
            [was.count, then.count],
        ),
    )


def _keys(bookings: Sequence[Booking]) -> set[int]:
    return {booking.pk for booking in bookings}
