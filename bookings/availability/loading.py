"""From rows to calendars: a fixed number of statements, however many schedules and whatever is stored elsewhere."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from math import ceil
from typing import TypeVar

from django.db.models import F, Q

from bookings.availability.calendars import Busy, Calendar, Hours, KnownSlot, Minutes, Practice, Season
from bookings.availability.engine import Terms
from bookings.availability.intervals import Range
from bookings.businesses.models import ClosedDay, OpeningHours
from bookings.common.zones import zone
from bookings.schedules.models import DateOverride, Schedule, TimeOff, WeeklyHours
from bookings.slots.models import Occupation, Slot

T = TypeVar("T")

LONGEST_SESSION = timedelta(days=7)
LONGEST_BUSY = LONGEST_SESSION + timedelta(days=2)
"""The longest session with a day's buffer on each side."""
WEEK_AROUND = timedelta(days=8)
"""Reaches over the rest of any week, whatever the zone; what caps count lies within."""
DAYS_AROUND = timedelta(days=3)
"""Reaches over every interval of hours that touches a range."""


def calendars(
    schedules: Sequence[Schedule],
    *,
    terms: Terms,
    since: datetime,
    until: datetime,
    counting: bool = False,
    listing: bool = False,
) -> list[Calendar]:
    """Give the calendars with all that touches starts in [since, until), in the schedules' order.

    Five statements, two for the hours and closed days of practices, and one where the service is capped.
    counting: the bookings of the weeks around are wanted even where nothing caps them. listing: only what can be
    booked matters, so that slots without a seat left may be missing, unless what they hold counts.
    """
    ids = [schedule.pk for schedule in schedules]
    end = until + timedelta(seconds=terms.longest or terms.duration)
    weeks = counting or any(one.max_per_day or one.max_per_week for one in schedules)
    hours, seasons = _hours(ids, since, end)
    overrides, off = _overrides(ids, since, end), _time_off(ids, since, end)
    busy, slots = _busy(ids, terms, since, end), _slots(ids, since, end, weeks=weeks, full=not listing)
    practices, sold = _practices(schedules, since, end), _sold(terms, since, until)
    return [
        Calendar(
            schedule=schedule.pk,
            zone=zone(schedule.timezone),
            hours=tuple(hours[schedule.pk]),
            seasons=tuple(seasons[schedule.pk]),
            busy=tuple(busy[schedule.pk]),
            slots=tuple(slots[schedule.pk]),
            practice=practices[schedule.business_id],
            overrides=overrides[schedule.pk],
            time_off=tuple(off[schedule.pk]),
            follows_practice=schedule.follows_business,
            per_day=schedule.max_per_day,
            per_week=schedule.max_per_week,
            sold=sold,
        )
        for schedule in schedules
    ]


def empty_calendars(schedules: Sequence[Schedule], *, since: datetime, until: datetime) -> list[Calendar]:
    """Give the calendars with what opens and closes them in [since, until), and nothing that is booked.

    Three statements, and two for the hours and closed days of practices.
    """
    ids = [schedule.pk for schedule in schedules]
    hours, seasons = _hours(ids, since, until)
    overrides, off = _overrides(ids, since, until), _time_off(ids, since, until)
    practices = _practices(schedules, since, until)
    return [
        Calendar(
            schedule=schedule.pk,
            zone=zone(schedule.timezone),
            hours=tuple(hours[schedule.pk]),
            seasons=tuple(seasons[schedule.pk]),
            practice=practices[schedule.business_id],
            overrides=overrides[schedule.pk],
            time_off=tuple(off[schedule.pk]),
            follows_practice=schedule.follows_business,
        )
        for schedule in schedules
    ]


def known_slot(pk: int) -> KnownSlot:
    """Give one slot as the engine sees it."""
    slot = Slot.objects.get(pk=pk)
    return KnownSlot(
        pk=pk,
        start=epoch(slot.starts_at),
        end=epoch(slot.ends_at),
        service=slot.service_id,
        capacity=slot.capacity,
        taken=slot.seats_taken,
        published=slot.is_published,
        holders=slot.holders,
        meant_for=slot.published_service_id,
    )


def epoch(moment: datetime) -> int:
    """Give the whole epoch second of an instant, rounded up, so that a fraction never counts as notice kept."""
    return ceil(moment.timestamp())


def moment(epoch_second: int) -> datetime:
    """Give an epoch second as an aware datetime in UTC."""
    return datetime.fromtimestamp(epoch_second, UTC)


def _hours(
    ids: list[int], since: datetime, end: datetime
) -> tuple[Mapping[int, list[Hours]], Mapping[int, list[Season]]]:
    """Give the hours of every week, and the seasons of which a date may be asked about."""
    first, last = _dates(since, end)
    rows = WeeklyHours.objects.filter(
        Q(valid_from=None) | Q(valid_from__lte=last),
        Q(valid_until=None) | Q(valid_until__gte=first),
        schedule__in=ids,
    ).values_list("schedule_id", "valid_from", "valid_until", "weekday", "opens", "closes")
    usual: defaultdict[int, list[Hours]] = defaultdict(list)
    seasons: defaultdict[tuple[int, date, date | None], list[Hours]] = defaultdict(list)
    for schedule, begins, ends, weekday, opens, closes in rows:
        week = usual[schedule] if begins is None else seasons[schedule, begins, ends]
        week.append(Hours(weekday, opens, closes))
    return usual, _grouped(
        (schedule, Season(begins, ends, tuple(hours))) for (schedule, begins, ends), hours in seasons.items()
    )


def _overrides(
    ids: list[int], since: datetime, end: datetime
) -> Mapping[int, Mapping[date, tuple[Minutes, ...]]]:
    rows = DateOverride.objects.filter(schedule__in=ids, date__range=_dates(since, end)).order_by("opens")
    found: defaultdict[int, dict[date, tuple[Minutes, ...]]] = defaultdict(dict)
    for schedule, day, opens, closes in rows.values_list("schedule_id", "date", "opens", "closes"):
        intervals = found[schedule].setdefault(day, ())
        if opens is not None and closes is not None:
            found[schedule][day] = (*intervals, (opens, closes))
    return found


def _time_off(ids: list[int], since: datetime, end: datetime) -> Mapping[int, list[Range]]:
    rows = TimeOff.objects.filter(
        schedule__in=ids, ends_at__gt=since - DAYS_AROUND, starts_at__lt=end + DAYS_AROUND
    ).values_list("schedule_id", "starts_at", "ends_at")
    return _grouped((schedule, (int(start.timestamp()), epoch(until))) for schedule, start, until in rows)


def _busy(ids: list[int], terms: Terms, since: datetime, end: datetime) -> Mapping[int, list[Busy]]:
    low, high = since - timedelta(seconds=terms.before), end + timedelta(seconds=terms.after)
    rows = (
        Occupation.objects.filter(
            schedule__in=ids, busy_from__gt=low - LONGEST_BUSY, busy_from__lt=high, busy_until__gt=low
        )
        .order_by("busy_from")
        .values_list("schedule_id", "busy_from", "busy_until", "slot_id")
    )
    return _grouped(
        (schedule, Busy(epoch(start), epoch(until), slot)) for schedule, start, until, slot in rows
    )


def _slots(
    ids: list[int], since: datetime, end: datetime, *, weeks: bool, full: bool
) -> Mapping[int, list[KnownSlot]]:
    low, high = since - LONGEST_SESSION, end
    within = Q(starts_at__gt=low, starts_at__lt=high, ends_at__gt=since)
    if weeks:
        within = Q(starts_at__gt=since - WEEK_AROUND, starts_at__lt=end + WEEK_AROUND)
    if not (weeks or full):
        # What a published one keeps free around it counts even when it is full.
        within &= Q(is_published=True) | Q(seats_taken__lt=F("capacity"))
    rows = Slot.objects.filter(
        Q(is_published=True) | Q(seats_taken__gt=0), within, schedule__in=ids
    ).values_list(
        "schedule_id",
        "pk",
        "starts_at",
        "ends_at",
        "service_id",
        "capacity",
        "seats_taken",
        "is_published",
        "holders",
    )
    return _grouped(
        (schedule, KnownSlot(pk, epoch(start), epoch(until), service, capacity, taken, published, holders))
        for schedule, pk, start, until, service, capacity, taken, published, holders in rows
    )


def _practices(schedules: Sequence[Schedule], since: datetime, end: datetime) -> Mapping[int, Practice]:
    """Give the practice of each business: two statements."""
    businesses = {schedule.business_id: schedule.business for schedule in schedules}
    hours = _grouped(
        (business, Hours(*rest))
        for business, *rest in OpeningHours.objects.filter(business__in=businesses).values_list(
            "business_id", "weekday", "opens", "closes"
        )
    )
    closed = _grouped(
        ClosedDay.objects.filter(business__in=businesses, date__range=_dates(since, end)).values_list(
            "business_id", "date"
        )
    )
    return {
        pk: Practice(zone(business.timezone), tuple(hours[pk]), frozenset(closed[pk]))
        for pk, business in businesses.items()
    }


def _sold(terms: Terms, since: datetime, until: datetime) -> tuple[tuple[int, int], ...]:
    if terms.per_day is None and terms.per_week is None:
        return ()
    rows = Slot.objects.filter(
        service=terms.service,
        seats_taken__gt=0,
        starts_at__gt=since - WEEK_AROUND,
        starts_at__lt=until + WEEK_AROUND,
    ).values_list("starts_at", "holders")
    return tuple((epoch(start), holders) for start, holders in rows)


def _dates(since: datetime, end: datetime) -> tuple[date, date]:
    return (since - DAYS_AROUND).date(), (end + DAYS_AROUND).date()


def _grouped(pairs: Iterable[tuple[int, T]]) -> Mapping[int, list[T]]:
    groups: defaultdict[int, list[T]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups
