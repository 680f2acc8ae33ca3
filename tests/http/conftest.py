"""Requests to the small schema, as clients send them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"


@pytest.fixture(autouse=True)
def _small_schema(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.http.urls"
    settings.GRAPHIQL = True


@pytest.fixture
def client() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def post(client: Client) -> Callable[..., Any]:
    """Post parameters, or a body that is given as it is."""

    def send(query: Any = None, *, body: bytes | None = None, content_type: str = JSON, **more: Any) -> Any:
        headers = {name: more.pop(name) for name in list(more) if name == "headers"}.get("headers", {})
        data = body if body is not None else json.dumps({"query": query, **more}).encode()
        return client.generic("POST", "/graphql/", data, CONTENT_TYPE=content_type, headers=headers)

    return send


def codes(response: Any) -> list[str]:
    """Give the codes of the errors of a response."""
    return [error["extensions"]["code"] for error in response.json().get("errors", [])]
