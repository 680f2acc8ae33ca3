"""Makes what schemathesis draws fit for going deep: ids that exist, one of a `@oneOf`, no more than the limits let by.

What it draws for itself is mostly refused before a resolver runs: an id is any text, all fields of a look-up come at
once, a page has -31,947 rows. Some of that stays: a value is left alone every so often.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, cast

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NameNode,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    get_named_type,
    is_input_object_type,
    is_leaf_type,
    is_object_type,
    is_scalar_type,
    parse,
)

DEEPEST = 6
MOST_FIELDS = 30
LARGEST_PAGE = 4
LEFT_ALONE = 0.1
LEFT_OUT = (0.3, 0.6, 0.95)
"""Shares of values that stay as they were drawn, and of optional arguments and fields that a document leaves out."""
PAGES = {"first", "last", "before", "after"}
SMALL = {"seats": 4, "rating": 6, "capacity": 9}
ERRORS = parse("{ errors { code message field retryAfter } }").definitions[0].selection_set.selections[0]
TYPES = {
    "accountId": "Account",
    "account": "Account",
    "slotIds": "PublishedSlot",
    "serviceIds": "Service",
    "consultantIds": "Consultant",
    "resourceIds": "Resource",
}
ROOTS = {"unblockSender": "BlockedSender", "withdrawStaffInvitation": "StaffInvitation"}
"""Types of ids whose argument, or whose root field, is not called by the type's name."""


class Fitting:
    """Fits documents to a schema and to what is in the data."""

    def __init__(self, schema: GraphQLSchema, known: Mapping[str, Sequence[str]], one_of: set[str]) -> None:
        """Take what is known: ids by type, and texts by the name of their argument; and which inputs are `@oneOf`."""
        self.schema = schema
        self.known = known
        self.one_of = one_of
        self.kinds = [kind.name for kind in schema.type_map.values() if is_object_type(kind)]

    def fit(self, document: DocumentNode, random: Random) -> DocumentNode:
        """Give a copy of a document of one operation that fits."""
        (operation,) = cast("tuple[OperationDefinitionNode]", document.definitions)
        root = self.schema.get_root_type(operation.operation)
        self.random, self.left, self.root = random, MOST_FIELDS, ""
        self.left_out = random.choice(LEFT_OUT)
        selections = self._selections(operation.selection_set, root, depth=1)
        fitted = OperationDefinitionNode(
            operation=operation.operation,
            variable_definitions=(),
            directives=(),
            selection_set=selections,
        )
        return DocumentNode(definitions=(fitted,))

    def _selections(self, selected: SelectionSetNode, parent: Any, *, depth: int) -> SelectionSetNode:
        kept: list[Any] = []
        for node in selected.selections:
            if isinstance(node, InlineFragmentNode):
                on = self.schema.get_type(node.type_condition.name.value) if node.type_condition else parent
                inner = self._selections(node.selection_set, on, depth=depth)
                kept.append(
                    InlineFragmentNode(type_condition=node.type_condition, directives=(), selection_set=inner)
                )
            elif (field := self._field(cast("FieldNode", node), parent, depth=depth)) is not None:
                kept.append(field)
        if parent.name.endswith("Payload"):
            kept = [ERRORS, *(node for node in kept if node.name.value != "errors")]
        return SelectionSetNode(selections=tuple(kept) or (FieldNode(name=NameNode(value="__typename")),))

    def _field(self, node: FieldNode, parent: Any, *, depth: int) -> FieldNode | None:
        field = getattr(parent, "fields", {}).get(node.name.value)
        if field is None:
            return node  # __typename
        leaf = is_leaf_type(get_named_type(field.type))
        self.left -= 1
        if self.left < 0 or (not leaf and depth > DEEPEST):
            return None
        if depth == 1:
            self.root = node.name.value
        inner = None
        if not leaf and node.selection_set is not None:
            inner = self._selections(node.selection_set, get_named_type(field.type), depth=depth + 1)
        arguments = self._arguments(node.arguments, field)
        return FieldNode(
            name=node.name, alias=node.alias, arguments=arguments, directives=(), selection_set=inner
        )

    def _arguments(self, nodes: Sequence[ArgumentNode], field: GraphQLField) -> tuple[ArgumentNode, ...]:
        fitted = [
            ArgumentNode(name=node.name, value=self._value(node.value, argument.type, node.name.value))
            for node in nodes
            if self._keep((argument := field.args[node.name.value]).type)
        ]
        if "first" in field.args and not self._leave():
            fitted = [argument for argument in fitted if argument.name.value not in PAGES]
            size = IntValueNode(value=str(self.random.randint(1, LARGEST_PAGE)))
            fitted.append(ArgumentNode(name=NameNode(value="first"), value=size))
        return tuple(fitted)

    def _value(self, value: ValueNode, of: Any, name: str) -> ValueNode:
        if isinstance(of, GraphQLNonNull):
            return self._value(value, of.of_type, name)
        if isinstance(of, GraphQLList) and isinstance(value, ListValueNode):
            return ListValueNode(
                values=tuple(self._value(each, of.of_type, name) for each in value.values[:3])
            )
        if is_input_object_type(of) and isinstance(value, ObjectValueNode):
            return self._object(value, of)
        if is_scalar_type(of) and not self._leave():
            return self._scalar(value, of.name, name)
        return value

    def _object(self, value: ObjectValueNode, of: GraphQLInputObjectType) -> ObjectValueNode:
        fields = [
            ObjectFieldNode(
                name=each.name,
                value=self._value(each.value, of.fields[each.name.value].type, each.name.value),
            )
            for each in value.fields
            if of.name in self.one_of or self._keep(of.fields[each.name.value].type)
        ]
        if of.name in self.one_of:
            given = [each for each in fields if not isinstance(each.value, NullValueNode)]
            fields = [self.random.choice(given)] if given else fields
        return ObjectValueNode(fields=tuple(fields))

    def _scalar(self, value: ValueNode, scalar: str, name: str) -> ValueNode:
        if scalar == "Int" and name in SMALL:
            return IntValueNode(value=str(self.random.randrange(SMALL[name])))
        texts: Sequence[str] | None = None
        if scalar == "ID":
            texts = self._ids(name)
        elif scalar == "String":
            texts = self.known.get(f"{self.root}.{name}") or self.known.get(name)
        return StringValueNode(value=self.random.choice(texts)) if texts else value

    def _ids(self, name: str) -> Sequence[str]:
        """Give ids of the type that an argument's name, or else the root field's, is about; or of all.

        Where no such row is known, an id is made up that at least is of the type.
        """
        wanted = TYPES.get(name) or (name[0].upper() + name.removesuffix("Id")[1:])
        if wanted not in self.schema.type_map:
            about = [kind for kind in self.kinds if kind.lower() in self.root.lower()]
            wanted = ROOTS.get(self.root) or max(about, key=len, default="")
        made_up = [b64encode(f"{wanted}:{number}".encode()).decode() for number in (1, 2, 3)]
        return self.known.get(wanted) or (made_up if wanted else self.known["any"])

    def _keep(self, of: Any) -> bool:
        return isinstance(of, GraphQLNonNull) or self.random.random() >= self.left_out

    def _leave(self) -> bool:
        return self.random.random() < LEFT_ALONE
