"""Where a type is used: the other way round, for the reference's links back."""

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_introspection_type,
)


@dataclass(frozen=True, order=True)
class Use:
    """A place that names a type."""

    label: str
    """As it is shown: `Booking.slot`, or a root field's name."""
    owner: str
    """The type, or the root field, under whose heading the place stands."""
    root: str = ""
    """`queries` or `mutations`, where the place is a root field."""


def uses_of(schema: GraphQLSchema) -> dict[str, list[Use]]:
    """Give for each type's name the places that use it, sorted, each once."""
    found: dict[str, set[Use]] = {}
    for name, use in _all(schema):
        found.setdefault(name, set()).add(use)
    return {name: sorted(uses) for name, uses in found.items()}


def _all(schema: GraphQLSchema) -> Iterator[tuple[str, Use]]:
    roots = {schema.query_type: "queries", schema.mutation_type: "mutations"}
    for owner in schema.type_map.values():
        if is_introspection_type(owner):
            continue
        if isinstance(owner, GraphQLInputObjectType):
            for name, part in owner.fields.items():
                yield get_named_type(part.type).name, Use(f"{owner.name}.{name}", owner.name)
        elif isinstance(owner, GraphQLObjectType | GraphQLInterfaceType):
            root = roots.get(owner, "") if isinstance(owner, GraphQLObjectType) else ""
            for name, field in owner.fields.items():
                use = Use(name, name, root) if root else Use(f"{owner.name}.{name}", owner.name)
                for kind in (field.type, *(argument.type for argument in field.args.values())):
                    yield get_named_type(kind).name, use
