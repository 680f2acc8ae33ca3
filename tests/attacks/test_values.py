"""Every place of every root field's arguments, with every value that no client has: refused or answered, never broken.

The places come from the schema, the rest of each question from the permission matrix, which knows the least valid
input of every root field.
"""

import json
import time
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type

from bookings.limits.services import forget_everything
from tests.attacks.judge import INSIDES, MOST, TRIES
from tests.attacks.values import OF, Place, ids, places, put
from tests.schema.client import post
from tests.schema.matrix.acts import ACTS, Act
from tests.schema.matrix.conftest import world as world_of_the_matrix
from tests.schema.matrix.selections import ask_root, root_fields
from tests.schema.matrix.world import World
from tests.undone import undone

pytestmark = pytest.mark.django_db
world = world_of_the_matrix
ROWS = {row.partition(":")[0]: row for row in reversed(ACTS)}
"""The first row of each root field."""
PEOPLE = ("anon", "clnt", "owner", "admin")


def selected(field: str) -> str:
    """Give what is asked of an answer: what refused it, or a little of what it holds."""
    kind = get_named_type(root_fields()[field].type)
    if is_leaf_type(kind):
        return ""
    parts = kind.fields if isinstance(kind, GraphQLObjectType) else {}
    if "errors" in parts:
        return "{ __typename errors { code message field } }"
    return "{ totalCount edges { cursor } }" if "totalCount" in parts else "{ __typename }"


def asked(
    world: World, field: str, act: Act, who: str, way: Place, value: Any
) -> tuple[dict[str, Any], float]:
    """Ask with one value changed; give the answer, and the seconds of processor time. Nothing is changed by it."""
    given = dict(act.given(world))
    wrapped = way[0] == "input" and "input" in root_fields()[field].args
    changed = put({"input": given} if wrapped else given, way, value)
    document, variables = ask_root(field, changed["input"] if wrapped else changed, selected(field))
    forget_everything()
    with undone():
        begun = time.process_time()
        body = post(document, variables, **world.asks(who, world.bookings[act.about]))
        return body, time.process_time() - begun


def wrong(world: World, row: str, who: str, way: Place, value: Any) -> list[str]:
    """Give what is wrong with the answer to one question."""
    field, act = row.partition(":")[0], ACTS[row]
    body, cost = asked(world, field, act, who, way, value)
    for _ in range(TRIES - 1):
        if cost > MOST:
            cost = min(cost, asked(world, field, act, who, way, value)[1])
    told = json.dumps(body)
    found = []
    if "INTERNAL_ERROR" in told:
        found.append(f"broke: {told[:200]}")
    if inside := INSIDES.search(told.encode()):
        found.append(f"tells {inside.group()!r}: {told[:200]}")
    if cost > MOST:
        found.append(f"took {cost * 1000:.0f} ms of the processor")
    return [f"{who} asks {row} with {'.'.join(way)} = {str(value)[:60]!r}: {what}" for what in found]


def of(world: World, kind: str) -> list[Any]:
    """Give the values of a kind."""
    return ids(world) if kind == "ID" else list(OF[kind])


@pytest.mark.parametrize("field", root_fields())
def test_argument__of_one_hostile_value_in_each_place_breaks_nothing(field: str, world: World) -> None:
    row = ROWS[field]

    faults = []
    for number, (way, kind) in enumerate(places(field)):
        values = of(world, kind)
        faults += wrong(world, row, "owner", way, values[(len(field) + 5 * number) % len(values)])

    assert faults == []


@pytest.mark.prove
@pytest.mark.busy
@pytest.mark.parametrize("row", ACTS)
def test_argument__of_every_hostile_value_in_each_place_breaks_nothing(row: str, world: World) -> None:
    act = ACTS[row]
    people = ["clnt"] if act.theirs else PEOPLE

    faults = []
    for way, kind in places(row.partition(":")[0]):
        for number, value in enumerate(of(world, kind)):
            faults += wrong(world, row, people[number % len(people)], way, value)

    assert faults == []


@pytest.mark.parametrize("kind", sorted(OF))
def test_values__are_of_kinds_that_the_schema_takes(kind: str) -> None:
    taken = {what for field in root_fields() for _, what in places(field)}

    assert kind in taken
    assert taken <= {*OF, "ID"}
