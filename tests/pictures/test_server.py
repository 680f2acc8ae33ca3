"""Uploads against the real server, over real HTTP: what a client can do that Django's test client cannot."""

import http.client
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from bookings.pictures.images import MOST_BYTES
from tests.pictures import makers
from tests.pictures.uploads import kept

pytestmark = [pytest.mark.prove, pytest.mark.busy, pytest.mark.only_on("postgresql")]

PNG = makers.encoded("PNG")
WHO = {"email": "admin@example.org", "password": "correct horse battery"}
ASK = "mutation Ask { setProfilePicture(input: {}) { uploadUrl method errors { code } } }"
LOG_IN = """mutation LogIn($email: Email!, $password: String!) {
  tokenAuth(input: { email: $email, password: $password }) { token } }"""


@pytest.fixture
def web(server: Any) -> Any:
    started = server()
    known = {"DJANGO_SUPERUSER_EMAIL": WHO["email"], "DJANGO_SUPERUSER_PASSWORD": WHO["password"]}
    started.database.manage("createsuperuser", "--no-input", **known)
    return started


@pytest.fixture
def ask(web: Any) -> Any:
    """Asks for an upload link as an admin, and gives its path."""
    with web.client() as client:

        def post(document: str, variables: dict[str, str] | None = None, **headers: str) -> Any:
            answer = client.post(
                "/graphql/", json={"query": document, "variables": variables}, headers=headers
            )
            return answer.json()["data"]

        token = post(LOG_IN, WHO)["tokenAuth"]["token"]

        def path() -> str:
            payload = post(ASK, Authorization=f"Bearer {token}")["setProfilePicture"]
            assert (payload["method"], payload["errors"]) == ("PUT", [])
            return urlsplit(payload["uploadUrl"]).path

        yield path


def chunks(raw: bytes, size: int = 8192) -> Iterator[bytes]:
    yield from (raw[start : start + size] for start in range(0, len(raw), size))


def code(answer: Any) -> str:
    return str(answer.json()["errors"][0]["code"])


def test_upload__over_http_with_and_without_its_length(web, ask, folder):
    too_long = PNG + bytes(MOST_BYTES)
    with web.client() as client:
        stated = client.put(ask(), content=PNG)
        chunked = client.put(ask(), content=chunks(PNG, 7))
        refused = [client.put(ask(), content=too_long), client.put(ask(), content=chunks(too_long, 65_536))]
        shown = client.get(urlsplit(chunked.json()["pictureUrl"]).path)
        head = client.head(urlsplit(chunked.json()["pictureUrl"]).path)

    assert (stated.status_code, chunked.status_code) == (200, 200)
    assert [(answer.status_code, code(answer)) for answer in refused] == [(413, "PICTURE_TOO_LARGE")] * 2
    assert kept(folder) == [chunked.json()["pictureUrl"].rpartition("/")[2]]
    assert makers.opened(shown.content).size == (40, 30)
    assert (head.status_code, head.content, head.headers["content-length"]) == (
        200,
        b"",
        str(len(shown.content)),
    )


def test_upload__that_the_sender_breaks_off_leaves_the_link_good(web, ask, folder):
    path = ask()
    line = http.client.HTTPConnection(urlsplit(web.url).netloc)
    line.putrequest("PUT", path)
    line.putheader("Content-Length", str(len(PNG) + 1000))
    line.endheaders(PNG)
    line.close()

    with web.client() as client:
        answer = client.put(path, content=PNG)

    assert answer.status_code == 200
    assert len(kept(folder)) == 1
    assert path.rpartition("/")[2] not in web.web.output


def test_upload__that_is_refused_keeps_the_connection(web, ask):
    path = ask()
    connection = http.client.HTTPConnection(*web.url.removeprefix("http://").split(":"), timeout=30)

    statuses = []
    for _ in range(20):
        connection.request("PUT", path + "x", body=PNG)
        answer = connection.getresponse()
        answer.read()
        statuses.append((answer.status, answer.will_close))

    assert statuses == [(404, False)] * 20
    connection.close()
