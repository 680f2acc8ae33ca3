"""Bodies and query strings as strangers send them: always an answer, never a 500, never slow."""

import io
import json

import pytest

from tests.cost import cost_of
from tests.http.conftest import JSON, codes

LIMIT = 256 * 1024
MALFORMED = {
    "nothing": b"",
    "half": b'{"query": "{ hello }"',
    "no JSON": b"{ hello }",
    "bare text": b'"{ hello }"',
    "null": b"null",
    "number": b"1",
    "batch": b'[{"query": "{ hello }"}]',
    "no UTF-8": b'{"query": "{ hello }\xff"}',
    "UTF-16": '{"query": "{ hello }"}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"query": "{ hello }"}',
    "half of a surrogate pair": b'{"query": "{ hello }", "variables": {"a": "\\ud800"}}',
    "half of a surrogate pair as key": b'{"query": "{ hello }", "variables": {"\\udfff": 1}}',
    "half of a surrogate pair in the document": b'{"query": "{ hello(name: \\"\\ud83c\\") }"}',
    "NUL": b'{"query": "{ hello }", "variables": {"a": "\\u0000"}}',
    "NUL in the document": b'{"query": "{ hello \\u0000}"}',
    "control character": b'{"query": "{ hello }\x01"}',
    "NaN": b'{"query": "{ hello }", "variables": {"a": NaN}}',
    "Infinity": b'{"query": "{ hello }", "variables": {"a": -Infinity}}',
    "float out of range": b'{"query": "{ hello }", "variables": {"a": 1e999}}',
    "huge number": b'{"query": "{ hello }", "variables": {"a": ' + b"9" * 10_000 + b"}}",
    "no query": b'{"qeury": "{ hello }"}',
    "empty query": b'{"query": " "}',
    "query of a wrong kind": b'{"query": ["{ hello }"]}',
    "operationName of a wrong kind": b'{"query": "{ hello }", "operationName": 1}',
    "variables of a wrong kind": b'{"query": "{ hello }", "variables": "{}"}',
    "extensions of a wrong kind": b'{"query": "{ hello }", "extensions": []}',
    "deep arrays": b'{"query": "{ hello }", "variables": {"a": ' + b"[" * 40 + b"]" * 40 + b"}}",
    "deep objects": b'{"a":' * 40 + b"1" + b"}" * 40,
    "arrays that never close": b"[" * 200_000,
    "more values than anybody sends": b'{"query": "{ hello }", "variables": {"a": ['
    + b"0," * 9_999
    + b"0]}}",
}


@pytest.mark.parametrize("case", MALFORMED)
def test_refuse__malformed_body(post, case):
    response = post(body=MALFORMED[case])

    assert response.status_code == 400
    assert codes(response) == ["BAD_USER_INPUT"]


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 40_000 + b"1" + b"}" * 40_000,
        b'"' + b'\\"' * 100_000,
        b"[" * 31 + b'"' + b"\\" * 200_001,
        b'{"query": "' + b"{" * 200_000 + b'"}',
        b"[" + b"{}," * 60_000 + b"{}]",
        b'{"query": "{ hello }", "variables": {"a": [' + b"1e9," * 60_000 + b"1]}}",
        b'{"query": "{ hello }", "variables": {"a": "' + b"\\ud83c\\udfc3" * 20_000 + b'"}}',
    ],
)
def test_answer__costs_less_than_250_ms(post, body):
    answers = []

    assert cost_of(lambda _: answers.append(post(body=body))) < 0.25

    assert {answer.status_code for answer in answers} <= {200, 400}


def test_read__nesting_inside_of_text_does_not_count(post):
    response = post('query($n: String!) { hello(name: $n) } # "\\"' + "[" * 100, variables={"n": "[{" * 100})

    assert response.json() == {"data": {"hello": "Hello, " + "[{" * 100 + "!"}}


def test_read__commas_inside_of_text_do_not_count(post):
    name = "," * 10_001

    assert post("query($n: String!) { hello(name: $n) }", variables={"n": name}).status_code == 200


def test_read__values_to_the_limit(post):
    assert post("{ hello }", variables={"unused": [0] * 9_999}).status_code == 200


def test_read__nesting_to_the_limit(post):
    value: object = 1
    for _ in range(30):
        value = [value]

    assert post("{ hello }", variables={"unused": value}).status_code == 200


def test_read__whole_surrogate_pairs(post):
    body = b'{"query": "query($n: String!) { hello(name: $n) }", "variables": {"n": "\\ud83c\\udfc3"}}'

    assert post(body=body).json() == {"data": {"hello": "Hello, 🏃!"}}


def test_refuse__body_over_the_limit(post):
    response = post(body=b" " * (LIMIT + 1))

    assert (response.status_code, codes(response)) == (413, ["BAD_USER_INPUT"])


def test_read__body_at_the_limit(post):
    document = json.dumps({"query": "{ hello }"}).encode()

    assert post(body=document + b" " * (LIMIT - len(document))).status_code == 200


def test_refuse__body_over_the_limit_of_django(post, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10

    assert post(body=b" " * (LIMIT + 1)).status_code == 413
    assert post("{ hello }").status_code == 200


def test_refuse__body_over_the_limit_without_its_length(client):
    response = client.generic(
        "POST",
        "/graphql/",
        b"",
        CONTENT_TYPE=JSON,
        **{"CONTENT_LENGTH": "", "wsgi.input": Endless(), "wsgi.input_terminated": True},
    )

    assert response.status_code == 413


def test_read__chunked_body(client):
    response = client.generic(
        "POST",
        "/graphql/",
        b"",
        CONTENT_TYPE=JSON,
        **{
            "CONTENT_LENGTH": "",
            "wsgi.input": Dripping(b'{"query": "{ hello }"}'),
            "wsgi.input_terminated": True,
        },
    )

    assert response.json() == {"data": {"hello": "Hello, world!"}}


def test_refuse__body_that_breaks_off(client):
    response = client.generic(
        "POST", "/graphql/", b"", CONTENT_TYPE=JSON, **{"CONTENT_LENGTH": "9", "wsgi.input": Broken()}
    )

    assert response.status_code == 400


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"query": ""},
        {"query": "{ hello }", "variables": "{"},
        {"query": "{ hello }", "variables": "[]"},
        {"query": "{ hello }", "variables": "[" * 50_000},
        {"query": "{ hello }", "extensions": "1"},
        {"query": "{ hello \0}"},
        {"query": "{ hello }", **{f"p{number}": "" for number in range(2000)}},
    ],
)
def test_refuse__malformed_query_string(client, parameters):
    response = client.get("/graphql/", parameters)

    assert (response.status_code, codes(response)) == (400, ["BAD_USER_INPUT"])


def test_refuse__query_string_over_the_limit(client):
    assert client.get("/graphql/", {"query": "x" * LIMIT}).status_code == 413


def test_read__query_string_of_bad_text(client):
    response = client.get(
        "/graphql/?query=%7B%20hello(name:%22%ff%22)%20%7D&variables=%7B%22a%22:%22%ed%a0%80%22%7D"
    )

    assert response.status_code == 200


class Endless(io.RawIOBase):
    """A body that never ends; it fails the test where more than enough is taken."""

    taken = 0

    def read(self, size: int = -1) -> bytes:
        assert size > 0
        self.taken += size
        assert self.taken <= LIMIT + 1
        return b" " * size


class Dripping(io.RawIOBase):
    """A body of unknown length that comes byte by byte, as a server gives it that has taken chunks apart."""

    def __init__(self, body: bytes) -> None:
        self.rest = body

    def read(self, size: int = -1) -> bytes:
        taken, self.rest = self.rest[:1], self.rest[1:]
        return taken


class Broken(io.RawIOBase):
    """A connection that the client has dropped."""

    def read(self, size: int = -1) -> bytes:
        raise OSError("connection reset")
