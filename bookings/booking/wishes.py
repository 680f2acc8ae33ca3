"""Wishes: a client names a date and a part of it, and the practice answers with a time.

A wish holds no time. Its date and its times are those of the booking's zone.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, ngettext

from bookings.booking.models import Booking
from bookings.common.errors import invalid
from bookings.common.zones import zone as zone_of
from bookings.notifications import wording
from bookings.schedules.walltime import instant

Period = Booking.Period

NOON, EVENING, MIDNIGHT = 12 * 60, 17 * 60, 24 * 60
"""Where the parts of a day meet, in minutes of the wall clock."""

_BOUNDS = {
    Period.MORNING: (0, NOON),
    Period.AFTERNOON: (NOON, EVENING),
    Period.EVENING: (EVENING, MIDNIGHT),
}


@dataclass(frozen=True)
class Wish:
    """A date and a part of it; `from_` and `until` belong to a custom period alone."""

    date: date
    period: Booking.Period
    from_: time | None = None
    until: time | None = None


def check(wish: Wish, *, zone: ZoneInfo, now: datetime, horizon_days: int) -> None:
    """Raise VALIDATION_FAILED, naming the field, for a wish that nobody could grant.

    Its part of the day is not over yet, its date is at most `horizon_days` after today in the zone, and
    a custom period has two times in order where every other has none.
    """
    _check_times(wish)
    today = now.astimezone(zone).date()
    if wish.date < today:
        raise invalid("preferredDate", gettext("This date is past."))
    if wish.date > today + timedelta(days=horizon_days):
        raise invalid(
            "preferredDate",
            ngettext(
                "Wish for a date within the next %(days)s day.",
                "Wish for a date within the next %(days)s days.",
                horizon_days,
            )
            % {"days": horizon_days},
        )
    _, last = _span(wish, zone)
    if last <= now:
        raise invalid("preferredDate", gettext("This part of the day is over."))


def columns(wish: Wish) -> dict[str, Any]:
    """Give what a booking keeps of a wish."""
    return {
        "preferred_date": wish.date,
        "preferred_period": wish.period,
        "preferred_from": wish.from_,
        "preferred_until": wish.until,
    }


def of(booking: Booking) -> Wish | None:
    """Give the wish that a booking was drafted with, also once it was granted; None where it had a time."""
    if booking.preferred_date is None:
        return None
    return Wish(
        booking.preferred_date,
        Period(booking.preferred_period or Period.CUSTOM),
        booking.preferred_from,
        booking.preferred_until,
    )


def waits(booking: Booking) -> bool:
    """Tell whether a booking is a wish that has no time yet."""
    return booking.starts_at is None and booking.preferred_date is not None


def words(booking: Booking) -> str:
    """Give the wish in the language that is active, without its zone; nothing where there is none."""
    wish = of(booking)
    return wording.wished(wish.date, wish.period, wish.from_, wish.until) if wish is not None else ""


def span(booking: Booking) -> tuple[datetime, datetime]:
    """Give from when until when (exclusive) the wish lasts, across daylight saving. Raises ValueError without one."""
    wish = of(booking)
    if wish is None:
        raise ValueError("a booking that was drafted with a time has no wish")
    return _span(wish, zone_of(booking.timezone))


def _span(wish: Wish, zone: ZoneInfo) -> tuple[datetime, datetime]:
    first, last = _bounds(wish)
    starts, ends = instant(zone, wish.date, first), instant(zone, wish.date, last, late=True)
    return datetime.fromtimestamp(starts, UTC), datetime.fromtimestamp(ends, UTC)


def _bounds(wish: Wish) -> tuple[int, int]:
    if wish.from_ is not None and wish.until is not None:
        return _minutes(wish.from_), _minutes(wish.until)
    return _BOUNDS.get(wish.period, (0, MIDNIGHT))


def _minutes(wall: time) -> int:
    return wall.hour * 60 + wall.minute


def _check_times(wish: Wish) -> None:
    if wish.period not in Period.values:
        raise invalid("preferredPeriod", gettext("Say which part of the day."))
    if wish.period != Period.CUSTOM:
        for field, value in (("preferredFrom", wish.from_), ("preferredUntil", wish.until)):
            if value is not None:
                raise invalid(field, gettext("Only a custom period has times of its own."))
        return
    if wish.from_ is None:
        raise invalid("preferredFrom", gettext("Say from when."))
    if wish.until is None:
        raise invalid("preferredUntil", gettext("Say until when."))
    if wish.from_ >= wish.until:
        raise invalid("preferredUntil", gettext("This is not after the beginning."))
