"""A client that knows nothing but HTTP: what a chatbot or a front end would do, told step by step.

`python -m tests.clients.demo [base address]` runs it against a server of `make run`.
"""

import json
import os
import re
import secrets
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

T = TypeVar("T")

STAFF = ("staff@demo.example", "slotwell-demo")
PATIENCE = 15.0

SERVICES = "query { services(first: 50) { edges { node { id name } } } }"
SLOTS = """
query Slots($service: ID!) {
  openSlots(serviceId: $service, first: 5) {
    totalCount
    edges { node { id startsAt timezone consultant { fullName } } }
  }
}
"""
DRAFT = """
mutation Draft($input: DraftBookingInput!) {
  draftBooking(input: $input) {
    booking { id acknowledgementId status availableActions { mutation requires } }
    errors { code message }
  }
}
"""
VERIFY = """
mutation Verify($input: VerifyBookingInput!) {
  verifyBooking(input: $input) { booking { status deadline } accessToken errors { code message } }
}
"""
LOG_IN = (
    "mutation LogIn($input: TokenAuthInput!) { tokenAuth(input: $input) { token errors { code message } } }"
)
APPROVE = """
mutation Approve($input: ApproveBookingInput!) {
  approveBooking(input: $input) { booking { status payBy } errors { code message } }
}
"""
START_PAYMENT = """
mutation Pay($input: StartPaymentInput!) {
  startPayment(input: $input) {
    booking { status } payment { checkoutUrl amount { amount currency } } errors { code message }
  }
}
"""
STATUS = "query Status($id: String!) { bookingStatus(acknowledgementId: $id) { status statusLabel } }"
BOOKING = """
query Booking($id: String!, $token: String!) {
  booking(by: {acknowledgement: {acknowledgementId: $id, accessToken: $token}}) {
    status timeline { move toStatus actorKind } payments { status }
  }
}
"""


class Differs(Exception):
    """The server did not do what the step expects."""


@dataclass
class Server:
    """One Slotwell server, by its address."""

    base: str
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=20))

    def ask(
        self, document: str, variables: Mapping[str, Any] | None = None, *, token: str = ""
    ) -> dict[str, Any]:
        """Send one document and give its data. Raises Differs on any top-level error."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = self.http.post(
            f"{self.base}/graphql/",
            json={"query": document, "variables": dict(variables or {})},
            headers=headers,
        )
        body = answer.json()
        if answer.status_code != 200 or body.get("errors"):
            raise Differs(f"HTTP {answer.status_code}: {json.dumps(body)[:500]}")
        return dict(body["data"])

    def do(
        self, document: str, mutation: str, given: Mapping[str, Any], *, token: str = ""
    ) -> dict[str, Any]:
        """Send one mutation and give its payload. Raises Differs on any payload error."""
        payload = self.ask(document, {"input": given}, token=token)[mutation]
        if payload["errors"]:
            raise Differs(json.dumps(payload["errors"]))
        return dict(payload)

    def mails(self, address: str) -> list[dict[str, Any]]:
        """Give the development mailbox's mails to an address, newest first."""
        answer = self.http.get(f"{self.base}/mailbox/api/messages", params={"to": address})
        return list(answer.json()["messages"])

    def code_for(self, address: str) -> str:
        """Wait for the mail with a six-digit code and give the code."""

        def look() -> str | None:
            codes = [
                re.search(r"^\s*(\d{3} ?\d{3})\s*$", mail["text"], re.MULTILINE)
                for mail in self.mails(address)
            ]
            return next((code.group(1).replace(" ", "") for code in codes if code), None)

        return wait_for(look, f"a code in the mailbox of {address}")

    def pay(self, checkout_url: str) -> None:
        """Press "Pay" on the sandbox's page, as a person would."""
        page = self.http.get(checkout_url)
        hidden = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        if page.status_code != 200 or hidden is None:
            raise Differs(f"the payment page answers {page.status_code}")
        answer = self.http.post(
            checkout_url,
            data={"csrfmiddlewaretoken": hidden.group(1), "choice": "pay"},
            headers={"Referer": checkout_url},
            follow_redirects=False,
        )
        if answer.status_code not in {200, 302, 303}:
            raise Differs(f"paying answers {answer.status_code}")


def wait_for(look: Callable[[], T | None], what: str) -> T:
    """Look again and again until there is something. Raises Differs after PATIENCE seconds."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = look()
        if found is not None:
            return found
        time.sleep(0.2)
    raise Differs(f"{what} did not come within {PATIENCE:.0f} s")


def say(step: str, answer: object) -> None:
    """Print a step and what the server said."""
    print(f"· {step}\n    {answer}", flush=True)


def expect(what: str, got: object, wanted: object) -> None:
    """Raise Differs where an answer is another."""
    if got != wanted:
        raise Differs(f"{what} is {got!r}, not {wanted!r}")


def first_booking(server: Server) -> None:
    """Draft, prove, approve, pay, and see CONFIRMED."""
    services = {
        edge["node"]["name"]: edge["node"]["id"] for edge in server.ask(SERVICES)["services"]["edges"]
    }
    say("What can be booked?", ", ".join(services))
    listing = server.ask(SLOTS, {"service": services["First talk"]})["openSlots"]
    slot = listing["edges"][0]["node"]
    say(
        "When?",
        f"{listing['totalCount']} open times, the first {slot['startsAt']} with {slot['consultant']['fullName']}",
    )

    address = f"client-{secrets.token_hex(4)}@example.org"
    draft = {"slotId": slot["id"], "email": address, "fullName": "Carla Client", "consent": True}
    booking = server.do(DRAFT, "draftBooking", draft)["booking"]
    say(f"Draft it for {address}.", booking)
    expect("the status", booking["status"], "DRAFT")

    code = server.code_for(address)
    say("Read the mailbox.", f"the code is {code}")
    proof = {"proof": {"code": {"acknowledgementId": booking["acknowledgementId"], "code": code}}}
    verified = server.do(VERIFY, "verifyBooking", proof)
    say("Prove the mailbox.", verified["booking"])
    expect("the status", verified["booking"]["status"], "PENDING")
    opened = {"id": booking["acknowledgementId"], "token": verified["accessToken"]}

    staff = server.do(LOG_IN, "tokenAuth", {"email": STAFF[0], "password": STAFF[1]})["token"]
    approved = server.do(APPROVE, "approveBooking", {"bookingId": booking["id"]}, token=staff)["booking"]
    say("Staff approve.", approved)
    expect("the status", approved["status"], "APPROVED")

    given = {
        "bookingId": booking["id"],
        "accessToken": verified["accessToken"],
        "idempotencyKey": secrets.token_hex(8),
    }
    paying = server.do(START_PAYMENT, "startPayment", given)
    say("Start the payment.", paying)
    expect("the status", paying["booking"]["status"], "PAYMENT_PENDING")
    server.pay(paying["payment"]["checkoutUrl"])
    say("Pay on the sandbox's page.", "paid")

    def confirmed() -> dict[str, Any] | None:
        status = server.ask(STATUS, {"id": booking["acknowledgementId"]})["bookingStatus"]
        return dict(status) if status["status"] == "CONFIRMED" else None

    say("Wait for the provider's word.", wait_for(confirmed, "CONFIRMED"))
    whole = server.ask(BOOKING, opened)["booking"]
    moves = [event["move"] for event in whole["timeline"]]
    say("Look at the timeline.", " → ".join(event["toStatus"] for event in whole["timeline"]))
    expect("the timeline", moves, ["DRAFT", "VERIFY", "APPROVE", "START_PAYMENT", "CONFIRM_PAYMENT"])
    expect("the payment", [payment["status"] for payment in whole["payments"]], ["SUCCEEDED"])
    subject = wait_for(
        lambda: next((m["subject"] for m in server.mails(address) if "confirmed" in m["subject"]), None),
        "mail",
    )
    say("Read the mailbox again.", subject)


def main() -> int:
    """Run every story; 0 when each step was as expected."""
    base = sys.argv[1] if len(sys.argv) > 1 else f"http://127.0.0.1:{os.environ.get('PORT') or 8000}"
    server = Server(base.rstrip("/"))
    try:
        first_booking(server)
    except Differs as difference:
        print(f"✗ {difference}", file=sys.stderr)
        return 1
    except httpx.TransportError as error:
        print(f"✗ No server answers at {base} ({error}). Start it with `make run`.", file=sys.stderr)
        return 1
    print("✓ CONFIRMED: every step went as expected.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
