"""Reading a field's value as its resolver would, without the resolver's frame around it.

What is not at hand (a column that was deferred, a relation that was not fetched) is MISSED: the interpreter resolves
it, with all that belongs to it.
"""

from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor
from django.db.models.manager import BaseManager
from django.db.models.query_utils import DeferredAttribute
from graphql import GraphQLField, GraphQLID, GraphQLNonNull, GraphQLObjectType, is_leaf_type
from strawberry.relay import Node
from strawberry.relay.utils import to_base64
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField
from strawberry_django.fields.field import StrawberryDjangoField
from strawberry_django.relay.utils import resolve_model_id

from schema.engine.recognition import field_behind, function_of, is_node_id
from schema.engine.shapes import MISSED

Read = Callable[[Any], Any]
Reading = tuple[str, Read]
"""What kind of reading it is, and what reads."""

_NODE: Any = Node
_USUAL_NAME, _USUAL_ID = (method.__func__ for method in (_NODE.resolve_typename, _NODE.resolve_id))

FIELDS_REMEMBERED = 10_000
CLASSES_REMEMBERED = 1000


def reading_of(definition: GraphQLField, parent: GraphQLObjectType, name: str) -> Reading | None:
    """Give what reads a type's field; None where only its resolver can."""
    is_its_own = definition.resolve is not None and parent.fields.get(name) is definition
    return _reading_of(parent, name, definition.resolve) if is_its_own else None


@lru_cache(maxsize=FIELDS_REMEMBERED)
def _reading_of(parent: GraphQLObjectType, name: str, resolve: Callable[..., Any]) -> Reading | None:
    """The resolver is named for the cache: another one, put there later, is looked at anew."""
    definition = parent.fields[name]
    field = field_behind(definition)
    if type(field) is StrawberryField:
        return _plain(field, definition, parent)
    if type(field) is StrawberryDjangoField and not field.is_list:
        return _of_model(field, definition)
    return None


def _plain(field: StrawberryField, definition: GraphQLField, parent: GraphQLObjectType) -> Reading | None:
    resolver = field.base_resolver
    if resolver is None:
        reads = field.default_resolver is getattr and field.python_name.isidentifier()
        return ("attribute", attrgetter(field.python_name)) if reads else None
    if is_node_id(resolver):
        return _node_id(definition, parent)
    function = function_of(resolver)
    return None if function is None else ("call", function)


def _of_model(field: StrawberryDjangoField, definition: GraphQLField) -> Reading | None:
    if field.base_resolver is None:
        name = field.django_name or field.python_name
        kind = definition.type
        inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        return ("column", _column(name)) if is_leaf_type(inner) else ("relation", _relation(name))
    function = function_of(field.base_resolver)
    return None if function is None else ("call", _called_for_a_model(function))


def _called_for_a_model(function: Read) -> Read:
    def read(row: Any) -> Any:
        """Call; what only strawberry-django can finish it resolves itself, which calls once more."""
        value = function(row)
        return MISSED if callable(value) or isinstance(value, BaseManager | QuerySet) else value

    return read


class _ByClass(dict[type, Any]):
    """What was found out of each class that was met."""

    def __init__(self, find: Callable[[type], Any]) -> None:
        super().__init__()
        self.find = find

    def __missing__(self, kind: type) -> Any:
        if len(self) >= CLASSES_REMEMBERED:
            self.clear()
        found = self[kind] = self.find(kind)
        return found


def _column(name: str) -> Read:
    def find(kind: type) -> Any:
        attribute = getattr(kind, name, None) if issubclass(kind, Model) else None
        if type(attribute) is not DeferredAttribute:
            return MISSED
        column = attribute.field.attname
        return column if getattr(kind, column) is attribute else MISSED

    columns = _ByClass(find)

    def read(row: Any) -> Any:
        try:
            return row.__dict__[columns[type(row)]]
        except (KeyError, AttributeError):
            return MISSED

    return read


def _relation(name: str) -> Read:
    def find(kind: type) -> Any:
        attribute = getattr(kind, name, None) if issubclass(kind, Model) else None
        return attribute.field if isinstance(attribute, ForwardManyToOneDescriptor) else None

    relations = _ByClass(find)

    def read(row: Any) -> Any:
        relation = relations[type(row)]
        return MISSED if relation is None else relation.get_cached_value(row, MISSED)

    return read


def _node_id(definition: GraphQLField, parent: GraphQLObjectType) -> Reading | None:
    kind = parent.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].origin
    if not (isinstance(definition.type, GraphQLNonNull) and definition.type.of_type is GraphQLID):
        return None
    names = _ByClass(lambda found: _key_of(found, kind))

    def read(source: Any) -> Any:
        try:
            key = source.__dict__[names[type(source)]]
        except (KeyError, AttributeError):
            return MISSED
        return to_base64(parent.name, key) if type(key) in {int, str} else MISSED

    return "id", read


def _key_of(found: type, kind: Any) -> Any:
    """Give the attribute that Relay's id of such an object is made of; MISSED where a class decides by itself."""
    is_node = issubclass(found, Node)
    asked: Any = found if is_node else kind
    if asked.resolve_typename.__func__ is not _USUAL_NAME:
        return MISSED
    name: str = asked.resolve_id_attr()
    if is_node:
        is_usual = asked.resolve_id.__func__ is _USUAL_ID
        return name if is_usual and not hasattr(found, name) else MISSED  # of the object alone, no property
    if asked.resolve_id.__func__ is not resolve_model_id or not issubclass(found, Model):
        return MISSED
    return found._meta.pk.attname if name == "pk" and found._meta.pk is not None else name
