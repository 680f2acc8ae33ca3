"""The fields of a selection as steps: each reads its value and completes it, or leaves both to the interpreter."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graphql import (
    FieldNode,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
)
from graphql.execution.execute import get_field_def
from graphql.type.introspection import TypeNameMetaFieldDef

from schema.engine.reading import Read, reading_of
from schema.engine.shapes import MISSED, ODD, Field, Step, Trail
from schema.engine.values import completer, quick, same_of

if TYPE_CHECKING:
    from schema.engine.context import CompiledContext
    from schema.engine.plans import Plans


READ = frozenset({"attribute", "column", "id", "constant"})
"""Kinds of fields that give the same however often they are read of one object."""


def fields_step(
    schema: GraphQLSchema,
    parent: GraphQLObjectType,
    collected: Mapping[str, list[FieldNode]],
    plans: "Plans",
) -> tuple[Counter[str], Step | None]:
    """Give the step for all fields of an object, and how many are read in which way.

    None where graphql-core would resolve every one of them anyway.
    """
    kinds: Counter[str] = Counter()
    steps: list[tuple[str, Step]] = []
    is_flat = True
    for name, nodes in collected.items():
        definition = get_field_def(schema, parent, nodes[0])
        if definition:
            kind, step = _step(Field(name, parent, definition, nodes), plans)
            kinds[kind] += 1
            steps.append((name, step))
            is_flat = is_flat and kind in READ and is_leaf_type(get_named_type(definition.type))

    def make(context: "CompiledContext", source: Any, trail: Trail) -> Any:
        return {name: step(context, source, trail) for name, step in steps}

    if kinds.total() == kinds["interpreted"]:
        return kinds, None
    return kinds, _once(make) if is_flat else make


def _once(make: Step) -> Step:
    """Make an object's fields once where it stands in an answer many times, as a consultant does beside fifty slots.

    Where one of them failed, or was not at hand, they are made anew: an error is told of each place.
    """

    def make_once(context: "CompiledContext", source: Any, trail: Trail) -> Any:
        if not context.remembers:
            return make(context, source, trail)
        made = context.made.get(make)
        if made is None:
            made = context.made[make] = {}
        found = made.get(id(source))
        if found is not None:
            return found[1]
        before = context.asides
        done = make(context, source, trail)
        if context.asides == before:
            made[id(source)] = source, done  # the source stays, and so does its id
        return done

    return make_once


def _step(field: Field, plans: "Plans") -> tuple[str, Step]:
    if field.definition is TypeNameMetaFieldDef:
        return "constant", _constant(field.parent.name)
    reading = reading_of(field.definition, field.parent, field.nodes[0].name.value)
    if reading is None:
        return "interpreted", _interpreted(field)
    kind, read = reading
    result = field.definition.type
    inner = result.of_type if isinstance(result, GraphQLNonNull) else result
    return kind, _leaf(field, read, inner) if is_leaf_type(inner) else _composed(field, read, plans)


def _constant(value: str) -> Step:
    def step(_context: "CompiledContext", _source: Any, _trail: Trail) -> Any:
        return value

    return step


def _interpreted(field: Field) -> Step:
    def step(context: "CompiledContext", source: Any, trail: Trail) -> Any:
        return context.interpret(field, source, trail)

    return step


def _leaf(field: Field, read: Read, leaf: Any) -> Step:
    kind = field.definition.type
    serialize, same = quick(leaf, leaf is kind), same_of(leaf)

    def step(context: "CompiledContext", source: Any, trail: Trail) -> Any:
        try:
            value = read(source)
            if type(value) in same:
                return value
            serialized = serialize(value)
            if serialized is not ODD:
                return serialized
            if value is not MISSED:
                return context.hand_over(field, kind, value, field.below(trail))
        except Exception as error:
            return context.refuse(field, kind, error, field.below(trail))
        return context.interpret(field, source, trail)

    return step


def _composed(field: Field, read: Read, plans: "Plans") -> Step:
    kind, name, parent = field.definition.type, field.name, field.parent.name
    complete = completer(field, kind, plans)

    def step(context: "CompiledContext", source: Any, trail: Trail) -> Any:
        try:
            value = read(source)
            if value is not MISSED:
                return complete(context, value, (trail, name, parent))
        except Exception as error:
            return context.refuse(field, kind, error, (trail, name, parent))
        return context.interpret(field, source, trail)

    return step
