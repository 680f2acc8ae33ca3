"""What the parts of the engine hand to each other: a field of a document, the way to a value, and marks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import FieldNode, GraphQLField, GraphQLObjectType
from graphql.pyutils import Path

if TYPE_CHECKING:
    from schema.engine.context import CompiledContext

Trail = tuple[Any, str | int, str | None]
"""A path of graphql-core, or a plain tuple of the same three parts, which costs an eighth of one."""
Step = Callable[["CompiledContext", Any, Trail], Any]
"""Takes what a field, or an object's fields, are read from, and where that stands. Raises what graphql-core would."""


class Mark:
    """Something that no resolver gives."""


MISSED = Mark()
"""Instead of a value: it was not at hand, and the interpreter has to resolve the field."""
ODD = Mark()
"""Instead of a completed value: it is not of the kind that is completed here."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of one selection: all the nodes that ask for it under one response name."""

    name: str
    parent: GraphQLObjectType
    definition: GraphQLField
    nodes: list[FieldNode]

    def below(self, trail: Trail) -> Trail:
        """Give where the field stands, below where its object does."""
        return (trail, self.name, self.parent.name)


def as_path(trail: Trail) -> Path:
    """Give a trail as graphql-core knows it."""
    return trail if isinstance(trail, Path) else Path(as_path(trail[0]), trail[1], trail[2])
