"""From rows to calendars: one statement, however many schedules and whatever is stored elsewhere."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from math import ceil
from typing import TypeVar

from bookings.availability import reading
from bookings.availability.calendars import Busy, Calendar, Hours, KnownSlot, Minutes, Practice, Season
from bookings.availability.engine import Terms
from bookings.availability.reading import Kind
from bookings.common.together import Row
from bookings.common.zones import zone
from bookings.schedules.models import Schedule
from bookings.slots.models import Slot

T = TypeVar("T")
Groups = Mapping[int, list[T]]


def calendars(
    schedules: Sequence[Schedule],
    *,
    terms: Terms,
    since: datetime,
    until: datetime,
    counting: bool = False,
    listing: bool = False,
) -> list[Calendar]:
    """Give the calendars with all that touches starts in [since, until), in the schedules' order. One statement.

    counting: the bookings of the weeks around are wanted even where nothing caps them. listing: only what can be
    booked matters, so that slots without a seat left may be missing, unless what they hold counts.
    """
    weeks = counting or any(one.max_per_day or one.max_per_week for one in schedules)
    rows = reading.read(*_owners(schedules), terms, since, until, weeks=weeks, full=not listing)
    return _calendars(schedules, rows)


def empty_calendars(schedules: Sequence[Schedule], *, since: datetime, until: datetime) -> list[Calendar]:
    """Give the calendars with what opens and closes them in [since, until), nothing booked. One statement."""
    return _calendars(schedules, reading.read_rules(*_owners(schedules), since, until))


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


def _owners(schedules: Sequence[Schedule]) -> tuple[list[int], list[int]]:
    """Give the keys of schedules and of their businesses."""
    return [each.pk for each in schedules], list({each.business_id for each in schedules})


def _calendars(schedules: Sequence[Schedule], rows: Iterable[Row]) -> list[Calendar]:
    """Make calendars of the rows of all of them."""
    of: Groups[Row] = _grouped((row[0], row[1:]) for row in rows)
    hours, seasons = _hours(of[Kind.WEEKLY])
    overrides = _overrides(of[Kind.OVERRIDE])
    time_off = _grouped((row[0], row[1:3]) for row in of[Kind.TIME_OFF])
    busy = _grouped((row[0], Busy(*row[1:4])) for row in of[Kind.BUSY])
    slots = _grouped((row[0], KnownSlot(*row[1:9])) for row in of[Kind.SLOT])
    practices = _practices(schedules, of)
    sold = tuple((start, holders) for _, start, holders, *_ in of[Kind.SOLD])
    return [
        Calendar(
            schedule=schedule.pk,
            zone=zone(schedule.timezone),
            hours=tuple(hours[schedule.pk]),
            seasons=tuple(seasons[schedule.pk]),
            busy=tuple(sorted(busy[schedule.pk])),
            slots=tuple(slots[schedule.pk]),
            practice=practices[schedule.business_id],
            overrides=overrides[schedule.pk],
            time_off=tuple(time_off[schedule.pk]),
            follows_practice=schedule.follows_business,
            per_day=schedule.max_per_day,
            per_week=schedule.max_per_week,
            sold=sold,
        )
        for schedule in schedules
    ]


def _hours(rows: Iterable[Row]) -> tuple[Groups[Hours], Groups[Season]]:
    """Give the hours of every week, and the seasons of which a date may be asked about."""
    usual: defaultdict[int, list[Hours]] = defaultdict(list)
    seasons: defaultdict[tuple[int, int, int | None], list[Hours]] = defaultdict(list)
    for schedule, weekday, opens, closes, begins, ends, *_ in rows:
        week = usual[schedule] if begins is None else seasons[schedule, begins, ends]
        week.append(Hours(weekday, opens, closes))
    return usual, _grouped(
        (schedule, Season(date.fromordinal(begins), _date(ends), tuple(hours)))
        for (schedule, begins, ends), hours in seasons.items()
    )


def _date(ordinal: int | None) -> date | None:
    return None if ordinal is None else date.fromordinal(ordinal)


def _overrides(rows: Iterable[Row]) -> Mapping[int, Mapping[date, tuple[Minutes, ...]]]:
    found: defaultdict[int, dict[date, tuple[Minutes, ...]]] = defaultdict(dict)
    for schedule, ordinal, opens, closes, *_ in sorted(rows, key=lambda row: row[2] or 0):
        day = date.fromordinal(ordinal)
        intervals = found[schedule].setdefault(day, ())
        if opens is not None:
            found[schedule][day] = (*intervals, (opens, closes))
    return found


def _practices(schedules: Iterable[Schedule], of: Groups[Row]) -> Mapping[int, Practice]:
    """Give the practice of each business."""
    hours = _grouped((row[0], Hours(*row[1:4])) for row in of[Kind.OPENING])
    closed = _grouped((row[0], date.fromordinal(row[1])) for row in of[Kind.CLOSED])
    return {
        pk: Practice(zone(business.timezone), tuple(hours[pk]), frozenset(closed[pk]))
        for pk, business in {each.business_id: each.business for each in schedules}.items()
    }


def _grouped(pairs: Iterable[tuple[int, T]]) -> Groups[T]:
    groups: defaultdict[int, list[T]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups
