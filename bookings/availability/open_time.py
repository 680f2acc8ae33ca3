"""When calendars and practices are open, for showing: whatever is booked in that time does not matter."""

from collections.abc import Sequence
from datetime import datetime

from bookings.availability.calendars import DAY, Calendar, Hours, Practice, closures, open_time
from bookings.availability.intervals import Range, merged, within, without
from bookings.availability.loading import empty_calendars, epoch
from bookings.availability.reading import LONGEST_SESSION
from bookings.businesses.models import Business, ClosedDay, OpeningHours
from bookings.common.zones import zone
from bookings.schedules.models import Schedule
from bookings.slots.models import Slot


def of_any(schedules: Sequence[Schedule], *, since: datetime, until: datetime) -> list[Range]:
    """Give when one of some calendars at least is open in [since, until), as unbroken runs of epoch seconds.

    Published slots count: they are offered outside of hours too. Six statements.
    """
    low, high = epoch(since), epoch(until)
    published = Slot.objects.filter(
        schedule__in=schedules,
        is_published=True,
        starts_at__gt=since - LONGEST_SESSION,
        starts_at__lt=until,
        ends_at__gt=since,
    ).values_list("schedule_id", "starts_at", "ends_at")
    slots: dict[int, list[Range]] = {}
    for schedule, start, end in published:
        slots.setdefault(schedule, []).append((epoch(start), epoch(end)))
    found: list[Range] = []
    for calendar in empty_calendars(schedules, since=since, until=until):
        found += open_time(calendar, low, high)
        found += without(slots.get(calendar.schedule, []), closures(calendar, low, high))
    return _cut(found, low, high)


def of_practice(business: Business, *, since: datetime, until: datetime) -> list[Range]:
    """Give when a practice as a whole is open in [since, until): its hours without its closed days. Two statements."""
    low, high = epoch(since), epoch(until)
    here = zone(business.timezone)
    hours = OpeningHours.objects.filter(business=business).values_list("weekday", "opens", "closes")
    around = (since.date() - DAY, until.date() + DAY)
    closed = ClosedDay.objects.filter(business=business, date__range=around).values_list("date", flat=True)
    practice = Practice(here, tuple(Hours(*each) for each in hours), frozenset(closed))
    as_a_whole = Calendar(schedule=0, zone=here, practice=practice, follows_practice=True)
    return _cut(open_time(as_a_whole, low, high), low, high)


def in_all(groups: Sequence[Sequence[Range]]) -> list[Range]:
    """Give the time that lies in each of some groups of runs, of which there is one at least."""
    found = list(groups[0])
    for other in groups[1:]:
        found = [part for each in found for part in within(each, other)]
    return found


def _cut(ranges: Sequence[Range], low: int, high: int) -> list[Range]:
    return [(max(start, low), min(end, high)) for start, end in merged(ranges) if start < high and end > low]
