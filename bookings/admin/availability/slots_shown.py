"""What the previews of published and withdrawn slots show."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bookings.accounts.viewer import Viewer
from bookings.admin.availability.shown import MOST_NAMED, rows_of
from bookings.admin.availability.words import DAY
from bookings.availability.calendars import open_time
from bookings.availability.intervals import overlaps
from bookings.availability.loading import empty_calendars, epoch
from bookings.booking import selectors
from bookings.booking.models import Booking
from bookings.booking.states import ACTIVE
from bookings.booking.touched import LONGEST_BUFFER, SHOWN
from bookings.catalogue.models import Service
from bookings.common.zones import zone
from bookings.schedules.models import Schedule
from bookings.schedules.walltime import clock_changes
from bookings.slots.models import Slot
from bookings.slots.planning import Clash, ClashReason
from bookings.slots.publishing import Published, Withdrawn
from bookings.slots.selectors import REACH

MOST_DAYS = 60
"""Days of slots that are listed."""


def published(
    schedule: Schedule, service: Service | None, found: Published, viewer: Viewer, now: datetime
) -> dict[str, Any]:
    """Give what would be published day by day, what stands against the rest, and whose bookings that are."""
    clock = zone(schedule.timezone)
    slots = found.slots
    inside = _in_hours(schedule, slots)
    days = _by_day(slots, clock)
    booked = _against(schedule, service, found)
    return {
        "count": len(slots),
        "seats": sum(slot.capacity for slot in slots),
        "days": days[:MOST_DAYS],
        "more_days": max(0, len(days) - MOST_DAYS),
        "inside": inside,
        "outside": len(slots) - inside,
        "clashes": _clashes(found.clashes),
        "touched": rows_of(booked[:MOST_NAMED], viewer, now),
        "clocks": _clocks(slots, clock),
    }


def withdrawn(slots: Sequence[Slot], taken: Withdrawn, viewer: Viewer) -> dict[str, Any]:
    """Give which slots would be offered no more, on the clock of each calendar, and which bookings stay."""
    held = selectors.visible_to(viewer).filter(slot__in=taken.held, status__in=ACTIVE)
    stay = list(held.select_related(*SHOWN).order_by("starts_at", "pk")[: MOST_NAMED + 1])
    days: list[tuple[str, list[str]]] = []
    by_zone: defaultdict[str, list[Slot]] = defaultdict(list)
    for slot in slots:
        by_zone[slot.schedule.timezone].append(slot)
    for name, group in by_zone.items():
        days += _by_day(group, zone(name))
    return {
        "count": taken.count,
        "held": len(taken.held),
        "days": days[:MOST_DAYS],
        "more_days": max(0, len(days) - MOST_DAYS),
        "stay": rows_of(stay[:MOST_NAMED], viewer, None),
        "more_stay": max(0, held.count() - MOST_NAMED) if len(stay) > MOST_NAMED else 0,
    }


def _by_day(slots: Iterable[Slot], clock: ZoneInfo) -> list[tuple[str, list[str]]]:
    days: defaultdict[date, list[str]] = defaultdict(list)
    for slot in slots:
        start, end = slot.starts_at.astimezone(clock), slot.ends_at.astimezone(clock)
        seats = f" ({slot.capacity} seats)" if slot.capacity > 1 else ""
        days[start.date()].append(f"{start:%H:%M}–{end:%H:%M}{seats}")
    return [(f"{day:{DAY}}", times) for day, times in sorted(days.items())]


def _in_hours(schedule: Schedule, slots: Sequence[Slot]) -> int:
    """Count the slots that meet open hours, where they take the place of other starts."""
    if not slots:
        return 0
    since, until = slots[0].starts_at, max(slot.ends_at for slot in slots)
    (calendar,) = empty_calendars([schedule], since=since, until=until)
    opened = open_time(calendar, epoch(since), epoch(until))
    return sum(overlaps(opened, epoch(slot.starts_at), epoch(slot.ends_at)) for slot in slots)


def _against(schedule: Schedule, service: Service | None, found: Published) -> list[Booking]:
    """Give the first bookings whose time, buffers included, is in the way."""
    times = [
        (clash.starts_at, clash.ends_at)
        for clash in found.clashes
        if clash.reason is ClashReason.OVERLAPS_BOOKED and clash.starts_at and clash.ends_at
    ]
    if not times:
        return []
    near = schedule.occupations.filter(
        busy_from__lt=max(end for _, end in times) + LONGEST_BUFFER,
        busy_from__gt=min(start for start, _ in times) - REACH,
    ).values_list("slot", "busy_from", "busy_until")
    lengths = (service.buffer_before, service.buffer_after) if service else (0, 0)
    before, after = (timedelta(minutes=each) for each in lengths)
    slots = {
        slot
        for slot, low, high in near
        if any(low < end + after and high > start - before for start, end in times)
    }
    rows = Booking.objects.filter(slot__in=slots, status__in=ACTIVE).select_related(*SHOWN)
    return list(rows.order_by("starts_at", "pk")[:MOST_NAMED])


def _clashes(clashes: Sequence[Clash]) -> list[tuple[str, str]]:
    """Give each start that cannot be published, with everything that stands against it."""
    reasons: defaultdict[datetime, list[str]] = defaultdict(list)
    for clash in clashes:
        reasons[clash.wall].append(str(clash.reason.label))
    return [(f"{wall:{DAY}, %H:%M}", " ".join(told)) for wall, told in sorted(reasons.items())]


def _clocks(slots: Sequence[Slot], clock: ZoneInfo) -> list[str]:
    """Say where the clock jumps between the first slot and the last: the starts keep their time on it."""
    if not slots:
        return []
    jumps = clock_changes(clock, epoch(slots[0].starts_at) - 86400, epoch(slots[-1].ends_at) + 86400)
    return [
        f"{datetime.fromtimestamp(jump.at, clock):{DAY}}: the clock goes "
        f"{'forward' if jump.by > 0 else 'back'} by {abs(jump.by) // 60} minutes; slots keep their time on the clock."
        for jump in jumps
    ]
