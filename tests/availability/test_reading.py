"""All that fills a calendar is read in one statement, and is what the ORM finds table by table."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings

from bookings.availability import reading, selectors
from bookings.availability.hosts import hosts_of
from bookings.availability.loading import epoch
from bookings.availability.reading import COLUMNS, Kind
from bookings.businesses.models import ClosedDay, OpeningHours
from bookings.schedules.models import DateOverride, TimeOff, WeeklyHours
from bookings.slots.models import Occupation, Slot
from tests import factories
from tests.availability.stage import Stage
from tests.availability.worlds import World, worlds
from tests.factories import NOW

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ODD = timedelta(microseconds=1)


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("weeks", [False, True])
@pytest.mark.parametrize("full", [False, True])
def test_read__gives_the_rows_that_the_orm_gives_one_table_at_a_time(weeks: bool, full: bool) -> None:
    stage = Stage.build()

    @settings(max_examples=15, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
    @given(worlds())
    def one(world: World) -> None:
        with rolled_back():
            compare(stage, world, weeks=weeks, full=full)

    one()


def compare(stage: Stage, world: World, *, weeks: bool, full: bool) -> None:
    asked = stage.furnish(world)
    terms = selectors.terms_of(asked.service, seats=asked.seats, length=asked.length)
    keys = [each.pk for each in hosts_of(asked.service).all], [asked.service.business_id]
    capped = terms.per_day is not None or terms.per_week is not None
    values = reading.around(terms, asked.since, asked.until, weeks=weeks)
    twins = reading.everything(full=full or weeks, capped=capped).querysets(
        schedules=keys[0], businesses=keys[1], **values
    )

    with CaptureQueriesContext(connection) as captured:
        read = reading.read(*keys, terms, asked.since, asked.until, weeks=weeks, full=full)

    assert len(captured) == 1
    assert in_order(read) == in_order(tuple(row) for twin in twins for row in twin)
    assert all(value is None or type(value) is int for row in read for value in row)


def in_order(rows: Any) -> list[Any]:
    return sorted(rows, key=lambda row: [-1 if value is None else int(value) for value in row])


def test_read__gives_every_column_of_every_kind_as_a_whole_number() -> None:
    service = factories.service(max_per_day=5)
    host = factories.consultant(service)
    schedule, business = host.schedule, service.business
    WeeklyHours.objects.filter(schedule=schedule).delete()
    WeeklyHours.objects.create(schedule=schedule, weekday=1, opens=60, closes=90)
    season = {"valid_from": date(1999, 12, 31), "valid_until": NOW.date()}
    WeeklyHours.objects.create(schedule=schedule, weekday=2, opens=70, closes=95, **season)
    DateOverride.objects.create(schedule=schedule, date=NOW.date())
    TimeOff.objects.create(schedule=schedule, starts_at=NOW + ODD, ends_at=NOW + HOUR + ODD)
    OpeningHours.objects.create(business=business, weekday=3, opens=1, closes=2)
    ClosedDay.objects.create(business=business, date=NOW.date())
    slot = Slot.objects.create(
        schedule=schedule,
        service=service,
        starts_at=NOW + HOUR + ODD,
        ends_at=NOW + 2 * HOUR,
        capacity=5,
        seats_taken=3,
        holders=2,
        is_published=True,
    )
    Occupation.objects.create(
        slot=slot, schedule=schedule, busy_from=NOW + ODD, busy_until=NOW + 3 * HOUR + ODD
    )

    rows = reading.read([schedule.pk], [business.pk], selectors.terms_of(service), NOW, NOW + DAY)

    at, today = epoch(NOW), NOW.date().toordinal()
    own, theirs = schedule.pk, business.pk
    assert in_order(rows) == in_order(
        (*row, *[0] * (COLUMNS - len(row)))
        for row in [
            (Kind.WEEKLY, own, 1, 60, 90, None, None),
            (Kind.WEEKLY, own, 2, 70, 95, date(1999, 12, 31).toordinal(), today),
            (Kind.OVERRIDE, own, today, None, None),
            (Kind.TIME_OFF, own, at, at + 3601),
            (Kind.OPENING, theirs, 3, 1, 2),
            (Kind.CLOSED, theirs, today),
            (Kind.BUSY, own, at + 1, at + 3 * 3600 + 1, slot.pk),
            (Kind.SLOT, own, slot.pk, at + 3601, at + 7200, service.pk, 5, 3, 1, 2),
            (Kind.SOLD, 0, at + 3601, 2),
        ]
    )


def test_read__finds_nothing_for_nobody() -> None:
    terms = selectors.terms_of(factories.service())

    assert reading.read([], [], terms, NOW, NOW + DAY) == []


@pytest.mark.parametrize("year", [1970, 1999, 2038, 2499])
def test_read__takes_instants_of_any_year_to_the_second(year: int) -> None:
    host = factories.consultant(factories.service())
    start = datetime(year, 2, 28, 23, 59, 59, tzinfo=UTC)
    TimeOff.objects.create(schedule=host.schedule, starts_at=start, ends_at=start + HOUR)

    rows = reading.read_rules([host.schedule_id], [], start, start + DAY)

    (off,) = [row for row in rows if row[0] == Kind.TIME_OFF]
    assert off[2:4] == (epoch(start), epoch(start) + 3600)
