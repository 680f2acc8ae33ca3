"""A bound on the work of GraphQL's rule that fields of one response name must agree.

The rule compares such fields pairwise, through fragments and down the tree, and prints their arguments for
it: a thousand times the same field is half a million comparisons. Here the pairs are only counted.
"""

from collections.abc import Mapping

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionSetNode,
)

MOST_WORK = 5000
"""Steps of the count, a compared pair being one. Documents that people write need some hundreds."""
CHARACTERS_A_STEP = 16


class TooMuchOverlap(Exception):
    """The document repeats fields beyond reason."""


class Overlap:
    """Counts over one document without circular fragments; raises as soon as the bound is passed."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self.fragments = fragments
        self.work = 0
        self.seen: set[str] = set()

    def add(self, selection_set: SelectionSetNode) -> None:
        """Count one definition, with the fragments that it spreads. Raise TooMuchOverlap."""
        todo = [[selection_set]]
        while todo:
            merged = self._merge(todo.pop())
            for fields in merged.values():
                self._compare(fields)
                below = [field.selection_set for field in fields if field.selection_set is not None]
                if below:
                    todo.append(below)

    def _merge(self, sets: list[SelectionSetNode]) -> dict[str, list[FieldNode]]:
        """Group the fields that end up in one object by their response name."""
        merged: dict[str, list[FieldNode]] = {}
        spread: set[str] = set()
        stack = list(sets)
        while stack:
            for node in stack.pop().selections:
                self._step(1)
                if isinstance(node, FieldNode):
                    merged.setdefault((node.alias or node.name).value, []).append(node)
                elif isinstance(node, InlineFragmentNode):
                    stack.append(node.selection_set)
                elif isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
                    spread.add(node.name.value)
                    fragment = self.fragments.get(node.name.value)
                    if fragment is not None:
                        stack.append(fragment.selection_set)
        self.seen |= spread
        return merged

    def _compare(self, fields: list[FieldNode]) -> None:
        others = len(fields) - 1
        if others:
            written = sum(_length_of_arguments(field) for field in fields) // CHARACTERS_A_STEP
            self._step(len(fields) * others // 2 + others * written)

    def _step(self, steps: int) -> None:
        self.work += steps
        if self.work > MOST_WORK:
            raise TooMuchOverlap


def _length_of_arguments(field: FieldNode) -> int:
    if not field.arguments:
        return 0
    first, last = field.arguments[0].loc, field.arguments[-1].loc
    return last.end - first.start if first is not None and last is not None else 0
