"""How PostgreSQL searches many practices: by indexes, in few statements, and no further than the page and its count."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from tests.benchmarks import listings
from tests.benchmarks.listings import QUESTIONS
from tests.benchmarks.search import MOST_STATEMENTS
from tests.factories import NOW

pytestmark = [pytest.mark.prove, pytest.mark.only_on("postgresql"), pytest.mark.django_db(transaction=True)]

ROWS = 20_000
OUT_OF_WAY = {"bookings_category"}
"""Small tables, which are read as a whole."""
EXPECTED = {
    "by name": {"business_by_name"},
    "category": {"business_by_category"},
    "city, many there": {"listing_by_city", "business_by_name"},
    "city, few there": {"listing_by_city"},
    "one word": {"listing_by_word"},
    "beginning of many words": {"listing_by_word", "listing_word_once"},
    "two words and a city": {"listing_by_word", "listing_word_once"},
    "words that never meet": {"listing_by_word"},
    "within 10 km": {"business_by_place"},
    "within 50 km": {"business_by_place"},
    "within 500 km": {"business_by_place"},
    "best rated": {"business_by_rating"},
    "rating from 4.8, by name": {"business_by_rating", "business_by_name"},
    "cheapest": {"listing_by_price"},
    "price 50 to 60, by rating": {"listing_by_price", "business_by_rating"},
    "next free": {"listing_by_next_free"},
    "free before a day, open now": {"listing_by_next_free"},
    "open now": {"opening_hours_by_day"},
    "all at once": {"business_by_place"},
}
"""Of which one at least carries each search."""
MANY = {
    "within 500 km",
    "price 50 to 60, by rating",
    "free before a day, open now",
    "open now",
    "all at once",
}
"""What a good part of all practices meets in one of its conditions: reading them all may then be the cheapest."""


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def test_search__of_many_practices_goes_by_indexes_and_reads_no_table_to_its_end() -> None:
    listings.fill(ROWS)
    faults: list[str] = []

    assert EXPECTED.keys() == QUESTIONS.keys()
    for question in QUESTIONS:
        statements = [sql for sql in listings.statements(question) if sql.startswith("SELECT")]
        found = [listings.plan(sql)["Plan"] for sql in statements if '"bookings_business"' in sql]
        steps = [step for tree in found for step in listings.nodes(tree)]
        used = {step.get("Index Name") for step in steps}
        if not used & EXPECTED[question]:
            faults.append(f"{question}: goes by {used}")
        if question not in MANY:
            faults += [f"{question}: {fault}" for step in steps for fault in read_whole(step)]
        if len(statements) > MOST_STATEMENTS + bool(QUESTIONS[question].get("openNow")):
            faults.append(f"{question}: takes {len(statements)} statements")
    assert not faults, "\n".join(faults)


def read_whole(step: dict[str, Any]) -> list[str]:
    """Name a table that was read to its end; the count may begin anywhere, and stops at a thousand."""
    if step["Node Type"] != "Seq Scan" or step["Relation Name"] in OUT_OF_WAY:
        return []
    seen = (step["Actual Rows"] + step.get("Rows Removed by Filter", 0)) * step["Actual Loops"]
    return [f"reads {seen} rows of {step['Relation Name']}"] if seen >= ROWS / 2 else []
