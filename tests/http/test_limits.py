"""The bounds on documents: each refuses one step beyond it and no step before, and judging is never slow."""

import pytest
from graphql import get_introspection_query

from tests.cost import TRIES, cost_of
from tests.http.conftest import codes
from tests.http.small import schema

QUARTER_SECOND = 0.25


def nested(depth: int, field: str = "child") -> str:
    """Give a query of `node`, so many levels deep."""
    return "{ node " + f"{{ {field} " * (depth - 2) + "{ name }" + " }" * (depth - 2) + " }"


def rows(first: object, fields: int) -> str:
    """Give a query for a page of nodes with so many fields each."""
    return f"{{ node {{ children(first: {first}) {{ nodes {{ {names(fields)} }} }} }} }}"


def names(count: int) -> str:
    """Give so many fields that differ in their alias or, being few, repeat."""
    return " ".join(["name", "__typename"] * (count // 2))


REFUSED = {
    "characters": "{ hello } #" + "x" * 16_384,
    "tokens": "{ " + "hello " * 1000 + "}",
    "depth": nested(11),
    "depth through fragments": "{ node { ...A } } "
    "fragment A on Node { child { child { child { child { ...B } } } } } "
    "fragment B on Node { child { child { child { child { child { name } } } } } }",
    "aliases": "{ " + " ".join(f"a{n}: hello" for n in range(16)) + " }",
    "directives": "{ hello " + "@include(if: true) " * 21 + "}",
    "root fields": "{ " + "hello bug who " * 7 + "}",
    "root fields through fragments": "{ ...A ...A ...A } fragment A on Query { " + "hello " * 7 + "}",
    "fragments": "{ hello } " + " ".join(f"fragment F{n} on Query {{ hello }}" for n in range(21)),
    "spreads": "{ node { " + "...F " * 51 + "} } fragment F on Node { name }",
    "cost": "{ a: node { " + "children(first: 100) { nodes { children(first: 100) { nodes { name } } } } } }",
    "cost of default pages": "{ node { children { nodes { children { nodes { children { nodes { name } } } } } } } }",
    "cost of any number": "{ node { children(last: " + "9" * 4000 + ") { nodes { "
    "children(first: 100) { nodes { name } } } } } }",
    "nesting of literals": "{ matrix(value: " + "[" * 33 + "]" * 33 + ") }",
    "nesting of objects": "{ lookup(by: " + "{a: " * 33 + "1" + "}" * 33 + ") }",
    "nesting of inline fragments": "{ node { " + "... { " * 70 + "name" + " }" * 70 + " } }",
    "nesting of introspection": "{ __schema { types { "
    + "fields { type { " * 3
    + "name"
    + " } }" * 3
    + " } } }",
    "depth of introspection": "{ __schema { types { " + "ofType { " * 13 + "name" + " }" * 13 + " } } }",
    "lines": "{ hello }" + "\n" * 10_001,
    "two throttled": 'mutation { a: tokenAuth(password: "a") b: tokenAuth(password: "b") }',
    "two throttled of two kinds": "mutation { tokenAuth draftBooking }",
    "two throttled in fragments": "mutation { ...A ... on Mutation { ...A } } fragment A on Mutation { tokenAuth }",
    "two throttled, one skipped": "mutation { tokenAuth draftBooking @skip(if: true) }",
    "two throttled in one of two operations": "query A { hello } mutation B { tokenAuth draftBooking }",
}

ACCEPTED = {
    "depth": nested(10),
    "aliases": "{ " + " ".join(f"a{n}: hello" for n in range(15)) + " }",
    "directives": "{ hello " + "@include(if: true) " * 1 + "}",
    "root fields": "{ " + "hello " * 20 + "}",
    "fragments": "{ node { "
    + " ".join(f"...F{n}" for n in range(20))
    + " } } "
    + " ".join(f"fragment F{n} on Node {{ name }}" for n in range(20)),
    "spreads": "{ node { " + "...F " * 50 + "} } fragment F on Node { name }",
    "cost": rows(100, 40),
    "cost of small pages": "{ node { children(first: 20) { nodes { children(first: 20) { nodes { name } } } } } }",
    "one throttled": "mutation { tokenAuth }",
    "one throttled in each of two operations": "mutation A { tokenAuth } mutation B { draftBooking }",
    "nesting of introspection": "{ __schema { types { fields { args { type { name } } } } } }",
    "repeated fields": "{ node { " + "name " * 60 + "} }",
}


@pytest.mark.parametrize("case", REFUSED)
def test_refuse__beyond_the_bound(post, case):
    response = post(REFUSED[case])

    assert codes(response) == ["QUERY_TOO_COMPLEX"]
    assert "data" not in response.json()


@pytest.mark.parametrize("case", ACCEPTED)
def test_accept__at_the_bound(post, case):
    response = post(ACCEPTED[case], operationName="A" if "mutation A" in ACCEPTED[case] else None)

    assert "errors" not in response.json()


def test_name__the_bound_that_was_passed(post):
    (error,) = post(REFUSED["aliases"]).json()["errors"]

    assert error["message"] == "The document passes the limit on aliases: 16, where 15 are allowed."


PAGES = (
    "query($n: Int = 1, $m: Int) { node { children(first: $n) { nodes { "
    "children(last: $m) { nodes { name } } } } } }"
)


def test_check_cost__by_variables_of_each_request(post):
    few = post(PAGES, variables={"n": 10, "m": 10})
    many = post(PAGES, variables={"n": 100, "m": 100})
    again = post(PAGES, variables={"n": 10, "m": 10})

    assert "errors" not in few.json()
    assert codes(many) == ["QUERY_TOO_COMPLEX"]
    assert again.json() == few.json()


@pytest.mark.parametrize(
    ("variables", "refused"),
    [
        ({"m": 100}, False),  # one row, by the default of $n
        ({"n": 100}, False),  # 20 rows, as the API gives where nothing is asked
        ({"n": None, "m": None}, False),
        ({"n": 10**30, "m": 10**30}, True),
        ({"n": "100", "m": 100}, False),  # no number: refused by its type
    ],
)
def test_check_cost__of_odd_variables(post, variables, refused):
    response = post(PAGES, variables=variables)

    assert ("QUERY_TOO_COMPLEX" in codes(response)) is refused


def test_check_cost__in_fragments_by_variables(post):
    query = (
        "query($n: Int) { node { ...A } } fragment A on Node { children(first: $n) { nodes { ...B } } } "
        "fragment B on Node { children(first: $n) { nodes { name } } }"
    )

    assert "errors" not in post(query, variables={"n": 40}).json()
    assert codes(post(query, variables={"n": 80})) == ["QUERY_TOO_COMPLEX"]


def doubling(count: int, fields: bool) -> str:
    """Give fragments that each spread the next one twice, with or without fields between."""
    twice = "a: node {{ ...F{0} }} b: node {{ ...F{0} }}" if fields else "...F{0} ...F{0}"
    chain = " ".join(f"fragment F{n} on Query {{ {twice.format(n + 1)} }}" for n in range(count))
    return f"{{ ...F0 }} {chain} fragment F{count} on Query {{ hello }}"


def tree(levels: int) -> str:
    """Give a tree in which each level names the same field twice."""
    return "{ name name }" if levels == 0 else f"{{ child {tree(levels - 1)} child {tree(levels - 1)} }}"


HUGE = 256 * 1024 - 200
HOSTILE = {
    "60 doubling fragments": doubling(60, fields=False),
    "19 doubling fragments": doubling(19, fields=False),
    "20 doubling fragments with fields between": doubling(20, fields=True),
    "19 doubling fragments with fields between": doubling(19, fields=True),
    "1,000 duplicate fields": "{ " + "hello " * 1000 + "}",
    "900 duplicate fields": "{ node { " + "name " * 900 + "} }",
    "duplicate fields with parts": "{ node { " + "child { name } " * 200 + "} }",
    "duplicate fields in a tree": "{ node " + tree(6) + " }",
    "duplicate fields with long lists": "{ " + ("matrix(value: [[" + "1 " * 80 + "]]) ") * 10 + "}",
    "duplicate fields with long text": "{ " + ('hello(name: "' + "x" * 12_000 + '") ') * 20 + "}",
    "duplicate fields in fragments": "{ node { "
    + " ".join(f"...F{n}" for n in range(20))
    + " } } "
    + " ".join(f"fragment F{n} on Node {{ {'name ' * 40} }}" for n in range(20)),
    "a document of aliases": "{ " + " ".join(f"a{n}: hello" for n in range(18_000)) + " }",
    "circular fragments": "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
    "circular fragments with fields": "{ node { ...A } } fragment A on Node { child { ...A } x: child { ...A } }",
    "circular fragments that nothing spreads": "{ hello } fragment A on Node { child { ...A child { ...A } } }",
    "deep fields": "{ node " + "{ child " * 400 + "}" * 400 + "}",
    "deep lists": "{ matrix(value: " + "[" * 100_000 + "]" * 100_000 + ") }",
    "lists as deep as the tokens allow": "{ matrix(value: " + "[" * 190 + "]" * 190 + ") }",
    "deep objects": "{ lookup(by: " + "{a: " * 50_000 + "1" + "}" * 50_000 + ") }",
    "deep types of variables": "query($a: " + "[" * 150 + "Int" + "]" * 150 + ") { hello }",
    "long text": '{ hello(name: "' + "x" * HUGE + '") }',
    "long text of escapes": '{ hello(name: "' + "\\n" * (HUGE // 2) + '") }',
    "long block text": '{ hello(name: """' + " x " * (HUGE // 3) + '""") }',
    "long number": "{ number(value: " + "9" * HUGE + ") }",
    "long float": "{ number(value: 1." + "9" * HUGE + "e9) }",
    "long name": "{ " + "x" * HUGE + " }",
    "long name of an enum value": "{ colour(value: " + "x" * HUGE + ") }",
    "long comment": "{ hello } #" + "x" * HUGE,
    "comments": "{ hello }" + "#\n" * (HUGE // 2),
    "blanks": "{ hello" + " " * HUGE + "}",
    "commas": "{ hello" + "," * HUGE + "}",
    "lines": "{ hello" + "\n" * HUGE + "}",
    "errors behind many lines": "{" + "\n" * 9_900 + " ".join(f"x{n}" for n in range(900)) + "}",
    "many operations": " ".join(f"query q{n} {{ hello }}" for n in range(190)),
    "many operations over fragments": " ".join(f"query q{n} {{ ...F0 }}" for n in range(40))
    + " ".join(f"fragment F{n} on Query {{ hello ...F{n + 1} }}" for n in range(9))
    + "fragment F9 on Query { hello }",
    "many variables": "query(" + " ".join(f"$v{n}: Int" for n in range(240)) + ") { hello }",
    "many fragments": " ".join(f"fragment F{n} on Query {{ hello }}" for n in range(150)),
    "many directives": "{ hello " + "@skip(if: false) " * 150 + "}",
}


@pytest.mark.parametrize("case", HOSTILE)
def test_judge__costs_less_than_250_ms(post, case):
    assert len(HOSTILE[case]) <= 256 * 1024 - TRIES
    post("{ hello }")
    answers = []

    # A blank more each time, so that no answer comes from what is remembered.
    cost = cost_of(lambda number: answers.append(post(HOSTILE[case] + " " * number, operationName=None)))

    assert cost < QUARTER_SECOND
    assert {answer.status_code for answer in answers} <= {200, 413}


def test_measure__knows_the_introspection_of_strawberry(post):
    assert "errors" not in post(get_introspection_query()).json()
    assert schema.introspect()["__schema"]["queryType"]["name"] == "Query"
