"""The section for chatbots: its table of scopes is the code's, and its calls are played as they stand."""

import json
import re
from typing import Any

import pytest
import time_machine

from bookings.accounts.keys import Scope
from bookings.booking.models import Booking
from schema import scopes
from tests import factories
from tests.docs import markdown
from tests.factories import NOW
from tests.schema.client import post

SECTION = markdown.read("docs/guides/clients.md").partition("## Chatbots")[2].partition("\n## ")[0]
CALLS = [json.loads(body) for body in re.findall(r"^ask '(.+?)'$", SECTION, re.MULTILINE | re.DOTALL)]


@pytest.mark.parametrize("scope", [Scope.CATALOGUE, Scope.BOOKING])
def test_scopes__open_what_the_table_says(scope: Scope) -> None:
    told = {name: re.findall(r"`(\w+)`", cells) for name, cells in markdown.rows(SECTION, "scope", "opens")}

    tables = {**scopes.QUERIES, **scopes.MUTATIONS}
    assert sorted(told[f"`{scope}`"]) == sorted(name for name, allowed in tables.items() if scope in allowed)


@pytest.mark.django_db(transaction=True)
@time_machine.travel(NOW, tick=False)
def test_conversation__books_as_it_is_written() -> None:
    service = factories.service()
    factories.consultant(service)
    made = factories.service_key(Scope.CATALOGUE, Scope.BOOKING)
    known: dict[str, str] = {}

    def say(call: dict[str, Any]) -> Any:
        text = re.sub(r"\b(?:[A-Z]+_(?:ID|TOKEN)|CODE)\b", lambda word: known[word.group()], json.dumps(call))
        filled = json.loads(text)
        body = post(filled["query"], filled.get("variables"), authorization=f"Api-Key {made.text}")
        assert "errors" not in body, body
        (root,) = body["data"].values()
        assert not root.get("errors"), root
        return root

    offer, times, draft, verify, look = CALLS
    known["SERVICE_ID"] = say(offer)["edges"][0]["node"]["id"]
    known["SLOT_ID"] = say(times)["edges"][0]["node"]["id"]
    known["ACKNOWLEDGEMENT_ID"] = say(draft)["booking"]["acknowledgementId"]
    known["CODE"] = factories.secrets_of(Booking.objects.get())["code"]
    known["ACCESS_TOKEN"] = say(verify)["accessToken"]
    shown = say(look)

    assert shown["startsAt"]
    assert {action["mutation"] for action in shown["availableActions"]} == {
        "cancelBooking",
        "rescheduleBooking",
    }
