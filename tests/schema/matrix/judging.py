"""Asks one cell of the matrix, says in a word what came of it, and finds what it shows."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from bookings.limits.services import forget_everything
from tests.schema.client import post
from tests.schema.matrix.acts import Act
from tests.schema.matrix.selections import Private, ask_root, root_fields, selection
from tests.schema.matrix.world import World
from tests.undone import undone

Shown = set[tuple[str, str]]
"""Types and their fields."""
SHORT = {
    "UNAUTHENTICATED": "401",
    "FORBIDDEN": "403",
    "NOT_FOUND": "404",
    "ACCOUNT_IN_USE": "inuse",
    "BUSINESS_IN_USE": "inuse",
    "CHALLENGE_INVALID": "chal",
    "NOT_ENABLED": "off",
}
"""How the table writes codes; one that is not here stands as it is, and fits no cell."""


def asked(world: World, field: str, act: Act, who: str, private: Private, select: str = "") -> dict[str, Any]:
    """The whole answer of a root field; what the question changed, or counted, is undone."""
    select = select or selection(root_fields()[field].type, private, node=act.kind)
    document, variables = ask_root(field, act.given(world), select)
    forget_everything()
    with undone():
        return post(document, variables, **world.asks(who, world.bookings[act.about]))


def outcome(body: Mapping[str, Any]) -> str:
    """yes: done, or shown; null; none: a list without rows; else the code of the refusal."""
    if body.get("errors"):
        return short(body["errors"][0]["extensions"]["code"])
    (value,) = body["data"].values()
    if isinstance(value, dict) and value.get("errors"):
        return short(value["errors"][0]["code"])
    if value is None:
        return "null"
    rows = value.get("edges", value) if isinstance(value, dict) else value
    return "none" if isinstance(rows, list) and not any(rows) else "yes"


def short(code: str) -> str:
    return SHORT.get(code, code)


def shown(body: Mapping[str, Any], private: Private, own: Collection[str]) -> Shown:
    """The private fields that an answer holds a value for, save in what is the asker's own."""
    return {
        (found["__typename"], field)
        for found in _objects(body.get("data"), own)
        for field, value in found.items()
        if value is not None and field in private.get(found["__typename"], ())
    }


def _objects(answer: Any, own: Collection[str]) -> Iterator[dict[str, Any]]:
    """Every object of an answer, at any depth."""
    if isinstance(answer, dict):
        if answer.get("id") in own:
            return
        if "__typename" in answer:
            yield answer
        for value in answer.values():
            yield from _objects(value, own)
    elif isinstance(answer, list):
        for value in answer:
            yield from _objects(value, own)
