"""Who may ask at all: content types, other sites' pages, sessions."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.http.conftest import JSON, codes

BODY = b'{"query": "{ hello }"}'
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "TEXT/plain; x=application/json", FORM, "multipart/form-data"]
)
def test_refuse__content_type_that_any_page_may_send(client, kind):
    response = client.generic("POST", "/graphql/", BODY, content_type=kind)

    assert (response.status_code, codes(response)) == (400, ["FORBIDDEN"])


@pytest.mark.parametrize("header", ["apollo-require-preflight", "x-apollo-operation-name"])
@pytest.mark.parametrize("kind", ["", "text/plain", FORM])
def test_refuse__simple_content_type_is_still_wrong_after_a_preflight(client, header, kind):
    response = client.generic("POST", "/graphql/", BODY, content_type=kind, headers={header: "x"})

    assert response.status_code == 415


@pytest.mark.parametrize(
    "kind",
    ["application/graphql", "application/xml", "application/json; charset=utf-16", "application/jsonx"],
)
def test_refuse__content_type_that_is_not_json(client, kind):
    response = client.generic("POST", "/graphql/", BODY, content_type=kind)

    assert (response.status_code, response["Accept-Post"]) == (415, JSON)


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON;charset=UTF-8", 'application/json; charset="utf-8"']
)
def test_accept__json(client, kind):
    assert client.generic("POST", "/graphql/", BODY, content_type=kind).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_refuse__get_for_another_sites_page(client, site):
    response = client.get("/graphql/", {"query": "{ hello }"}, headers={"sec-fetch-site": site})

    assert (response.status_code, codes(response)) == (400, ["FORBIDDEN"])


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "cross-site", "apollo-require-preflight": "true"},
        {"sec-fetch-site": "cross-site", "content-type": JSON},
    ],
)
def test_accept__get(client, headers):
    assert client.get("/graphql/", {"query": "{ hello }"}, headers=headers).status_code == 200


@pytest.fixture
def signed_in(db, client) -> Client:
    client.force_login(get_user_model().objects.create_user("ada@example.org", "correct horse battery"))
    return client


def test_refuse__session_without_the_token(signed_in):
    response = signed_in.generic("POST", "/graphql/", BODY, content_type=JSON)

    assert (response.status_code, codes(response)) == (403, ["FORBIDDEN"])


def test_accept__session_with_the_token(signed_in):
    token = "a" * 32
    signed_in.cookies["csrftoken"] = token

    response = signed_in.generic(
        "POST", "/graphql/", b'{"query": "{ who }"}', content_type=JSON, headers={"x-csrftoken": token}
    )

    assert response.json() == {"data": {"who": "ada@example.org"}}


def test_refuse__session_with_the_token_from_another_site(signed_in):
    token = "a" * 32
    signed_in.cookies["csrftoken"] = token

    response = signed_in.generic(
        "POST",
        "/graphql/",
        BODY,
        content_type=JSON,
        headers={"x-csrftoken": token, "origin": "https://evil.example"},
    )

    assert response.status_code == 403


def test_accept__session_beside_an_authorization_header(signed_in):
    response = signed_in.generic(
        "POST", "/graphql/", BODY, content_type=JSON, headers={"authorization": "Bearer x"}
    )

    assert response.status_code == 200


def test_accept__session_that_is_over(client, db):
    client.cookies["sessionid"] = "nobody"

    assert client.generic("POST", "/graphql/", BODY, content_type=JSON).status_code == 200


def test_accept__query_by_get_with_a_session(signed_in):
    assert signed_in.get("/graphql/", {"query": "{ who }"}).json() == {"data": {"who": "ada@example.org"}}
