"""Documents named by their hash, as Apollo's link for automatic persisted queries sends them."""

import hashlib
import json
import uuid

import pytest
from django.contrib.auth import get_user_model

from schema.http import persisted
from schema.http.persisted import digest_of
from tests.http.conftest import GRAPHQL, JSON, codes
from tests.http.test_limits import REFUSED

HELLO = {"data": {"hello": "Hello, world!"}}


def new(query="{ hello }"):
    """A document that no other test has sent."""
    return f"{query} # {uuid.uuid4()}"


def named(text, **more):
    """The extensions that Apollo Client sends: its own name beside the hash."""
    extension = {"version": 1, "sha256Hash": hashlib.sha256(text.encode()).hexdigest(), **more}
    return {
        "clientLibrary": {"name": "@apollo/client", "version": "4.3.8"},
        "persistedQuery": {name: value for name, value in extension.items() if value is not ...},
    }


@pytest.fixture
def by_hash(client):
    """Send what Apollo's link sends first: no `query` at all."""

    def send(text, *, accept=GRAPHQL, headers=(), **more):
        body = {"extensions": named(text), **more}
        given = {"accept": accept, **dict(headers)}
        return client.post("/graphql/", body, content_type=JSON, headers=given)

    return send


@pytest.fixture
def by_get(client):
    """Send what `useGETForHashedQueries` makes of it."""

    def send(text=None, *, headers=(), **more):
        fields = {
            name: value if isinstance(value, str) else json.dumps(value) for name, value in more.items()
        }
        if text is not None:
            fields["extensions"] = json.dumps(named(text))
        return client.get(
            "/graphql/", fields, headers={"accept": GRAPHQL, "content-type": JSON, **dict(headers)}
        )

    return send


@pytest.mark.parametrize(("accept", "status"), [(GRAPHQL, 400), (JSON, 200), ("*/*", 200)])
def test_find__a_hash_that_nobody_has_sent_before(by_hash, accept, status):
    response = by_hash(new(), accept=accept)

    assert response.status_code == status
    (error,) = response.json().pop("errors")
    assert error["message"] == "PersistedQueryNotFound"
    assert error["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
    assert error["extensions"]["requestId"]
    assert "data" not in response.json()
    assert response["Cache-Control"] == "no-store"


def test_find__after_the_document_was_sent_beside_its_hash(post, by_hash):
    text = new()

    answers = [by_hash(text), post(text, extensions=named(text)), by_hash(text), by_hash(text)]

    assert [codes(answer) for answer in answers] == [["PERSISTED_QUERY_NOT_FOUND"], [], [], []]
    assert [answer.json() for answer in answers[1:]] == [HELLO] * 3


def test_find__null_in_the_place_of_the_document_is_no_document(post):
    text = new()
    post(text, extensions=named(text))

    assert post(None, extensions=named(text)).json() == HELLO


def test_find__keeps_what_no_hash_came_with_for_nobody(post, by_hash):
    text = new()
    post(text)

    assert codes(by_hash(text)) == ["PERSISTED_QUERY_NOT_FOUND"]


def test_find__runs_with_the_variables_and_the_operation_of_each_request(post, by_hash):
    text = new("query A { hello } query B($who: String!) { hello(name: $who) }")
    post(text, extensions=named(text), operationName="A")

    answers = [by_hash(text, operationName="B", variables={"who": who}).json() for who in ("Ana", "Zoë")]

    assert [answer["data"]["hello"] for answer in answers] == ["Hello, Ana!", "Hello, Zoë!"]
    assert by_hash(text, operationName="A").json() == HELLO
    assert codes(by_hash(text, operationName="C")) == ["BAD_USER_INPUT"]
    assert codes(by_hash(text, operationName="B")) == ["BAD_USER_INPUT"]


def test_find__a_document_with_letters_of_all_languages(post, by_hash):
    text = new('{ hello(name: "Łódź 🏃 أهلا") }')
    post(text, extensions=named(text))

    assert by_hash(text).json()["data"]["hello"] == "Hello, Łódź 🏃 أهلا!"


def test_get__finds_what_was_posted_and_runs_it(post, by_get):
    text = new("query N($n: Int!) { number(value: $n) }")
    assert codes(by_get(text, operationName="N", variables={"n": 3})) == ["PERSISTED_QUERY_NOT_FOUND"]
    post(text, extensions=named(text), variables={"n": 1})

    response = by_get(text, operationName="N", variables={"n": 3})

    assert response.json() == {"data": {"number": 3}}
    assert response["Cache-Control"] == "no-store"


def test_get__with_the_document_beside_its_hash_keeps_it(by_get, by_hash):
    text = new()

    assert by_get(text, query=text).json() == HELLO
    assert by_hash(text).json() == HELLO


def test_get__never_runs_a_mutation_by_its_hash(post, by_get, by_hash):
    text = new("mutation { count }")
    post(text, extensions=named(text))

    response = by_get(text)

    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert by_hash(text).json() == {"data": {"count": 1}}


def test_get__of_a_mutation_keeps_nothing(by_get, by_hash):
    text = new("mutation { count }")

    assert by_get(text, query=text).status_code == 405
    assert codes(by_hash(text)) == ["PERSISTED_QUERY_NOT_FOUND"]


def test_get__by_hash_for_another_sites_page_must_have_asked(post, client):
    text = new()
    post(text, extensions=named(text))
    fields = {"extensions": json.dumps(named(text))}

    answers = [
        client.get("/graphql/", fields, headers={"sec-fetch-site": "cross-site", **headers})
        for headers in ({}, {"apollo-require-preflight": "true"})
    ]

    assert [answer.status_code for answer in answers] == [400, 200]
    assert codes(answers[0]) == ["FORBIDDEN"]


def test_post__by_hash_needs_the_content_type_of_json_too(client):
    body = json.dumps({"extensions": named(new())}).encode()

    response = client.generic("POST", "/graphql/", body, content_type="text/plain")

    assert (response.status_code, codes(response)) == (400, ["FORBIDDEN"])


@pytest.mark.parametrize("accept", [GRAPHQL, JSON])
def test_refuse__a_hash_of_another_document(post, by_hash, accept):
    text, other = new(), new("{ who }")

    response = post(text, extensions=named(other), headers={"accept": accept})

    assert (response.status_code, codes(response)) == (400, ["BAD_USER_INPUT"])
    assert codes(by_hash(text)) == codes(by_hash(other)) == ["PERSISTED_QUERY_NOT_FOUND"]


def test_refuse__another_document_for_a_hash_that_is_taken(post, by_hash):
    text = new()
    post(text, extensions=named(text))

    assert codes(post(new("mutation { count }"), extensions=named(text))) == ["BAD_USER_INPUT"]
    assert by_hash(text).json() == HELLO


@pytest.mark.parametrize("version", [0, 2, -1, 10**30])
@pytest.mark.parametrize("query", ["{ hello }", None])
def test_refuse__another_version_as_not_supported(post, version, query):
    text = query or "{ hello }"

    response = post(query, extensions=named(text, version=version), headers={"accept": GRAPHQL})

    assert (response.status_code, codes(response)) == (400, ["PERSISTED_QUERY_NOT_SUPPORTED"])
    assert response.json()["errors"][0]["message"] == "PersistedQueryNotSupported"


MALFORMED = {
    "a version of text": {"version": "1"},
    "a version of truth": {"version": True},
    "no version": {"version": ...},
    "a null version": {"version": None},
    "a version that is no whole number": {"version": 1.5},
    "no hash": {"sha256Hash": ...},
    "a null hash": {"sha256Hash": None},
    "a hash of numbers": {"sha256Hash": 12},
    "a list of hashes": {"sha256Hash": ["a" * 64]},
    "an object": {"sha256Hash": {"a": 1}},
    "an empty hash": {"sha256Hash": ""},
    "a hash too short": {"sha256Hash": "a" * 63},
    "a hash too long": {"sha256Hash": "a" * 65},
    "a hash of 200,000 characters": {"sha256Hash": "a" * 200_000},
    "a hash that is not hexadecimal": {"sha256Hash": "g" * 64},
    "a hash of other digits": {"sha256Hash": "٣" * 64},
    "a hash in capitals": {"sha256Hash": "A" * 64},
    "a hash with a line's end": {"sha256Hash": "a" * 64 + "\n"},
}


@pytest.mark.parametrize("case", MALFORMED)
@pytest.mark.parametrize("query", ["{ hello }", None])
def test_refuse__malformed(post, case, query):
    response = post(query, extensions=named("{ hello }", **MALFORMED[case]))

    assert (response.status_code, codes(response)) == (400, ["BAD_USER_INPUT"])
    assert len(response.content) < 400


@pytest.mark.parametrize("value", [[], ["a"], "a" * 64, 1, True, False, ""])
def test_refuse__what_is_no_object(post, value):
    assert codes(post("{ hello }", extensions={"persistedQuery": value})) == ["BAD_USER_INPUT"]


@pytest.mark.parametrize("extensions", [None, {}, {"persistedQuery": None}])
def test_refuse__neither_a_document_nor_a_hash(post, extensions):
    response = post(None, extensions=extensions)

    assert (response.status_code, codes(response)) == (400, ["BAD_USER_INPUT"])


@pytest.mark.parametrize("query", ["", " ", 1, ["{ hello }"], {}])
def test_refuse__what_is_no_document_beside_a_hash(post, query):
    assert codes(post(query, extensions=named("{ hello }"))) == ["BAD_USER_INPUT"]


@pytest.mark.parametrize("extensions", ["null", "[]", "x", '{"persistedQuery": []}', "{"])
def test_get__refuses_malformed_extensions(by_get, extensions):
    response = by_get(extensions=extensions)

    assert (response.status_code, codes(response)) == (400, ["BAD_USER_INPUT"])


@pytest.mark.parametrize("case", [*REFUSED, "syntax", "unknown field"])
def test_keep__nothing_that_passes_a_limit_or_does_not_fit(post, by_hash, case):
    text = new({"syntax": "{", "unknown field": "{ nothing }", **REFUSED}[case])

    refused = post(text, extensions=named(text))

    assert codes(refused)[0] in {"QUERY_TOO_COMPLEX", "GRAPHQL_VALIDATION_FAILED"}
    assert codes(by_hash(text)) == ["PERSISTED_QUERY_NOT_FOUND"]


def test_keep__nothing_for_who_is_turned_away(post, by_hash):
    text = new()

    limited = post(text, extensions=named(text), headers={"x-test": "limited"})

    assert limited.status_code == 429
    assert codes(by_hash(text)) == ["PERSISTED_QUERY_NOT_FOUND"]


def test_judge__who_asks_by_hash_as_who_asks_with_the_document(post, by_hash):
    text = new()
    post(text, extensions=named(text))

    answers = [by_hash(text, headers={"x-test": case}) for case in ("unauthenticated", "limited")]

    assert [answer.status_code for answer in answers] == [401, 429]


def test_judge__the_cost_of_each_requests_own_variables(post, by_hash):
    text = new(
        "query($n: Int!) { node { children(first: $n) { nodes { children(first: $n) { nodes { name } } } } } }"
    )
    post(text, extensions=named(text), variables={"n": 2})

    assert codes(by_hash(text, variables={"n": 100})) == ["QUERY_TOO_COMPLEX"]


@pytest.mark.parametrize(
    "query", ["{ __schema { types { name } } }", '{ hello __type(name: "Query") { name } }']
)
def test_introspect__by_hash_is_for_staff_as_it_is_by_document(
    post, by_hash, by_get, client, settings, query
):
    text = new(query)
    assert "errors" not in post(text, extensions=named(text)).json()
    settings.GRAPHIQL = False

    assert codes(by_hash(text)) == codes(by_get(text)) == codes(post(text)) == ["FORBIDDEN"]


def test_introspect__what_staff_have_sent_is_not_open_to_strangers(db, client, by_get, settings):
    settings.GRAPHIQL = False
    text = new("{ __schema { queryType { name } } }")
    staff = get_user_model().objects.create_user("sam@example.org", "correct horse battery", is_staff=True)
    client.force_login(staff)
    assert by_get(text, query=text).json()["data"]["__schema"]["queryType"] == {"name": "Query"}
    assert "errors" not in by_get(text).json()

    client.logout()

    assert codes(by_get(text)) == ["FORBIDDEN"]


def test_keep__no_document_of_a_stranger_who_may_not_introspect(post, by_hash, settings):
    text = new("{ __schema { types { name } } }")
    settings.GRAPHIQL = False
    post(text, extensions=named(text))
    settings.GRAPHIQL = True

    assert codes(by_hash(text)) == ["PERSISTED_QUERY_NOT_FOUND"]


def test_keep__the_longest_document_and_none_that_is_longer(post, by_hash):
    longest = "{ hello } #".ljust(persisted.LONGEST_KEPT, uuid.uuid4().hex[0])
    longer = longest + "x"

    assert post(longest, extensions=named(longest)).json() == HELLO
    assert codes(post(longer, extensions=named(longer))) == ["QUERY_TOO_COMPLEX"]
    assert by_hash(longest).json() == HELLO
    assert codes(by_hash(longer)) == ["PERSISTED_QUERY_NOT_FOUND"]


def test_refuse__a_body_over_the_limit_whatever_its_hash(post):
    text = "{ hello } #" + "x" * 256 * 1024

    assert post(text, extensions=named(text)).status_code == 413


def test_log__warns_of_a_wrong_hash_and_not_of_an_unknown_one(post, by_hash, caplog):
    by_hash(new())
    assert caplog.messages == []

    post(new(), extensions=named(new()))

    assert caplog.messages == ["Bad Request: /graphql/"]


def test_log__says_nothing_of_documents_hashes_and_variables(post, by_get, caplog):
    text = new("query($who: String!) { hello(name: $who) bug }")
    variables = {"who": "Carla Confidential"}
    caplog.set_level(0)

    post(text, extensions=named(text), variables=variables)
    by_get(text, variables=variables)
    by_get(new(), variables=variables)

    told = "\n".join(record.getMessage() for record in caplog.records)
    assert "Confidential" not in told
    assert digest_of(text) not in told
