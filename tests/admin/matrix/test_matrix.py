"""The permission matrix of the admin: every address, asked for by everybody, about rows of one practice.

The tables stand in table.py. No address is missing from them: what is new fails here, by name, until somebody says who
may. Whoever has nothing to do with the practice reads no word of it and changes none of its rows, by whatever address.
"""

import pytest
from django.contrib import admin

from tests.admin.addresses import OTHERS, Address, addresses
from tests.admin.matrix.judging import LETTERS, leaks, letters, opened, outcome
from tests.admin.matrix.table import CUSTOM, PAGES
from tests.admin.matrix.world import FOREIGN, INSIDE, World

pytestmark = pytest.mark.django_db

ADDRESSES = addresses()
OPEN_TO_ALL = {"login", "logout", "jsi18n"}
"""What nobody needs to be logged in for: the words of scripts are Django's."""
OUT = {"anon", "clnt", "left", "gone"}
"""Who is shown the log-in."""
CORE = ("bmngr", "ball")
"""As whom every page is asked for in `make test`: who comes nearest to what is not theirs."""
LINES = {model._meta.label_lower: model for model in admin.site._registry}


def pages_of(label: str) -> dict[str, Address]:
    return {
        each.page: each
        for each in ADDRESSES.values()
        if each.model is not None and each.model._meta.label_lower == label
    }


def is_old(address: Address) -> bool:
    """Whether it only leads from the address that a row's page had once to the one that it has."""
    return address.name == address.route and address.names == ("object_id",)


def test_addresses__are_all_in_the_tables_and_no_other() -> None:
    of_models = {name for name, each in ADDRESSES.items() if each.model is not None and each.page in LETTERS}
    custom = {name for name, each in ADDRESSES.items() if name not in of_models and not is_old(each)}

    assert set(PAGES) == set(LINES)
    assert set(CUSTOM) == custom
    assert {each.model._meta.label_lower for name in of_models if (each := ADDRESSES[name]).model} == set(
        LINES
    )


def test_tables__have_the_same_people() -> None:
    assert tuple(next(iter(PAGES.values()))) == tuple(next(iter(CUSTOM.values()))) == INSIDE


def test_world__has_rows_of_every_model_that_has_pages(world: World) -> None:
    shared = {"bookings.category"}

    without = {
        label for label, model in LINES.items() if not world.here.pks(model) or not world.there.pks(model)
    }

    assert without == shared


def test_everybody_inside__reads_words_of_the_practice(world: World) -> None:
    """Without this the other tests would pass where there are no words to be read."""
    path = ADDRESSES["bookings_booking_changelist"].paths(world.here)[0]

    told = {who: bool(leaks(world, world.client(who).get(path))) for who in INSIDE}
    let_in = {who: outcome(world.client(who).get("/admin/")) for who in FOREIGN}

    assert told == {who: who not in {"none", "plat"} for who in INSIDE}
    assert let_in == {who: "login" if who in OUT else "yes" for who in FOREIGN}


@pytest.mark.parametrize("who", CORE)
def test_lists_and_pages__tell_nobody_of_another_practice_anything(who: str, world: World) -> None:
    told = {
        path: found
        for each in ADDRESSES.values()
        if each.page in {"changelist", "change", "index"} or each.name in CUSTOM
        for path in each.paths(world.here, 1)
        if (found := look(world, who, each, path))
    }

    assert told == {}


@pytest.mark.prove
@pytest.mark.busy
@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("label", PAGES)
def test_pages__open_for_those_whom_the_table_names(label: str, world: World) -> None:
    got = {who: letters(world.client(who), pages_of(label), world) for who in INSIDE}

    assert got == PAGES[label]


@pytest.mark.prove
@pytest.mark.busy
@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("name", CUSTOM)
def test_address__opens_for_those_whom_the_table_names(name: str, world: World) -> None:
    got = {who: opened(world.client(who), ADDRESSES[name].paths(world.here, 4)) for who in INSIDE}

    assert got == CUSTOM[name]


@pytest.mark.prove
@pytest.mark.busy
@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("name", ADDRESSES)
def test_address__tells_nobody_of_another_practice_anything(name: str, world: World) -> None:
    address = ADDRESSES[name]

    told = {
        (who, path): found
        for path in address.paths(world.here, 3)
        for who in FOREIGN
        if (found := look(world, who, address, path))
    }

    assert told == {}


def look(world: World, who: str, address: Address, path: str) -> list[str]:
    """What somebody is told at an address that is none of theirs, and whether a page opened there at all."""
    answer = world.client(who).get(path)
    came = outcome(answer)
    found = leaks(world, answer, path)
    if set(address.names) & {"object_id", "pk", "id"} and came not in {"403", "404", "405", "home", "login"}:
        found += [] if is_old(address) and came == "move" else [f"a row's page answers: {came}"]
    if who in OUT and came != "login":
        found += [] if address.name in OPEN_TO_ALL else [f"nobody's page answers: {came}"]
    return found


assert set(ADDRESSES) >= OTHERS
