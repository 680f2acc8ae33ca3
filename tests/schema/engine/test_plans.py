"""Plans: that the documents that matter are compiled, what they are kept by, and when they are left alone."""

import asyncio
import gc
import weakref
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import wraps
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings
from graphql import DocumentNode, ExecutionContext, OperationDefinitionNode, parse

from schema.engine import plans
from schema.engine.context import CompiledContext
from schema.http.execution import core_schema, run
from schema.root import schema
from tests.schema.engine import odd
from tests.schema.engine.test_whole import compiled
from tests.schema.engine.twice import answers, executed
from tests.schema.engine.world import World

ODD = core_schema(odd.SCHEMA)
OPEN_SLOTS = """query ($service: ID!, $consultant: ID) {
  openSlots(serviceId: $service, consultantId: $consultant, first: 50) { totalCount pageInfo { hasNextPage endCursor }
    edges { cursor node { id startsAt endsAt timezone seatsLeft price { amount currency }
      consultant { id fullName } service { id name durationMinutes price { amount } business { id slug } } } } } }"""
STATUS = """query ($id: String!) { bookingStatus(acknowledgementId: $id) {
  acknowledgementId status statusLabel deadline updatedAt } }"""
BUSINESSES = "{ businesses(first: 20) { edges { cursor node { id slug name category { id name } } } } }"
FRAGMENTS = """query ($short: Boolean!) {
  branch(seed: 3) { ...A leaf { name } inner { ...A leaf { number @skip(if: $short) } } } }
fragment A on Branch { leaf { colour } }"""


def asked(text: str, kind: Any = CompiledContext, variables: Any = None, **options: Any) -> Any:
    return executed(ODD, parse(text), kind, variables=variables, **options)


def asked_of(document: DocumentNode) -> Any:
    return executed(ODD, document, CompiledContext)


def context_of(text: str, variables: dict[str, Any] | None = None, **named: Any) -> Any:
    return CompiledContext.build(ODD, parse(text), raw_variable_values=variables, **named)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "most_interpreted"),
    [(OPEN_SLOTS, 0), (STATUS, 0), (BUSINESSES, 0)],
    ids=["slots", "status", "list"],
)
def test_compile__covers_the_documents_that_matter(text: str, most_interpreted: int) -> None:
    world, document = World(), parse(text)
    variables = {
        "service": world.known["serviceId"][0],
        "consultant": world.known["consultantId"][0],
        "id": world.known["acknowledgementId"][0],
    }

    result = executed(
        core_schema(schema), document, CompiledContext, variables=variables, context=world.context(0)
    )

    kinds = compiled(document)
    assert result.errors is None
    assert kinds["interpreted"] <= most_interpreted
    assert kinds.total() - kinds["constant"] > 4


@pytest.mark.django_db
@pytest.mark.parametrize(("is_on", "fields"), [(True, 1), (False, 0)])
def test_run__compiles_as_the_setting_says(is_on: bool, fields: int) -> None:
    document = parse("{ businesses { edges { cursor } } }")
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)

    with override_settings(GRAPHQL_COMPILED=is_on):
        outcome = run(schema, document, operation, text="", variables=None, context=World().context(0))

    assert outcome.errors == []
    assert bool(compiled(document)) is bool(fields)


def test_settings__compile_unless_told_otherwise() -> None:
    assert settings.GRAPHQL_COMPILED is True


@pytest.mark.parametrize("short", [True, False])
def test_plan__is_of_all_merged_nodes_and_of_what_is_skipped(short: bool) -> None:
    document = parse(FRAGMENTS)
    for first in (not short, short):  # the other choice has left its plans
        theirs = executed(ODD, parse(FRAGMENTS), ExecutionContext, variables={"short": first})
        ours = executed(ODD, document, CompiledContext, variables={"short": first})

    assert ours.data == theirs.data
    assert [*ours.data["branch"]["leaf"]] == ["colour", "name"]
    assert [*ours.data["branch"]["inner"]["leaf"]] == (["colour"] if short else ["colour", "number"])


def test_plan__is_not_of_another_documents_fragments() -> None:
    first = parse("{ branch(seed: 3) { ...A } } fragment A on Branch { name }")
    other = parse("{ __typename } fragment A on Branch { number }")
    mixed = type(first)(definitions=(first.definitions[0], other.definitions[1]))

    assert executed(ODD, first, CompiledContext).data["branch"].keys() == {"name"}
    assert executed(ODD, mixed, CompiledContext).data["branch"].keys() == {"number"}


def test_plan__goes_with_its_document() -> None:
    document = parse(FRAGMENTS)
    executed(ODD, document, CompiledContext, variables={"short": True})
    (kept,) = document.definitions[0]._slotwell_plans.variants.values()  # type: ignore[attr-defined]
    remembered = weakref.ref(kept)

    del document, kept
    gc.collect()

    assert remembered() is None


def test_plans__are_few_however_a_document_is_asked() -> None:
    flags = [f"f{number}" for number in range(4)]
    text = "query (" + " ".join(f"${flag}: Boolean!" for flag in flags) + ") { branch { name "
    document = parse(text + " ".join(f"a{flag}: number @skip(if: ${flag})" for flag in flags) + " } }")

    for bits in range(16):
        variables = {flag: bool(bits >> place & 1) for place, flag in enumerate(flags)}
        given = executed(ODD, document, CompiledContext, variables=variables)
        assert len(given.data["branch"]) == 1 + [*variables.values()].count(False)

    assert len(document.definitions[0]._slotwell_plans.variants) <= plans.MOST_VARIANTS  # type: ignore[attr-defined]


def test_plan__leaves_to_the_interpreter_what_is_too_wide() -> None:
    text = "{ branch { " + " ".join(f"a{number}: name" for number in range(plans.MOST_STEPS + 1)) + " } }"
    document = parse(text)

    assert executed(ODD, document, CompiledContext) == executed(ODD, parse(text), ExecutionContext)
    assert compiled(document).total() == 0


def test_plans__of_all_documents_together_are_bounded_and_give_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "MOST_STEPS_IN_ALL", plans._Share.taken_in_all + 20)
    text = "{ branch { name number leaf { name } } }"
    documents = [parse(text) for _ in range(20)]

    told = [asked_of(document) for document in documents]

    assert told == [asked(text, ExecutionContext)] * 20
    made = [bool(compiled(document)) for document in documents]
    assert made == sorted(made, reverse=True)
    assert 0 < made.count(True) < 5

    del documents
    gc.collect()
    document = parse(text)
    asked_of(document)
    assert compiled(document)


def test_plan__of_a_mutation_reads_an_object_anew_for_each_field() -> None:
    text = "mutation { a: grow { ...N } b: grow { ...N } } fragment N on Branch { leaf { number } }"
    end = odd.Leaf(name="", number=0, colour=None, price=Decimal(0), tags=[], grid=[])

    given = executed(ODD, parse(text), CompiledContext, context=end)

    assert given.data == {"a": {"leaf": {"number": 1}}, "b": {"leaf": {"number": 2}}}


def test_context__is_the_interpreter_behind_another_middleware() -> None:
    def loud(next_: Any, source: Any, info: Any, **arguments: Any) -> Any:
        value = next_(source, info, **arguments)
        return value.upper() if isinstance(value, str) else value

    context = context_of("{ branch { name } }", middleware=[loud])

    assert context.plans is None
    assert "middleware" in context.uncompiled
    assert context.execute_operation(context.operation, None)["branch"]["name"] == "BRANCH 3"


def test_context__is_the_interpreter_where_a_directive_is_given_null() -> None:
    text = "query ($maybe: Boolean = true) { branch { name @include(if: $maybe) number } }"
    context = context_of(text, {"maybe": None})

    assert context.plans is None
    assert "directive" in context.uncompiled
    theirs, ours = (asked(text, kind, {"maybe": None}) for kind in (ExecutionContext, CompiledContext))
    assert (ours.data, ours.errors) == (theirs.data, theirs.errors)
    assert ours.errors


def test_context__is_the_interpreter_in_an_event_loop() -> None:
    async def build() -> Any:
        return context_of("{ branch { name } }")

    assert "event loop" in asyncio.run(build()).uncompiled
    assert context_of("{ branch { name } }").uncompiled == ""


def test_execute__refuses_what_is_to_be_awaited() -> None:
    async def late() -> str:
        return "late"

    source = odd.branch(odd.Random(1), 0.0, 0)
    source.name = late()  # type: ignore[assignment]
    context = context_of("{ branch { name } }")
    field = ODD.query_type.fields["branch"]  # type: ignore[union-attr]
    usual, field.resolve = field.resolve, lambda *_, **__: source
    try:
        with pytest.raises(TypeError, match="asynchronous"):
            context.execute_operation(context.operation, None)
    finally:
        field.resolve = usual


@pytest.mark.parametrize("name", [None, ValueError("a value"), ["list"], "usual"], ids=repr)
@pytest.mark.parametrize(
    "inner", [{"name": None}, {"colour": "GREEN"}, {"price": None}, {"number": "x"}, {}], ids=repr
)
def test_execute__tells_what_does_not_fit_as_graphql_core_does(name: Any, inner: dict[str, Any]) -> None:
    source = odd.branch(odd.Random(2), 0.0, 0)
    source.name = name
    source.leaves = [odd.leaf(odd.Random(number), 0.0) for number in range(2)]
    source.some = [*source.leaves, None]
    for attribute, value in inner.items():
        setattr(source.leaves[1], attribute, value)
    text = "{ branch { name } other: branch { some { name number colour price } leaves { name number colour price } } }"
    field = ODD.query_type.fields["branch"]  # type: ignore[union-attr]
    usual, field.resolve = field.resolve, lambda *_, **__: source
    try:
        theirs, ours = answers(lambda kind: asked(text, kind), database=False)
    finally:
        field.resolve = usual

    assert ours == theirs
    assert bool(ours.errors) is (name != "usual" or bool(inner))


def test_compile__sees_a_resolver_that_something_was_put_before() -> None:
    field = ODD.type_map["Leaf"].fields["name"]  # type: ignore[attr-defined]
    usual = field.resolve

    @wraps(usual)
    def guarded(source: Any, info: Any) -> str:
        return "guarded"

    field.resolve = guarded
    try:
        assert asked("{ branch { leaf { name } } }").data == {"branch": {"leaf": {"name": "guarded"}}}
    finally:
        field.resolve = usual
    assert asked("{ branch { leaf { name } } }").data["branch"]["leaf"]["name"].startswith("leaf")


def test_execute__answers_the_same_from_many_threads() -> None:
    document = parse(FRAGMENTS)

    def ask(number: int) -> str:
        return repr(executed(ODD, document, CompiledContext, variables={"short": bool(number % 2)}))

    with ThreadPoolExecutor(8) as threads:
        given = [*threads.map(ask, range(200))]

    assert given[0] != given[1]
    assert set(given[::2]) == {given[0]}
    assert set(given[1::2]) == {given[1]}
