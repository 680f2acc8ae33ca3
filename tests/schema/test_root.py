"""The schema as a whole."""

from pathlib import Path

import pytest
from django.conf import settings
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
)

from schema.http.limits import THROTTLED, WEIGHTS
from schema.root import schema

GRAPHQL = schema._schema


def described() -> list[tuple[str, str | None]]:
    """Every type, field, argument and enum value of ours, with its description."""
    found: list[tuple[str, str | None]] = []
    for name, kind in GRAPHQL.type_map.items():
        if name.startswith("__") or name in {"Query", "Mutation", "String", "Int", "Float", "Boolean", "ID"}:
            continue
        found.append((name, kind.description))
        if isinstance(kind, GraphQLEnumType):
            found += [(f"{name}.{key}", value.description) for key, value in kind.values.items()]
    for name, kind in GRAPHQL.type_map.items():
        if not name.startswith("__") and isinstance(
            kind, GraphQLObjectType | GraphQLInputObjectType | GraphQLInterfaceType
        ):
            for key, field in kind.fields.items():
                found.append((f"{name}.{key}", field.description))
                found += [
                    (f"{name}.{key}({arg})", a.description) for arg, a in getattr(field, "args", {}).items()
                ]
        else:
            assert isinstance(kind, GraphQLEnumType | GraphQLScalarType) or name.startswith("__")
    return found


def test_schema__describes_everything() -> None:
    assert [name for name, description in described() if not (description or "").strip()] == []


def test_schema__is_the_one_that_is_committed() -> None:
    committed = Path(settings.BASE_DIR, "schema.graphql").read_text()
    assert committed.strip() == schema.as_str().strip()


def test_mutations__take_one_input_and_give_a_payload_with_errors() -> None:
    mutation = GRAPHQL.mutation_type
    assert mutation is not None
    for name, field in mutation.fields.items():
        assert list(field.args) == ["input"], name
        payload = field.type
        assert isinstance(payload, GraphQLObjectType), f"{name} must be nullable"
        assert payload.name == name[0].upper() + name[1:] + "Payload"
        assert str(payload.fields["errors"].type) == "[UserError!]!"


def test_throttled_fields__are_fields_of_the_schema() -> None:
    assert GRAPHQL.mutation_type is not None
    assert set(GRAPHQL.mutation_type.fields) >= THROTTLED


def test_weighed_fields__are_fields_of_the_schema() -> None:
    fields = {field for kind in GRAPHQL.type_map.values() for field in getattr(kind, "fields", {})}
    assert set(WEIGHTS) <= fields


@pytest.mark.parametrize(
    "name",
    [
        "businesses",
        "services",
        "consultants",
        "resources",
        "openSlots",
        "publishedSlots",
        "bookings",
    ],
)
def test_lists__are_connections_with_a_total(name: str) -> None:
    assert GRAPHQL.query_type is not None
    connection = GRAPHQL.query_type.fields[name]
    assert {"first", "after", "last", "before"} <= set(connection.args)
    assert {"edges", "pageInfo", "totalCount"} <= set(connection.type.of_type.fields)
