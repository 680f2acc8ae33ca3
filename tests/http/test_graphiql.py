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
HOME = Path(schema.http.__file__).parent.parent
STATIC, SOURCES = HOME / "static" / "graphiql", HOME / "graphiql"
MANIFEST = (STATIC / "VERSIONS.txt").read_text()
BUILT_FROM = ("build.mjs", "manifest.mjs", "package.json", "package-lock.json", "tsconfig.json")


@pytest.mark.parametrize("query", [{}, {"query": "{ hello }"}])
def test_show__to_a_browser(client, query):
    response = client.get("/graphql/", query, headers=BROWSER)

    page = response.content.decode()
    assert response.status_code == 200
    assert "graphiql.js" in page
    assert "Hello, world!" not in page


def test_show__nothing_from_elsewhere_and_no_inline_script(client):
    response = client.get("/graphql/", headers=BROWSER)

    page = response.content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|\bon\w+=|https?://", page)
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "worker-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert not re.search(r"https?:|blob:|unsafe-eval|\*", policy)


def test_show__files_that_are_there(client):
    page = client.get("/graphql/", headers=BROWSER).content.decode()

    named = re.findall(r"/static/(graphiql/[\w./-]+)", page)
    assert len(named) == 5
    assert all(finders.find(name) for name in named)


def test_show__files_as_they_were_built():
    told = {name: digest for digest, name in re.findall(r"^([0-9a-f]{64})  (\S+)$", MANIFEST, re.MULTILINE)}

    found = {path.name: digest(path) for path in STATIC.iterdir() if path.name != "VERSIONS.txt"}

    assert found == told


def test_show__what_the_sources_give():
    paths = [*(SOURCES / name for name in BUILT_FROM), *(SOURCES / "src").rglob("*.*")]
    lines = sorted((path.relative_to(SOURCES).as_posix(), digest(path)) for path in paths)

    whole = hashlib.sha256("".join(f"{each}  {name}\n" for name, each in lines).encode()).hexdigest()

    assert f"\nsources  {whole}\n" in MANIFEST, (
        "Build GraphiQL anew: `npm ci && npm run build` in schema/graphiql."
    )


def test_show__licences_of_what_is_in_it():
    packages = re.findall(r"^(@?[\w./-]+ \d\S+) \((.+)\)$", MANIFEST, re.MULTILINE)

    licences = (STATIC / "LICENSES.txt").read_text()

    assert len(packages) > 50
    assert {licence for _, licence in packages} <= {"MIT", "BSD-2-Clause", "Apache-2.0", "0BSD"}
    assert [name for name, licence in packages if f"\n{name} ({licence})\n" not in licences] == []


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_show__token_of_the_session(client, db):
    client.force_login(get_user_model().objects.create_user("ada@example.org"))
    page = client.get("/graphql/", headers=BROWSER).content.decode()
    (token,) = re.findall(r'name="csrf-token" content="(\w+)"', page)

    response = client.generic(
        "POST", "/graphql/", b'{"query": "{ who }"}', CONTENT_TYPE=JSON, headers={"x-csrftoken": token}
    )

    assert response.json() == {"data": {"who": "ada@example.org"}}


def test_show__who_is_signed_in_by_a_cookie(client, db):
    client.force_login(get_user_model().objects.create_user("ada@example.org"))

    page = client.get("/graphql/", headers=BROWSER).content.decode()

    assert 'data-signed-in="ada@example.org"' in page


@pytest.mark.parametrize(("urls", "link"), [("tests.http.urls", ""), ("tests.docs.test_readme", "/mailbox/")])
def test_show__the_mailbox_where_there_is_one(client, settings, urls, link):
    settings.ROOT_URLCONF = urls

    page = client.get("/graphql/", headers=BROWSER).content.decode()

    assert f'data-mailbox="{link}"' in page


def test_hide__where_it_is_off(client, settings):
    settings.GRAPHIQL = False

    page = client.get("/graphql/", headers=BROWSER).content.decode()

    assert "graphiql.js" not in page
    assert "GraphQL API" in page


@pytest.mark.parametrize(("is_staff", "is_shown"), [(True, True), (False, False)])
def test_show__to_staff_where_it_is_off(client, settings, db, is_staff, is_shown):
    settings.GRAPHIQL = False
    client.force_login(get_user_model().objects.create_user("ada@example.org", is_staff=is_staff))

    page = client.get("/graphql/", headers=BROWSER).content.decode()

    assert ("graphiql.js" in page) is is_shown


@dataclass
class Person:
    is_staff: bool = True
    is_active: bool = True


@dataclass
class Context:
    user: Person | None = None
    viewer: SimpleNamespace = field(init=False)

    def __post_init__(self) -> None:
        self.viewer = SimpleNamespace(account=self.user)


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
