"""The first booking, played as the guide behind the README writes it, and the README's tables held against the code."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import include, path
from graphql import parse, validate

from bookings.common import clock
from bookings.tasks import SWEEPS
from core.urls import urlpatterns as core_urls
from schema.http.execution import core_schema
from schema.root import schema
from tests.docs import markdown

urlpatterns = [path("mailbox/", include("bookings.notifications.mailbox_urls")), *core_urls]
pytestmark = pytest.mark.urls(__name__)

README = markdown.read("README.md")
GUIDE = markdown.read("docs/guides/first-booking.md")
STEPS = markdown.ROOT / "schema" / "graphiql" / "src" / "steps"
PLACEHOLDER = re.compile(r"\b(?:[A-Z]+_(?:ID|TOKEN)|CODE)\b")
DEVELOPMENT = {"DEBUG": "true", "ENV_FILE": os.devnull}


class Reader:
    """Somebody who follows the README to the letter, and knows only what the answers told."""

    def __init__(self) -> None:
        self.client = Client()
        self.known: dict[str, str] = {}
        self.answers: dict[str, dict[str, Any]] = {}

    def run(self, operation: markdown.Operation) -> None:
        """Send one operation as it stands, with what is known in place of the words in capitals."""
        answer = self.client.post(
            "/graphql/",
            {"query": operation.text, "variables": json.loads(self.filled(operation.variables))},
            content_type="application/json",
            headers=json.loads(self.filled(operation.headers)),
        )
        name, body = name_of(operation), answer.json()
        assert (answer.status_code, list(body)) == (200, ["data"]), (name, body)
        (root,) = body["data"].values()
        assert not (root.get("errors") if isinstance(root, dict) else None), (name, root)
        self.answers[name] = root
        if name in AFTERWARDS:
            AFTERWARDS[name](self, root)

    def filled(self, text: str) -> str:
        """Put in what earlier answers gave. A word that none gave is a KeyError: the README forgot a step."""
        return PLACEHOLDER.sub(lambda found: self.known[found.group()], text)


def choose_the_first_talk(reader: Reader, services: Mapping[str, Any]) -> None:
    talk = next(edge["node"] for edge in services["edges"] if edge["node"]["name"] == "First talk")
    reader.known["SERVICE_ID"] = talk["id"]


def choose_a_slot(reader: Reader, slots: Mapping[str, Any]) -> None:
    # The last one, so that no notice runs out between listing and drafting.
    reader.known["SLOT_ID"] = slots["edges"][-1]["node"]["id"]


def open_the_mailbox(reader: Reader, drafted: Mapping[str, Any]) -> None:
    booking = drafted["booking"]
    reader.known |= {"BOOKING_ID": booking["id"], "ACKNOWLEDGEMENT_ID": booking["acknowledgementId"]}
    work()
    mails = reader.client.get("/mailbox/api/messages", {"to": "carla@example.org"}).json()["messages"]
    reader.known["CODE"] = mails[0]["code"]


def keep_the_access_token(reader: Reader, verified: Mapping[str, Any]) -> None:
    reader.known["ACCESS_TOKEN"] = verified["accessToken"]


def keep_the_staff_token(reader: Reader, logged_in: Mapping[str, Any]) -> None:
    reader.known["STAFF_TOKEN"] = logged_in["token"]


def press_pay(reader: Reader, started: Mapping[str, Any]) -> None:
    page = urlsplit(started["payment"]["checkoutUrl"]).path
    shown = reader.client.get(page).content.decode()
    (card,) = re.findall(r'name="card" value="([\d ]+)" checked', shown)
    assert reader.client.post(page, {"card": card}).status_code == 302
    work()


AFTERWARDS: Mapping[str, Callable[[Reader, Mapping[str, Any]], None]] = {
    "Services": choose_the_first_talk,
    "OpenSlots": choose_a_slot,
    "DraftBooking": open_the_mailbox,
    "VerifyBooking": keep_the_access_token,
    "LogIn": keep_the_staff_token,
    "StartPayment": press_pay,
}
"""What the README tells a reader to do with an answer, by the operation's name."""


def name_of(operation: markdown.Operation) -> str:
    (definition,) = parse(operation.text).definitions
    return definition.name.value


def work() -> None:
    """What the worker does within the next two seconds."""
    for name in ("outbox", "provider_events"):
        SWEEPS[name](clock.now() + timedelta(seconds=2))


@pytest.fixture
def _make_run(settings, tmp_path, live_server):
    """What `make run` sets up: the demo practice, mail in files, and a web that the sandbox can call."""
    settings.DEBUG, settings.MAIL = True, "file"
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.PUBLIC_URL = live_server.url
    call_command("seed_demo", alone=True, verbosity=0)


@pytest.mark.usefixtures("_make_run")
@pytest.mark.django_db(transaction=True)
def test_first_booking__goes_as_the_readme_says():
    reader = Reader()

    for operation in markdown.operations(GUIDE):
        reader.run(operation)

    told = re.findall(r"booking is `([A-Z_]+)`", GUIDE)
    seen = [
        reader.answers[name]["booking"]["status"]
        for name in ("DraftBooking", "VerifyBooking", "ApproveBooking", "StartPayment")
    ]
    assert seen == told == ["DRAFT", "PENDING", "APPROVED", "PAYMENT_PENDING"]
    assert reader.answers["BookingStatus"]["status"] == "CONFIRMED"
    assert [event["toStatus"] for event in reader.answers["Timeline"]["timeline"]] == [*told, "CONFIRMED"]
    assert [payment["status"] for payment in reader.answers["Timeline"]["payments"]] == ["SUCCEEDED"]


def test_first_booking__is_told_by_the_tabs_that_graphiql_has():
    tabs = [row[1].strip("`") for row in markdown.rows(README, "step", "tab")]

    order = re.findall(r'operation: "(\w+)"', (STEPS.parent / "steps.ts").read_text())

    assert tabs == order


@pytest.mark.parametrize("path", sorted(STEPS.glob("*.graphql")), ids=lambda path: path.stem)
def test_first_booking__is_asked_in_graphiql_as_the_schema_knows(path):
    assert validate(core_schema(schema), parse(path.read_text())) == []


def test_configuration__names_every_variable_with_the_example_of_the_code():
    code = "import json, core.settings; from core import env; print(json.dumps(env.KNOWN))"

    told = {
        name.strip("`"): example.strip("`")
        for name, example, *_ in markdown.rows(README, "variable", "example")
    }

    assert told == json.loads(python(code, DEVELOPMENT).stdout)


def test_configuration__calls_required_what_the_start_demands():
    told = {
        name.strip("`")
        for name, _, default, _ in markdown.rows(README, "variable", "example")
        if default.startswith("**required**")
    }

    assert demanded() == told


def demanded() -> set[str]:
    """The variables without which the settings refuse to load outside DEBUG, found one refusal at a time."""
    given = {"ENV_FILE": os.devnull}
    strong = {
        "SECRET_KEY": "".join(map(chr, range(48, 58))) * 5,
        "ENCRYPTION_KEYS": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    }
    while (started := python("import core.settings", given)).returncode:
        refusal = re.search(r"Set (\w+), for example \1=(.+)", started.stderr)
        assert refusal, started.stderr
        name, example = refusal.groups()
        assert name not in given, started.stderr
        given[name] = strong.get(name, example)
    return set(given) - {"ENV_FILE"}


def python(code: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a line with these variables alone, as a fresh process would start."""
    return subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        env=dict(environment),
        cwd=markdown.ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_configuration__mail_providers_are_those_of_the_settings():
    (meaning,) = [row[3] for row in markdown.rows(README, "variable") if row[0] == "`MAIL`"]

    refusal = python("import core.settings", DEVELOPMENT | {"MAIL": "pigeon"}).stderr

    (choices,) = re.findall(r"is none of ([\w, ]+)\.", refusal)
    assert sorted(re.findall(r"`(\w+)`", meaning)) == sorted(choices.split(", "))


def test_commands__are_targets_of_the_makefile():
    targets = set(re.findall(r"^([a-z]+):", markdown.read("Makefile"), re.MULTILINE))

    told = {
        name
        for document in markdown.documents()
        for name in re.findall(r"\bmake ([a-z]+)\b(?=[`\s]*(?:PORT|ARGS|[`#]))", document.read_text())
    }

    assert told == targets
