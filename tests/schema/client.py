"""Asks the API as a client would: a POST to the endpoint, JSON back."""

from collections.abc import Mapping
from typing import Any

from django.test import Client

from bookings.accounts.models import User
from bookings.accounts.tokens import make_access_token
from bookings.common import clock
from schema.common.inputs import write_id


def post(
    document: str, variables: Mapping[str, Any] | None = None, *, user: User | None = None, **headers: str
) -> dict[str, Any]:
    """The whole answer. `user` sends that account's token; header names are written with underscores."""
    if user is not None:
        headers["authorization"] = f"Bearer {make_access_token(user, now=clock.now())}"
    answer = Client().post(
        "/graphql/",
        {"query": document, "variables": dict(variables or {})},
        content_type="application/json",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )
    return dict(answer.json())


def ask(document: str, variables: Mapping[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    """The data of an answer that must have no top-level errors."""
    body = post(document, variables, **options)
    assert "errors" not in body, body
    return dict(body["data"])


def code_of(body: Mapping[str, Any]) -> str:
    """The code of the first top-level error."""
    return str(body["errors"][0]["extensions"]["code"])


def gid(row: Any) -> str:
    """The opaque id of a row."""
    return write_id(type(row).__name__, row.pk)
