"""Every order of practices, page by page: each once, in both directions, with equal and missing keys too."""

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from strawberry.relay import to_base64

from bookings.businesses.models import Business
from bookings.directory.models import Listing, ListingWord
from tests import factories
from tests.factories import NOW
from tests.schema.client import ask, post

pytestmark = pytest.mark.django_db

FIND = """
query F($order: BusinessOrder!, $near: Near, $price: PriceRange, $search: String,
        $first: Int, $last: Int, $after: String, $before: String) {
  businesses(order: $order, near: $near, price: $price, search: $search,
             first: $first, last: $last, after: $after, before: $before) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { slug distanceKm } }
  }
}
"""
NEAR = {"latitude": 52.0, "longitude": 21.0, "withinKm": 100}
EURO = {"currency": "EUR"}
ORDERS: dict[str, dict[str, Any]] = {
    "NAME": {},
    "DISTANCE": {"near": NEAR},
    "RATING": {},
    "PRICE": {"price": EURO},
    "NEXT_FREE": {},
}
ROWS = 23


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def practices() -> None:
    """Many with the same name, place, price, rating and time, in another order than their keys; some without."""
    first = factories.business(name="Z", slug="at-z", is_active=False)
    rows = Business.objects.bulk_create(
        Business(
            owner=first.owner,
            category=first.category,
            slug=f"at-{number}",
            name=f"Name {number * 7 % 5}",
            latitude=52.0 + (number * 5 % 4) * 0.1,
            longitude=21.0,
            rating_count=number % 3,
            rating_sum=number % 3 * 4,
            rating_average=Decimal("4.00") if number % 3 else None,
        )
        for number in range(ROWS)
    )
    listings = Listing.objects.bulk_create(
        Listing(
            business=row,
            currency="EUR",
            price_from=Decimal(20 + number * 3 % 4) if number % 5 else None,
            next_free_at=NOW + timedelta(hours=number * 11 % 6, microseconds=7) if number % 4 else None,
        )
        for number, row in enumerate(rows)
    )
    ListingWord.objects.bulk_create(ListingWord(listing=listing, word="name") for listing in listings)


def page(**variables: Any) -> dict[str, Any]:
    return ask(FIND, variables)["businesses"]


def walk(size: int, **variables: Any) -> list[str]:
    found: list[str] = []
    after = None
    while True:
        answer = page(first=size, after=after, **variables)
        assert answer["pageInfo"]["hasNextPage"] == (len(found) + len(answer["edges"]) < answer["totalCount"])
        found += [edge["node"]["slug"] for edge in answer["edges"]]
        after = answer["pageInfo"]["endCursor"]
        if not answer["pageInfo"]["hasNextPage"]:
            return found


def walk_back(size: int, **variables: Any) -> list[str]:
    found: list[str] = []
    before = None
    while True:
        answer = page(last=size, before=before, **variables)
        found = [edge["node"]["slug"] for edge in answer["edges"]] + found
        before = answer["pageInfo"]["startCursor"]
        if not answer["pageInfo"]["hasPreviousPage"]:
            return found


@pytest.mark.parametrize("order", ORDERS)
def test_pages__hold_each_practice_once_in_both_directions(order: str) -> None:
    practices()
    variables = {"order": order, "search": "nam", **ORDERS[order]}
    everything = [edge["node"]["slug"] for edge in page(first=100, **variables)["edges"]]

    assert len(everything) == {"PRICE": 18, "NEXT_FREE": 17}.get(order, ROWS)
    assert len(set(everything)) == len(everything)
    assert walk(4, **variables) == everything
    assert walk_back(4, **variables) == everything
    assert walk(1, **variables) == everything


def test_pages__sort_by_what_they_say() -> None:
    practices()
    rows = {row.slug: row for row in Business.objects.select_related("listing").filter(is_active=True)}

    def sorted_by(order: str, key: Any) -> bool:
        found = [rows[slug] for slug in walk(5, order=order, **ORDERS[order])]
        return all((key(one), one.pk) < (key(two), two.pk) for one, two in pairwise(found))

    assert sorted_by("NAME", lambda row: row.name)
    assert sorted_by("DISTANCE", lambda row: row.latitude)
    assert sorted_by("RATING", lambda row: -(row.rating_average or 0))
    assert sorted_by("PRICE", lambda row: row.listing.price_from)
    assert sorted_by("NEXT_FREE", lambda row: row.listing.next_free_at)


@pytest.mark.parametrize("order", ORDERS)
def test_pages__skip_and_repeat_nothing_when_rows_come_and_go(order: str) -> None:
    practices()
    variables = {"order": order, **ORDERS[order]}
    everything = [edge["node"]["slug"] for edge in page(first=100, **variables)["edges"]]
    start = page(first=6, **variables)
    Business.objects.filter(slug__in=everything[:3]).update(is_active=False)

    rest = page(first=100, after=start["pageInfo"]["endCursor"], **variables)

    assert [edge["node"]["slug"] for edge in rest["edges"]] == everything[6:]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    "values",
    ['["x", "1"]', '[null, "1"]', '["1", null]', f'["{"9" * 40}", "{"9" * 40}"]', '["NaN", "1"]', '["1"]', "[]", "1",
     '["2030-01-01", "1"]', '["-1", "-1"]', '["\\u0000", "1"]', '["0001-01-01T00:00:00", "1"]'],
)  # fmt: skip
def test_pages__cursors_that_nobody_gave_are_refused_or_harmless(order: str, values: str) -> None:
    practices()
    cursor = to_base64("orderedcursor", values)

    answer = post(FIND, {"order": order, "first": 3, "after": cursor, **ORDERS[order]})

    codes = {error["extensions"]["code"] for error in answer.get("errors", [])}
    assert codes <= {"BAD_USER_INPUT"}


@pytest.mark.parametrize("order", ORDERS)
def test_pages__one_list_s_cursor_is_no_failure_in_another(order: str) -> None:
    practices()
    for other, variables in ORDERS.items():
        cursor = page(first=1, order=other, **variables)["edges"][0]["cursor"]

        answer = post(FIND, {"order": order, "first": 3, "after": cursor, **ORDERS[order]})

        codes = {error["extensions"]["code"] for error in answer.get("errors", [])}
        assert codes <= {"BAD_USER_INPUT"}, other
