"""Consultants through the API: what they tell of themselves, and how the right one is found."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from bookings.businesses.models import Business
from bookings.consultants.models import Consultant, ConsultantLanguage
from tests import factories
from tests.factories import NOW, TEN
from tests.schema.client import ask, code_of, gid, post
from tests.schema.test_statements import statements

pytestmark = pytest.mark.django_db(transaction=True)

PROFILE = """
query ($slug: String!) { consultant(slug: $slug) {
  languages practisingSince yearsOfExperience specialisation rating { average count }
} }
"""
SAVE = """
mutation ($input: SaveConsultantInput!) { saveConsultant(input: $input) {
  consultant { languages practisingSince yearsOfExperience } errors { code field }
} }
"""
FIND = """
query ($language: String, $search: String, $rating: Decimal, $order: ConsultantOrder! = NAME, $first: Int = 20,
  $after: String, $business: ID) {
  consultants(language: $language, search: $search, ratingFrom: $rating, order: $order, first: $first, after: $after,
    businessId: $business) {
    totalCount edges { node {
      fullName languages yearsOfExperience rating { average count } business { name timezone }
    } } pageInfo { endCursor hasNextPage }
  }
}
"""


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def rated(name: str, *stars: int, place: Business | None = None, **fields: Any) -> Consultant:
    """A consultant with reviews of so many stars."""
    person = factories.consultant(factories.service(place), full_name=name, **fields)
    if stars:
        average = round(Decimal(sum(stars)) / len(stars), 2)
        Consultant.objects.filter(pk=person.pk).update(
            rating_count=len(stars), rating_sum=sum(stars), rating_average=average
        )
    return person


def speaks(person: Consultant, *codes: str) -> None:
    for code in codes:
        ConsultantLanguage.objects.create(consultant=person, code=code)


def names(**wanted: Any) -> list[str]:
    return [edge["node"]["fullName"] for edge in ask(FIND, wanted)["consultants"]["edges"]]


def test_consultant__tells_languages_years_and_what_clients_think() -> None:
    person = rated("Mira", 5, 4, practising_since=2011)
    speaks(person, "pl", "en")

    assert ask(PROFILE, {"slug": person.slug})["consultant"] == {
        "languages": ["en", "pl"], "practisingSince": 2011, "yearsOfExperience": 19, "specialisation": "",
        "rating": {"average": "4.50", "count": 2},
    }  # fmt: skip


def test_consultant__who_says_nothing_tells_nothing() -> None:
    person = rated("Mira")

    assert ask(PROFILE, {"slug": person.slug})["consultant"] == {
        "languages": [], "practisingSince": None, "yearsOfExperience": None, "specialisation": "",
        "rating": {"average": None, "count": 0},
    }  # fmt: skip


def test_save_consultant__answers_with_the_profile_as_it_is_kept() -> None:
    person = factories.consultant(factories.service(), user=factories.user())
    given = {"id": gid(person), "languages": ["PL", "pt_BR"], "practisingSince": 2020}

    saved = ask(SAVE, {"input": given}, user=person.user)["saveConsultant"]
    refused = ask(SAVE, {"input": {"id": gid(person), "languages": ["none at all"]}}, user=person.user)

    assert saved == {
        "consultant": {"languages": ["pl", "pt-br"], "practisingSince": 2020, "yearsOfExperience": 10},
        "errors": [],
    }
    assert refused["saveConsultant"]["errors"] == [{"code": "VALIDATION_FAILED", "field": ["languages"]}]


def test_consultants__are_found_by_language_words_and_rating() -> None:
    anna = rated("Anna Nowak", 5, specialisation="Grief and loss")
    bela = rated("Béla Kis", 3, specialisation="Grief")
    rated("Carl Nowak", specialisation="Careers")
    speaks(anna, "pl")
    speaks(bela, "pt-br", "hu")

    assert names(language="PL") == ["Anna Nowak"]
    assert names(language="pt") == ["Béla Kis"]
    assert names(language="pt_BR") == ["Béla Kis"]
    assert names(language="pt-pt") == names(language="p" + "l-pl") == []
    assert names(search="nowak") == ["Anna Nowak", "Carl Nowak"]
    assert names(search=" NOWAK grief ") == ["Anna Nowak"]
    assert names(search="%") == names(search="\\") == []
    assert names(search="") == ["Anna Nowak", "Béla Kis", "Carl Nowak"]
    assert names(rating="3") == ["Anna Nowak", "Béla Kis"]
    assert names(rating="3.01", search="grief") == ["Anna Nowak"]


def test_consultants__who_are_out_of_use_are_not_found() -> None:
    speaks(rated("Anna", 5, is_active=False), "pl")

    assert names(language="pl") == names(search="anna") == names(rating="1") == []


@pytest.mark.parametrize(
    "wanted", [{"language": "polish please"}, {"rating": "0.5"}, {"rating": "6"}, {"rating": "NaN"}]
)
def test_consultants__what_cannot_be_looked_for_is_said_in_clear_words(wanted: dict[str, str]) -> None:
    assert code_of(post(FIND, wanted)) == "BAD_USER_INPUT"


def test_consultants__by_rating_have_cursors_that_rows_which_come_between_do_not_shift() -> None:
    place = factories.business()
    for name, stars in (("A", [4]), ("B", []), ("C", [5]), ("D", [4, 4]), ("E", [])):
        rated(name, *stars, place=place)
    seen, after = [], None
    while True:
        page = ask(FIND, {"order": "RATING", "first": 2, "after": after, "business": gid(place)})[
            "consultants"
        ]
        seen += [edge["node"]["fullName"] for edge in page["edges"]]
        if not after:
            rated("First of all", 5, 5, 5, place=place)
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert seen == ["C", "D", "A", "B", "E"]


def test_consultants__take_as_many_statements_for_1_and_for_3() -> None:
    counts = []
    for rows in (1, 3):
        place = factories.business()
        for _ in range(rows):
            speaks(rated("Mira", 5, place=place, practising_since=2011), "pl")
        wanted = {"business": gid(place), "language": "pl", "order": "RATING"}
        assert ask(FIND, wanted)["consultants"]["totalCount"] == rows
        counts.append(len(statements(lambda wanted=wanted: ask(FIND, wanted))))

    assert counts[0] == counts[1]
    assert counts[0] <= 4


SLOTS = """
query ($service: ID!, $consultant: ID, $from: DateTime!, $until: DateTime!) {
  openSlots(serviceId: $service, consultantId: $consultant, from: $from, until: $until) { edges { node { id } } }
}
"""


def test_consultants__several_at_one_time_are_each_booked_and_the_time_is_open_until_the_last_is() -> None:
    offered = factories.service()
    hosts = [factories.consultant(offered) for _ in range(2)]
    span = {
        "service": gid(offered),
        "from": TEN.isoformat(),
        "until": (TEN + timedelta(minutes=1)).isoformat(),
    }

    def is_open(host: Consultant | None = None) -> bool:
        return bool(ask(SLOTS, {**span, "consultant": gid(host) if host else None})["openSlots"]["edges"])

    seen = [(is_open(), *map(is_open, hosts))]
    for host in hosts:
        booked = factories.pending(host, offered)
        assert (booked.consultant, booked.starts_at) == (host, TEN)
        seen.append((is_open(), *map(is_open, hosts)))

    assert seen == [(True, True, True), (True, False, True), (False, False, False)]
