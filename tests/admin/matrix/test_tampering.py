"""Nobody of another practice changes a row of this one, or has one of their own name it, whatever they send."""

from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse

from tests.admin.addresses import Address, addresses
from tests.admin.matrix.judging import changed, leaks, outcome
from tests.admin.matrix.table import CUSTOM
from tests.admin.matrix.tampering import (
    actions_of,
    as_the_admin_would,
    autocompletes,
    chosen,
    named,
    own_forms,
    queries,
    with_rows_of,
)
from tests.admin.matrix.world import FOREIGN, World
from tests.undone import undone
from tests.witness import everything

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.prove,
    pytest.mark.busy,
    pytest.mark.only_on("postgresql"),
]

ADDRESSES = addresses()
AT_WORK = ("bstaff", "bowner", "ball")
"""Who has forms of their own: with the least duties, with all of them, with all of Django's rights besides."""
LABELS = sorted(model._meta.label_lower for model in admin.site._registry)
MODELS = {model._meta.label_lower: model for model in admin.site._registry}
WATCHED = ("ball", "bowner")
"""As whom lists are searched: who sees most of them, and who sees their practice's."""


def page_of(address: Address) -> Any:
    return admin.site._registry.get(address.model) if address.model is not None else None


@pytest.mark.parametrize("name", ADDRESSES)
def test_post__to_a_row_of_another_practice_changes_nothing(name: str, world: World) -> None:
    address = ADDRESSES[name]
    told: list[Any] = []

    with undone():
        for path in address.paths(world.here, 3):
            form = as_the_admin_would(world, path)
            for who in FOREIGN:
                answer = world.client(who).post(path, form)
                told += [(who, path, found) for found in leaks(world, answer, path)]
        after = everything()

    assert changed(world.rows, after, world.here.rows) == []
    assert told == []


@pytest.mark.parametrize("name", ADDRESSES)
def test_post__of_a_form_of_one_s_own_cannot_name_rows_of_another_practice(name: str, world: World) -> None:
    address = ADDRESSES[name]
    wrong: list[Any] = []

    for who in AT_WORK:
        for path, form in own_forms(world.client(who), address.paths(world.there, 1)):
            with undone():
                for field, sent in with_rows_of(world.here, form, page_of(address)):
                    answer = world.client(who).post(path, sent, follow=True)
                    wrong += [(who, path, field, found) for found in leaks(world, answer, path)]
                wrong += [(who, path, found) for found in changed(world.rows, everything(), world.here.rows)]

    assert wrong == []


@pytest.mark.parametrize("label", LABELS)
def test_action__on_rows_of_another_practice_changes_nothing(label: str, world: World) -> None:
    model = MODELS[label]
    path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    admins = world.people["admin"]
    assert admins is not None
    told: list[Any] = []

    with undone():
        for action in actions_of(admin.site._registry[model], admins):
            for across in (False, True):
                form = chosen(action, world.here, model, across=across)
                for who in FOREIGN:
                    answer = world.client(who).post(path, form, follow=True)
                    told += [(who, action, found) for found in leaks(world, answer, path)]
        after = everything()

    assert changed(world.rows, after, world.here.rows) == []
    assert told == []


@pytest.mark.parametrize("label", LABELS)
def test_list__narrowed_by_what_is_another_practice_s_tells_nothing(label: str, world: World) -> None:
    model = MODELS[label]
    path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")

    wrong = []
    for who in WATCHED:
        for query in queries(model, world.here):
            answer = world.client(who).get(path, query)
            assert outcome(answer) in {"yes", "403", "400", "move"}, query
            wrong += [(who, query, found) for found in leaks(world, answer, path)]

    assert wrong == []


@pytest.mark.parametrize("name", CUSTOM)
def test_address__asked_about_what_is_another_practice_s_tells_nothing(name: str, world: World) -> None:
    wrong = []
    for path in ADDRESSES[name].paths(world.there, 1):
        for who in (*AT_WORK, "none"):
            for query in named(world.here):
                answer = world.client(who).get(path, query)
                assert answer.status_code < 500
                wrong += [(who, query, found) for found in leaks(world, answer)]

    assert wrong == []


def test_autocomplete__offers_nobody_rows_of_another_practice(world: World) -> None:
    path, wrong = reverse("admin:autocomplete"), []

    for who in WATCHED:
        for query in autocompletes():
            for term in ("", "zor"):
                answer = world.client(who).get(path, {**query, "term": term})
                assert outcome(answer) in {"yes", "403"}
                wrong += [(who, query, found) for found in leaks(world, answer)]

    assert wrong == []


def test_search__of_the_menu_names_nothing_of_another_practice(world: World) -> None:
    path, wrong = reverse("admin:search"), []

    for who in FOREIGN:
        for query in (
            {"s": "zor"},
            {"s": "zor", "extended": "1"},
            {"s": "book"},
            {"s": "e", "extended": "1"},
        ):
            wrong += [(who, query, found) for found in leaks(world, world.client(who).get(path, query))]

    assert wrong == []
