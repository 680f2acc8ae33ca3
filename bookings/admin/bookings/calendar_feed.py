"""What stands in the calendar in a range of days: sessions, open time, and where the clock is put forward or back."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse

from bookings.accounts.viewer import Viewer
from bookings.admin import moves
from bookings.admin.bookings import wall, wording
from bookings.admin.bookings.calendar_choice import Choice, Wrong
from bookings.availability import open_time
from bookings.availability import selectors as availability
from bookings.availability.intervals import Range
from bookings.booking import selectors
from bookings.booking.policies import YEARS
from bookings.booking.rights import Operation
from bookings.booking.states import Move, Status
from bookings.common.zones import zone

MOST_DAYS = 62
MOST = 5000
"""Sessions of one answer; the page says where there are more."""
OVER = (Status.CANCELLED, Status.REJECTED, Status.EXPIRED)
"""What holds no time any more, and shows only where it is asked for."""
LONGEST = timedelta(days=8)
"""More than any session lasts: what began before that is over, which keeps the look-up to a range of starts."""
_READ = (
    "acknowledgement_id", "full_name", "status", "starts_at", "ends_at", "deadline_at", "business_id", "price",
    "payment_mode", "timezone", "preferred_date", "service__name", "service__holds", "consultant__full_name",
    "resource__name",
)  # fmt: skip


def days(start: str, end: str) -> tuple[date, date]:
    """Read a range of days, the last one excluded. Raises Wrong."""
    try:
        first, last = date.fromisoformat(start[:10]), date.fromisoformat(end[:10])
    except ValueError:
        raise Wrong("Say from which day to which.") from None
    if first.year not in YEARS or last.year not in YEARS:
        raise Wrong("This date is out of range.")
    if not timedelta() < last - first <= timedelta(days=MOST_DAYS):
        raise Wrong(f"A range has 1 to {MOST_DAYS} days.")
    return first, last


def feed(viewer: Viewer, choice: Choice, first: date, last: date, now: datetime) -> dict[str, Any]:
    """Give what the page draws from a first day to the one before the last, on the practice's clock."""
    here = zone(choice.business.timezone)
    since, until = wall.begins(first, here), wall.begins(last, here)
    found = list(sessions(viewer, choice, since, until)[: MOST + 1])
    return {
        "zone": here.key,
        "more": MOST if len(found) > MOST else 0,
        "events": [entry(booking, viewer, here, now) for booking in found[:MOST]],
        "open": [_stretch(each, here) for each in _open(choice, since, until)],
        "changes": [_change(change, here) for change in wall.changes(since, until, here)],
    }


def sessions(viewer: Viewer, choice: Choice, since: datetime, until: datetime) -> Any:
    """Give the sessions of a choice that touch [since, until), by start, with how many events each has."""
    rows = selectors.visible_to(viewer).filter(
        business=choice.business, starts_at__lt=until, starts_at__gt=since - LONGEST, ends_at__gt=since
    )
    if choice.consultants:
        rows = rows.filter(consultant__in=choice.consultants)
    if choice.resources:
        rows = rows.filter(resource__in=choice.resources)
    rows = rows.exclude(status__in=[Status.DRAFT, *([] if choice.over else OVER)])
    rows = rows.select_related("service", "consultant", "resource").only(*_READ)
    return selectors.with_version(rows).order_by("starts_at", "pk")


def entry(booking: Any, viewer: Viewer, here: ZoneInfo, now: datetime) -> dict[str, Any]:
    """Give one session as the page draws it; the name where the table of rights lets this person see it."""
    name = booking.full_name if selectors.may_see(viewer, booking, Operation.SEE_CLIENT) else ""
    return {
        "id": str(booking.pk),
        "title": name or booking.acknowledgement_id,
        "url": reverse("admin:bookings_booking_change", args=[booking.pk]),
        "start": wall.text(booking.starts_at, here),
        "end": wall.drawn_until(booking.starts_at, booking.ends_at, here),
        "editable": moves.option_of(Move.RESCHEDULE, booking, viewer, now) is not None,
        "at": booking.starts_at.astimezone(here).isoformat(),
        "hours": wall.hours(booking.starts_at, booking.ends_at, here),
        "repeated": wall.is_repeated(booking.starts_at, here) or wall.is_repeated(booking.ends_at, here),
        "status": booking.status,
        "service": booking.service.name,
        "whose": wording.whose(booking),
        "hosts": [str(one) for one in (booking.consultant, booking.resource) if one is not None],
        "seen": booking.version,
    }


def _open(choice: Choice, since: datetime, until: datetime) -> list[Range]:
    """Give when those chosen are open, one of several at least, and their rooms as well; else the practice."""
    groups = [
        [consultant.schedule for consultant in choice.consultants],
        [resource.schedule for resource in choice.resources],
    ]
    found = [open_time.of_any(schedules, since=since, until=until) for schedules in groups if schedules]
    return open_time.in_all(found or [open_time.of_practice(choice.business, since=since, until=until)])


def _stretch(each: Range, here: ZoneInfo) -> dict[str, str]:
    start, end = (availability.moment(second) for second in each)
    return {"start": wall.text(start, here), "end": wall.drawn_until(start, end, here)}


def _change(change: wall.Change, here: ZoneInfo) -> dict[str, str]:
    """Give the stretch of the clock that a change skips, or shows twice."""
    first, last = sorted((change.before, change.after))
    what = "The clock skips this time" if change.skips else "This time comes twice"
    return {"start": first.isoformat(), "end": last.isoformat(), "words": what}
