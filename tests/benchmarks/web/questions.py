"""What is asked: the same of every contender, at random of what there is, with what each answer has to hold."""

import datetime
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from schema.common.inputs import read_id, write_id
from tests.benchmarks.web.contenders import HOST, POSTGRAPHILE, PRODUCT
from tests.benchmarks.web.world import Host, World

MANY = 400
"""How many different requests are drawn from; what is drawn is as much as a cache could know by heart."""
ADDRESS, NUMBER = "\1", "\2"
"""Stand in a request for the caller's address and for ten digits, fresh in each one that is sent."""
DIGITS = 10

SLOTS = """query OpenSlots($service: ID!, $consultant: ID!, $since: DateTime!, $until: DateTime!, $first: Int!) {
  openSlots(serviceId: $service, consultantId: $consultant, from: $since, until: $until, first: $first) {
    edges { node { id startsAt endsAt seatsLeft
      consultant { id fullName } service { id name durationMinutes } } } } }"""
STATUS = """query Status($id: String!) {
  bookingStatus(acknowledgementId: $id) { acknowledgementId status statusLabel deadline updatedAt } }"""
DRAFT = """mutation Draft($input: DraftBookingInput!) {
  draftBooking(input: $input) { booking { acknowledgementId status } errors { code message } } }"""


@dataclass(frozen=True)
class Request:
    """One request as it goes over the wire, but for its headers."""

    method: str
    path: str
    body: str = ""

    def raw(self) -> str:
        """Write it with its headers, those of a proxy in front among them."""
        length = len(self.body.replace(NUMBER, "0" * DIGITS).encode())
        content = f"Content-Type: application/json\r\nContent-Length: {length}\r\n" if self.body else ""
        return (
            f"{self.method} {self.path} HTTP/1.1\r\nHost: {HOST}\r\nAccept: application/json\r\n"
            f"X-Forwarded-Proto: https\r\nX-Forwarded-For: {ADDRESS}\r\n{content}\r\n{self.body}"
        )


@dataclass(frozen=True)
class Workload:
    """One question. `asks` draws what is asked for; `holds` and `times` say what a right answer holds, how often."""

    name: str
    title: str
    asks: Callable[[World, random.Random], dict[str, Any]]
    holds: str
    times: int
    drf: Callable[[dict[str, Any]], Request]
    product: Callable[[dict[str, Any]], Request]
    facts: Callable[[str, Any], Any]

    def request(self, contender: str, wanted: dict[str, Any]) -> Request:
        """Write the question as a contender takes it; the floor takes what REST framework takes."""
        if contender == POSTGRAPHILE:
            from tests.benchmarks.web import postgraphile  # noqa: PLC0415 - it needs the workloads above

            return postgraphile.REQUESTS[self.name](wanted)
        return self.product(wanted) if contender == PRODUCT else self.drf(wanted)

    def suits(self, contender: str) -> bool:
        """Tell whether a contender can be asked: PostGraphile computes no time."""
        return contender != POSTGRAPHILE or self.name != "W1c"

    def requests(self, contender: str, world: World, seed: int) -> list[Request]:
        """Draw many; the same for every contender."""
        chance = random.Random(seed)
        return [self.request(contender, self.asks(world, chance)) for _ in range(MANY)]


def graphql(document: str, variables: Mapping[str, Any]) -> Request:
    """Write a POST of a document, which is the same text every time."""
    return Request("POST", "/graphql/", json.dumps({"query": document, "variables": variables}))


def _slots_of(hosts: str) -> Callable[[World, random.Random], dict[str, Any]]:
    def asks(world: World, chance: random.Random) -> dict[str, Any]:
        host: Host = chance.choice(getattr(world, hosts))
        return {
            "service": host.service,
            "consultant": host.consultant,
            "since": _iso(world.since),
            "until": _iso(world.until),
            "first": 50,
        }

    return asks


def _slots_product(wanted: dict[str, Any]) -> Request:
    ids = {
        "service": write_id("Service", wanted["service"]),
        "consultant": write_id("Consultant", wanted["consultant"]),
    }
    return graphql(SLOTS, {**wanted, **ids})


def _slots_facts(contender: str, answer: Any) -> Any:
    """Give what every contender must say of each slot; what its id is, is its own affair."""
    if contender == POSTGRAPHILE:
        from tests.benchmarks.web import postgraphile  # noqa: PLC0415 - as above

        nodes = postgraphile.slots(answer)
    elif contender == PRODUCT:
        nodes = [edge["node"] for edge in answer["data"]["openSlots"]["edges"]]
    else:
        nodes = answer["slots"]
    return [
        (
            datetime.datetime.fromisoformat(node["startsAt"]),
            datetime.datetime.fromisoformat(node["endsAt"]),
            node["seatsLeft"],
            _key(node["consultant"]["id"]),
            node["consultant"]["fullName"],
            _key(node["service"]["id"]),
            node["service"]["name"],
            node["service"]["durationMinutes"],
        )
        for node in nodes
    ]


def _key(written: str | int) -> int:
    return int(read_id(written)[1]) if isinstance(written, str) and not written.isdigit() else int(written)


def _status_asks(world: World, chance: random.Random) -> dict[str, Any]:
    return {"id": chance.choice(world.acknowledgements)}


def _status_facts(contender: str, answer: Any) -> Any:
    found = answer["data"]["bookingStatus"] if contender in {PRODUCT, POSTGRAPHILE} else answer
    updated = datetime.datetime.fromisoformat(found["updatedAt"])
    return found["acknowledgementId"], found["status"], found["statusLabel"], found["deadline"], updated


def _draft_asks(world: World, chance: random.Random) -> dict[str, Any]:
    host = chance.choice(world.publishing)
    return {
        "service": host.service,
        "consultant": host.consultant,
        "startsAt": _iso(chance.choice(world.starts())),
        "email": f"somebody{NUMBER}@example.org",
        "fullName": "Carla Client",
        "consent": True,
    }


def _draft_product(wanted: dict[str, Any]) -> Request:
    ids = {
        "serviceId": write_id("Service", wanted["service"]),
        "consultantId": write_id("Consultant", wanted["consultant"]),
    }
    others = {name: value for name, value in wanted.items() if name not in {"service", "consultant"}}
    return _with_number(graphql(DRAFT, {"input": {**others, **ids}}))


def _with_number(request: Request) -> Request:
    """JSON writes our mark as an escape; put the mark itself back."""
    return Request(request.method, request.path, request.body.replace("\\u0002", NUMBER))


def _draft_facts(contender: str, answer: Any) -> Any:
    found = answer
    if contender in {PRODUCT, POSTGRAPHILE}:
        found = answer["data"]["draftBooking"]["booking"]
    return found["acknowledgementId"].startswith("MS-"), found["status"]


def _iso(moment: datetime.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload(
            "W1",
            "50 open slots, published, with consultant and service",
            _slots_of("publishing"),
            '"startsAt"',
            50,
            lambda wanted: Request("GET", f"/slots/?{urlencode(wanted)}"),
            _slots_product,
            _slots_facts,
        ),
        Workload(
            "W1c",
            "50 open slots, computed from weekly hours",
            _slots_of("weekly"),
            '"startsAt"',
            50,
            lambda wanted: Request("GET", f"/computed/?{urlencode(wanted)}"),
            _slots_product,
            _slots_facts,
        ),
        Workload(
            "W2",
            "a booking's status by its id",
            _status_asks,
            '"statusLabel"',
            1,
            lambda wanted: Request("GET", f"/bookings/{wanted['id']}/"),
            lambda wanted: graphql(STATUS, wanted),
            _status_facts,
        ),
        Workload(
            "W3",
            "a draft",
            _draft_asks,
            '"acknowledgementId":"MS-',
            1,
            lambda wanted: _with_number(Request("POST", "/drafts/", json.dumps(wanted))),
            _draft_product,
            _draft_facts,
        ),
    )
}
