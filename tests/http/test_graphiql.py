"""GraphiQL: for whom, from where, and that it stays within its policy."""

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.contrib.staticfiles import finders
from django.test import RequestFactory

import schema.http
from bookings.common.errors import Unauthenticated
from schema.http.graphiql import may_introspect
from tests.http.conftest import JSON

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
STATIC = Path(schema.http.__file__).parent.parent / "static" / "graphiql"


@pytest.mark.parametrize("query", [{}, {"query": "{ hello }"}])
def test_show__to_a_browser(client, query):
    response = client.get("/graphql/", query, headers=BROWSER)

    page = response.content.decode()
    assert response.status_code == 200
    assert "graphiql.min.js" in page
    assert "Hello, world!" not in page


def test_show__nothing_from_elsewhere_and_no_inline_script(client):
    response = client.get("/graphql/", headers=BROWSER)

    page = response.content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|\bon\w+=|https?://", page)
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy


def test_show__files_that_are_there(client):
    page = client.get("/graphql/", headers=BROWSER).content.decode()

    named = re.findall(r"/static/(graphiql/[\w./-]+)", page)
    assert len(named) == 6
    assert all(finders.find(name) for name in named)


def test_show__files_as_they_were_published():
    lines = (STATIC / "VERSIONS.txt").read_text().splitlines()[3:]

    told = {name: digest for digest, name in (line.split()[:2] for line in lines)}
    found = {name: hashlib.sha256((STATIC / name).read_bytes()).hexdigest() for name in told}
    assert len(told) == 4
    assert found == told


def test_show__token_of_the_session(client, db):
    client.force_login(get_user_model().objects.create_user("ada@example.org"))
    page = client.get("/graphql/", headers=BROWSER).content.decode()
    (token,) = re.findall(r'name="csrf-token" content="(\w+)"', page)

    response = client.generic(
        "POST", "/graphql/", b'{"query": "{ who }"}', CONTENT_TYPE=JSON, headers={"x-csrftoken": token}
    )

    assert response.json() == {"data": {"who": "ada@example.org"}}


def test_hide__where_it_is_off(client, settings):
    settings.GRAPHIQL = False

    page = client.get("/graphql/", headers=BROWSER).content.decode()

    assert "graphiql.min.js" not in page
    assert "GraphQL API" in page


@pytest.mark.parametrize(("is_staff", "is_shown"), [(True, True), (False, False)])
def test_show__to_staff_where_it_is_off(client, settings, db, is_staff, is_shown):
    settings.GRAPHIQL = False
    client.force_login(get_user_model().objects.create_user("ada@example.org", is_staff=is_staff))

    page = client.get("/graphql/", headers=BROWSER).content.decode()

    assert ("graphiql.min.js" in page) is is_shown


@dataclass
class Person:
    is_staff: bool = True
    is_active: bool = True


@dataclass
class Context:
    user: Person | None = None
    viewer: SimpleNamespace = field(init=False)

    def __post_init__(self) -> None:
        self.viewer = SimpleNamespace(user=self.user)


class BadToken:
    @property
    def viewer(self) -> None:
        raise Unauthenticated


@pytest.mark.parametrize(
    ("context", "may"),
    [
        (None, False),
        (Context(), False),
        (Context(Person()), True),
        (Context(Person(is_staff=False)), False),
        (Context(Person(is_active=False)), False),
        (BadToken(), False),
    ],
)
def test_introspect__by_the_viewer(settings, context, may):
    settings.GRAPHIQL = False

    assert may_introspect(RequestFactory().get("/graphql/"), context) is may
