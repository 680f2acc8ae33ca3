"""What a preview shows: whom a change touches, and what it opens and closes in which calendar."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from bookings.accounts.viewer import Viewer
from bookings.admin.availability import words
from bookings.admin.bookings import wording
from bookings.availability.comparing import Difference
from bookings.availability.loading import moment
from bookings.booking import selectors
from bookings.booking.effects import Effect
from bookings.booking.models import Booking
from bookings.booking.states import Move, Status
from bookings.booking.touched import moves
from bookings.schedules.models import Schedule

MOST_NAMED = 20
"""Bookings that are named, each with the next times to which it could move."""


def shown(found: Effect, viewer: Viewer, now: datetime) -> dict[str, Any]:
    """Give what the page of a preview shows. Reads what it shows: nothing is left to be asked afterwards."""
    return {
        "calendars": _calendars(found.differences),
        "touched": rows_of(found.touched[:MOST_NAMED], viewer, now),
        "count": found.count,
        "more": found.count - min(len(found.touched), MOST_NAMED),
        "already": found.already,
        "freed": found.freed,
    }


def rows_of(bookings: Sequence[Booking], viewer: Viewer, now: datetime | None) -> list[dict[str, Any]]:
    """Give the rows of bookings, with the pages that the viewer may see.

    now: where it is given, with times to which they could move.
    """
    keys = [booking.pk for booking in bookings]
    seen = set(selectors.visible_to(viewer).filter(pk__in=keys).values_list("pk", flat=True))
    proposals = {each.booking.pk: each.openings for each in moves(bookings, now=now)} if now else {}
    return [
        {
            "name": booking.acknowledgement_id,
            "seen": booking.pk in seen,
            "status": booking.status,
            "label": str(Status(booking.status).label),
            "client": booking.full_name,
            "service": str(booking.service),
            "when": wording.span(booking, booking.timezone),
            "link": reverse("admin:bookings_booking_change", args=[booking.pk]),
            "move": reverse("admin:bookings_booking_move", args=[booking.pk, Move.RESCHEDULE.value.lower()]),
            "times": [
                wording.at(moment(opening.start), booking.timezone)
                for opening in proposals.get(booking.pk, [])
            ],
        }
        for booking in bookings
    ]


def whose(schedule: Schedule) -> str:
    """Give whose calendar it is; a calendar without an owner any more has its own name."""
    for name in ("consultant", "resource"):
        host = getattr(schedule, name, None)
        if host is not None:
            return str(host)
    return str(schedule)


def _calendars(differences: Sequence[Difference]) -> list[dict[str, Any]]:
    """Give the calendars in which something opens or closes; those in which it is the same are told as one."""
    ids = [each.schedule for each in differences]
    names = {
        schedule.pk: whose(schedule)
        for schedule in Schedule.objects.select_related("consultant", "resource").filter(pk__in=ids)
    }
    alike: defaultdict[tuple[object, ...], list[Difference]] = defaultdict(list)
    for each in differences:
        alike[each.zone.key, tuple(each.opens), tuple(each.closes)].append(each)
    return [_told(group, [names[each.schedule] for each in group]) for group in alike.values()]


def _told(group: Sequence[Difference], names: Sequence[str]) -> dict[str, Any]:
    first = group[0]
    rows, more = words.rows(first)
    return {
        "whose": ", ".join(names),
        "zone": first.zone.key,
        "opens": words.hours(words.length(first.opens)) if first.opens else "",
        "closes": words.hours(words.length(first.closes)) if first.closes else "",
        "rows": rows,
        "more": more,
        "clocks": words.clocks(first),
    }
