"""How long before a session its client is reminded: minutes, the longest first; none at all for never."""

from typing import Any

from django.utils.translation import gettext

from bookings.common.errors import invalid

USUAL = (24 * 60, 60)
"""Minutes before the start, where a service says nothing else: a day and an hour."""
MOST = 5
LONGEST = 30 * 24 * 60
"""Minutes: a month."""


def usual() -> list[int]:
    """Give the usual minutes before the start, the longest first."""
    return list(USUAL)


def reminders_of(own: list[int] | None) -> list[int]:
    """Give those that hold where a service says this; None is the usual ones."""
    return usual() if own is None else list(own)


def read_reminders(minutes: Any, *, field: str = "reminderMinutes") -> list[int]:
    """Give reminders as they are kept, the longest first. Raises VALIDATION_FAILED.

    Each is a whole number of minutes, 1 to LONGEST, stands once, and there are MOST of them at most.
    """
    if not isinstance(minutes, list) or len(minutes) > MOST:
        raise invalid(field, gettext("Give a list of %(most)s reminders at most.") % {"most": MOST})
    if any(type(each) is not int or not 1 <= each <= LONGEST for each in minutes):
        raise invalid(
            field,
            gettext("A reminder comes 1 to %(longest)s minutes before the start.") % {"longest": LONGEST},
        )
    if len(set(minutes)) < len(minutes):
        raise invalid(field, gettext("Each reminder stands once."))
    return sorted(minutes, reverse=True)
