"""Asks the API as a client would: a POST to the endpoint, JSON back."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.test import Client

from bookings.accounts.models import User
from bookings.accounts.sessions import start_session
from bookings.common import clock
from schema.common.inputs import write_id

_HANDLER = Client().handler
"""Loads the middleware once, instead of for each question; cookies are each client's own."""


def post(
    document: str, variables: Mapping[str, Any] | None = None, *, user: User | None = None, **headers: str
) -> dict[str, Any]:
    """The whole answer. `user` sends that account's token; header names are written with underscores."""
    if user is not None:
        headers["authorization"] = f"Bearer {access_token(user)}"
    client = Client()
    client.handler = _HANDLER
    answer = client.post(
        "/graphql/",
        {"query": document, "variables": dict(variables or {})},
        content_type="application/json",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )
    return dict(answer.json())


def access_token(user: User) -> str:
    """An access token that is good now; each user object logs in once, so that what is counted is the request."""
    token, good_until = getattr(user, "access_token", ("", None))
    now = clock.now()
    if good_until is None or good_until <= now:
        token = start_session(user=user, now=now).access_token
        user.access_token = token, now + settings.ACCESS_TOKEN_LIFETIME
    return token


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
