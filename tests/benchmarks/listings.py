"""What searches are measured on: practices all over Europe, written by SQL, and what is asked of them."""

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.limits.services import forget_everything
from tests import factories
from tests.schema.client import ask

CITIES = 300
"""The first has one practice in seven, the last one in nine hundred or so."""
WORDS = 4000
"""Different words; each practice has seven of them and its city."""

PRACTICES = """
INSERT INTO bookings_business (owner_id, category_id, slug, name, description, email, phone, address, postal_code,
  city, country, latitude, longitude, website, timezone, currency, tax_number, tax_rate, picture, is_active, version,
  created_at, max_active_bookings, rating_count, rating_sum, rating_average)
SELECT %(owner)s, (%(categories)s::bigint[])[1 + number %% 20], 'p-' || number,
  'W' || (number * 7919) %% %(words)s || ' Practice ' || number, repeat('What we do here. ', 30), '', '', '', '',
  'City ' || city, 'PL', 35 + random() * 30, -10 + random() * 40, '',
  (ARRAY['Europe/Warsaw', 'Europe/Berlin', 'Europe/London', 'Europe/Lisbon', 'Europe/Athens'])[1 + number %% 5],
  CASE WHEN number %% 5 = 0 THEN 'PLN' ELSE 'EUR' END, '', 0, '', number %% 100 <> 0, 1, now(), 1,
  CASE WHEN number %% 4 = 0 THEN 0 ELSE 8 END, CASE WHEN number %% 4 = 0 THEN 0 ELSE stars END,
  CASE WHEN number %% 4 > 0 THEN stars / 8.0 END
FROM generate_series(1, %(rows)s) AS number,
  LATERAL (SELECT floor(power(random(), 3) * %(cities)s)::int + number * 0 AS city,
                  8 + floor(random() * 33)::int + number * 0 AS stars) AS each
"""
LISTINGS = """
INSERT INTO bookings_listing (business_id, seen_version, city, currency, sets_hours, price_from, next_free_at,
  looked_at, due_at)
SELECT id, version, lower(city), currency, id %% 2 = 0, CASE WHEN id %% 10 > 0 THEN 20 + floor(random() * 180) END,
  CASE WHEN id %% 8 > 0 THEN %(now)s::timestamptz + random() * interval '30 days' END, now(), now()
FROM bookings_business WHERE is_active
"""
LISTED_WORDS = """
INSERT INTO bookings_listingword (listing_id, word)
SELECT listing.business_id, word
FROM bookings_listing AS listing, LATERAL (
  SELECT 'w' || floor(power(random(), 2) * %(words)s)::int + listing.business_id * 0 AS word FROM generate_series(1, 6)
  UNION SELECT 'w' || (split_part(slug, '-', 2)::int * 7919) %% %(words)s FROM bookings_business
        WHERE id = listing.business_id
  UNION SELECT 'practice' UNION SELECT unnest(string_to_array(listing.city, ' '))
) AS words
"""
HOURS = """
INSERT INTO bookings_openinghours (business_id, weekday, opens, closes)
SELECT id, weekday, 480 + id %% 4 * 60, 960 + id %% 4 * 60 FROM bookings_business, generate_series(0, 4) AS weekday
WHERE id %% 2 = 0
"""

DOCUMENT = """
query Find($search: String, $city: String, $category: String, $near: Near, $price: PriceRange, $ratingFrom: Decimal,
           $openNow: Boolean! = false, $freeBefore: DateTime, $order: BusinessOrder! = NAME, $after: String) {
  businesses(search: $search, city: $city, category: $category, near: $near, price: $price, ratingFrom: $ratingFrom,
             openNow: $openNow, freeBefore: $freeBefore, order: $order, first: 20, after: $after) {
    totalCount
    pageInfo { hasNextPage endCursor }
    edges { node { id slug name city distanceKm priceFrom { amount currency } nextFreeAt isOpenNow
      rating { average count } category { name } location { latitude longitude } } }
  }
}
"""
MILAN = {"latitude": 45.4642, "longitude": 9.19}
QUESTIONS: Mapping[str, Mapping[str, Any]] = {
    "by name": {},
    "category": {"category": "kind-7"},
    "city, many there": {"city": "City 0"},
    "city, few there": {"city": "city 250"},
    "one word": {"search": "w1234"},
    "beginning of many words": {"search": "w1"},
    "two words and a city": {"search": "w1 pract city"},
    "words that never meet": {"search": "w3999 w3998 w3997"},
    "within 10 km": {"near": {**MILAN, "withinKm": 10}, "order": "DISTANCE"},
    "within 50 km": {"near": {**MILAN, "withinKm": 50}, "order": "DISTANCE"},
    "within 500 km": {"near": {**MILAN, "withinKm": 500}, "order": "DISTANCE"},
    "best rated": {"order": "RATING"},
    "rating from 4.8, by name": {"ratingFrom": "4.8"},
    "cheapest": {"price": {"currency": "EUR"}, "order": "PRICE"},
    "price 50 to 60, by rating": {"price": {"currency": "EUR", "from": "50", "to": "60"}, "order": "RATING"},
    "next free": {"order": "NEXT_FREE"},
    "free before a day, open now": {"freeBefore": "2030-01-08T08:00:00Z", "openNow": True},
    "open now": {"openNow": True},
    "all at once": {
        "search": "pract", "category": "kind-3", "near": {**MILAN, "withinKm": 200}, "ratingFrom": "3",
        "price": {"currency": "EUR", "to": "150"}, "freeBefore": "2030-02-01T00:00:00Z", "order": "DISTANCE",
    },
}  # fmt: skip


def fill(rows: int) -> None:
    """Make so many practices, one in a hundred of which takes no bookings, with all that searches look through."""
    first = factories.business(is_active=False)
    kind = type(first.category)
    categories = kind.objects.bulk_create(
        kind(slug=f"kind-{number}", name=f"Kind {number}") for number in range(20)
    )
    values = {
        "rows": rows,
        "owner": first.owner_id,
        "categories": [category.pk for category in categories],
        "cities": CITIES,
        "words": WORDS,
        "now": factories.NOW,
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        for statement in (PRACTICES, LISTINGS, LISTED_WORDS, HOURS):
            cursor.execute(statement, values)
        for table in ("business", "listing", "listingword", "openinghours", "closedday", "category"):
            cursor.execute(f"VACUUM ANALYZE bookings_{table}")


def answer(question: str, after: str | None = None) -> dict[str, Any]:
    """Give a page of what is found."""
    forget_everything()  # what is measured are searches, not their limits
    found: dict[str, Any] = ask(DOCUMENT, {**QUESTIONS[question], "after": after})["businesses"]
    return found


def milliseconds(question: str) -> float:
    """Give how long a request takes, the best of three."""
    taken = []
    for _ in range(3):
        began = time.perf_counter()
        answer(question)
        taken.append((time.perf_counter() - began) * 1000)
    return min(taken)


def statements(question: str) -> list[str]:
    """Give the statements of a request, without those of a process's first one."""
    answer(question)
    with CaptureQueriesContext(connection) as captured:
        answer(question)
    return [query["sql"] for query in captured.captured_queries]


def plan(statement: str) -> dict[str, Any]:
    """Give how PostgreSQL carries a statement out, and in how many milliseconds."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + statement.replace("%", "%%"), ())
        found = cursor.fetchone()[0]
    root: dict[str, Any] = (json.loads(found) if isinstance(found, str) else found)[0]
    return root


def in_database(question: str) -> float:
    """Give for how many milliseconds PostgreSQL plans and carries out what a request asks of practices."""
    plans = [
        plan(sql) for sql in statements(question) if sql.startswith("SELECT") and "bookings_business" in sql
    ]
    return float(sum(each["Planning Time"] + each["Execution Time"] for each in plans))


def nodes(tree: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Give a plan's steps, the first one and all below it."""
    yield tree
    for child in tree.get("Plans", ()):
        yield from nodes(child)


def in_words(tree: Mapping[str, Any], depth: int = 0) -> str:
    """Give a plan as lines: what is done, by which index, and to how many rows."""
    name = tree.get("Index Name") or tree.get("Relation Name") or ""
    rows = int(tree["Actual Rows"] * tree["Actual Loops"])
    line = f"{'  ' * depth}{tree['Node Type']} {name} ({rows} rows)"
    return "\n".join([line, *(in_words(child, depth + 1) for child in tree.get("Plans", ()))])
