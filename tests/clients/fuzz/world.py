"""What is in the demo's data, as its staff see it over HTTP, and who calls: so that drawn documents meet real rows."""

from base64 import b64decode
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.clients import practice_documents as words
from tests.clients.demo import STAFF, Client, log_in
from tests.clients.documents import LOG_IN
from tests.clients.practice import ADMIN, PASSWORD
from tests.clients.server import Server

LISTS = """
query Lists {
  me { id }
  categories { id slug }
  businesses(first: 20) {
    edges { node { id slug services { id } consultants { id slug } resources { id } reviews { id } } }
  }
}
"""
OF_BOOKINGS = """
query OfBookings {
  bookings(first: 40) {
    edges { node { id acknowledgementId payments { id refunds { id } } followUps { id } } }
  }
}
"""
OWN = "query Own { me { practices { business { id } } } }"
TIMES = """
query Times($service: ID!) { openSlots(serviceId: $service, first: 4) { edges { node { id startsAt } } } }
"""
MADE = {
    "createCalendarFeed": ("calendarFeed", {"idempotencyKey": "fuzz-feed"}),
    "createServiceKey": (
        "serviceKey",
        {"name": "Chatbot", "scopes": ["CATALOGUE", "BOOKING", "PRACTICE"], "password": STAFF[1]},
    ),
    "saveCorporateClient": (
        "corporateClient",
        {"company": "Herons Ltd", "contactName": "Hal Heron", "email": "hal@example.org"},
    ),
    "blockSender": ("blockedSender", {"domain": "blocked.example"}),
    "addStaffMember": ("invitation", {"email": "new@demo.example"}),
}
"""Rows of the first practice that the demo does not have: mutation, what its payload calls the row, and the input."""
MAKE = """
mutation Make($input: %(type)s!) {
  %(mutation)s(input: $input) { %(row)s { id } %(key)s errors { code message } }
}
"""
TEXTS = {
    "code": ["123456"],
    "company": ["Herons Ltd"],
    "country": ["PL", "pl", "XX"],
    "currency": ["EUR", "PLN", "XXX"],
    "email": [
        STAFF[0],
        "owner@demo.example",
        "anna@demo.example",
        "somebody@example.org",
        "a@blocked.example",
    ],
    "fullName": ["Carla Client", "<b>Łucja</b>"],
    "idempotencyKey": ["a", "b", "c"],
    "locale": ["en", "pl", "pl-PL"],
    "message": ["I would like to talk.", ""],
    "name": ["Quiet room", "Talk"],
    "opens": ["08:00", "00:00", "22:00"],
    "closes": ["18:00", "24:00", "06:00"],
    "phone": ["+48 22 123 45 67", "12"],
    "preferredFrom": ["09:00"],
    "preferredUntil": ["12:00"],
    "tokenAuth.password": [STAFF[1], "wrong"],
    "provider": ["sandbox", "stripe", "paystack"],
    "reason": ["No time."],
    "search": ["talk", "Kraków"],
    "times": ["09:00", "14:30"],
    "version": ["1"],
}


@dataclass
class World:
    """Ids by type and texts by the name of their argument, what no answer may hold, and who can call."""

    known: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    secrets: list[str] = field(default_factory=list)
    logins: dict[str, list[str]] = field(default_factory=dict)
    key: str = ""

    def learn(self, answer: Any) -> None:
        """Keep every id, slug and instant of an answer; ids say their type themselves."""
        if isinstance(answer, list):
            for each in answer:
                self.learn(each)
        elif isinstance(answer, dict):
            for name, value in answer.items():
                if name == "id" and value:
                    self._keep_id(value)
                elif name in {"slug", "startsAt", "acknowledgementId"} and value:
                    self.known[name].append(value)
                self.learn(value)

    def _keep_id(self, value: str) -> None:
        kind = kind_of(value)
        if value not in self.known["any"]:
            self.known["any"].append(value)
            self.known[kind].append(value)


def kind_of(value: str) -> str:
    """Give the type that an id is of. Clients must not look: this is a test that wants to get far."""
    return b64decode(value).decode().partition(":")[0]


def explore(server: Server) -> World:
    """Look around as staff, make what the demo lacks, book as a client and give them an account."""
    world = World()
    world.known.update({name: list(texts) for name, texts in TEXTS.items()})
    staff = log_in(server)
    world.learn(server.ask(LISTS, token=staff))
    key = make(server, world, staff)
    client = Client(server).book("First talk")
    world.learn([client.booking, client.slot])
    world.learn(server.ask(OF_BOOKINGS, token=staff))
    for service in world.known["Service"]:
        world.learn(server.ask(TIMES, {"service": service}))
    world.known["accessToken"] = [client.token]
    world.known["email"].append(client.address)
    register(server, client.address)
    world.learn(server.ask(words.ROLE_REQUESTS, token=server.do(LOG_IN, "tokenAuth", ADMIN)["token"]))
    world.logins = {
        "admin": list(ADMIN.values()),
        "client": [client.address, PASSWORD],
        "staff": list(STAFF),
    }
    world.key = key
    world.secrets = [staff, key, client.token]
    return world


def make(server: Server, world: World, staff: str) -> str:
    """Make rows of kinds that the demo has none of; gives the service key."""
    key = ""
    practice = server.ask(OWN, token=staff)["me"]["practices"][0]["business"]
    for mutation, (row, given) in MADE.items():
        words_of = {"mutation": mutation, "row": row, "type": f"{mutation[0].upper()}{mutation[1:]}Input"}
        document = MAKE % {**words_of, "key": "key" if mutation == "createServiceKey" else ""}
        whose = {} if mutation == "createCalendarFeed" else {"businessId": practice["id"]}
        payload = server.do(document, mutation, {**whose, **given}, token=staff)
        world.learn(payload)
        key = payload.get("key") or key
    return key


def register(server: Server, address: str) -> None:
    """Give an address an account."""
    given = {"email": address, "password": PASSWORD, "fullName": "Carla Client", "role": "BUSINESS_OWNER"}
    handle = server.do(words.REGISTER, "register", given)["registrationId"]
    code = {"code": server.code_for(address, about="Confirm your address"), "registrationId": handle}
    server.do(words.PROVE, "verifyEmail", {"proof": {"code": code}})
