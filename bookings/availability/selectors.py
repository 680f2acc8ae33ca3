"""Fetches what the engine computes with: a fixed number of statements, however many schedules."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from django.db.models import Q

from bookings.availability import engine
from bookings.availability.engine import Busy, Calendar, Hours, KnownSlot, Opening, Terms
from bookings.businesses.zones import zone
from bookings.catalogue.models import Service
from bookings.schedules.models import Schedule, WeeklyHours
from bookings.slots.models import Occupation, Slot

T = TypeVar("T")

LONGEST = timedelta(days=4)
"""Further than this apart, two sessions of a day with buffers of a day on each side do not meet."""

NEXT_OPEN_DAYS = 14
"""How far ahead the next open times are looked for."""


def terms_of(service: Service, *, seats: int = 1) -> Terms:
    """Give what a service asks for, now."""
    return Terms(
        service=service.pk,
        duration=service.duration * engine.MINUTE,
        step=service.step * engine.MINUTE,
        before=service.buffer_before * engine.MINUTE,
        after=service.buffer_after * engine.MINUTE,
        seats=seats,
        capacity=service.seats,
        notice=service.notice * engine.MINUTE,
        horizon=service.horizon,
    )


def openings(
    *, terms: Terms, schedules: Iterable[Schedule], since: datetime, until: datetime, now: datetime
) -> list[Opening]:
    """Give what can be booked in [since, until) on any of the schedules, by start and schedule."""
    low, high, present = epoch(since), epoch(until), epoch(now)
    found: list[Opening] = []
    for calendar in calendars(schedules, since=since, until=until):
        found.extend(engine.openings(terms, calendar, since=low, until=high, now=present))
    return sorted(found)


def opening_at(*, terms: Terms, schedule: Schedule, start: datetime, now: datetime) -> Opening | None:
    """Give the opening that starts exactly then, or None: what is not listed cannot be booked."""
    found = openings(
        terms=terms, schedules=[schedule], since=start, until=start + timedelta(seconds=1), now=now
    )
    return next((opening for opening in found if moment(opening.start) == start), None)


def next_openings(
    *, terms: Terms, schedule: Schedule, after: datetime, now: datetime, count: int = 3
) -> list[Opening]:
    """Give up to `count` open times from `after` on, within the next days."""
    until = after + timedelta(days=NEXT_OPEN_DAYS)
    return openings(terms=terms, schedules=[schedule], since=after, until=until, now=now)[:count]


def calendars(schedules: Iterable[Schedule], *, since: datetime, until: datetime) -> list[Calendar]:
    """Give the calendars with all that touches starts in [since, until): three statements in all."""
    wanted = list(schedules)
    ids = [schedule.pk for schedule in wanted]
    low, high = since - LONGEST, until + LONGEST
    hours = _hours(ids)
    busy = _busy(ids, low, high)
    slots = _slots(ids, low, high)
    return [
        Calendar(
            schedule=schedule.pk,
            zone=zone(schedule.timezone),
            hours=tuple(hours[schedule.pk]),
            busy=tuple(busy[schedule.pk]),
            slots=tuple(slots[schedule.pk]),
        )
        for schedule in wanted
    ]


def epoch(moment: datetime) -> int:
    """Give the whole epoch second of an instant, rounded up, so that a fraction never counts as notice kept."""
    return -int(-moment.timestamp() // 1)


def moment(epoch_second: int) -> datetime:
    """Give an epoch second as an aware datetime in UTC."""
    return datetime.fromtimestamp(epoch_second, UTC)


def _hours(ids: list[int]) -> Mapping[int, list[Hours]]:
    rows = WeeklyHours.objects.filter(schedule__in=ids).values_list(
        "schedule_id", "weekday", "opens", "closes"
    )
    return _grouped((schedule, Hours(*rest)) for schedule, *rest in rows)


def _busy(ids: list[int], low: datetime, high: datetime) -> Mapping[int, list[Busy]]:
    rows = (
        Occupation.objects.filter(schedule__in=ids, busy_from__gte=low, busy_from__lt=high)
        .order_by("busy_from")
        .values_list("schedule_id", "busy_from", "busy_until", "slot_id")
    )
    return _grouped((schedule, Busy(epoch(start), epoch(end), slot)) for schedule, start, end, slot in rows)


def _slots(ids: list[int], low: datetime, high: datetime) -> Mapping[int, list[KnownSlot]]:
    rows = Slot.objects.filter(
        Q(is_published=True) | Q(seats_taken__gt=0), schedule__in=ids, starts_at__gte=low, starts_at__lt=high
    ).values_list(
        "schedule_id", "pk", "starts_at", "ends_at", "service_id", "capacity", "seats_taken", "is_published"
    )
    return _grouped(
        (schedule, KnownSlot(pk, epoch(start), epoch(end), service, capacity, taken, published))
        for schedule, pk, start, end, service, capacity, taken, published in rows
    )


def _grouped(pairs: Iterable[tuple[int, T]]) -> Mapping[int, list[T]]:
    groups: defaultdict[int, list[T]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups
