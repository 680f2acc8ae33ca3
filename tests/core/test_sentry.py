"""What leaves for Sentry, seen by a server that takes what the real client sends."""

import gzip
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from core.sentry import scrubbed, scrubbed_crumb
from tests.check import ROOT
from tests.core.test_logging import JWT, TOKEN
from tests.core.test_settings import load, refusal
from tests.servers import environment, wait_for

SAID = ("ana@example.org", TOKEN, JWT, "sk_live_4eC39HqLyjWDarjtT1zdp7dc", f"slw_ab3d5f7h_{TOKEN}")
SETUP = """
import django, logging
django.setup()
from django.conf import settings
settings.ALLOWED_HOSTS = ["testserver"]
from django.test import RequestFactory
from django.urls import path
from core import urls
from core.wsgi import application
def ask(request):
    answer = application(request.environ, lambda *_: None)
    b"".join(answer)
    answer.close()
log = logging.getLogger("bookings.test")
log.info("a crumb for %s", {said!r})
"""
LOGGED = """
def fail(answers):
    raise ValueError("could not tell " + ", ".join(answers) + "\\nDETAIL: Key (full_name)=(Carla Client)")
try:
    fail({said!r})
except ValueError:
    log.exception("failed for %s", {said!r}, extra={{"answers": {said!r}}})
"""
ASKED = """
ask(RequestFactory().post(
    "/graphql/?token=" + {token!r},
    {{"query": "query Mine {{ services {{ edges {{ node {{ name }} }} }} }}"}},
    content_type="application/json",
    headers={{"X-Booking-Token": {token!r}, "X-Request-ID": "request-77"}},
))
"""
VIEWED = """
def broken(request, token):
    raise ValueError("no page for " + token)
urls.urlpatterns.append(path("broken/<token>", broken))
ask(RequestFactory(headers={{"Cookie": "sessionid=" + {token!r}}}).get(
    "/broken/" + {token!r} + "?code=" + {token!r}, headers={{"X-Request-ID": "request-78"}}
))
"""


class Sentry:
    """A Sentry as its clients see it: keeps every event."""

    def __init__(self) -> None:
        self.bodies: list[str] = []
        sentry = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                sentry.bodies.append(body.decode())
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def dsn(self) -> str:
        return f"http://publickey@127.0.0.1:{self.server.server_port}/1"

    @property
    def items(self) -> list[tuple[str, dict[str, Any]]]:
        """The items of all envelopes: kind and payload."""
        lines = [line for body in list(self.bodies) for line in body.splitlines()[1:] if line]
        pairs = zip(lines[::2], lines[1::2], strict=True)
        return [(json.loads(head)["type"], json.loads(payload)) for head, payload in pairs]

    @property
    def events(self) -> list[dict[str, Any]]:
        return [payload for kind, payload in self.items if kind == "event"]


@pytest.fixture
def sentry() -> Iterator[Sentry]:
    double = Sentry()
    yield double
    double.server.shutdown()
    double.server.server_close()


def play(sentry: Sentry, act: str, tmp_path: Any, **env: str) -> None:
    """Do something in a process of the service, on a database without tables."""
    code = (SETUP + act).format(said=SAID, token=TOKEN, jwt=JWT)
    given = environment(f"sqlite:///{tmp_path}/empty.sqlite3", SENTRY_DSN=sentry.dsn, **env)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**given, "DJANGO_SETTINGS_MODULE": "core.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_sentry__is_told_of_an_error_and_of_nobody(sentry, tmp_path):
    play(sentry, LOGGED, tmp_path, SENTRY_ENVIRONMENT="staging")

    (event,) = sentry.events
    (thrown,) = event["exception"]["values"]
    assert thrown["type"] == "ValueError"
    assert thrown["value"] == "could not tell [address], [secret], [secret], [secret], [secret]"
    assert [frame["function"] for frame in thrown["stacktrace"]["frames"]] == ["<module>", "fail"]
    assert all("vars" not in frame for frame in thrown["stacktrace"]["frames"])
    assert event["environment"] == "staging"
    assert [each["message"].partition(" (")[0] for each in event["breadcrumbs"]["values"]] == ["a crumb for"]
    sent = "".join(sentry.bodies)
    assert [said for said in (*SAID, "Carla", "staging-host", os.uname().nodename) if said in sent] == []


def test_sentry__hears_of_a_masked_bug_once_with_the_id_of_its_request(sentry, tmp_path):
    play(sentry, ASKED, tmp_path)

    (event,) = sentry.events
    assert event["exception"]["values"][-1]["type"] == "OperationalError"
    assert event["tags"]["request_id"] == "request-77"
    assert event["request"] == {"method": "POST"}
    assert event["transaction"] == "/graphql/"
    sent = "".join(sentry.bodies)
    assert [said for said in (TOKEN, JWT, "query Mine", "user") if said in sent] == []


def test_sentry__hears_of_a_page_that_breaks_once_and_not_its_address(sentry, tmp_path):
    play(sentry, VIEWED, tmp_path)

    (event,) = sentry.events
    assert event["exception"]["values"][0]["value"] == "no page for [secret]"
    assert event["tags"]["request_id"] == "request-78"
    assert (event["request"], event["transaction"]) == ({"method": "GET"}, "/broken/{token}")
    assert TOKEN not in "".join(sentry.bodies)


def test_sentry__does_not_hear_of_whoever_asks_by_another_host(sentry, tmp_path):
    play(sentry, 'ask(RequestFactory(headers={{"Host": "scanned.example.net"}}).get("/admin/"))', tmp_path)

    assert sentry.events == []


def test_sentry__is_sent_no_times_unless_asked_for(sentry, tmp_path):
    play(sentry, VIEWED, tmp_path, SENTRY_TRACES="1")

    kinds = [kind for kind, _ in sentry.items]
    assert sorted(kinds) == ["event", "transaction"]
    assert TOKEN not in "".join(sentry.bodies)


@pytest.mark.prove
@pytest.mark.busy
@pytest.mark.only_on("postgresql")
def test_sentry__hears_of_the_workers_failures_too(sentry, server, fresh_database):
    running = server(worker=True, SENTRY_DSN=sentry.dsn)
    code = "from django_q.tasks import async_task; async_task('bookings.tasks.nothing', 'ana@example.org')"
    fresh_database.manage("shell", "-c", code)

    def told() -> dict[str, Any] | None:
        return next((event for event in sentry.events if "tasks.nothing" in json.dumps(event)), None)

    event = wait_for(told, "the worker's error to reach Sentry", within=30)
    assert event["logger"] == "django-q"
    assert "ana@example.org" not in "".join(sentry.bodies)
    assert running.worker is not None


def test_settings__without_a_dsn_never_import_the_library():
    done = load("'sentry_sdk' in __import__('sys').modules")

    assert done.stdout == "False\n", done.stderr


def test_settings__refuse_what_is_no_dsn_and_do_not_repeat_it():
    sentence = refusal(SENTRY_DSN="https://sentry.example.org/nothing-at-all")

    assert sentence == "SENTRY_DSN is no DSN. Write it like SENTRY_DSN=https://key@sentry.example.org/1"


@pytest.mark.parametrize("share", ["2", "-0.1", "often"])
def test_settings__refuse_what_is_no_share(share):
    assert refusal(SENTRY_TRACES=share).startswith(f"SENTRY_TRACES='{share}' is not ")


def test_scrubbed__leaves_out_whom_it_is_about():
    event = {
        "user": {"email": "a"},
        "extra": {"a": 1},
        "request": {"url": "u", "data": "d", "headers": {"a": "b"}},
    }

    assert scrubbed(event, {}) == {"request": {"method": ""}, "tags": {"request_id": "-"}}


@pytest.mark.parametrize("category", ["query", "httplib", "subprocess"])
def test_crumb__of_statements_and_outside_calls_is_none(category):
    assert scrubbed_crumb({"category": category, "message": "x"}, {}) is None


def test_crumb__says_its_message_alone():
    crumb = {"category": "x", "message": f"to {TOKEN}\nmore", "data": {"url": "u"}}

    assert scrubbed_crumb(crumb, {}) == {"category": "x", "message": "to [secret]"}
