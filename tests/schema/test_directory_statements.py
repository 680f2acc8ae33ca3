"""The number of statements of a search does not grow with what it finds."""

from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.businesses.models import Business
from bookings.directory.services import refresh_all
from tests import factories
from tests.factories import NOW
from tests.schema.client import ask

pytestmark = pytest.mark.django_db

SEARCHES = [
    "",
    "(order: RATING, ratingFrom: 1)",
    "(order: NEXT_FREE)",
    '(order: PRICE, price: { currency: "EUR", to: 900 })',
    "(order: DISTANCE, near: { latitude: 52, longitude: 21, withinKm: 5 })",
    '(search: "practice couns", city: "lodz", category: "counselling", freeBefore: "2031-01-01T00:00:00Z")',
    "(openNow: true)",
]
SHOWN = """{ totalCount edges { node { id name distanceKm priceFrom { amount } nextFreeAt isOpenNow
  rating { average count } category { name } consultants { fullName nextFreeAt } } } }"""


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def practices(count: int) -> None:
    for _ in range(count):
        place = factories.business(city="Łódź", latitude=52.0, longitude=21.0)
        factories.consultant(factories.service(place))
        Business.objects.filter(pk=place.pk).update(rating_count=1, rating_sum=5, rating_average=5)
    refresh_all(now=lambda: NOW)


def counted(document: str, path: str, rows: int) -> int:
    ask(document)
    with CaptureQueriesContext(connection) as captured:
        found = ask(document)[path]["edges"]
    assert len(found) == rows
    return len(captured)


def test_search__takes_as_many_statements_for_1_practice_as_for_3() -> None:
    counts: list[list[int]] = []
    for more, rows in ((1, 1), (2, 3)):
        practices(more)
        counts.append([counted(f"{{ businesses{each} {SHOWN} }}", "businesses", rows) for each in SEARCHES])
    assert counts[0] == counts[1]
    # The page, hours, closed days, consultants, the count; with openNow the zones in use.
    assert counts[0] == [5, 5, 5, 5, 5, 5, 6]


def test_listing__of_practices_beside_services_and_people_is_read_at_once() -> None:
    document = """{ consultants { edges { node { fullName nextFreeAt
      business { nextFreeAt priceFrom { amount } isOpenNow } } } } }"""
    counts = []
    for more, rows in ((1, 1), (2, 3)):
        practices(more)
        counts.append(counted(document, "consultants", rows))
    assert counts[0] == counts[1]
