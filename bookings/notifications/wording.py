"""A day and a part of it, in the language that is active: what a client wished who named no time."""

from datetime import date, time

from django.utils.translation import gettext

from bookings.common import dates


def wished(day: date, period: str, first: time | None = None, last: time | None = None) -> str:
    """Give e.g. "Monday 7 January 2030, in the morning"; of a custom period, its two times."""
    named = dates.day(day)
    if first is not None and last is not None:
        return gettext("%(day)s, between %(first)s and %(last)s") % {
            "day": named,
            "first": f"{first:%H:%M}",
            "last": f"{last:%H:%M}",
        }
    parts = {
        "MORNING": gettext("%(day)s, in the morning"),
        "AFTERNOON": gettext("%(day)s, in the afternoon"),
        "EVENING": gettext("%(day)s, in the evening"),
    }
    return parts.get(period, "%(day)s") % {"day": named}
