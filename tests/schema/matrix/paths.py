"""Every way that the schema offers from Query to what is private."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from graphql import GraphQLObjectType, get_named_type, is_abstract_type

from tests.schema.client import gid
from tests.schema.matrix.acts import ACTS, Act
from tests.schema.matrix.selections import (
    COMPUTED,
    SCHEMA,
    WRAPPERS,
    Private,
    root_fields,
    selection,
    type_named,
)
from tests.schema.matrix.world import World

LONGEST = 3
"""How many objects a way leads through at most, connections and their edges not counted."""
TELLING = ("confirmed", "deposit", "paying", "room", "wish", "attended", "follow-up")
"""Bookings that have a value for each field between them."""
Step = tuple[str, str]
"""A field, and the type that it leads to."""


@dataclass(frozen=True)
class Way:
    """A root field, and the fields below it down to the type that is looked for."""

    steps: tuple[Step, ...]

    @property
    def root(self) -> str:
        return self.steps[0][0]

    @property
    def first(self) -> str:
        return self.steps[0][1]

    def __str__(self) -> str:
        return f"{'.'.join(field for field, _ in self.steps)} from {self.first} to {self.steps[-1][1]}"

    def select(self, private: Private) -> str:
        """The selection below the root field."""
        target = type_named(self.steps[-1][1])
        text = selection(target, private)
        if self.root == "booking":  # in lists it is refused
            text = f"{text.removesuffix('}')} openSlots(first: 1) {{ __typename }} }}"
        for (field, _), (_, above) in zip(reversed(self.steps[1:]), reversed(self.steps[:-1]), strict=True):
            ident = "id" if "id" in type_named(above).fields else ""
            text = f"{{ __typename {ident} {field} {text} }}"
        if is_abstract_type(get_named_type(root_fields()[self.root].type)):
            text = f"{{ __typename ... on {self.first} {text} }}"
        return text


def ways(private: Collection[str]) -> list[Way]:
    """The ways from Query to private types that pass no type twice.

    They end at the first one: whatever is private below it is asked for with it.
    """
    assert SCHEMA.query_type
    return [Way(steps) for steps in _walk(SCHEMA.query_type, (), private)]


def _walk(
    kind: GraphQLObjectType, steps: tuple[Step, ...], private: Collection[str]
) -> Iterator[tuple[Step, ...]]:
    for name, field in kind.fields.items():
        named = get_named_type(field.type)
        kinds = SCHEMA.get_possible_types(named) if is_abstract_type(named) else [named]
        for each in kinds:
            if not isinstance(each, GraphQLObjectType) or name in COMPUTED:
                continue
            if each.name in {passed for _, passed in steps}:
                continue
            on = (*steps, (name, each.name))
            if each.name in private:
                yield on
            elif sum(not passed.endswith(WRAPPERS) for _, passed in on) < LONGEST:
                yield from _walk(each, on, private)


def entries(way: Way, world: World) -> list[Act]:
    """What the root field of a way is asked with; a look-up by id, for each of the world's objects of its type."""
    if way.root in {"node", "nodes"}:
        ids = world.ids[way.first]
        if way.root == "nodes":
            return [Act(lambda world: {"ids": ids}, kind=way.first)]
        return [Act(lambda world, one=one: {"id": one}, kind=way.first) for one in ids]
    if way.root == "booking":
        return [Act(lambda world, one=one: {"by": {"id": gid(world.bookings[one])}}, one) for one in TELLING]
    return [act for row, act in ACTS.items() if row.partition(":")[0] == way.root and not act.theirs]
