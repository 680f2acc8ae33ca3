"""Documents drawn at random from a schema: aliases, fragments, merged fields, directives and variables.

What is drawn fits the schema. A field has the same arguments wherever it has the same response name, so that fields
merge, in one selection and over fragments; selections of one field are drawn anew each time it is asked for.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_union_type,
    parse,
)

LEFT_OUT = object()
"""For an argument or a variable that is not sent."""
Values = Callable[[Any, str], Any]
"""Gives a value for an argument of a type by its name, or LEFT_OUT."""

FLAGS = {"b0": "Boolean!", "b1": "Boolean! = true", "b2": "Boolean = false"}
INTROSPECTION = (
    "__schema { queryType { name } types { kind name fields(includeDeprecated: true) { name type { name } } } }",
    '__type(name: "Booking") { name interfaces { name } fields { name args { name defaultValue } } }',
    "__typename",
)


@dataclass(frozen=True)
class Drawn:
    """A document and its variables."""

    text: str
    variables: dict[str, Any]

    def turned(self) -> dict[str, Any]:
        """Give the variables with the other choice for `@skip` and `@include`, and never null."""
        flags = {name: not value for name, value in self.variables.items() if name in FLAGS}
        return {**self.variables, **flags}


@dataclass
class Drawer:
    """Draws one document."""

    random: Random
    schema: GraphQLSchema
    values: Values
    fields_left: int = 45
    fragments: dict[str, tuple[str, str]] = field(default_factory=dict)
    declared: dict[str, str] = field(default_factory=dict)
    sent: dict[str, Any] = field(default_factory=dict)
    arguments: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def draw(self, operation: str, root: GraphQLObjectType, names: list[str]) -> Drawn:
        """Draw a document of a few of these root fields."""
        parts = [
            self._field(root, self.random.choice(names), depth=5) for _ in range(self.random.randint(1, 3))
        ]
        if self._chance(0.15) and operation == "query":
            parts.append(self.random.choice(INTROSPECTION))
        if self._chance(0.3):
            parts.append(f"... on {root.name} {{ {self._field(root, self.random.choice(names), depth=4)} }}")
        declared = ", ".join(f"${name}: {kind}" for name, kind in self.declared.items())
        head = f"{operation} Drawn({declared})" if declared else f"{operation} Drawn"
        texts = [f"fragment {name} on {kind} {text}" for name, (kind, text) in self.fragments.items()]
        return Drawn("\n".join([f"{head} {{ {' '.join(parts)} }}", *texts]), self.sent)

    def _chance(self, share: float) -> bool:
        return self.random.random() < share

    def _selection(self, kind: Any, depth: float) -> str:
        parts = [self._part(kind, depth) for _ in range(self.random.randint(1, 6))]
        return "{ " + " ".join(parts) + " }"

    def _part(self, kind: Any, depth: float) -> str:
        roll = self.random.random()
        is_union = is_union_type(kind)
        if roll < 0.08 or (is_union and (roll > 0.6 or depth <= 0)):
            return self.random.choice(["__typename", "kind: __typename"]) + self._directive()
        if roll < (1 if is_union else 0.2) and depth > 0:
            condition = self.random.choice([self._condition(kind), None])
            on = f" on {condition.name}" if condition else ""
            return f"...{on}{self._directive()} {self._selection(condition or kind, depth - 0.5)}"
        if roll < 0.3 and depth > 0:
            return self._spread(kind, depth)
        return self._field(kind, self.random.choice([*kind.fields]), depth)

    def _condition(self, kind: Any) -> Any:
        """Give a type that a fragment within a selection of a type may have."""
        if isinstance(kind, GraphQLObjectType):
            return self.random.choice([kind, *kind.interfaces])
        return self.random.choice([kind, *self.schema.get_possible_types(kind)])

    def _spread(self, kind: Any, depth: float) -> str:
        """Spread a fragment; often one of its objects is asked for again beside it, which merges the two."""
        name = self._fragment(kind, depth)
        spread = f"...{name}{self._directive()}"
        objects = self._objects_of(name)
        if not objects or not self._chance(0.7):
            return spread
        node, on = self.random.choice(objects)
        alias = f"{node.alias.value}: " if node.alias else ""
        arguments = self.arguments.get((on.name, node.name.value, alias), "")
        below = self._selection(get_named_type(on.fields[node.name.value].type), depth - 1)
        again = f"{alias}{node.name.value}{arguments} {below}"
        return f"{spread} {again}" if on is kind else f"{spread} ... on {on.name} {{ {again} }}"

    def _objects_of(self, name: str) -> list[tuple[FieldNode, Any]]:
        kind, text = self.fragments[name]
        (operation,) = parse(text).definitions
        return [
            (node, self.schema.type_map[kind])
            for node in operation.selection_set.selections  # type: ignore[attr-defined]
            if isinstance(node, FieldNode) and node.selection_set
        ]

    def _fragment(self, kind: Any, depth: float) -> str:
        """Name a fragment: one that is written, where there is one for the type, or a new one."""
        condition = self._condition(kind)
        fitting = [name for name, (on, _) in self.fragments.items() if on == condition.name]
        if fitting and self._chance(0.6):
            return self.random.choice(fitting)
        text = self._selection(condition, depth - 1)
        name = f"F{len(self.fragments)}"
        self.fragments[name] = (condition.name, text)
        return name

    def _field(self, kind: Any, name: str, depth: float) -> str:
        self.fields_left -= 1
        definition = kind.fields[name]
        named = get_named_type(definition.type)
        if not is_leaf_type(named) and (depth <= 0 or self.fields_left <= 0):
            return "__typename"
        alias = self.random.choice(["", "", "", f"a0_{name}: ", f"a1_{name}: "])
        below = "" if is_leaf_type(named) else " " + self._selection(named, depth - 1)
        return f"{alias}{name}{self._arguments(kind, name, alias, definition)}{self._directive()}{below}"

    def _directive(self) -> str:
        if not self._chance(0.2):
            return ""
        flag = self.random.choice([*FLAGS, "true", "false"])
        if flag in FLAGS and flag not in self.declared:
            self.declared[flag] = FLAGS[flag]
            choices: dict[str, list[Any]] = {
                "b0": [True, False],
                "b1": [True, False, LEFT_OUT],
                "b2": [True, False, LEFT_OUT, None],
            }
            self._send(flag, self.random.choice(choices[flag]))
        value = f"${flag}" if flag in FLAGS else flag
        return f" @{self.random.choice(['include', 'include', 'skip'])}(if: {value})"

    def _send(self, name: str, value: Any) -> None:
        if value is not LEFT_OUT:
            self.sent[name] = value

    def _arguments(self, kind: Any, name: str, alias: str, definition: GraphQLField) -> str:
        key = (kind.name, name, alias)
        if key not in self.arguments:
            given = [
                f"{argument}: {text}"
                for argument, what in definition.args.items()
                if (text := self._argument(argument, what.type)) is not None
            ]
            self.arguments[key] = f"({', '.join(given)})" if given else ""
        return self.arguments[key]

    def _argument(self, name: str, kind: Any) -> str | None:
        value = self.values(kind, name)
        if value is LEFT_OUT:
            return None
        if self._chance(0.4):
            variable = f"v{len(self.declared)}"
            self.declared[variable] = str(kind)
            self.sent[variable] = value
            return f"${variable}"
        return literal(value, kind)


def literal(value: Any, kind: Any) -> str:
    """Write a value into a document."""
    if isinstance(kind, GraphQLNonNull):
        return literal(value, kind.of_type)
    if value is None:
        return "null"
    if isinstance(kind, GraphQLList):
        return "[" + ", ".join(literal(each, kind.of_type) for each in value) + "]"
    if isinstance(kind, GraphQLInputObjectType):
        return "{" + ", ".join(f"{k}: {literal(v, kind.fields[k].type)}" for k, v in value.items()) + "}"
    return str(value) if isinstance(kind, GraphQLEnumType) else json.dumps(value)


def root_of(schema: GraphQLSchema, operation: str) -> GraphQLObjectType:
    """Give the type of an operation's root fields."""
    root = schema.query_type if operation == "query" else schema.mutation_type
    assert root is not None
    return root
