"""Documents from the schema: a root field with its arguments, and everything private that its answer can hold."""

from collections.abc import Collection, Mapping
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
)

from schema.http.execution import core_schema
from schema.root import schema

SCHEMA: GraphQLSchema = core_schema(schema)
Private = Mapping[str, Collection[str]]
"""The private fields by their types."""
WRAPPERS = ("Connection", "Edge", "Payload")
"""How the names end of types that only carry others."""
CARRIERS = frozenset({"Booking", "TouchedBooking"})
"""Types of which everything is asked for, though not all of it is private."""
COMPUTED = frozenset({"openSlots"})
"""Fields that are asked for one object at a time: they compute open times."""


def type_named(name: str) -> GraphQLObjectType:
    found = SCHEMA.type_map[name]
    assert isinstance(found, GraphQLObjectType), name
    return found


def root_fields() -> dict[str, GraphQLField]:
    """Every field of Query and of Mutation; no name is in both."""
    assert SCHEMA.query_type
    assert SCHEMA.mutation_type
    queries, mutations = SCHEMA.query_type.fields, SCHEMA.mutation_type.fields
    assert not set(queries) & set(mutations)
    return {**queries, **mutations}


def ask_root(name: str, given: Mapping[str, Any], select: str) -> tuple[str, dict[str, Any]]:
    """The document that asks one root field, with its variables."""
    assert SCHEMA.mutation_type
    field = root_fields()[name]
    kind = "mutation" if name in SCHEMA.mutation_type.fields else "query"
    variables = {"input": dict(given)} if kind == "mutation" and field.args else dict(given)
    declared = ", ".join(f"${each}: {field.args[each].type}" for each in variables)
    passed = ", ".join(f"{each}: ${each}" for each in variables)
    head = f"{kind}({declared})" if declared else kind
    call = f"{name}({passed})" if passed else name
    return f"{head} {{ {call} {select} }}", variables


def selection(
    kind: GraphQLOutputType, private: Private, above: tuple[str, ...] = (), *, node: str = ""
) -> str:
    """What carries others, and what is private, as deep as it goes: of types none of which is private, the name alone.

    node: which type an interface is read as.
    """
    named = get_named_type(kind)
    if is_leaf_type(named):
        return ""
    if isinstance(named, GraphQLInterfaceType):
        return f"{{ __typename ... on {node} {selection(type_named(node), private)} }}"
    assert isinstance(named, GraphQLObjectType)
    if named.name == "UserError":
        return "{ code message }"
    carries = named.name.endswith(WRAPPERS) or named.name in CARRIERS
    wanted = set(named.fields) if carries else set(private.get(named.name, ())) | {"id"} & set(named.fields)
    if named.name in above:
        wanted = set()
    parts = [
        f"{name} {selection(field.type, private, (*above, named.name))}".strip()
        for name, field in named.fields.items()
        if name in wanted - COMPUTED
    ]
    return f"{{ __typename {' '.join(parts)} }}"
