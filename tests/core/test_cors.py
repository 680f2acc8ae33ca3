"""Other sites' pages read answers only where the list of origins has them."""

import json
import re

import pytest
from django.conf import settings as of_this_process
from django.test import Client

from tests.docs import markdown

FRONT_END, OTHER = "https://www.example.org", "https://evil.example"
APOLLO_SENDS = [
    "content-type",
    "apollographql-client-name",
    "apollographql-client-version",
    "apollographql-library-name",
    "apollographql-library-version",
]
"""Apollo Client 4, told who it is by `clientAwareness`."""
OURS = [
    "accept-language",
    "apollo-require-preflight",
    "authorization",
    "idempotency-key",
    "x-apollo-operation-name",
    "x-booking-token",
    "x-request-id",
]
OF_DEVELOPMENT = of_this_process.CORS_ALLOWED_ORIGIN_REGEXES


@pytest.fixture(autouse=True)
def _one_front_end(settings):
    settings.CORS_ALLOWED_ORIGINS = [FRONT_END]
    settings.CORS_ALLOWED_ORIGIN_REGEXES = []


def preflight(origin, headers=("authorization", "content-type"), method="POST"):
    return Client().options(
        "/graphql/",
        headers={
            "origin": origin,
            "access-control-request-method": method,
            "access-control-request-headers": ",".join(headers),
        },
    )


def listed(answer, header):
    """What a browser reads from a header that is a list."""
    return [each.strip().lower() for each in answer[header].split(",")]


def test_preflight__of_the_front_end_is_answered_with_what_it_may_send():
    answer = preflight(FRONT_END)

    assert answer.status_code == 200
    assert answer["access-control-allow-origin"] == FRONT_END
    assert {"get", "post"} <= set(listed(answer, "access-control-allow-methods"))
    assert answer.content == b""


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("header", [*APOLLO_SENDS, *OURS])
def test_preflight__allows_each_header_that_clients_send(header, method):
    answer = preflight(FRONT_END, [header], method)

    assert header in listed(answer, "access-control-allow-headers")


def test_preflight__allows_every_header_that_the_guide_names():
    guide = markdown.read("docs/guides/clients.md")
    named = set(
        re.findall(r"`((?:X|Apollo|Accept|Authorization|Idempotency|Content)(?:-[A-Za-z]+)*):? ?", guide)
    )
    sent = {header.lower() for header in named | set(re.findall(r"`(x-[a-z-]+|apollo-[a-z-]+)", guide))}
    assert {"x-booking-token", "idempotency-key", "authorization", "apollo-require-preflight"} <= sent

    allowed = listed(preflight(FRONT_END), "access-control-allow-headers")

    assert sent <= set(allowed)


def test_preflight__is_remembered_for_two_hours():
    assert preflight(FRONT_END)["access-control-max-age"] == "7200"


def test_preflight__of_a_header_that_nobody_needs_does_not_allow_it():
    assert "x-forwarded-for" not in listed(
        preflight(FRONT_END, ["x-forwarded-for"]), "access-control-allow-headers"
    )


def test_preflight__of_another_site_allows_nothing():
    assert not preflight(OTHER).has_header("access-control-allow-origin")


@pytest.mark.parametrize(("origin", "allowed"), [(FRONT_END, True), (OTHER, False), ("null", False)])
def test_answer__is_read_by_the_front_end_alone(origin, allowed):
    answer = Client().post(
        "/graphql/", {"query": "{ __typename }"}, content_type="application/json", headers={"origin": origin}
    )

    assert answer.has_header("access-control-allow-origin") is allowed
    assert not answer.has_header("access-control-allow-credentials")


@pytest.mark.parametrize(
    "body",
    [
        {"query": "{ __typename }"},
        {"query": "{"},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}},
    ],
)
def test_answer__shows_the_front_end_when_to_try_again_and_the_requests_id(body):
    answer = Client().post("/graphql/", body, content_type="application/json", headers={"origin": FRONT_END})

    assert listed(answer, "access-control-expose-headers") == ["retry-after", "x-request-id"]
    assert answer["x-request-id"]
    assert "origin" in listed(answer, "vary")
    assert answer["cache-control"] == "no-store"


def test_answer__to_a_get_by_hash_is_read_by_the_front_end_whose_browser_asked():
    fields = {"extensions": json.dumps({"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}})}
    headers = {"origin": FRONT_END, "sec-fetch-site": "cross-site", "content-type": "application/json"}

    answer = Client().get("/graphql/", fields, headers=headers)

    assert answer["access-control-allow-origin"] == FRONT_END
    assert answer.json()["errors"][0]["message"] == "PersistedQueryNotFound"


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("http://localhost", True),
        ("http://localhost:5173", True),
        ("http://localhost:65535", True),
        ("http://127.0.0.1:3000", True),
        ("http://127.0.0.1", True),
        ("http://localhost.evil.example:5173", False),
        ("http://evil.example/localhost:5173", False),
        ("http://127.0.0.1.evil.example", False),
        ("http://1127.0.0.1:3000", False),
        ("http://127a0.0.1:3000", False),
        ("http://localhost:5173@evil.example", False),
        ("http://localhost:", False),
    ],
)
def test_preflight__in_development_is_for_this_machine_at_any_port(settings, origin, allowed):
    settings.CORS_ALLOWED_ORIGIN_REGEXES = OF_DEVELOPMENT

    assert preflight(origin).has_header("access-control-allow-origin") is allowed
