"""A year with 20,000 sessions: the calendar reads the days that it shows, by the index, in as few statements."""

import json
import re
import statistics
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import factories
from tests.admin.calendars import fill_a_year
from tests.admin.desk import logged_in
from tests.cost import cost_of
from tests.factories import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.prove, pytest.mark.only_on("postgresql")]

WEEK = {"start": "2029-06-04", "end": "2029-06-11"}
MANY, FEW = 20_000, 200


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def practice(number: int) -> tuple[Client, Any]:
    service = factories.service()
    hosts = [factories.consultant(service) for _ in range(5)]
    fill_a_year(service, hosts, number)
    user = factories.staff_of(service.business).user
    assert user is not None
    return logged_in(user), service.business


def asked(client: Client, place: Any, **query: str) -> dict[str, Any]:
    answer = client.get(
        reverse("admin:bookings_booking_calendar_events"), {"business": place.pk, **WEEK, **query}
    )
    assert answer.status_code == 200
    return answer.json()


def statements(client: Client, place: Any, **query: str) -> list[str]:
    asked(client, place)
    with CaptureQueriesContext(connection) as captured:
        asked(client, place, **query)
    return [query["sql"] for query in captured.captured_queries]


def plan(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (FORMAT JSON) " + statement.replace("%", "%%"), ())
        return json.dumps(cursor.fetchone()[0])


def test_feed__of_a_year_with_20000_sessions_takes_the_same_statements_and_the_index() -> None:
    few, small = practice(FEW)
    many, large = practice(MANY)

    ours = statements(many, large)

    assert len(ours) == len(statements(few, small)) == len(statements(many, large, end="2029-08-05"))
    (reading,) = [text for text in ours if 'FROM "bookings_booking"' in text and "full_name" in text]
    how = plan(reading)
    assert "booking_by_session" in set(re.findall(r'"Index Name": "(\w+)"', how))
    assert not re.search(r'"Seq Scan"[^{}]*"Relation Name": "bookings_booking"', how)


def test_feed__of_a_quiet_day_costs_the_same_whether_the_year_was_full_or_empty() -> None:
    few, small = practice(FEW)
    many, large = practice(MANY)
    nothing = {"start": "2030-06-04", "end": "2030-06-11"}

    ratios = []
    for _ in range(5):
        large_cost = cost_of(lambda _: asked(many, large, **nothing))
        ratios.append(large_cost / cost_of(lambda _: asked(few, small, **nothing)))

    ratio = statistics.median(ratios)
    full = cost_of(lambda _: asked(many, large)) / cost_of(lambda _: asked(few, small))
    sessions = len(asked(many, large)["events"]), len(asked(few, small)["events"])
    print(
        f"\nempty week: {ratio:.2f} times; full week: {full:.1f} times, {sessions[0]} against {sessions[1]} sessions"
    )
    assert ratio < 1.5
