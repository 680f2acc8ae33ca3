"""Finding practices as clients do."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from bookings.businesses.models import Business, Category, ClosedDay, OpeningHours
from bookings.directory.models import Listing
from bookings.directory.services import refresh_all, refresh_listing
from tests import factories
from tests.factories import NOW, TEN
from tests.schema.client import ask, code_of, post

pytestmark = pytest.mark.django_db

WARSAW = {"latitude": 52.2297, "longitude": 21.0122}
NAMES = "{ totalCount edges { node { name } } }"
FIND = """
query F($search: String, $city: String, $category: String, $near: Near, $price: PriceRange, $ratingFrom: Decimal,
        $openNow: Boolean! = false, $freeBefore: DateTime, $order: BusinessOrder! = NAME,
        $first: Int, $last: Int, $after: String, $before: String) {
  businesses(search: $search, city: $city, category: $category, near: $near, price: $price, ratingFrom: $ratingFrom,
             openNow: $openNow, freeBefore: $freeBefore, order: $order,
             first: $first, last: $last, after: $after, before: $before) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { node { name distanceKm priceFrom { amount currency } nextFreeAt isOpenNow rating { average } } }
  }
}
"""


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def find(**variables: Any) -> list[str]:
    found = ask(FIND, variables)["businesses"]
    names = [edge["node"]["name"] for edge in found["edges"]]
    assert found["totalCount"] == len(names)
    return names


def listed(**fields: Any) -> Business:
    place = factories.business(**fields)
    refresh_listing(business_id=place.pk, now=NOW)
    return place


def rate(place: Business, stars: str) -> None:
    Business.objects.filter(pk=place.pk).update(
        rating_count=4, rating_sum=int(Decimal(stars) * 4), rating_average=Decimal(stars)
    )


@pytest.mark.parametrize(
    "search",
    [
        "Łódź",
        "lodz",
        "LOD",
        "zolc gri",
        "griefwork",
        "uspokoj muller",
        "counsel",
        "  müLLer,  łó!",
        "m%",
        "  ",
    ],
)
def test_search__finds_beginnings_of_words_of_name_place_kind_offer_and_people(search: str) -> None:
    place = factories.business(name="Müller", city="Łódź")
    talk = factories.service(place, name="Uspokój się")
    factories.consultant(talk, full_name="Ana Żółć", specialisation="Griefwork")
    refresh_listing(business_id=place.pk, now=NOW)

    assert find(search=search) == ["Müller"]


@pytest.mark.parametrize("search", ["odz", "muller gdansk", "%", "_", "'", '"; --', "!?", "🦄", "İ́"])
def test_search__finds_nothing_by_middles_signs_and_what_is_not_there(search: str) -> None:
    listed(name="Müller", city="Łódź")

    assert find(search=search) == []


def test_search__never_finds_what_takes_no_bookings() -> None:
    gone = listed(name="Gone")
    listed(name="There")
    Business.objects.filter(pk=gone.pk).update(is_active=False)

    assert (find(), find(search="gone"), find(order="NAME", category="counselling")) == (
        ["There"],
        [],
        ["There"],
    )


def test_city_and_category__narrow() -> None:
    salon = Category.objects.create(slug="salon", name="Salons")
    listed(name="A", city="Kraków")
    listed(name="B", city="KRAKOW", category=salon)
    listed(name="C", city="New   York", category=salon)

    assert find(city="krakow") == ["A", "B"]
    assert find(city="new york") == ["C"]
    assert find(city="new") == find(city="?!") == find(category="none") == []
    assert find(city="Krákow", category="salon") == ["B"]


def test_near__gives_distances_and_their_order() -> None:
    listed(name="Radom", latitude=51.4027, longitude=21.1471)
    listed(name="Praga", latitude=52.2550, longitude=21.0360)
    listed(name="Łódź", latitude=51.7592, longitude=19.4560)
    listed(name="Nowhere")

    found = ask(FIND, {"near": {**WARSAW, "withinKm": 100}, "order": "DISTANCE"})["businesses"]

    rows = [(edge["node"]["name"], edge["node"]["distanceKm"]) for edge in found["edges"]]
    assert [name for name, _ in rows] == ["Praga", "Radom"]
    assert rows[0][1] == pytest.approx(3.25, abs=0.02)
    assert rows[1][1] == pytest.approx(92.43, abs=0.2)
    assert find(near={**WARSAW, "withinKm": 3}) == []
    assert find(near=WARSAW) == ["Praga"]
    plain = ask(FIND)["businesses"]["edges"]
    assert {edge["node"]["distanceKm"] for edge in plain} == {None}


def test_price__is_of_one_currency() -> None:
    for name, currency, price in [("A", "EUR", 50), ("B", "EUR", 20), ("C", "PLN", 30), ("D", "EUR", 80)]:
        place = factories.business(name=name, currency=currency)
        factories.service(place, price=Decimal(price), currency=currency)
    factories.business(name="None", currency="EUR")
    refresh_all(now=lambda: NOW)

    assert find(price={"currency": "EUR"}, order="PRICE") == ["B", "A", "D"]
    assert find(price={"currency": "EUR", "from": "50", "to": "80.000"}) == ["A", "D"]
    assert find(price={"currency": "PLN", "to": "30"}) == ["C"]
    assert find(price={"currency": "PLN", "to": "29.999"}) == []
    first = ask(FIND, {"search": "b", "price": {"currency": "EUR"}})["businesses"]["edges"][0]["node"]
    assert first["priceFrom"] == {"amount": "20.00", "currency": "EUR"}


def test_rating__narrows_and_orders_with_the_unrated_last() -> None:
    a, _, c, d = (listed(name=name) for name in "ABCD")
    for place, stars in [(a, "3.25"), (c, "4.75"), (d, "3.25")]:
        rate(place, stars)

    assert find(order="RATING") == ["C", "A", "D", "B"]
    assert find(order="RATING", ratingFrom="3.25") == ["C", "A", "D"]
    assert find(ratingFrom="3.26") == ["C"]


def test_next_free__narrows_orders_and_is_told() -> None:
    for name, hours in [("Late", (15, 17)), ("Early", (9, 17)), ("Noon", (12, 13))]:
        factories.consultant(factories.service(factories.business(name=name)), hours=hours)
    factories.business(name="Never")
    refresh_all(now=lambda: NOW)

    assert find(order="NEXT_FREE") == ["Early", "Noon", "Late"]
    assert find(freeBefore="2030-01-07T12:00:00Z") == ["Early"]
    assert find(freeBefore="2030-01-07T12:00:01Z") == ["Early", "Noon"]
    assert find(freeBefore="2030-01-07T07:00:00Z") == []
    nodes = [edge["node"] for edge in ask(FIND)["businesses"]["edges"]]
    assert {node["name"]: node["nextFreeAt"] for node in nodes} == {
        "Late": "2030-01-07T15:00:00Z",
        "Early": "2030-01-07T09:00:00Z",
        "Noon": "2030-01-07T12:00:00Z",
        "Never": None,
    }


def test_next_free__that_has_begun_is_told_no_more() -> None:
    factories.consultant(factories.service(factories.business(name="Early")))
    refresh_all(now=lambda: NOW)

    with time_machine.travel(TEN, tick=False):
        node = ask(FIND)["businesses"]["edges"][0]["node"]
        assert (node["nextFreeAt"], find(order="NEXT_FREE"), find(freeBefore="2031-01-01T00:00:00Z")) == (
            None,
            [],
            [],
        )


def test_next_free__of_a_consultant_stands_beside_them() -> None:
    talk = factories.service()
    factories.consultant(talk, full_name="Ana", hours=(11, 12))
    factories.consultant(talk, full_name="Ben", hours=(9, 10))
    refresh_all(now=lambda: NOW)

    found = ask("{ consultants { edges { node { fullName nextFreeAt } } } }")["consultants"]["edges"]
    nodes = [edge["node"] for edge in found]

    assert nodes == [
        {"fullName": "Ana", "nextFreeAt": "2030-01-07T11:00:00Z"},
        {"fullName": "Ben", "nextFreeAt": "2030-01-07T09:00:00Z"},
    ]


def test_open_now__goes_by_each_practices_own_clock() -> None:
    always = factories.business(name="Always")
    tokyo = factories.business(name="Tokyo", timezone="Asia/Tokyo")  # 17:00 there
    berlin = factories.business(name="Berlin", timezone="Europe/Berlin")  # 09:00 there
    shut = factories.business(name="Shut")
    for place, opens, closes in [(tokyo, 9 * 60, 17 * 60), (berlin, 9 * 60, 17 * 60), (shut, 0, 24 * 60)]:
        OpeningHours.objects.create(business=place, weekday=0, opens=opens, closes=closes)
    ClosedDay.objects.create(business=shut, date=NOW.date())
    ClosedDay.objects.create(business=always, date=NOW.date() + timedelta(days=1))
    refresh_all(now=lambda: NOW)

    assert find(openNow=True) == ["Always", "Berlin"]
    nodes = [edge["node"] for edge in ask(FIND)["businesses"]["edges"]]
    assert {node["name"] for node in nodes if node["isOpenNow"]} == {"Always", "Berlin"}


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"near": {"latitude": 91, "longitude": 0}}, "from -90 to 90"),
        ({"near": {"latitude": 0, "longitude": -180.01}}, "from -180 to 180"),
        ({"near": {"latitude": 0, "longitude": 0, "withinKm": 0}}, "more than 0"),
        ({"near": {"latitude": 0, "longitude": 0, "withinKm": -1}}, "more than 0"),
        ({"near": {"latitude": 0, "longitude": 0, "withinKm": 500.1}}, "at most 500"),
        ({"near": {"latitude": "NaN", "longitude": 0}}, "Float"),
        ({"search": "x" * 10_000}, "200 characters"),
        ({"city": "x" * 101}, "100 characters"),
        ({"ratingFrom": "NaN"}, "from 1 to 5"),
        ({"ratingFrom": "5.01"}, "from 1 to 5"),
        ({"price": {"currency": "eur"}}, "three letters"),
        ({"price": {"currency": "DEM"}}, "three letters"),
        ({"price": {"currency": "EUR", "from": "Infinity"}}, "from 0"),
        ({"price": {"currency": "EUR", "to": "1E+400"}}, "from 0"),
        ({"price": {"currency": "EUR", "to": "1.0001"}}, "three digits"),
        ({"price": {"currency": "EUR", "from": "-1"}}, "from 0"),
        ({"order": "DISTANCE"}, "near"),
        ({"order": "PRICE"}, "price"),
        ({"freeBefore": "2030-01-07T12:00:00"}, "offset"),
    ],
)
def test_search__refuses_what_makes_no_sense_in_words(variables: dict[str, Any], words: str) -> None:
    answer = post(FIND, variables)

    assert code_of(answer) == "BAD_USER_INPUT"
    assert words in answer["errors"][0]["message"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("near: { latitude: 1e400, longitude: 0 }", "from -90 to 90"),
        ('search: "a\\u0000b"', "NUL"),
        ('city: "\\u0000"', "NUL"),
        ('category: "\\u0000"', "NUL"),
    ],
)
def test_search__refuses_what_only_a_document_can_say(arguments: str, words: str) -> None:
    answer = post(f"{{ businesses({arguments}) {NAMES} }}")

    assert answer["errors"][0]["extensions"]["code"] in {"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"}
    assert words in answer["errors"][0]["message"]


def test_listing__of_a_practice_reached_another_way_is_read_too() -> None:
    talk = factories.service(factories.business(slug="one"))
    factories.consultant(talk)
    refresh_all(now=lambda: NOW)
    fields = "{ nextFreeAt priceFrom { amount } distanceKm isOpenNow }"

    one = ask(f'{{ business(slug: "one") {fields} }}')["business"]
    through = ask(f"{{ services {{ edges {{ node {{ business {fields} }} }} }} }}")["services"]["edges"][0][
        "node"
    ]

    assert one == through["business"]
    assert one == {
        "nextFreeAt": "2030-01-07T09:00:00Z",
        "priceFrom": {"amount": "60.00"},
        "distanceKm": None,
        "isOpenNow": True,
    }


def test_count__ends_where_it_is_told() -> None:
    owner = factories.user()
    category = factories.business(owner=owner).category
    Business.objects.bulk_create(
        Business(owner=owner, category=category, slug=f"many-{number}", name=f"Many {number}")
        for number in range(1005)
    )

    assert ask("{ businesses(first: 1) { totalCount } }")["businesses"]["totalCount"] == 1000
    assert Listing.objects.count() == 0
