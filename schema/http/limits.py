"""The bounds on a document, measured in one pass before it is validated or executed.

Every definition is walked once. What a selection set amounts to with its fragments followed is summed from
the figures of its parts, and a fragment's figures are computed once however often it is spread; so sixty
fragments that each spread the next one twice cost sixty steps, not 2**60.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    Node,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_composite_type,
    is_list_type,
)

from schema.http.counts import META_FIELDS, TooComplex, count
from schema.http.overlap import Overlap, TooMuchOverlap
from schema.http.throttled import THROTTLED

WEIGHTS = {"openSlots": 400, "explainSlot": 400, "nodes": 200}
"""What fields that compute, or look up many kinds of things, cost beside what is asked of their answer."""

PAGE = 20
LARGEST_PAGE = 100
LIST = 5
"""How many rows a list without pages is taken to hold (a timeline, the services of a practice)."""
META_DEPTH = 15
"""How deep `__schema` and `__type` may be read; GraphiQL's own query needs all of it."""
META_LISTS = 2
"""How often lists of a `__Type` may nest; each nesting multiplies the answer by the size of the schema."""
LEVELS = 64
"""How deep selection sets may nest, inline fragments and spreads counted; keeps the recursion below short."""
SATURATED = 10**12

_OF_A_PAGE = frozenset({"edges", "nodes"})
_META_LISTS = frozenset({"fields", "interfaces", "possibleTypes", "inputFields"})


@dataclass(frozen=True, slots=True)
class Figures:
    """What a selection set amounts to, fragments followed. `cost` saturates."""

    depth: int = 0
    meta_depth: int = 0
    meta_lists: int = 0
    width: int = 0
    throttled: int = 0
    cost: int = 0

    def beside(self, other: "Figures") -> "Figures":
        """Add what stands next to this in the same selection set."""
        return Figures(
            depth=max(self.depth, other.depth),
            meta_depth=max(self.meta_depth, other.meta_depth),
            meta_lists=max(self.meta_lists, other.meta_lists),
            width=min(self.width + other.width, SATURATED),
            throttled=min(self.throttled + other.throttled, SATURATED),
            cost=min(self.cost + other.cost, SATURATED),
        )


NOTHING = Figures()


class Measure:
    """The figures of one document under one reading of its variables. Good for one use in one thread."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any] | None
    ) -> None:
        """`variables`: what pages are read from; None takes the largest page wherever a variable gives it."""
        self.schema = schema
        self.variables = variables
        self.fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self.circular = False
        self.by_variables = False
        self._done: dict[str, Figures] = {}
        self._open: set[str] = set()
        self._defaults: dict[str, Any] = {}

    def operation(self, node: OperationDefinitionNode) -> Figures:
        """Give the figures of an operation. Raise TooComplex where it nests beyond reason."""
        if self.variables is not None:
            self._done.clear()
            self._defaults = {
                each.variable.name.value: each.default_value for each in node.variable_definitions
            }
        root = self.schema.get_root_type(node.operation)
        return self._selection_set(node.selection_set, root, 0)

    def unused_fragments(self) -> None:
        """Walk what no operation spreads, so that `circular` speaks for the whole document."""
        for name in self.fragments:
            self._fragment(name, 0)

    def _selection_set(self, node: SelectionSetNode, parent: GraphQLNamedType | None, level: int) -> Figures:
        if level > LEVELS:
            raise TooComplex("The document is nested too deeply.")
        total = NOTHING
        for selection in node.selections:
            total = total.beside(self._selection(selection, parent, level))
        return total

    def _selection(self, node: SelectionNode, parent: GraphQLNamedType | None, level: int) -> Figures:
        if isinstance(node, FieldNode):
            return self._field(node, parent, level)
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value, level)
        assert isinstance(node, InlineFragmentNode)  # noqa: S101 - the grammar knows no fourth kind
        condition = node.type_condition
        inner = self.schema.get_type(condition.name.value) if condition else parent
        return self._selection_set(node.selection_set, inner, level + 1)

    def _fragment(self, name: str, level: int) -> Figures:
        known = self._done.get(name)
        if known is not None:
            return known
        fragment = self.fragments.get(name)
        self.circular = self.circular or name in self._open
        if fragment is None or name in self._open:
            return NOTHING  # unknown or circular: validation says so
        self._open.add(name)
        inner = self.schema.get_type(fragment.type_condition.name.value)
        figures = self._done[name] = self._selection_set(fragment.selection_set, inner, level + 1)
        self._open.discard(name)
        return figures

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None, level: int) -> Figures:
        name = node.name.value
        throttled = int(name in THROTTLED and parent is self.schema.mutation_type)
        if node.selection_set is None:
            return Figures(depth=1, width=1, throttled=throttled, cost=1)
        if name in META_FIELDS:
            below = self._selection_set(
                node.selection_set, self.schema.get_type(META_FIELDS[name]), level + 1
            )
            return Figures(1, 1 + below.depth, below.meta_lists, 1, throttled, 1 + below.cost)
        definition: GraphQLField | None = getattr(parent, "fields", {}).get(name)
        inner = get_named_type(definition.type) if definition else None
        below = self._selection_set(node.selection_set, inner, level + 1)
        times = self._page(node, definition)
        lists = int(name in _META_LISTS and getattr(parent, "name", "") == "__Type")
        own = 1 if name in _OF_A_PAGE and parent is not self.schema.query_type else WEIGHTS.get(name, 1)
        cost = min(own + times * below.cost, SATURATED)
        return Figures(1 + below.depth, below.meta_depth, below.meta_lists + lists, 1, throttled, cost)

    def _page(self, node: FieldNode, definition: GraphQLField | None) -> int:
        """Give how many rows a field may hold: a page of a connection, a few of a plain list, else 1.

        What stands in a connection's page is counted with the connection.
        """
        given = [each.value for each in node.arguments if each.name.value in ("first", "last")]
        if given:
            return max(self._size(value) for value in given)
        if definition is None:
            return 1
        if not definition.args.keys().isdisjoint(("first", "ids")):
            return PAGE
        return LIST if node.name.value not in _OF_A_PAGE and _is_list_of_objects(definition) else 1

    def _size(self, value: Node | None) -> int:
        if isinstance(value, VariableNode):
            self.by_variables = True
            if self.variables is None:
                return LARGEST_PAGE
            name = value.name.value
            if name not in self.variables:
                return self._size(self._defaults.get(name))
            size = self.variables[name]
            return _bounded(size) if isinstance(size, int | float) else PAGE
        if isinstance(value, IntValueNode):
            return _bounded(int(value.value)) if len(value.value) < 10 else LARGEST_PAGE
        return PAGE


def _is_list_of_objects(definition: GraphQLField) -> bool:
    """Tell whether a field gives rows of our own types; the schema's own lists have bounds of their own."""
    return (
        is_list_type(
            definition.type.of_type if isinstance(definition.type, GraphQLNonNull) else definition.type
        )
        and is_composite_type(named := get_named_type(definition.type))
        and not named.name.startswith("__")
    )


def _bounded(size: float) -> int:
    """Give a page that the API would serve; a size beyond it is refused later, in its own words."""
    return int(min(max(size, 0), LARGEST_PAGE))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a document within its bounds still needs to be asked, and how many root fields its operations have."""

    nodes: int
    introspects: bool
    circular: bool
    by_variables: bool
    root_fields: Mapping[str | None, int]


def check(schema: GraphQLSchema, document: DocumentNode) -> Verdict:
    """Hold a document against every bound that its text decides. Raise TooComplex.

    Where the verdict says `by_variables`, the largest pages would cost too much: `check_cost` must be asked
    again for each request. A circular document is only good for being told so by validation.
    """
    counts = count(document)
    for name in ("aliases", "directives", "fragments", "spreads"):
        _bound(name, getattr(counts, name))
    measure = Measure(schema, document, None)
    costs = []
    root_fields: dict[str | None, int] = {}
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            figures = measure.operation(node)
            _check_figures(figures)
            costs.append(figures.cost)
            root_fields[node.name.value if node.name is not None else None] = figures.width
    measure.unused_fragments()
    dear = max(costs, default=0)
    if not measure.by_variables:
        _bound("cost", dear)
    if not measure.circular:
        _check_overlap(document, measure.fragments)
    return Verdict(
        nodes=counts.nodes,
        introspects=counts.introspects,
        circular=measure.circular,
        by_variables=dear > settings.GRAPHQL_LIMITS["cost"],
        root_fields=root_fields,
    )


def check_cost(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
) -> None:
    """Hold one operation against the bound on cost, with pages as its variables ask. Raise TooComplex."""
    _bound("cost", Measure(schema, document, variables).operation(operation).cost)


def _check_figures(figures: Figures) -> None:
    _bound("depth", figures.depth)
    _bound("root_fields", figures.width)
    if figures.meta_depth > META_DEPTH or figures.meta_lists > META_LISTS:
        raise TooComplex("The introspection is nested too deeply.")
    if figures.throttled > 1:
        names = ", ".join(sorted(THROTTLED))
        raise TooComplex(f"A document holds at most one of {names}. Send one request for each.")


def _check_overlap(document: DocumentNode, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
    overlap = Overlap(fragments)
    try:
        for node in document.definitions:
            if isinstance(node, OperationDefinitionNode):
                overlap.add(node.selection_set)
        for name, fragment in fragments.items():
            if name not in overlap.seen:
                overlap.add(fragment.selection_set)
    except TooMuchOverlap:
        raise TooComplex("The document repeats the same fields too often.") from None


def _bound(name: str, value: int) -> None:
    most = settings.GRAPHQL_LIMITS[name]
    if value > most:
        words = name.replace("_", " ")
        seen = str(value) if value < SATURATED else "far more"
        raise TooComplex(f"The document passes the limit on {words}: {seen}, where {most} are allowed.")
