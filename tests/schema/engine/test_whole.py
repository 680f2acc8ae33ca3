"""The compiled completion against graphql-core over the product's whole schema.

Real root fields are asked over a world of rows, in the name of several callers; and each type that the schema has, the
payloads of mutations among them, is completed from objects of its own, of which some are odd.
"""

from collections import Counter
from random import Random
from typing import Any

import pytest
import time_machine
from graphql import DocumentNode, OperationDefinitionNode, parse, validate

from schema.http.execution import core_schema
from schema.root import schema
from tests import factories
from tests.schema.engine.documents import Drawer, Drawn, root_of
from tests.schema.engine.made import with_every_type
from tests.schema.engine.twice import Answer, answers, executed
from tests.schema.engine.world import World, values

FEW, MANY = 48, 2000
CORE = core_schema(schema)
WHOLE = with_every_type(CORE, schema)


def drawn(seed: int, world: World) -> Drawn:
    """Draw of the product's own roots, or of roots for every type."""
    random = Random(seed)
    operation = "mutation" if seed % 4 == 2 else "query"
    asked = CORE if seed % 2 else WHOLE
    root = root_of(asked, operation)
    names = [name for name in root.fields if name != "statistics"]
    return Drawer(random, asked, values(random, world.known)).draw(operation, root, names)


def both(seed: int, world: World, document: DocumentNode, variables: dict[str, Any]) -> tuple[Answer, Answer]:
    def run(kind: Any) -> Any:
        context: Any = world.context(seed // 2)
        context.seed, context.oddness = seed, [0.0, 0.02, 0.1][seed // 4 % 3]
        return executed(CORE if seed % 2 else WHOLE, document, kind, variables=variables, context=context)

    return answers(run, database=True)


def differing(seeds: range, world: World, seen: Counter[str] | None = None) -> list[int]:
    """The seeds of the documents for which the two do not agree; `drawn(seed, world)` draws one again."""
    wrong = []
    for seed in seeds:
        one = drawn(seed, world)
        document = parse(one.text)
        with time_machine.travel(factories.NOW, tick=False):
            theirs, ours = both(seed, world, document, one.variables)
            if (
                theirs != ours
            ):  # once more with new plans: what the process keeps, the first answer had to read
                document = parse(one.text)
                theirs, ours = both(seed, world, document, one.variables)
        if theirs != ours:
            wrong.append(seed)
        if seen is not None:
            seen.update(compiled(document))
            seen.update({"errors": len(ours.errors), "statements": ours.statements})
    return wrong


def compiled(document: DocumentNode) -> Counter[str]:
    """How many fields of an executed document were compiled, in which way."""
    kinds: Counter[str] = Counter()
    for node in document.definitions:
        kept = getattr(node, "_slotwell_plans", None) if isinstance(node, OperationDefinitionNode) else None
        for plans in kept.variants.values() if kept is not None else ():
            kinds.update(plans.kinds)
    return kinds


@pytest.mark.django_db
def test_complete__answers_like_graphql_core_for_every_type() -> None:
    assert differing(range(FEW), World()) == []


@pytest.mark.prove
@pytest.mark.busy(long=True)
@pytest.mark.only_on("postgresql")
@pytest.mark.django_db
def test_complete__answers_like_graphql_core_for_every_type__two_thousand_documents() -> None:
    seen: Counter[str] = Counter()

    assert differing(range(FEW, FEW + MANY), World(), seen) == []
    for kind in ("attribute", "column", "relation", "id", "call", "constant", "interpreted"):
        assert seen[kind] > 20, seen
    assert seen["errors"] > MANY / 8
    assert seen["statements"] > MANY / 2


@pytest.mark.django_db
def test_draw__fits_the_schema() -> None:
    world = World()

    wrong = [
        seed
        for seed in range(20)
        if validate(WHOLE if seed % 2 == 0 else CORE, parse(drawn(seed, world).text))
    ]

    assert (
        len(wrong) <= 5
    )  # two types' fields of one name may differ where a fragment of an interface holds both
