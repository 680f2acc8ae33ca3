"""Statuses, media types and the shape of answers."""

import json
import logging

import pytest
from graphql import get_introspection_query

from schema.http.errors import MASK
from tests.http.conftest import GRAPHQL, JSON, codes


def test_answer__query(post):
    response = post("{ hello }")

    assert response.status_code == 200
    assert response["Content-Type"] == "application/json; charset=utf-8"
    assert response["Cache-Control"] == "no-store"
    assert response.json() == {"data": {"hello": "Hello, world!"}}


def test_answer__variables_and_operation_name(post):
    response = post(
        "query A { hello } query B($who: String!) { hello(name: $who) }",
        operationName="B",
        variables={"who": "Zoë 🏃"},
    )

    assert response.json() == {"data": {"hello": "Hello, Zoë 🏃!"}}


def test_answer__get(client):
    response = client.get(
        "/graphql/", {"query": "query($n: Int!) { number(value: $n) }", "variables": '{"n": 3}'}
    )

    assert response.json() == {"data": {"number": 3}}


def test_answer__head(client):
    response = client.head("/graphql/", {"query": "{ hello }"})

    assert (response.status_code, response.content) == (200, b"")


def test_answer__options(client):
    response = client.options("/graphql/")

    assert (response.status_code, response["Allow"]) == (204, "GET, HEAD, OPTIONS, POST")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_refuse__other_methods(client, method):
    response = client.generic(method, "/graphql/", "{}", content_type=JSON)

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS, POST")
    assert codes(response) == ["BAD_USER_INPUT"]


@pytest.mark.parametrize("query", ["mutation { count }", "query A { hello } mutation B { count }"])
def test_refuse__mutation_by_get(client, query):
    response = client.get("/graphql/", {"query": query, "operationName": "B" if "B" in query else ""})

    assert (response.status_code, response["Allow"]) == (405, "POST")


def test_answer__query_by_get_beside_a_mutation(client):
    response = client.get(
        "/graphql/", {"query": "query A { hello } mutation B { count }", "operationName": "A"}
    )

    assert response.json() == {"data": {"hello": "Hello, world!"}}


REQUEST_ERRORS = {
    "syntax": ("{", {}, "GRAPHQL_VALIDATION_FAILED"),
    "unknown field": ("{ nothing }", {}, "GRAPHQL_VALIDATION_FAILED"),
    "wrong literal": ('{ number(value: "x") }', {}, "GRAPHQL_VALIDATION_FAILED"),
    "refused literal of a custom scalar": ("{ even(value: 3) }", {}, "BAD_USER_INPUT"),
    "refused variable of a custom scalar": (
        "query($v: Even!) { even(value: $v) }",
        {"variables": {"v": 3}},
        "BAD_USER_INPUT",
    ),
    "wrong variable": ("query($v: Int!) { number(value: $v) }", {"variables": {"v": "x"}}, "BAD_USER_INPUT"),
    "missing variable": ("query($v: Int!) { number(value: $v) }", {}, "BAD_USER_INPUT"),
    "two keys of one": ('{ lookup(by: {name: "a", number: 1}) }', {}, "GRAPHQL_VALIDATION_FAILED"),
    "two keys of one in a variable": (
        "query($by: Lookup!) { lookup(by: $by) }",
        {"variables": {"by": {"name": "a", "number": 1}}},
        "BAD_USER_INPUT",
    ),
    "unknown variable in a fragment": (
        "{ ...F } fragment F on Query { lookup(by: {name: $x}) }",
        {},
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "unknown operation": ("query A { hello }", {"operationName": "B"}, "BAD_USER_INPUT"),
    "no operation": ("fragment F on Query { hello }", {"operationName": "B"}, "GRAPHQL_VALIDATION_FAILED"),
    "which operation": ("query A { hello } query B { hello }", {}, "BAD_USER_INPUT"),
    "subscription": ("subscription { hello }", {}, "BAD_USER_INPUT"),
    "circular fragments": (
        "{ node { ...A } } fragment A on Node { child { ...B } } fragment B on Node { ...A }",
        {},
        "GRAPHQL_VALIDATION_FAILED",
    ),
}


@pytest.mark.parametrize("case", REQUEST_ERRORS)
@pytest.mark.parametrize(("accept", "status"), [(JSON, 200), (GRAPHQL, 400)])
def test_reject__request_error(post, case, accept, status):
    query, more, code = REQUEST_ERRORS[case]

    response = post(query, headers={"accept": accept}, **more)

    assert response.status_code == status
    assert response["Content-Type"] == f"{accept}; charset=utf-8"
    assert set(codes(response)) == {code}
    assert "data" not in response.json()


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", JSON),
        ("application/*", JSON),
        ("image/png", JSON),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}; charset=utf-8, {JSON}; charset=utf-8", GRAPHQL),
        (f"{JSON}, {GRAPHQL};q=0.9", JSON),
        (f"{GRAPHQL};q=0", JSON),
        (f"{GRAPHQL};q=nan", JSON),
        (f"{GRAPHQL}, */*", GRAPHQL),
        (f"{GRAPHQL},{JSON};q=0.9", GRAPHQL),  # Apollo Client 4
        (f"multipart/mixed;boundary=graphql;subscriptionSpec=1.0,{GRAPHQL},{JSON};q=0.9", GRAPHQL),
    ],
)
def test_negotiate__accept(post, accept, kind):
    response = post("{ hello }", headers={"accept": accept})

    assert response["Content-Type"] == f"{kind}; charset=utf-8"


def test_bug__is_masked_logged_and_carries_the_request_id(post, caplog):
    with caplog.at_level(logging.ERROR, logger="schema.errors"):
        response = post("{ hello bug }", headers={"x-request-id": "my-request-1"})

    (error,) = response.json()["errors"]
    assert response.status_code == 200
    assert response.json()["data"] == {"hello": "Hello, world!", "bug": None}
    assert error["message"] == MASK
    assert error["path"] == ["bug"]
    assert error["extensions"] == {"code": "INTERNAL_ERROR", "requestId": "my-request-1"}
    (record,) = [each for each in caplog.records if each.name == "schema.errors"]
    assert "my-request-1" in record.getMessage()
    assert "bug" in record.getMessage()
    assert record.exc_info is not None
    assert record.exc_info[0] is KeyError
    assert "secret" not in response.content.decode()


def test_bug__outside_of_any_field_is_a_masked_500(post, caplog):
    response = post("{ hello }", headers={"x-test": "bug"})

    assert response.status_code == 500
    assert codes(response) == ["INTERNAL_ERROR"]
    assert "secret" not in response.content.decode()
    assert any(record.exc_info for record in caplog.records if record.name == "schema.errors")


def test_bug__leaf_that_cannot_be_serialised_is_masked(post):
    response = post("{ wrongLeaf }")

    assert codes(response) == ["INTERNAL_ERROR"]


def test_describe__at_most_five_errors(post):
    response = post("{ bugs { name } }")

    assert codes(response) == ["INTERNAL_ERROR"] * 5


def test_describe__rule_that_refuses_keeps_its_words(post):
    response = post("{ limited }")

    (error,) = response.json()["errors"]
    assert error["message"] == "Wait a little."
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert error["extensions"]["retryAfter"] == 7
    assert len(error["extensions"]["requestId"]) > 7


def test_describe__permission_denied(post):
    assert codes(post("{ denied }")) == ["FORBIDDEN"]


def test_refuse__context_that_knows_nobody(post):
    response = post("{ hello }", headers={"x-test": "unauthenticated"})

    assert (response.status_code, codes(response)) == (401, ["UNAUTHENTICATED"])


def test_refuse__context_over_a_limit(post):
    response = post("{ hello }", headers={"x-test": "limited"})

    assert (response.status_code, response["Retry-After"]) == (429, "30")
    assert response.json()["errors"][0]["extensions"]["retryAfter"] == 30


def test_answer__resolver_sets_a_header(post):
    assert post("{ cookie }")["X-Seen"] == "yes"


def test_read__the_same_document_with_other_variables(post):
    query = "query($n: Int!) { number(value: $n) }"

    answers = [post(query, variables={"n": n}).json()["data"]["number"] for n in (1, 2, 3)]

    assert answers == [1, 2, 3]


@pytest.mark.parametrize(
    "query", ["{ __schema { types { name } } }", '{ hello __type(name: "Query") { name } }']
)
def test_introspect__is_forbidden_where_graphiql_is_off(post, settings, query):
    settings.GRAPHIQL = False

    assert codes(post(query)) == ["FORBIDDEN"]


def test_introspect__typename_is_for_all(post, settings):
    settings.GRAPHIQL = False

    assert post("{ __typename }").json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize(
    ("query", "more"),
    [("{ helo }", {}), ("query($c: Colour!) { colour(value: $c) }", {"variables": {"c": "REDD"}})],
)
def test_suggest__only_to_who_may_read_the_schema(post, settings, query, more):
    open_to_all = post(query, **more).json()["errors"][0]["message"]
    settings.GRAPHIQL = False
    closed = post(query + " # another text, since readings are remembered", **more).json()["errors"][0][
        "message"
    ]

    assert "Did you mean" in open_to_all
    assert "Did you mean" not in closed


def test_echo__long_names_are_cut(post):
    response = post("{ " + "x" * 100_000 + " }")

    assert len(json.dumps(response.json())) < 1000


def test_introspect__query_of_graphiql_passes(post):
    response = post(get_introspection_query(schema_description=True, input_value_deprecation=True))

    assert "errors" not in response.json()
    assert response.json()["data"]["__schema"]["queryType"]["name"] == "Query"
