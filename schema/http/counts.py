"""What is written in a document, counted without following its fragments."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from graphql import DocumentNode, FieldNode, Node

META_FIELDS = {"__schema": "__Schema", "__type": "__Type"}
"""The fields that read the schema, and the types that they give."""


class TooComplex(Exception):
    """The document passes one bound; the message names it."""


@dataclass(slots=True)
class Counts:
    """What is written in the document, fragments not followed."""

    nodes: int = 0
    aliases: int = 0
    directives: int = 0
    fragments: int = 0
    spreads: int = 0
    introspects: bool = False


def count(document: DocumentNode) -> Counts:
    """Count what is written. Raise TooComplex for literal lists and objects that nest too deeply."""
    counts = Counts()
    deepest = settings.GRAPHQL_LIMITS["json_depth"]
    stack: list[tuple[Node, int]] = [(definition, 0) for definition in document.definitions]
    while stack:
        node, depth = stack.pop()
        counts.nodes += 1
        kind = node.kind
        if kind == "field":
            assert isinstance(node, FieldNode)  # noqa: S101 - narrows the type for mypy
            counts.aliases += node.alias is not None
            counts.introspects |= node.name.value in META_FIELDS
        elif kind == "directive":
            counts.directives += 1
        elif kind == "fragment_spread":
            counts.spreads += 1
        elif kind == "fragment_definition":
            counts.fragments += 1
        elif kind in ("list_value", "object_value"):
            depth += 1
            if depth > deepest:
                raise TooComplex(f"A literal value is nested more than {deepest} deep.")
        stack.extend((child, depth) for child in _children(node))
    return counts


def _children(node: Node) -> Iterator[Node]:
    for key in node.keys:
        child = getattr(node, key, None)
        if isinstance(child, Node):
            yield child
        elif isinstance(child, list | tuple):
            yield from (each for each in child if isinstance(each, Node))
