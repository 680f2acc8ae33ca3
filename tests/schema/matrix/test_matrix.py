"""The permission matrix: every query, every mutation and every private field, asked for by everybody.

The tables stand in table.py and private.py. Nothing of the schema is missing from them: what is new fails here, by
name, until somebody says who may.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLObjectType

from tests.schema.matrix.acts import ACTS
from tests.schema.matrix.judging import Shown, asked, outcome, shown
from tests.schema.matrix.paths import Way, entries, ways
from tests.schema.matrix.private import PRIVATE, PUBLIC
from tests.schema.matrix.seen import FIELDS, STRANGERS, TYPES, visible
from tests.schema.matrix.selections import SCHEMA, WRAPPERS, root_fields
from tests.schema.matrix.table import CELLS, ROOT
from tests.schema.matrix.world import MARK, World

pytestmark = pytest.mark.django_db
PEOPLE = list(next(iter(ROOT.values())))
WAYS = {str(way): way for way in ways(TYPES)}


def object_types() -> Iterator[GraphQLObjectType]:
    """The types that hold something themselves."""
    for name, kind in SCHEMA.type_map.items():
        carries = name.endswith(WRAPPERS) or name in {"Query", "Mutation"} or name.startswith("__")
        if isinstance(kind, GraphQLObjectType) and not carries:
            yield kind


def test_root_fields__are_all_in_the_table_and_no_other():
    assert {row.partition(":")[0] for row in ROOT} == set(root_fields())


def test_fields__are_each_public_or_in_the_table():
    of_schema = {f"{kind.name}.{field}" for kind in object_types() for field in kind.fields}
    public = {f"{kind}.{field}" for kind, fields in PUBLIC.items() for field in fields.split()}

    assert set(PRIVATE) & public == set()
    assert set(PRIVATE) | public == of_schema


def test_public_fields__of_a_booking_are_what_an_acknowledgement_id_tells():
    told = set(SCHEMA.type_map["PublicBookingStatus"].fields)

    assert set(PUBLIC["Booking"].split()) == told | {"id", "availableActions"}


def test_tables__have_the_same_people_and_known_cells():
    assert set(ROOT) == set(ACTS)
    assert list(next(iter(PRIVATE.values()))) == PEOPLE
    assert {cell for row in ROOT.values() for cell in row.values()} == CELLS
    assert {cell for row in PRIVATE.values() for cell in row.values()} == {"yes", "null"}


def test_ways__lead_to_every_private_type():
    led_to = {way.steps[-1][1] for way in WAYS.values()}

    assert TYPES - led_to == {  # these stand in others that are private, and are asked for with them
        "AccountSession", "BookingConsent", "BookingDiscount", "BookingEvent", "BookingNote", "BookingRefundTier",
        "CalendarLinks", "PaymentSums", "PaymentSumsByMethod", "PracticeMembership", "Preferences", "Receipt",
        "RefundPolicy", "BookingCount", "CancellationCount", "DayFigures", "PartFigures", "RevenueFigures",
        "StatusCount", "Utilisation",
    }  # fmt: skip


@pytest.fixture(scope="module")
def seen(world: World) -> dict[str, Shown]:
    """What each person saw, gathered by the tests of root fields and ways for that of the private fields."""
    return {who: set() for who in PEOPLE}


def look(body: dict[str, Any], who: str, world: World, seen: dict[str, Shown]) -> None:
    """Note what somebody saw in an answer, and fail where it is not theirs to see."""
    assert who not in STRANGERS or MARK not in json.dumps(body).lower(), (
        f"{who} reads what is private: {body}"
    )
    told = shown(body, FIELDS, world.own(who))
    assert told <= visible(who), f"{who} sees what is private"
    seen[who] |= told


@pytest.mark.prove
@pytest.mark.busy
@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("row", ROOT)
def test_root_field__is_for_those_whom_the_table_names(
    row: str, world: World, seen: dict[str, Shown]
) -> None:
    act, field = ACTS[row], row.partition(":")[0]

    answers = {who: asked(world, field, act, who, FIELDS) for who in PEOPLE}

    assert {who: outcome(body) for who, body in answers.items()} == ROOT[row]
    for who, body in answers.items():
        if not act.theirs:
            look(body, who, world, seen)


@pytest.mark.prove
@pytest.mark.busy
@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("name", WAYS)
def test_way__shows_nobody_what_is_not_theirs(name: str, world: World, seen: dict[str, Shown]) -> None:
    way: Way = WAYS[name]
    acts = entries(way, world)
    assert acts, "nothing is known to ask this root field with"

    for act in acts:
        for who in PEOPLE:
            body = asked(world, way.root, act, who, FIELDS, way.select(FIELDS))
            assert not body.get("errors") or outcome(body) in {"401", "403"}, body
            look(body, who, world, seen)


@pytest.mark.prove
@pytest.mark.busy
@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("kind", FIELDS)
def test_private_fields__are_seen_by_those_whom_the_table_names(kind: str, seen: dict[str, Shown]) -> None:
    assert any(seen.values()), "run this file as a whole: what is seen is gathered by the tests before"

    got = {
        f"{kind}.{field}": {who: "yes" if (kind, field) in seen[who] else "null" for who in PEOPLE}
        for field in FIELDS[kind]
    }

    assert got == {row: cells for row, cells in PRIVATE.items() if row.partition(".")[0] == kind}
