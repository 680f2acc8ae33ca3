"""W5: verify → approve → pay → confirm, over HTTP as a client, a member of staff and the sandbox's page do it."""

import re
import statistics
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from schema.common.inputs import write_id
from tests.benchmarks.web.contenders import HOST, Contender
from tests.benchmarks.web.drafts import Draft, free_times, prepare
from tests.benchmarks.web.load import Wrong
from tests.benchmarks.web.world import World

EMAIL, PASSWORD = "admin@example.org", "a-long-password-for-the-benchmark"
CHAINS_A_CONNECTION = 6
LEAST, MOST = 24, 96
"""How many bookings go the whole way at each number of connections."""
STEPS = ("verify", "approve", "start payment", "pay on the sandbox's page", "confirm")

VERIFY = """mutation V($input: VerifyBookingInput!) {
  verifyBooking(input: $input) { booking { status } accessToken errors { code } } }"""
APPROVE = """mutation A($input: ApproveBookingInput!) {
  approveBooking(input: $input) { booking { status } errors { code } } }"""
START = """mutation S($input: StartPaymentInput!) {
  startPayment(input: $input) { payment { checkoutUrl } errors { code } } }"""
CONFIRM = """mutation C($input: ConfirmPaymentInput!) {
  confirmPayment(input: $input) { booking { status } errors { code } } }"""
SIGN_IN = "mutation T($input: TokenAuthInput!) { tokenAuth(input: $input) { token errors { code } } }"


@dataclass
class Way:
    """What the bookings of one number of connections showed; milliseconds of each step."""

    connections: int
    bookings: int
    seconds: float
    cpu: float
    steps: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))


class Walker:
    """One client at a time, on one connection, from an address of its own for each booking."""

    def __init__(self, contender: Contender, token: str) -> None:
        self.client = httpx.Client(base_url=contender.url, trust_env=False, timeout=60)
        self.staff = token
        self.contender = contender

    def walk(self, draft: Draft, address: str, way: Way) -> None:
        """Take a draft to CONFIRMED. Raises Wrong where a step is refused."""
        booking = write_id("Booking", draft.booking)
        verified = self._timed(way, 0, self.ask, VERIFY, {"proof": {"token": draft.token}}, address)
        access = verified["accessToken"]
        self._timed(way, 1, self.ask, APPROVE, {"bookingId": booking}, address, self.staff)
        opener = {"bookingId": booking, "accessToken": access}
        started = self._timed(
            way, 2, self.ask, START, {**opener, "returnUrl": f"https://{HOST}/thanks"}, address
        )
        self._timed(way, 3, self.pay, urlsplit(started["payment"]["checkoutUrl"]).path, address)
        confirmed = self._timed(way, 4, self.ask, CONFIRM, opener, address)
        if confirmed["booking"]["status"] != "CONFIRMED":
            raise Wrong(f"a paid booking is {confirmed['booking']['status']}")

    def ask(self, document: str, variables: dict[str, Any], address: str, token: str = "") -> dict[str, Any]:
        """Make one mutation; its payload. Raises Wrong where it is refused."""
        headers = {**_proxied(address), **({"Authorization": f"Bearer {token}"} if token else {})}
        body = {"query": document, "variables": {"input": variables}}
        response = self.client.post("/graphql/", json=body, headers=headers)
        answer = response.json() if response.is_success else {}
        payload: dict[str, Any] = next(iter((answer.get("data") or {}).values()), None) or {}
        if answer.get("errors") or payload.get("errors", True):
            raise Wrong(
                f"W5: {response.status_code} {response.text[:500]}\n{self.contender.process.output[-1500:]}"
            )
        return payload

    def pay(self, path: str, address: str) -> None:
        """Pay as a browser does: read the page, post its form. Raises Wrong where it is refused."""
        page = self.client.get(path, headers=_proxied(address))
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        if token is None:
            raise Wrong(f"W5: the sandbox's page says {page.status_code} {page.text[:300]}")
        cookie = page.cookies["csrftoken"]
        headers = {**_proxied(address), "Referer": f"https://{HOST}{path}", "Cookie": f"csrftoken={cookie}"}
        form = {"choice": "pay", "csrfmiddlewaretoken": token[1]}
        paid = self.client.post(path, data=form, headers=headers)
        if paid.status_code != 302:
            raise Wrong(f"W5: paying says {paid.status_code} {paid.text[:300]}")

    @staticmethod
    def _timed(way: Way, step: int, act: Any, *arguments: Any) -> Any:
        begun = time.perf_counter()
        answer = act(*arguments)
        way.steps[STEPS[step]].append((time.perf_counter() - begun) * 1000)
        return answer


def _proxied(address: str) -> dict[str, str]:
    return {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": address}


def run(contender: Contender, world: World, connections: tuple[int, ...]) -> None:
    """Take bookings the whole way over so many connections at once, and print what it took."""
    world.database.manage("ensure_superuser", SUPERUSER_EMAIL=EMAIL, SUPERUSER_PASSWORD=PASSWORD)
    signed_in = Walker(contender, "").ask(SIGN_IN, {"email": EMAIL, "password": PASSWORD}, "10.99.0.1")
    walk(contender, world, signed_in["token"], 1, 4)  # what a process imports with its first requests
    print(
        "\nW5: a booking from its proof to its payment, the product alone\n\n"
        "| connections | bookings | a second | server CPU ms a booking | "
        + " | ".join(f"{step} ms" for step in STEPS)
        + " |\n|---|---|---|---|"
        + "---|" * len(STEPS)
    )
    for many in connections:
        way = walk(
            contender, world, signed_in["token"], many, min(MOST, max(LEAST, many * CHAINS_A_CONNECTION))
        )
        steps = " | ".join(f"{statistics.median(way.steps[step]):.0f}" for step in STEPS)
        print(
            f"| {many} | {way.bookings} | {way.bookings / way.seconds:.1f} | {way.cpu:.1f} | {steps} |",
            flush=True,
        )


def walk(contender: Contender, world: World, token: str, connections: int, bookings: int) -> Way:
    """Take so many bookings the whole way. Raises Wrong where one does not arrive."""
    drafts = prepare(world, free_times(world, bookings))
    way = Way(connections, bookings, 0.0, 0.0)
    own = threading.local()

    def one(number: int) -> None:
        if not hasattr(own, "walker"):
            own.walker = Walker(contender, token)
        own.walker.walk(drafts[number], f"10.98.{number // 250}.{number % 250 + 1}", way)

    before, begun = contender.seconds(), time.perf_counter()
    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(one, range(bookings)))
    way.seconds = time.perf_counter() - begun
    way.cpu = (contender.seconds() - before) / bookings * 1000
    (confirmed,) = world.database.sql(
        "SELECT count(*) FROM bookings_booking WHERE id = ANY(%s) AND status = 'CONFIRMED'",
        [draft.booking for draft in drafts],
    )[0]
    if confirmed != bookings:
        raise Wrong(f"W5: {confirmed} of {bookings} bookings are confirmed")
    return way
