"""What is asked of the time of consultants, in three depths: the engine alone, with loading, and a whole request."""

import datetime
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.availability import engine, selectors
from bookings.availability.hosts import hosts_of
from bookings.availability.loading import calendars, epoch
from bookings.catalogue.models import Service
from bookings.common import clock
from schema.common.inputs import write_id
from tests.benchmarks.practices import Stage
from tests.schema.client import ask

DOCUMENT = """
query OpenSlots($service: ID!, $consultant: ID, $from: DateTime!, $until: DateTime!) {
  openSlots(serviceId: $service, consultantId: $consultant, from: $from, until: $until, first: 50) {
    totalCount
    pageInfo { hasNextPage endCursor }
    edges { node { id startsAt endsAt seatsLeft price { amount currency }
      consultant { fullName } service { name } } }
  }
}
"""
DEPTHS = ("engine", "loading", "request")


@dataclass(frozen=True)
class Question:
    """Open times of one consultant, or of anyone of the service, on so many days from a day on."""

    stage: Stage
    anyone: bool
    since: datetime.datetime
    days: int

    @property
    def until(self) -> datetime.datetime:
        return self.since + datetime.timedelta(days=self.days)

    def engine(self) -> Callable[[], int]:
        """Give the engine's work on calendars that are loaded already; called, it gives how many are open."""
        terms, hosts = self._asked()
        loaded = calendars(hosts.all, terms=terms, since=self.since, until=self.until, listing=True)
        between = {"since": epoch(self.since), "until": epoch(self.until), "now": epoch(clock.now())}

        def one() -> int:
            return sum(len(engine.openings(terms, calendar, **between)) for calendar in loaded)

        def anyone() -> int:
            return len(engine.openings_of_anyone(terms, loaded, **between))

        return anyone if self.anyone else one

    def loading(self) -> Callable[[], int]:
        """Give the selector's work: who can be booked is known, all else is read."""
        terms, hosts = self._asked()
        return lambda: len(
            selectors.offered(terms=terms, hosts=hosts, since=self.since, until=self.until, now=clock.now())
        )

    def request(self) -> Callable[[], int]:
        """Give the whole of a POST to the endpoint, in process, page of 50 included."""
        variables: dict[str, Any] = {
            "service": write_id("Service", self.stage.service),
            "consultant": None if self.anyone else write_id("Consultant", self.stage.consultant),
            "from": self.since.isoformat(),
            "until": self.until.isoformat(),
        }
        return lambda: int(ask(DOCUMENT, variables)["openSlots"]["totalCount"])

    def _asked(self) -> tuple[Any, Any]:
        service = Service.objects.get(pk=self.stage.service)
        hosts = hosts_of(service, consultant_id=None if self.anyone else self.stage.consultant)
        return selectors.terms_of(service), hosts


def milliseconds(call: Callable[[], int]) -> float:
    """Give how long a call takes: the least of three, which is what the machine's other work disturbs least."""
    best = float("inf")
    for _ in range(3):
        begun = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - begun)
    return best * 1000


def statements(call: Callable[[], int]) -> list[str]:
    """Give the statements of a call, with their values."""
    with CaptureQueriesContext(connection) as captured:
        call()
    return [query["sql"] for query in captured.captured_queries]


def plan(statement: str) -> list[str]:
    """Give how PostgreSQL answers a statement, with what it read and how long it took."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {statement}")
        return [line for (line,) in cursor.fetchall()]
