"""A chatbot for Slotwell: `python bot.py http://127.0.0.1:8000/graphql/ [--language pl]`.

It lists what is offered, asks who comes and when, and from then on does what the booking says can be done.
"""

import argparse
import io
import os
import sys
import uuid
from typing import Any

from api import Api, Gone, Refused
from booking import Following
from documents import ASK, SERVICES
from person import Left, Person
from times import Times
from words import words_of

OURS = {"fullName", "email", "consent"}
"""What a person is asked before there is a booking."""


def main(arguments: list[str] | None = None) -> int:
    """Hold one conversation: 0 where it came to an end, 1 where the service refused or did not answer."""
    options = read(arguments)
    person = Person(words_of(options.language))
    api = Api(
        options.url,
        language=options.language,
        key=os.environ.get("SLOTWELL_KEY", ""),
        patience=options.patience,
        tell=person.say,
    )
    ended = 0
    try:
        person.say("hello")
        following = begun(api, person)
        if following is not None:
            following.talk(options.patience)
    except Left:
        pass
    except Refused as refusal:
        person.tell(str(refusal))
        ended = 1
    except Gone:
        person.say("gone")
        ended = 1
    except KeyboardInterrupt:
        ended = 130
    person.say("bye")
    return ended


def read(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description="Book a session by talking. SLOTWELL_KEY holds a service key."
    )
    parser.add_argument("url", help="the endpoint, such as http://127.0.0.1:8000/graphql/")
    parser.add_argument("--language", default="en", help="in which to talk: en or pl")
    parser.add_argument(
        "--patience", type=float, default=60, help="seconds to wait for news, and for a service that is away"
    )
    return parser.parse_args(arguments)


def begun(api: Api, person: Person) -> Following | None:
    """Choose service and time, ask who comes, and have it noted; None where nothing is offered. Raises Left."""
    times = Times(api, person)
    services = [edge["node"] for edge in api.ask(SERVICES)["services"]["edges"]]
    if not services:
        person.say("nothing_offered")
        return None
    while True:
        labels = [described(service, person) for service in services]
        service = services[int(person.choose(person.words["service"], labels))]
        slot = times.choose(service["id"], person.words["when"])
        if slot is None:
            continue
        booking = noted(api, person, times, service, slot)
        if booking is not None:
            following = Following(api, person, times, booking)
            following.service = service["id"]
            return following


def noted(
    api: Api, person: Person, times: Times, service: dict[str, Any], slot: dict[str, Any]
) -> dict[str, Any] | None:
    """Ask who comes until the API takes it; None where the person would rather begin again. Raises Left."""
    given: dict[str, Any] = {}
    asked = OURS
    while True:
        given |= answers(person, service, asked)
        whole = {**given, "slotId": slot["id"], "idempotencyKey": str(uuid.uuid4())}
        payload = api.ask(ASK, {"input": whole})["draftBooking"]
        if not payload["errors"]:
            person.say("noted", id=payload["booking"]["acknowledgementId"])
            return dict(payload["booking"])
        for error in payload["errors"]:
            person.tell(error["message"])
        slots = [slot for error in payload["errors"] for slot in error["suggestedSlots"]]
        asked = {name for error in payload["errors"] for name in error["field"] or []} & OURS
        chosen = times.choose_of(slots) if slots else None
        if chosen is None and not asked:
            return None
        slot = chosen or slot


def answers(person: Person, service: dict[str, Any], asked: set[str]) -> dict[str, Any]:
    """Ask for some of what must be known before there is a booking."""
    given: dict[str, Any] = {}
    for name in ("fullName", "email"):
        if name in asked:
            given[name] = person.ask(person.words[name])
    if "consent" in asked:
        practice = service["business"]
        person.tell(f"{practice['name']}: {practice['consentText']}")
        given["consent"] = person.means_yes(person.ask(person.words["consent"]))
        given["consentVersion"] = practice["consentVersion"]
    return given


def described(service: dict[str, Any], person: Person) -> str:
    """Give a service in one line."""
    length = person.words["minutes"].format(minutes=service["durationMinutes"])
    price = "{amount} {currency}".format(**service["price"])
    return f"{service['name']}, {service['business']['name']}: {length}, {price}"


def run() -> int:
    """Talk to whoever is at the other end of this process; whatever bytes they send are read as well as can be."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        return main()
    except BrokenPipeError:  # nobody reads any more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


if __name__ == "__main__":
    sys.exit(run())
