"""The compiled completion against graphql-core on a schema of odd values. Nothing here touches the database."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from graphql import ExecutionContext, GraphQLNonNull, parse

from schema.engine.context import CompiledContext
from schema.http.execution import core_schema
from tests.schema.engine import odd
from tests.schema.engine.documents import LEFT_OUT, Drawer, Drawn, root_of
from tests.schema.engine.twice import Answer, answers, executed

FEW, MANY = 100, 1000
CORE = core_schema(odd.SCHEMA)


def drawn(seed: int) -> Drawn:
    random = Random(seed)

    def value(kind: Any, name: str) -> Any:
        if not isinstance(kind, GraphQLNonNull) or name in {"seed", "oddness"}:
            return {"seed": seed, "oddness": [0.0, 0.03, 0.15][seed % 3], "by": 2}[name]
        return LEFT_OUT

    root = root_of(CORE, "query")
    return Drawer(random, CORE, value).draw("query", root, [*root.fields])


def both(document: Drawn, *, with_optimizer: bool = True) -> list[tuple[Answer, Answer]]:
    """The two answers, then again with the other choice for directives; counted is how often which resolver ran."""
    parsed, given = parse(document.text), []
    for variables in (document.variables, document.turned()):
        calls: list[dict[str, int]] = []

        def run(kind: Any, variables: Any = variables, calls: Any = calls) -> Any:
            odd.CALLS.clear()
            result = executed(CORE, parsed, kind, variables=variables, with_optimizer=with_optimizer)
            calls.append(dict(odd.CALLS))
            return result

        theirs, ours = answers(run, database=False)
        given.append((replace(theirs, counted=calls[0]), replace(ours, counted=calls[1])))
    return given


def differing(seeds: range) -> list[int]:
    """The seeds of the documents for which the two do not agree; `drawn(seed)` draws one again."""
    return [
        seed
        for seed in seeds
        if any(theirs != ours for theirs, ours in both(drawn(seed), with_optimizer=bool(seed % 2)))
    ]


def test_complete__answers_like_graphql_core_whatever_resolvers_give() -> None:
    assert differing(range(FEW)) == []


@pytest.mark.prove
@pytest.mark.only_on("sqlite")
def test_complete__answers_like_graphql_core_whatever_resolvers_give__a_thousand_documents() -> None:
    assert differing(range(FEW, FEW + MANY)) == []


def test_make__once_of_an_object_that_comes_again() -> None:
    made = executed(CORE, parse("{ again { name number colour } }"), CompiledContext).data["again"]

    assert made[0] is made[1] is made[2]


def test_make__an_error_for_each_place_of_an_object_that_comes_again() -> None:
    document = parse("{ again(oddness: 1) { number colour } }")

    theirs, ours = (executed(CORE, document, kind) for kind in (ExecutionContext, CompiledContext))

    assert [error.path for error in ours.errors] == [["again", index, "colour"] for index in range(3)]
    assert ours == theirs


def test_draw__meets_errors_nulls_fragments_merging_and_directives() -> None:
    texts = [drawn(seed).text for seed in range(FEW)]

    answered = [both(drawn(seed))[0][0] for seed in range(FEW)]

    assert sum(bool(answer.errors) for answer in answered) > FEW / 4
    assert sum(not answer.errors for answer in answered) > FEW / 10
    for part in ("fragment F", "... on ", "... {", "@skip(if: $", "@include(if: $", "__schema", "a0_"):
        assert sum(part in text for text in texts) > 1, part
