"""Favourites through the API: kept, let go, listed, marked in lists, and nobody else's to see."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from bookings.accounts.models import User
from bookings.businesses.models import Business
from bookings.favourites import services
from bookings.favourites.models import Favourite
from tests import factories
from tests.factories import NOW
from tests.schema.client import ask, code_of, gid, post
from tests.schema.test_statements import statements

pytestmark = pytest.mark.django_db(transaction=True)

TOGGLE = """
mutation ($input: ToggleFavouriteInput!) { toggleFavourite(input: $input) {
  isFavourite business { id isFavourite } consultant { id isFavourite } errors { code field }
} }
"""
MINE = """
query ($first: Int = 20, $after: String) { me { favourites(first: $first, after: $after) {
  totalCount pageInfo { endCursor hasNextPage }
  edges { node { id business { name isFavourite } consultant { fullName isFavourite business { name } } } }
} } }
"""
LISTS = """
{ businesses { edges { node { id isFavourite consultants { id isFavourite } } } }
  consultants { edges { node { id isFavourite business { isFavourite } } } } }
"""
NODE = "query ($id: ID!) { node(id: $id) { id } }"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(transactional_db: None) -> User:
    return factories.user("ana@example.org")


def toggle(who: User | None, row: Any, **fields: Any) -> dict[str, Any]:
    of = {"businessId" if isinstance(row, Business) else "consultantId": gid(row)}
    return dict(ask(TOGGLE, {"input": {"of": of, **fields}}, user=who)["toggleFavourite"])


def mine(who: User, **page: Any) -> dict[str, Any]:
    return dict(ask(MINE, page, user=who)["me"]["favourites"])


def test_toggle__keeps_and_lets_go_in_turn(ana: User) -> None:
    host = factories.consultant(factories.service())

    kept, gone = toggle(ana, host), toggle(ana, host)

    assert kept == {
        "isFavourite": True, "business": None, "consultant": {"id": gid(host), "isFavourite": True}, "errors": [],
    }  # fmt: skip
    assert (gone["isFavourite"], gone["consultant"]["isFavourite"]) == (False, False)
    assert not Favourite.objects.exists()


def test_toggle__says_which_of_the_two_is_meant_and_may_be_repeated(ana: User) -> None:
    place = factories.business()

    answers = [toggle(ana, place, keep=keep)["isFavourite"] for keep in (False, True, True)]
    pk = Favourite.objects.get().pk
    answers += [toggle(ana, place, keep=keep)["isFavourite"] for keep in (True, False, False)]

    assert answers == [False, True, True, True, False, False]
    assert not Favourite.objects.filter(pk=pk).exists()


def test_toggle__is_for_people_who_are_signed_in(ana: User) -> None:
    place = factories.business()
    document = {"input": {"of": {"businessId": gid(place)}}}
    key = factories.service_key(*factories.ServiceKey.Scope, place=place).text

    assert code_of(post(TOGGLE, document)) == "UNAUTHENTICATED"
    assert code_of(post(TOGGLE, document, authorization=f"Api-Key {key}")) == "FORBIDDEN"
    assert not Favourite.objects.exists()


def test_toggle__what_is_out_of_use_is_let_go_and_not_kept(ana: User) -> None:
    host, place = factories.consultant(factories.service()), factories.business()
    toggle(ana, host)
    host.is_active, place.is_active = False, False
    host.save()
    place.save()

    assert toggle(ana, place)["errors"] == [{"code": "NOT_FOUND", "field": ["businessId"]}]
    assert mine(ana)["totalCount"] == 1
    assert toggle(ana, host)["isFavourite"] is False
    assert toggle(ana, host)["errors"] == [{"code": "NOT_FOUND", "field": ["consultantId"]}]


@pytest.mark.parametrize("of", [{}, {"businessId": None}, {"businessId": "x", "consultantId": "y"}])
def test_toggle__names_exactly_one_thing(ana: User, of: dict[str, Any]) -> None:
    assert post(TOGGLE, {"input": {"of": of}}, user=ana)["errors"]


def test_toggle__keeps_a_bounded_number(ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST", 2)
    rows = [factories.business() for _ in range(3)]

    errors = [toggle(ana, row)["errors"] for row in rows]

    assert errors == [[], [], [{"code": "VALIDATION_FAILED", "field": None}]]
    toggle(ana, rows[0])
    assert toggle(ana, rows[2])["isFavourite"] is True


def test_favourites__are_listed_newest_first_and_paged_while_others_come(ana: User) -> None:
    rows = [factories.business(name=f"P{number}") for number in range(3)]
    host = factories.consultant(factories.service(rows[0]), full_name="Mira")
    for row in (*rows, host):
        toggle(ana, row)

    first = mine(ana, first=2)
    toggle(ana, factories.business())
    rest = mine(ana, first=2, after=first["pageInfo"]["endCursor"])

    named = [
        (edge["node"]["business"] or {}).get("name") or edge["node"]["consultant"]["fullName"]
        for edge in (*first["edges"], *rest["edges"])
    ]
    assert named == ["Mira", "P2", "P1", "P0"]
    assert (rest["totalCount"], rest["pageInfo"]["hasNextPage"]) == (5, False)


def test_favourites__are_nobody_elses(ana: User) -> None:
    other, place = factories.user(), factories.business()
    toggle(ana, place)
    kept = gid(Favourite.objects.get())

    assert mine(other)["totalCount"] == 0
    assert ask(NODE, {"id": kept}, user=ana)["node"] == {"id": kept}
    assert [ask(NODE, {"id": kept}, user=who)["node"] for who in (other, place.owner, None)] == [None] * 3
    assert toggle(other, place)["isFavourite"] is True
    assert Favourite.objects.count() == 2


def test_is_favourite__marks_lists_for_the_viewer_and_is_null_for_nobody(ana: User) -> None:
    host = factories.consultant(factories.service())
    toggle(ana, host)

    def marks(who: User | None) -> list[bool | None]:
        found = ask(LISTS, user=who)
        (place,), (person,) = (found[name]["edges"] for name in ("businesses", "consultants"))
        return [
            place["node"]["isFavourite"], place["node"]["consultants"][0]["isFavourite"],
            person["node"]["isFavourite"], person["node"]["business"]["isFavourite"],
        ]  # fmt: skip

    assert marks(ana) == [False, True, True, False]
    assert marks(host.business.owner) == [False] * 4
    assert marks(None) == [None] * 4


def test_favourites__take_as_many_statements_for_1_and_for_3(ana: User) -> None:
    counts = []
    for _ in (1, 3):
        for _ in range(1 + 2 * len(counts)):
            toggle(ana, factories.consultant(factories.service()))
            toggle(ana, factories.business())
        counts.append(
            [len(statements(lambda document=document: ask(document, user=ana))) for document in (MINE, LISTS)]
        )

    assert counts[0] == counts[1]
