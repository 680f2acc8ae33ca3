"""Telling resolvers that only read from those that do more, by the code that Strawberry made them of.

A wrapper copies names, but never code: what stands before a resolver (the scopes of a key, a permission, an extension)
makes it one that is not known here, and the interpreter runs it. So does whatever another version of Strawberry makes.
"""

from collections.abc import Callable, Iterator
from types import CodeType, FunctionType
from typing import Any

from graphql import GraphQLField
from strawberry.relay import Node
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import get_object_definition
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver
from strawberry_django.type import _process_type


def _codes_within(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes_within(constant)


def _code_in(function: Callable[..., Any], name: str) -> CodeType | None:
    code: CodeType = function.__code__
    return next((found for found in _codes_within(code) if found.co_name == name), None)


_BASIC = _code_in(GraphQLCoreConverter.from_resolver, "_get_basic_result")
_RESOLVER = _code_in(GraphQLCoreConverter.from_resolver, "_resolver")
_TYPE_TESTS = (
    _code_in(GraphQLCoreConverter.from_object, "is_type_of"),
    _code_in(_process_type, "is_type_of"),
)
_FIELDS_OF_NODES = get_object_definition(Node, strict=True).fields
_NODE_ID = next(field for field in _FIELDS_OF_NODES if field.python_name == "_id")


def field_behind(definition: GraphQLField) -> StrawberryField | None:
    """Give the field that Strawberry's resolver of a GraphQL field stands for, if nothing else happens there."""
    resolve = definition.resolve
    code = getattr(resolve, "__code__", None)
    if code is None or definition.args:
        return None
    if code is _BASIC:
        return _closure(resolve)["field"]
    if code is not _RESOLVER:
        return None
    known = _closure(resolve)
    field: StrawberryField = _closure(known["_get_result_with_extensions"])["field"]
    return None if known["field_exception_handlers"] or field.extensions or field.is_async else field


def function_of(resolver: StrawberryResolver[Any]) -> Callable[[Any], Any] | None:
    """Give a resolver's own function, where it takes the object (as `self`, as its parent, or both), and nothing else.

    Strawberry gives both by name or first, which is the same.
    """
    function = resolver.wrapped_func
    if not isinstance(function, FunctionType) or hasattr(function, "__wrapped__") or resolver.is_async:
        return None
    parameters = [*resolver.signature.parameters.values()]
    parent = resolver.parent_parameter or resolver.root_parameter
    known = [one for one in (resolver.self_parameter, parent) if one is not None]
    if parameters != known or any(one.kind is not one.POSITIONAL_OR_KEYWORD for one in parameters):
        return None
    return function if len(parameters) == 1 else _given_twice(function)


def _given_twice(function: Callable[[Any, Any], Any]) -> Callable[[Any], Any]:
    return lambda source: function(source, source)


def is_node_id(resolver: StrawberryResolver[Any]) -> bool:
    """Tell whether a resolver is the one that Relay's nodes have for their id."""
    return _NODE_ID.base_resolver is not None and resolver.wrapped_func is _NODE_ID.base_resolver.wrapped_func


def asks_only_the_class(is_type_of: Callable[..., Any]) -> bool:
    """Tell whether a type's test goes by the class of a value, unless the value was cast, and asks nothing else."""
    test = getattr(is_type_of, "__func__", is_type_of)
    code = getattr(test, "__code__", None)
    if code is None or code not in _TYPE_TESTS:
        return False
    owner = _closure(test).get("cls")
    return owner is None or not hasattr(super(owner, owner), "is_type_of")


def _closure(function: Any) -> dict[str, Any]:
    cells = function.__closure__ or ()
    return dict(zip(function.__code__.co_freevars, (cell.cell_contents for cell in cells), strict=True))
