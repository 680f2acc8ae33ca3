"""Completing values: the plain ones here and at once, all others by graphql-core's own methods.

A value is plain where nothing but its class decides what becomes of it: it is no exception, no queryset that somebody
has still to narrow, nothing to be awaited. Whatever is not (also null where there must be none) is handed over as it
was read, so that what the interpreter would say of it is said by the interpreter.
"""

import datetime
from collections.abc import Callable
from decimal import Decimal
from enum import EnumType
from functools import lru_cache
from types import CoroutineType, GeneratorType, NoneType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.manager import BaseManager
from graphql import (
    GraphQLBoolean,
    GraphQLID,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLString,
    Undefined,
    is_leaf_type,
)
from strawberry.schema.schema_converter import CustomGraphQLEnumType
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE

from schema.engine.recognition import asks_only_the_class
from schema.engine.shapes import ODD, Field, Step, Trail

if TYPE_CHECKING:
    from schema.engine.context import CompiledContext
    from schema.engine.plans import Plans

Quick = Callable[[Any], Any]
"""Serializes a plain value of a leaf; gives ODD for any other."""

PLAIN_LEAVES = frozenset(
    {
        str,
        int,
        bool,
        float,
        Decimal,
        datetime.datetime,
        datetime.date,
        datetime.time,
        datetime.timedelta,
        UUID,
        dict,
        list,
        tuple,
    }
)
UNPLAIN = (Exception, BaseManager, QuerySet, CoroutineType, GeneratorType, NoneType, type(Undefined))
CLASSES_REMEMBERED = 1000
TYPES_REMEMBERED = 1000


class Fitting(dict[type, bool]):
    """Which classes an object type takes without asking anybody, as far as they were met."""

    def __init__(self, kind: GraphQLObjectType) -> None:
        super().__init__()
        self.is_type_of = kind.is_type_of
        self.is_known = kind.is_type_of is None or asks_only_the_class(kind.is_type_of)

    def judge(self, value: Any) -> bool:
        """Tell whether values of this value's class are plain and of the type."""
        if len(self) >= CLASSES_REMEMBERED:
            self.clear()
        fits = self.is_known and _is_plain(type(value)) and not _is_cast(value)
        if fits and self.is_type_of is not None:
            fits = bool(self.is_type_of(value, None))  # type: ignore[arg-type] # known not to ask for it
        if not _is_cast(value):
            self[type(value)] = fits
        return fits


def completer(field: Field, kind: GraphQLOutputType, plans: "Plans") -> Step:
    """Give what completes a field's values of a type: the field's own, or an item's of its lists."""
    is_nullable = not isinstance(kind, GraphQLNonNull)
    inner: Any = kind if is_nullable else kind.of_type  # type: ignore[union-attr]
    if isinstance(inner, GraphQLList):
        return _list_completer(field, kind, inner.of_type, completer(field, inner.of_type, plans))
    if isinstance(inner, GraphQLObjectType):
        return _object_completer(field, kind, inner, plans)
    if is_leaf_type(inner):
        return _leaf_completer(field, kind, quick(inner, is_nullable))
    return _handing_over(field, kind)


def same_of(leaf: GraphQLLeafType) -> frozenset[type]:
    """Give the classes whose values a leaf's serialization gives back as they are."""
    serialize = leaf.serialize
    if serialize in {GraphQLString.serialize, GraphQLID.serialize} or serialize is str:
        return frozenset({str})
    return frozenset({bool}) if serialize is GraphQLBoolean.serialize else frozenset()


@lru_cache(maxsize=TYPES_REMEMBERED)
def quick(leaf: GraphQLLeafType, is_nullable: bool) -> Quick:
    """Give what serializes a leaf's plain values."""
    if type(leaf) is CustomGraphQLEnumType:
        serialize: Quick = _Names(leaf).name_of
    else:
        serialize = leaf.serialize
    none = None if is_nullable else ODD

    def serialize_plain(value: Any) -> Any:
        kind = type(value)
        if kind in PLAIN_LEAVES or isinstance(kind, EnumType):
            serialized = serialize(value)
            return ODD if serialized is None or serialized is Undefined else serialized
        return none if value is None else ODD

    return serialize_plain


class _Names:
    """The names of an enum's values, as its own serialization gave them; what it refuses is not remembered."""

    def __init__(self, kind: CustomGraphQLEnumType) -> None:
        self.kind = kind
        self.known: dict[type, dict[Any, str]] = {str: {}, kind.wrapped_cls: {}}

    def name_of(self, value: Any) -> str:
        """Serialize."""
        known = self.known.get(type(value))
        if known is None:
            return self.kind.serialize(value)
        name = known.get(value)
        if name is None:
            name = known[value] = self.kind.serialize(value)
        return name


def _leaf_completer(field: Field, kind: GraphQLOutputType, serialize: Quick) -> Step:
    def complete(context: "CompiledContext", value: Any, trail: Trail) -> Any:
        serialized = serialize(value)
        return context.hand_over(field, kind, value, trail) if serialized is ODD else serialized

    return complete


def _object_completer(
    field: Field, kind: GraphQLOutputType, inner: GraphQLObjectType, plans: "Plans"
) -> Step:
    is_nullable, fitting = inner is kind, _fitting(inner)
    fields: Step | None = None

    def complete(context: "CompiledContext", value: Any, trail: Trail) -> Any:
        nonlocal fields
        fits = fitting.get(type(value))
        if fits is None:
            if value is None and is_nullable:
                return None
            fits = fitting.judge(value)
        if not fits or (fitting.is_type_of is not None and _is_cast(value)):
            return context.hand_over(field, kind, value, trail)
        if fields is None:
            fields = plans.fields_of(context, inner, field.nodes)
        return fields(context, value, trail)

    return complete


def _list_completer(
    field: Field, kind: GraphQLOutputType, item_kind: GraphQLOutputType, complete_item: Step
) -> Step:
    is_nullable = isinstance(kind, GraphQLList)

    def complete(context: "CompiledContext", value: Any, trail: Trail) -> Any:
        if type(value) is not list:
            if value is None and is_nullable:
                return None
            return context.hand_over(field, kind, value, trail)
        done = []
        for index, item in enumerate(value):
            here = (trail, index, None)
            try:
                done.append(complete_item(context, item, here))
            except Exception as error:
                done.append(context.refuse(field, item_kind, error, here))
        return done

    return complete


def _handing_over(field: Field, kind: GraphQLOutputType) -> Step:
    def complete(context: "CompiledContext", value: Any, trail: Trail) -> Any:
        return context.hand_over(field, kind, value, trail)

    return complete


@lru_cache(maxsize=TYPES_REMEMBERED)
def _fitting(kind: GraphQLObjectType) -> Fitting:
    return Fitting(kind)


def _is_plain(kind: type) -> bool:
    """Tell whether values of a class are objects whose fields may be read at once."""
    return not (issubclass(kind, UNPLAIN) or hasattr(kind, "__await__") or hasattr(kind, "__getattr__"))


def _is_cast(value: Any) -> bool:
    """Tell whether somebody said of which type just this object is."""
    return getattr(value, TYPE_CAST_ATTRIBUTE, None) is not None
