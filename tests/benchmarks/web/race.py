"""W4: 64 clients prove their mailboxes at the same moment, and there is one seat."""

import json
import selectors
import socket
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tests.benchmarks.web.contenders import PRODUCT, Contender
from tests.benchmarks.web.drafts import Draft, free_times, prepare
from tests.benchmarks.web.load import Wrong
from tests.benchmarks.web.questions import ADDRESS, Request, graphql
from tests.benchmarks.web.world import World

CLIENTS = 64
MOST = 2.0
"""How many times as long as the floor the product may take until all have their answer."""
PATIENCE = 60.0
VERIFY = """mutation Verify($input: VerifyBookingInput!) {
  verifyBooking(input: $input) { booking { status } errors { code } accessToken } }"""
GUARDED, UNGUARDED = "/verify/", "/verify-unguarded/"


@dataclass(frozen=True)
class Race:
    """What came of one: how many hold the seat, by their answers and by the database, and how it was answered."""

    winners: int
    stored: int
    refused: int
    failed: int
    milliseconds: float
    cpu: float

    @property
    def is_fair(self) -> bool:
        """Tell whether one won, all others were told so, and nothing broke."""
        return (self.winners, self.stored, self.refused, self.failed) == (1, 1, CLIENTS - 1, 0)


def run(contender: Contender, world: World, path: str = GUARDED) -> Race:
    """Let 64 clients race for a time of their own. `path`: where the floor takes the seat."""
    host, start = free_times(world, 1)[0]
    drafts = prepare(world, [(host, start)] * CLIENTS)
    requests = [_request(contender, draft, path) for draft in drafts]
    before = contender.seconds()
    answers, seconds = at_once(contender.port, requests)
    statuses = [_status(body) for code, body in answers if code == 200]
    (stored,) = world.database.sql(
        "SELECT count(*) FROM bookings_booking WHERE id = ANY(%s) AND status = 'PENDING'",
        [draft.booking for draft in drafts],
    )[0]
    return Race(
        winners=statuses.count("PENDING"),
        stored=stored,
        refused=statuses.count("DRAFT"),
        failed=sum(code >= 400 for code, _ in answers),
        milliseconds=seconds * 1000,
        cpu=(contender.seconds() - before) / CLIENTS * 1000,
    )


def _request(contender: Contender, draft: Draft, path: str) -> Request:
    if contender.name == PRODUCT:
        return graphql(VERIFY, {"input": {"proof": {"token": draft.token}}})
    return Request("POST", path, json.dumps({"token": draft.token}))


def _status(body: bytes) -> str:
    """Give where the booking stands by an answer; empty where it says neither that nor why."""
    answer = json.loads(body)
    found = answer["data"]["verifyBooking"] if "data" in answer else answer
    codes = [error["code"] if isinstance(error, dict) else error for error in found["errors"]]
    status = str(found["booking"]["status"] if "booking" in found else found["status"])
    return status if (status == "PENDING") == (codes == []) and codes in ([], ["SLOT_UNAVAILABLE"]) else ""


def at_once(port: int, requests: Sequence[Request]) -> tuple[list[tuple[int, bytes]], float]:
    """Connect for every request, then send all, then read all. Gives status and body of each, and the seconds.

    Raises Wrong where an answer does not come.
    """
    waiting = selectors.DefaultSelector()
    received: list[bytearray] = [bytearray() for _ in requests]
    sockets = [socket.create_connection(("127.0.0.1", port)) for _ in requests]
    raw = [
        request.raw()
        .replace(ADDRESS, f"10.77.0.{number}")
        .replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1)
        .encode()
        for number, request in enumerate(requests, 1)
    ]
    begun = time.perf_counter()
    for number, (each, text) in enumerate(zip(sockets, raw, strict=True)):
        each.sendall(text)
        waiting.register(each, selectors.EVENT_READ, number)
    while waiting.get_map():
        ready = waiting.select(PATIENCE)
        if not ready:
            raise Wrong(f"{len(waiting.get_map())} of {len(requests)} clients wait for an answer in vain")
        for key, _ in ready:
            part = key.fileobj.recv(65536)  # type: ignore[union-attr]
            received[key.data] += part
            if not part:
                waiting.unregister(key.fileobj)
    seconds = time.perf_counter() - begun
    for each in sockets:
        each.close()
    return [_parsed(bytes(text)) for text in received], seconds


def _parsed(text: bytes) -> tuple[int, bytes]:
    head, _, body = text.partition(b"\r\n\r\n")
    return (int(head.split()[1]) if head else 0), body


def compare(product: Contender, floor: Contender, world: World, rounds: int) -> bool:
    """Race in turns, print what came of it, and show that the race finds the mutant. Gives whether the bar is held.

    Raises Wrong where one was unfair, or where what has no guard looked as if it had one.
    """
    for contender in (product, floor):
        _fair(run(contender, world), contender)
    races: dict[str, list[Race]] = {product.name: [], floor.name: []}
    for number in range(rounds):
        for contender in (product, floor)[:: -1 if number % 2 else 1]:
            races[contender.name].append(_fair(run(contender, world), contender))
    print(
        f"\nW4: {CLIENTS} clients for one seat\n\n| contender | winners | refused | failed | settled in ms | "
        "server CPU ms a client |\n|---|---|---|---|---|---|"
    )
    for name, found in races.items():
        times = sorted(race.milliseconds for race in found)
        cpu = statistics.median(race.cpu for race in found)
        print(
            f"| {name} | 1 in each of {len(found)} | {CLIENTS - 1} | 0 | {statistics.median(times):.0f} "
            f"({times[0]:.0f}–{times[-1]:.0f}) | {cpu:.2f} |"
        )
    mutant = mutated(floor, world)
    print(
        f"| floor without a guard | {mutant.winners} | {mutant.refused} | {mutant.failed} | | |", flush=True
    )
    pairs = zip(races[product.name], races[floor.name], strict=True)
    ratio = statistics.median(a.milliseconds / b.milliseconds for a, b in pairs)
    verdict = "held" if ratio <= MOST else f"missed by {ratio / MOST - 1:.0%}"
    print(f"\n  W4 settled against floor ≤ {MOST:.2f}: {ratio:.2f}, {verdict}", flush=True)
    return ratio <= MOST


def mutated(floor: Contender, world: World, tries: int = 5) -> Race:
    """Give a race in which what has no guard let several win. Raises Wrong where none did in so many."""
    for _ in range(tries):
        found = run(floor, world, UNGUARDED)
        if found.winners > 1 and found.stored > 1:
            return found
    raise Wrong("without a guard one client won as well: this race would not find a double booking")


def _fair(race: Race, contender: Contender) -> Race:
    if not race.is_fair:
        raise Wrong(f"{contender.name}, W4: {race}\n{contender.process.output[-1500:]}")
    return race
