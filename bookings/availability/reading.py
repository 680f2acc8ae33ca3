"""What calendars are read by: the rows of seven tables in one statement.

A row is its kind, whose it is (a schedule's or a business's key), and eight more whole numbers or null. Instants come
as epoch seconds, dates as ordinals, and kinds with fewer columns are filled up. The functions below say which rows and
which columns; `loading` makes calendars of them.
"""

from datetime import datetime, timedelta
from enum import IntEnum
from functools import cache
from typing import Any

from django.db.models import F, IntegerField, Q, QuerySet
from django.db.models.functions import Cast

from bookings.availability.engine import Terms
from bookings.businesses.models import ClosedDay, OpeningHours
from bookings.common.together import (
    DATE,
    KEYS,
    MOMENT,
    NUMBER,
    Day,
    Epoch,
    Number,
    Row,
    Together,
    among,
    part,
)
from bookings.schedules.models import DateOverride, TimeOff, WeeklyHours
from bookings.slots.models import Occupation, Slot

LONGEST_SESSION = timedelta(days=7)
LONGEST_BUSY = LONGEST_SESSION + timedelta(days=2)
"""The longest session with a day's buffer on each side."""
WEEK_AROUND = timedelta(days=8)
"""Reaches over the rest of any week, whatever the zone; what caps count lies within."""
DAYS_AROUND = timedelta(days=3)
"""Reaches over every interval of hours that touches a range."""
COLUMNS = 10

Rows = QuerySet[Any, Any]


class Kind(IntEnum):
    """What a row tells."""

    WEEKLY = 0
    OVERRIDE = 1
    TIME_OFF = 2
    OPENING = 3
    CLOSED = 4
    BUSY = 5
    SLOT = 6
    SOLD = 7


def read_rules(schedules: list[int], businesses: list[int], since: datetime, end: datetime) -> list[Row]:
    """Give the rows of all that opens and closes between two instants."""
    return _RULES.rows(schedules=schedules, businesses=businesses, **_around(since, end))


def read(
    schedules: list[int],
    businesses: list[int],
    terms: Terms,
    since: datetime,
    until: datetime,
    *,
    weeks: bool = False,
    full: bool = True,
) -> list[Row]:
    """Give the rows of all that touches starts in [since, until).

    weeks: the slots of whole weeks around. full: those too that nobody can be listed in, not published and full.
    """
    statement = everything(full=full or weeks, capped=terms.per_day is not None or terms.per_week is not None)
    values = around(terms, since, until, weeks=weeks)
    return statement.rows(schedules=schedules, businesses=businesses, **values)


def around(terms: Terms, since: datetime, until: datetime, *, weeks: bool) -> dict[str, Any]:
    """Give how far rows matter for starts in [since, until), by the names under which the parts below know it."""
    end = until + timedelta(seconds=terms.longest or terms.duration)
    low, high = since - timedelta(seconds=terms.before), end + timedelta(seconds=terms.after)
    reach = WEEK_AROUND if weeks else timedelta(0)
    return _around(since, end) | {
        "busy_after": low,
        "busy_before": high,
        "first_busy": low - LONGEST_BUSY,
        "ends_after": since - reach,
        "starts_before": end + reach,
        "first_start": since - max(reach, LONGEST_SESSION),
        "service": terms.service,
        "sold_after": since - WEEK_AROUND,
        "sold_before": until + WEEK_AROUND,
    }


@cache
def everything(*, full: bool, capped: bool) -> Together:
    """Give the statement of what opens, closes and fills calendars; capped: with what is sold of a service."""
    return Together(*_RULES.parts, _busy, _slots if full else _slots_to_list, *([_sold] if capped else []))


def _around(since: datetime, end: datetime) -> dict[str, Any]:
    """Give the instants and dates between which rules may matter."""
    first, last = since - DAYS_AROUND, end + DAYS_AROUND
    return {"off_after": first, "off_before": last, "first": first.date(), "last": last.date()}


def _columns(kind: Kind, *columns: Any) -> list[Any]:
    return [Number(kind), *columns, *[Number(0)] * (COLUMNS - 1 - len(columns))]


@part(schedules=KEYS, first=DATE, last=DATE)
def _weekly(schedules: Any, first: Any, last: Any) -> Rows:
    rows = WeeklyHours.objects.filter(
        among("schedule", schedules),
        Q(valid_from=None) | Q(valid_from__lte=last),
        Q(valid_until=None) | Q(valid_until__gte=first),
    )
    dates = Day("valid_from"), Day("valid_until")
    return rows.values_list(*_columns(Kind.WEEKLY, "schedule_id", "weekday", "opens", "closes", *dates))


@part(schedules=KEYS, first=DATE, last=DATE)
def _overrides(schedules: Any, first: Any, last: Any) -> Rows:
    rows = DateOverride.objects.filter(among("schedule", schedules), date__gte=first, date__lte=last)
    return rows.values_list(*_columns(Kind.OVERRIDE, "schedule_id", Day("date"), "opens", "closes"))


@part(schedules=KEYS, off_after=MOMENT, off_before=MOMENT)
def _time_off(schedules: Any, off_after: Any, off_before: Any) -> Rows:
    rows = TimeOff.objects.filter(
        among("schedule", schedules), ends_at__gt=off_after, starts_at__lt=off_before
    )
    return rows.values_list(
        *_columns(Kind.TIME_OFF, "schedule_id", Epoch("starts_at", up=False), Epoch("ends_at"))
    )


@part(businesses=KEYS)
def _opening(businesses: Any) -> Rows:
    rows = OpeningHours.objects.filter(among("business", businesses))
    return rows.values_list(*_columns(Kind.OPENING, "business_id", "weekday", "opens", "closes"))


@part(businesses=KEYS, first=DATE, last=DATE)
def _closed(businesses: Any, first: Any, last: Any) -> Rows:
    rows = ClosedDay.objects.filter(among("business", businesses), date__gte=first, date__lte=last)
    return rows.values_list(*_columns(Kind.CLOSED, "business_id", Day("date")))


@part(schedules=KEYS, first_busy=MOMENT, busy_after=MOMENT, busy_before=MOMENT)
def _busy(schedules: Any, first_busy: Any, busy_after: Any, busy_before: Any) -> Rows:
    rows = Occupation.objects.filter(
        among("schedule", schedules),
        busy_from__gt=first_busy,
        busy_from__lt=busy_before,
        busy_until__gt=busy_after,
    )
    span = Epoch("busy_from"), Epoch("busy_until")
    return rows.values_list(*_columns(Kind.BUSY, "schedule_id", *span, "slot_id"))


@part(schedules=KEYS, first_start=MOMENT, ends_after=MOMENT, starts_before=MOMENT)
def _slots(schedules: Any, **between: Any) -> Rows:
    return _slots_between(schedules, **between)


@part(schedules=KEYS, first_start=MOMENT, ends_after=MOMENT, starts_before=MOMENT)
def _slots_to_list(schedules: Any, **between: Any) -> Rows:
    # What a published one keeps free around it counts even when it is full.
    return _slots_between(schedules, **between).filter(
        Q(is_published=True) | Q(seats_taken__lt=F("capacity"))
    )


def _slots_between(schedules: Any, first_start: Any, ends_after: Any, starts_before: Any) -> Rows:
    rows = Slot.objects.filter(
        Q(is_published=True) | Q(seats_taken__gt=0),
        among("schedule", schedules),
        starts_at__gt=first_start,
        starts_at__lt=starts_before,
        ends_at__gt=ends_after,
    )
    span, published = (Epoch("starts_at"), Epoch("ends_at")), Cast("is_published", IntegerField())
    seats = "capacity", "seats_taken", published, "holders"
    return rows.values_list(*_columns(Kind.SLOT, "schedule_id", "pk", *span, "service_id", *seats))


@part(service=NUMBER, sold_after=MOMENT, sold_before=MOMENT)
def _sold(service: Any, sold_after: Any, sold_before: Any) -> Rows:
    rows = Slot.objects.filter(
        service=service, seats_taken__gt=0, starts_at__gt=sold_after, starts_at__lt=sold_before
    )
    return rows.values_list(*_columns(Kind.SOLD, Number(0), Epoch("starts_at"), "holders"))


_RULES = Together(_weekly, _overrides, _time_off, _opening, _closed)
