"""Why a start cannot be booked: every rule that stands against it. No reason at all means that it is offered."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.availability.calendars import Calendar, KnownSlot, closed_days, hours_of
from bookings.availability.caps import reached
from bookings.availability.engine import Beside, Ground, Terms, end_of_horizon
from bookings.availability.intervals import Range, fits_in, holds, merged, overlapping, overlaps


class Reason(models.TextChoices):
    """A rule that stands against a start; the label says it to a person."""

    IN_THE_PAST = "IN_THE_PAST", _("The start has passed.")
    TOO_SHORT_NOTICE = "TOO_SHORT_NOTICE", _("The service asks for more notice.")
    BEYOND_HORIZON = "BEYOND_HORIZON", _("The service cannot be booked so far ahead yet.")
    NOT_OFFERED = "NOT_OFFERED", _("Nobody and nothing that can be booked offers the service like this.")
    OUTSIDE_HOURS = "OUTSIDE_HOURS", _("The session would not lie within open hours.")
    PRACTICE_CLOSED = "PRACTICE_CLOSED", _("The practice is closed on this day.")
    TIME_OFF = "TIME_OFF", _("There is time off then.")
    NOT_ON_STEP = "NOT_ON_STEP", _("Sessions start at other minutes.")
    TIME_TAKEN = "TIME_TAKEN", _("Another session, or the time kept free around it, is in the way.")
    PUBLISHED_SLOT_IN_THE_WAY = (
        "PUBLISHED_SLOT_IN_THE_WAY",
        _("Another time was published that overlaps this."),
    )
    OTHER_SERVICE = "OTHER_SERVICE", _("The slot that starts then is one of another service.")
    OTHER_LENGTH = "OTHER_LENGTH", _("The slot that starts then is longer or shorter.")
    NOT_ENOUGH_SEATS = "NOT_ENOUGH_SEATS", _("There are not as many seats left.")
    CALENDAR_DAY_FULL = "CALENDAR_DAY_FULL", _("No more bookings are taken on this day.")
    CALENDAR_WEEK_FULL = "CALENDAR_WEEK_FULL", _("No more bookings are taken in this week.")
    SERVICE_DAY_FULL = "SERVICE_DAY_FULL", _("No more bookings of the service are taken on this day.")
    SERVICE_WEEK_FULL = "SERVICE_WEEK_FULL", _("No more bookings of the service are taken in this week.")
    NO_ROOM = "NO_ROOM", _("No room that the service needs is free then.")


MOST_CLASHES = 3
"""How many busy times are named."""


def reasons(
    terms: Terms, calendar: Calendar, *, start: int, now: int, rooms: Sequence[Calendar] | None = None
) -> list[Reason]:
    """Give every rule that stands against a start, in the order in which they are declared.

    Agrees with `engine.openings`: there are none exactly where the start is offered.
    """
    for slot in calendar.slots:
        if slot.start == start:
            terms = terms.for_slot(slot)
    found = {
        *too_soon_or_late(terms, calendar.zone, start, now),
        *_full(terms, calendar, start),
        *_against_the_session(terms, calendar, start, rooms),
    }
    return [reason for reason in Reason if reason in found]


def too_soon_or_late(terms: Terms, zone: ZoneInfo, start: int, now: int) -> Iterator[Reason]:
    """Give what notice and horizon say of a start; dates are those of the zone."""
    if start <= now:
        yield Reason.IN_THE_PAST
    elif start < now + (terms.notice or 0):
        yield Reason.TOO_SHORT_NOTICE
    if terms.horizon is not None and start >= end_of_horizon(terms.horizon, zone, now):
        yield Reason.BEYOND_HORIZON


def clashes(terms: Terms, calendar: Calendar, start: int) -> list[Range]:
    """Give the first busy times that a session and its buffers would meet."""
    low, high = start - terms.before, start + terms.duration + terms.after
    return overlapping([(busy.start, busy.end) for busy in calendar.busy], low, high)[:MOST_CLASHES]


def _full(terms: Terms, calendar: Calendar, start: int) -> Iterator[Reason]:
    own = [(slot.start, slot.holders) for slot in calendar.slots if slot.holders]
    zone = calendar.zone
    for reason, sold, per_day, per_week in (
        (Reason.CALENDAR_DAY_FULL, own, calendar.per_day, None),
        (Reason.CALENDAR_WEEK_FULL, own, None, calendar.per_week),
        (Reason.SERVICE_DAY_FULL, calendar.sold, terms.per_day, None),
        (Reason.SERVICE_WEEK_FULL, calendar.sold, None, terms.per_week),
    ):
        if holds(merged(reached(sold, zone, per_day, per_week)), start):
            yield reason


def _against_the_session(
    terms: Terms, calendar: Calendar, start: int, rooms: Sequence[Calendar] | None
) -> Iterator[Reason]:
    ground = Ground.of(terms, calendar, start, start + 1)
    beside = None if rooms is None else Beside.of(terms, rooms, start, start + 1)
    slot = next((slot for slot in calendar.slots if slot.start == start), None)
    if slot is not None:
        other = list(_otherwise(terms, slot))
        if not other:
            yield from _against_joining(terms, calendar, ground, slot, beside)
            return
        yield from other
    if terms.seats > terms.capacity:
        yield Reason.NOT_ENOUGH_SEATS
    yield from _outside_hours(terms, calendar, start)
    yield from _closed(terms, calendar, start)
    inside = [opens for opens, closes in ground.pieces if opens <= start < closes]
    if inside and all((start - opens) % terms.step for opens in inside):
        yield Reason.NOT_ON_STEP
    if clashes(terms, calendar, start):
        yield Reason.TIME_TAKEN
    published = [(slot.start, slot.end) for slot in calendar.slots if slot.published]
    if overlaps(published, start, start + terms.duration):
        yield Reason.PUBLISHED_SLOT_IN_THE_WAY
    if beside is not None and not holds(beside.in_hours, start):
        yield Reason.NO_ROOM


def _otherwise(terms: Terms, slot: KnownSlot) -> Iterator[Reason]:
    """Give why a slot that has a row is none for these terms."""
    if slot.service not in {None, terms.service}:
        yield Reason.OTHER_SERVICE
    if slot.end - slot.start != terms.duration:
        yield Reason.OTHER_LENGTH


def _against_joining(
    terms: Terms, calendar: Calendar, ground: Ground, slot: KnownSlot, beside: Beside | None
) -> Iterator[Reason]:
    """Give what stands against taking seats of a published or taken slot of the service."""
    if terms.seats_of(slot) - slot.taken < terms.seats:
        yield Reason.NOT_ENOUGH_SEATS
    yield from _closed(terms, calendar, slot.start)
    if not slot.published:
        yield from _outside_hours(terms, calendar, slot.start)
    if not slot.taken:
        if clashes(terms, calendar, slot.start):
            yield Reason.TIME_TAKEN
        if beside is not None and not holds(beside.anywhere, slot.start):
            yield Reason.NO_ROOM


def _outside_hours(terms: Terms, calendar: Calendar, start: int) -> Iterator[Reason]:
    end = start + terms.duration
    if not fits_in(hours_of(calendar, start, end), start, end):
        yield Reason.OUTSIDE_HOURS


def _closed(terms: Terms, calendar: Calendar, start: int) -> Iterator[Reason]:
    end = start + terms.duration
    if overlapping(closed_days(calendar, start, end), start, end):
        yield Reason.PRACTICE_CLOSED
    if overlapping(calendar.time_off, start, end):
        yield Reason.TIME_OFF
