"""What every kind of answer says to browsers, under a deployment's settings."""

from collections.abc import Iterator

import pytest

from tests.attacks.victim import GOOD, Victim, attacked, settings
from tests.attacks.wire import graphql, request, send
from tests.servers import copied

KINDS = {
    "JSON": GOOD,
    "a refusal": graphql("{"),
    "a page": request("GET", "/bookings/status", Accept="text/html"),
    "the admin": request("GET", "/admin/login/", Accept="text/html"),
    "nothing there": request("GET", "/nothing", Accept="text/html"),
    "GraphiQL, which is closed": request("GET", "/graphql/", Accept="text/html"),
    "a file": request("GET", "/static/schema/closed.css"),
}
PAGES = {name for name, data in KINDS.items() if b"text/html" in data} - {"nothing there"}


@pytest.fixture(scope="module")
def victim(migrated_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    folder = tmp_path_factory.mktemp("headers")
    with copied(migrated_template, folder) as database, attacked(database, folder, settings()) as server:
        yield server


@pytest.mark.parametrize("kind", KINDS)
def test_headers__of_every_kind_of_answer(victim: Victim, kind: str) -> None:
    headers = send(victim.port, KINDS[kind]).headers

    assert headers["strict-transport-security"] == "max-age=31536000; includeSubDomains; preload"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "/" not in headers.get("server", "")  # a name, and no version
    if kind != "a file":
        assert headers["x-frame-options"] == "DENY"
        assert kind == "nothing there" or "no-store" in headers["cache-control"]
    if kind in PAGES:
        policy = headers["content-security-policy"]
        assert all(f"{name} 'none'" in policy for name in ("default-src", "base-uri", "frame-ancestors"))
        assert "script-src 'unsafe-inline'" not in policy


def test_cookies__are_for_https_and_no_script(victim: Victim) -> None:
    given = send(victim.port, KINDS["the admin"]).headers["set-cookie"]

    assert given.startswith("csrftoken=")
    assert "Secure" in given
    assert "SameSite=Lax" in given
    assert "sessionid" not in given
