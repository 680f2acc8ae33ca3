"""Open times take the same few statements, whoever offers them and whatever is stored, and read slots by index."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bookings.availability import selectors
from bookings.availability.hosts import hosts_of
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.resources.models import Resource
from bookings.schedules.models import Schedule
from bookings.slots.models import Occupation, Slot
from tests import factories
from tests.factories import NOW
from tests.schema.client import ask, gid

pytestmark = pytest.mark.django_db

LISTING = """
query OpenSlots($service: ID!, $consultant: ID) {
  openSlots(serviceId: $service, consultantId: $consultant, first: 50) {
    totalCount
    edges { node { id startsAt seatsLeft price { amount } consultant { fullName } service { name } } }
  }
}
"""
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def statements(call: Callable[[], Any]) -> list[str]:
    call()  # what a process reads once is not the question
    with CaptureQueriesContext(connection) as captured:
        call()
    return [query["sql"] for query in captured.captured_queries]


def asked(service: Service, consultant: Consultant | None = None) -> int:
    """How many statements a listing takes, which must list something."""
    wanted = {"service": gid(service), "consultant": consultant and gid(consultant)}
    assert ask(LISTING, wanted)["openSlots"]["edges"]
    return len(statements(lambda: ask(LISTING, wanted)))


def busy(host: Consultant, service: Service, *, days: int, since: datetime = NOW) -> None:
    """Take an hour, and publish an evening, on each of so many days."""
    for number in range(days):
        start = since + number * DAY + 3 * HOUR
        row = {"schedule": host.schedule, "service": service}
        taken = Slot.objects.create(**row, starts_at=start, ends_at=start + HOUR, seats_taken=1, holders=1)
        Occupation.objects.create(
            slot=taken, schedule=host.schedule, busy_from=start, busy_until=start + HOUR
        )
        evening = start + 10 * HOUR
        Slot.objects.create(
            **row,
            starts_at=evening,
            ends_at=evening + HOUR,
            is_published=True,
            published_service=service,
        )


def rooms(service: Service, count: int) -> None:
    for number in range(count):
        schedule = Schedule.objects.create(business=service.business, timezone="UTC", follows_business=True)
        room = Resource.objects.create(business=service.business, schedule=schedule, name=f"Room {number}")
        room.services.add(service)


def test_open_slots__take_as_many_statements_with_any_of_1_3_and_50_consultants():
    counts = []
    for consultants in (1, 3, 50):
        service = factories.service()
        for _ in range(consultants):
            busy(factories.consultant(service), service, days=2)
        counts.append(asked(service))

    assert counts == [3, 3, 3]


def test_open_slots__take_as_many_statements_with_0_3_and_50_days_of_slots():
    counts = []
    for days in (0, 3, 50):
        service = factories.service()
        host = factories.consultant(service)
        busy(host, service, days=days, since=NOW - days // 2 * DAY)
        counts.append(asked(service, host))

    assert counts == [3, 3, 3]


def test_open_slots__take_as_many_statements_with_1_3_and_50_rooms():
    counts = []
    for count in (1, 3, 50):
        service = factories.service(holds=Service.Holds.BOTH)
        factories.consultant(service)
        rooms(service, count)
        counts.append(asked(service))

    assert counts == [4, 4, 4]


@pytest.mark.parametrize(
    ("of_service", "of_schedule"),
    [({"max_per_day": 5}, {}), ({"max_per_week": 5}, {}), ({}, {"max_per_day": 5})],
)
def test_open_slots__take_no_statement_more_where_there_are_caps(of_service, of_schedule):
    service = factories.service(**of_service)
    host = factories.consultant(service)
    busy(host, service, days=3)
    Schedule.objects.filter(pk=host.schedule_id).update(**{"max_per_day": None} | of_schedule)

    assert asked(service, host) == 3


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("consultants", [1, 50])
def test_open_slots__are_read_by_the_indexes_that_are_there_for_them(consultants):
    service = factories.service()
    for _ in range(consultants):
        host = factories.consultant(service)
        busy(host, service, days=1)
        years(host, days=2000 // consultants)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE bookings_slot, bookings_occupation")

    def listing() -> Any:
        return selectors.offered(
            terms=selectors.terms_of(service),
            hosts=hosts_of(service),
            since=NOW,
            until=NOW + 30 * DAY,
            now=NOW,
        )

    (lines,) = [plan(statement) for statement in statements(listing) if 'FROM "bookings_slot"' in statement]

    assert "slot_known" in lines
    assert "occupation_by_start" in lines
    assert "Seq Scan on bookings_slot" not in lines
    assert "Seq Scan on bookings_occupation" not in lines


def years(host: Consultant, *, days: int) -> None:
    """A past of so many sessions that no index is as good as another."""
    starts = [NOW - number * DAY for number in range(days)]
    row = {"schedule": host.schedule, "service": host.services.get()}
    slots = Slot.objects.bulk_create(
        Slot(**row, starts_at=start, ends_at=start + HOUR, seats_taken=1, holders=1) for start in starts
    )
    Slot.objects.bulk_create(
        Slot(**row, starts_at=start + 5 * HOUR, ends_at=start + 6 * HOUR) for start in starts
    )
    Occupation.objects.bulk_create(
        Occupation(
            slot=slot, schedule=host.schedule, busy_from=slot.starts_at, busy_until=slot.starts_at + HOUR
        )
        for slot in slots
    )


def plan(statement: str) -> str:
    """How a statement would be answered in a table too large to be read from end to end."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}")
        return "\n".join(line for (line,) in cursor.fetchall())
