"""Objects for every type of a schema, good and odd: what a completion is to be told apart by."""

import datetime
import uuid
from decimal import Decimal
from enum import EnumType
from random import Random
from typing import Any

from django.utils.functional import lazystr
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    Undefined,
    is_abstract_type,
    is_leaf_type,
)
from strawberry.types.cast import cast

DEFINITION = "strawberry-definition"
MOMENT = datetime.datetime(2030, 1, 7, 10, 30, tzinfo=datetime.UTC)
LEAVES: dict[str, list[Any]] = {
    "String": ["plain", "", "żółć", 5, True, 2.5, lazystr("lazy")],
    "ID": ["id", 7, uuid.UUID(int=7), 1.0],
    "Int": [0, 1, -5, True, 2.0, "12"],
    "Float": [0.5, 3, True, Decimal("1.5")],
    "Boolean": [True, False, 1, 0.0],
    "DateTime": [MOMENT, MOMENT.astimezone(datetime.timezone(datetime.timedelta(hours=2)))],
    "Date": [MOMENT.date(), MOMENT],
    "Time": [MOMENT.time()],
    "Decimal": [Decimal("10.00"), 5, "7"],
    "JSON": [{"b": [1, None], "a": "x"}, [], 0, "text", False],
}
ODD = [object, ValueError("odd"), Undefined, 2**40, float("nan"), (), b"bytes", "", {}, MOMENT, lazystr("")]


class Maker:
    """Makes the same objects for the same seed; `oddness` is the share of values that do not fit their type."""

    def __init__(self, seed: str, schema: GraphQLSchema, oddness: float) -> None:
        self.random, self.schema, self.oddness = Random(seed), schema, oddness
        self.left = 60

    def value(self, kind: Any) -> Any:
        """Give a value for a field of a type."""
        self.left -= 1
        if self.random.random() < self.oddness:
            return self.random.choice([*ODD, None])
        if isinstance(kind, GraphQLNonNull):
            return self._of(kind.of_type)
        return None if self.random.random() < 0.15 else self._of(kind)

    def _of(self, kind: Any) -> Any:
        if isinstance(kind, GraphQLList):
            items = [
                self.value(kind.of_type) for _ in range(self.random.randint(0, 3 if self.left > 0 else 0))
            ]
            shapes = [items, items, items, items, tuple(items), (each for each in items), dict.fromkeys("ab")]
            return self.random.choice(shapes if self.random.random() < self.oddness * 4 else [items])
        if isinstance(kind, GraphQLEnumType):
            return self._member(kind)
        if is_leaf_type(kind):
            return self.random.choice(LEAVES.get(kind.name, ["text", lazystr("text")]))
        if is_abstract_type(kind):
            return self._of(self.random.choice(self.schema.get_possible_types(kind)))
        return self.object(kind) if self.left > 0 else None

    def _member(self, kind: GraphQLEnumType) -> Any:
        wrapped: EnumType = kind.wrapped_cls  # type: ignore[attr-defined]
        member: Any = self.random.choice([*wrapped])
        return self.random.choice([member, member, member.value])

    def object(self, kind: GraphQLObjectType) -> Any:
        """Give an object of a type: a row, or an instance of Strawberry's class with some attributes missing."""
        origin: Any = kind.extensions[DEFINITION].origin
        model = getattr(getattr(origin, "__strawberry_django_definition__", None), "model", None)
        made = self._row(model) if model is not None else self._instance(kind, origin)
        return cast(origin, made) if self.random.random() < self.oddness else made

    def _instance(self, kind: GraphQLObjectType, origin: Any) -> Any:
        made = object.__new__(origin)
        for definition in kind.fields.values():
            field = definition.extensions[DEFINITION]
            if field.base_resolver is None and self.random.random() >= self.oddness / 2:
                object.__setattr__(made, field.python_name, self.value(definition.type))
        if "node_id" in getattr(origin, "__annotations__", {}):
            object.__setattr__(made, "node_id", f"{self.random.randint(1, 9)}.any.1893492000")
        return made

    def _row(self, model: Any) -> Any:
        """Give a row as one of several queries reads it, or one that was never saved."""
        rows = model._default_manager.order_by("pk")
        reads = [rows, rows.select_related(), rows.only("pk")]
        found = [*self.random.choice(reads)[:4]]
        made = self.random.choice(found) if found else _unsaved(model)
        if self.random.random() < self.oddness * 2:
            column = self.random.choice(
                [each.attname for each in model._meta.concrete_fields if not each.primary_key]
            )
            made.__dict__[column] = self.random.choice(ODD)
        return made


def _unsaved(model: Any) -> Any:
    """Give a row whose defaults are the same each time."""
    made = model(pk=1)
    for column in model._meta.concrete_fields:
        value = made.__dict__.get(column.attname)
        fixed = {datetime.datetime: MOMENT, uuid.UUID: uuid.UUID(int=7)}.get(type(value), "made")
        if callable(column.default) and not isinstance(value, list | dict):
            made.__dict__[column.attname] = fixed
    return made


def with_every_type(schema: GraphQLSchema, strawberry_schema: Any) -> GraphQLSchema:
    """Give a schema of the very types of another, each of which can be asked for at its roots.

    A context has `seed` and `oddness`, by which objects are made.
    """
    kinds = [
        kind
        for kind in schema.type_map.values()
        if isinstance(kind, GraphQLObjectType)
        and not kind.name.startswith("__")
        and kind not in (schema.query_type, schema.mutation_type)
    ]
    roots = []
    for root in ("Query", "Mutation"):
        fields = {}
        for kind in kinds:
            wrapped: Any = kind
            fields[f"one{kind.name}"] = _made(schema, wrapped)
            fields[f"sure{kind.name}"] = _made(schema, GraphQLNonNull(wrapped))
            fields[f"many{kind.name}"] = _made(schema, GraphQLList(wrapped))
        abstract = [kind for kind in schema.type_map.values() if is_abstract_type(kind)]
        fields.update({f"one{kind.name}": _made(schema, kind) for kind in abstract})
        roots.append(GraphQLObjectType(root, fields))
    made = GraphQLSchema(query=roots[0], mutation=roots[1])
    made._strawberry_schema = strawberry_schema  # type: ignore[attr-defined]
    return made


def _made(schema: GraphQLSchema, kind: Any) -> GraphQLField:
    def resolve(_: Any, info: Any) -> Any:
        seed = f"{info.context.seed} {info.path.as_list()}"
        return Maker(seed, schema, info.context.oddness).value(kind)

    return GraphQLField(kind, resolve=resolve)
