"""Plans: what a selection does to an object of a type, made once for a document and kept with it.

A plan is found by the type and by all the nodes whose selections were merged, not by the first of them: a fragment's
field merges with other siblings in each place where the fragment is spread. Plans are kept apart by the values of the
variables that `@skip` and `@include` go by.
"""

import logging
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import finalize

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)

from schema.engine.fields import fields_step
from schema.engine.shapes import Step, Trail, as_path

if TYPE_CHECKING:
    from schema.engine.context import CompiledContext

logger = logging.getLogger(__name__)

MOST_STEPS = 1000
"""Fields in the plans of one operation; what is asked for beyond them is interpreted."""
MOST_STEPS_IN_ALL = 100_000
"""Fields in all plans of the process, some 0.6 KB each; beyond them, too."""
MOST_VARIANTS = 4
"""Sets of plans that are kept for one operation, by the values that `@skip` and `@include` were given."""

Collected = dict[str, list[FieldNode]]
"""The fields that are asked of an object, by the names that they get in the answer."""

_KEPT_AS = "_slotwell_plans"
"""graphql-core's nodes take attributes of others; so plans live and die with the document."""


class _Share:
    """What one operation's plans take up of what all of a process may."""

    taken_in_all = 0
    _returned: deque[int] = deque()
    """What was given back, and not yet counted: whoever collects garbage may stand in the midst of `take`."""
    _lock = Lock()

    def __init__(self) -> None:
        self.taken = 0

    def take(self, fields: int) -> bool:
        """Take room for so many fields more, or tell that there is none."""
        with _Share._lock:
            while _Share._returned:
                _Share.taken_in_all -= _Share._returned.popleft()
            if self.taken + fields > MOST_STEPS or _Share.taken_in_all + fields > MOST_STEPS_IN_ALL:
                return False
            self.taken += fields
            _Share.taken_in_all += fields
        return True

    def give_back(self) -> None:
        """Give all of it back, once its plans are gone."""
        _Share._returned.append(self.taken)


class Plans:
    """The plans of one operation under one choice of what is skipped and included. Used by all threads."""

    def __init__(self) -> None:
        self._share = _Share()
        finalize(self, self._share.give_back).atexit = False
        self._known: dict[tuple[Any, ...], tuple[Step, list[FieldNode]]] = {}
        self.kinds: Counter[str] = Counter()
        """How many fields are read in which way; `interpreted` are those that graphql-core resolves."""

    def fields_of(self, context: "CompiledContext", kind: GraphQLObjectType, nodes: list[FieldNode]) -> Step:
        """Give what makes an object's fields of an object. Raises what collecting them does in graphql-core."""
        key = (kind, *map(id, nodes))
        known = self._known.get(key)
        if known is None:
            collected = context.collect_subfields(kind, nodes)
            if not self._share.take(len(nodes) + sum(map(len, collected.values()))):
                return _interpreted(kind, collected)
            known = (self._compile(context, kind, collected), nodes)  # the nodes stay, and so do their ids
            self._known[key] = known
        return known[0]

    def _compile(self, context: "CompiledContext", kind: GraphQLObjectType, collected: Collected) -> Step:
        try:
            kinds, step = fields_step(context.schema, kind, collected, self)
        except Exception:  # whatever it is, the interpreter answers
            logger.exception("A plan for %s could not be made; it is interpreted.", kind.name)
            return _interpreted(kind, collected)
        self.kinds.update(kinds)
        return step or _interpreted(kind, collected)


def _interpreted(kind: GraphQLObjectType, collected: Collected) -> Step:
    def step(context: "CompiledContext", source: Any, trail: Trail) -> Any:
        found = context.execute_fields(kind, source, as_path(trail), collected)
        return context.settled(found)

    return step


class _Kept:
    """What is known of an operation."""

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
    ) -> None:
        self.schema = schema
        self.fragments = list(fragments.values())
        self.deciding = sorted(_deciding(operation.selection_set, fragments, set()))
        self.variants: dict[tuple[Any, ...], Plans] = {}

    def is_of(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]) -> bool:
        """Tell whether it was learned of this schema, and of these very fragments."""
        return self.schema is schema and list(map(id, self.fragments)) == list(map(id, fragments.values()))


def plans_of(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    variables: Mapping[str, Any],
) -> Plans | None:
    """Give an operation's plans. None where a variable that `@skip` or `@include` goes by is neither true nor false."""
    kept: _Kept | None = getattr(operation, _KEPT_AS, None)
    if kept is None or not kept.is_of(schema, fragments):
        kept = _Kept(schema, operation, fragments)
        setattr(operation, _KEPT_AS, kept)
    values = tuple(variables.get(name) for name in kept.deciding)
    if not all(isinstance(value, bool) for value in values):
        return None
    plans = kept.variants.get(values)
    if plans is None:
        plans = Plans()
        # One more than are kept begins anew; another thread may hold the old ones meanwhile.
        kept.variants = {**(kept.variants if len(kept.variants) < MOST_VARIANTS else {}), values: plans}
    return plans


def _deciding(
    selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode], seen: set[str]
) -> Iterator[str]:
    """Give the variables that decide whether something within a selection is left out."""
    for node in selections.selections:
        yield from _named(node.directives)
        below: SelectionSetNode | None = getattr(node, "selection_set", None)
        if isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
            seen.add(node.name.value)
            fragment = fragments.get(node.name.value)
            below = fragment.selection_set if fragment is not None else None
        if below is not None:
            yield from _deciding(below, fragments, seen)


def _named(directives: Iterable[Any]) -> Iterator[str]:
    for directive in directives:
        if directive.name.value in {"skip", "include"}:
            for argument in directive.arguments:
                if isinstance(argument.value, VariableNode):
                    yield argument.value.name.value
