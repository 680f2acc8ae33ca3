"""A client that knows nothing but HTTP: what a chatbot or a front end would do, told step by step.

`python -m tests.clients.demo [base address]` runs it against a server of `make run`.
"""

import os
import secrets
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.clients.documents import (
    APPROVE,
    ASK_TO_CANCEL,
    BOOKING,
    CANCEL,
    COMPLETE,
    DRAFT,
    LOG_IN,
    NO_SHOW,
    RESCHEDULE,
    SERVICES,
    SLOTS,
    START_PAYMENT,
    STATUS,
    UNDO,
    VERIFY,
)
from tests.clients.practice import a_practice_from_nothing
from tests.clients.server import PATIENCE, Differs, Server, expect, say, wait_for

TIME_TO_BOOK = timedelta(seconds=8)
"""What a story needs from choosing a time to being approved."""
LOOK_EVERY = 1.1
"""Seconds between two looks at a status; an access token lets 60 through in a minute."""
STAFF = ("staff@demo.example", "slotwell-demo")


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
        f"{listing['totalCount']} open times, the first on {slot['local']['date']} at {slot['local']['time']}",
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
        asked = {"id": booking["acknowledgementId"]}
        status = server.ask(STATUS, asked, opener=verified["accessToken"])["bookingStatus"]
        return dict(status) if status["status"] == "CONFIRMED" else None

    say("Wait for the provider's word.", wait_for(confirmed, "CONFIRMED", every=LOOK_EVERY))
    whole = server.ask(BOOKING, opened)["booking"]
    moves = [event["move"] for event in whole["timeline"]]
    say("Look at the timeline.", " → ".join(event["toStatus"] for event in whole["timeline"]))
    expect("the timeline", moves, ["DRAFT", "VERIFY", "APPROVE", "START_PAYMENT", "CONFIRM_PAYMENT"])
    expect("the payment", [payment["status"] for payment in whole["payments"]], ["SUCCEEDED"])
    open_receipt(server, whole["payments"][0])
    subject = wait_for(
        lambda: next((m["subject"] for m in server.mails(address) if "confirmed" in m["subject"]), None),
        "mail",
    )
    say("Read the mailbox again.", subject)


def open_receipt(server: Server, payment: dict[str, Any]) -> None:
    """Open the page of a payment's one receipt, which shows its number and the amount."""
    (receipt,) = payment["receipts"]
    amount = f"{receipt['amount']['amount']} {receipt['amount']['currency']}"
    page = server.http.get(receipt["url"])
    shown = [page.status_code, receipt["number"] in page.text, amount in page.text]
    say("Open the receipt.", f"{receipt['number']} of {amount}")
    expect("the receipt's page", shown, [200, True, True])


@dataclass
class Client:
    """Somebody with a mailbox who books at a server, and what they hold of their booking."""

    server: Server
    address: str = field(default_factory=lambda: f"client-{secrets.token_hex(4)}@example.org")
    booking: dict[str, Any] = field(default_factory=dict)
    slot: dict[str, Any] = field(default_factory=dict)
    token: str = ""

    def book(self, service: str, *, which: int = 0, **wishes: str) -> "Client":
        """Draft an open time of a service, by its place in the list, and prove the mailbox."""
        soon = (datetime.now(UTC) + TIME_TO_BOOK).isoformat()
        self.slot = [slot for slot in open_slots(self.server, service) if slot["startsAt"] > soon][which]
        draft = {
            "slotId": self.slot["id"],
            "email": self.address,
            "fullName": "Carla Client",
            "consent": True,
        }
        self.booking = self.server.do(DRAFT, "draftBooking", {**draft, **wishes})["booking"]
        code = self.server.code_for(self.address)
        proof = {"code": {"acknowledgementId": self.booking["acknowledgementId"], "code": code}}
        verified = self.server.do(VERIFY, "verifyBooking", {"proof": proof})
        self.token = verified["accessToken"]
        say(f"{self.address} asks for {service}, {self.slot['startsAt']}.", verified["booking"])
        expect("the status", verified["booking"]["status"], "PENDING")
        return self

    def sees(self, status: str, *, patience: float = PATIENCE) -> None:
        """Wait until the booking's public status is this one."""

        def look() -> bool | None:
            asked = {"id": self.booking["acknowledgementId"]}
            found = self.server.ask(STATUS, asked, opener=self.token)["bookingStatus"]
            return True if found["status"] == status else None

        wait_for(look, status, patience=patience, every=LOOK_EVERY)
        say("Look at the status.", status)


def open_slots(server: Server, service: str) -> list[dict[str, Any]]:
    """Give the first open times of a service, by its name."""
    services = {
        edge["node"]["name"]: edge["node"]["id"] for edge in server.ask(SERVICES)["services"]["edges"]
    }
    listing = server.ask(SLOTS, {"service": services[service]})["openSlots"]
    return [edge["node"] for edge in listing["edges"]]


def log_in(server: Server) -> str:
    """Give the token of the demo's staff."""
    given = {"email": STAFF[0], "password": STAFF[1]}
    return str(server.do(LOG_IN, "tokenAuth", given)["token"])


def one_cancelled(server: Server) -> None:
    """Ask to cancel, prove it, and see the time open again."""
    client = Client(server).book("Coaching")
    asked = {"acknowledgementId": client.booking["acknowledgementId"]}
    server.do(ASK_TO_CANCEL, "requestCancellation", asked)
    code = server.code_for(client.address, about="Cancel")
    given = {"proof": {"code": {**asked, "code": code}}, "reason": "Caught a cold."}
    cancelled = server.do(CANCEL, "cancelBooking", given)["booking"]
    say("Cancel with the code from the mailbox.", cancelled)
    expect("the status", cancelled["status"], "CANCELLED")
    expect("the time", open_slots(server, "Coaching")[0]["id"], client.slot["id"])


def one_rescheduled(server: Server) -> None:
    """Move to the last of the first open times; the old one is open again."""
    client = Client(server).book("Coaching")
    other = open_slots(server, "Coaching")[-1]
    given = {"bookingId": client.booking["id"], "accessToken": client.token, "startsAt": other["startsAt"]}
    moved = server.do(RESCHEDULE, "rescheduleBooking", given)["booking"]
    say("Move it to another time.", moved)
    expect("the start", moved["startsAt"], other["startsAt"])
    expect("the old time", open_slots(server, "Coaching")[0]["id"], client.slot["id"])


def one_expired(server: Server) -> None:
    """Ask, and get no answer: the demo's minute has deadlines of seconds."""
    client = Client(server).book("One minute (demo)", which=3)
    client.sees("EXPIRED", patience=40)


def one_completed(server: Server) -> None:
    """Be confirmed, wait for the start, be completed, be missed by mistake, and be completed again."""
    client = Client(server).book("One minute (demo)", paymentMode="ON_SITE")
    staff = log_in(server)
    given = {"bookingId": client.booking["id"]}
    approved = server.do(APPROVE, "approveBooking", given, token=staff)["booking"]
    expect("the status", approved["status"], "CONFIRMED")
    start = datetime.fromisoformat(client.slot["startsAt"])
    waiting = (start - datetime.now(UTC)).total_seconds()
    say("Staff approve; payment is on site. Wait for the start.", f"{waiting:.0f} s")
    wait_for(lambda: True if datetime.now(UTC) > start else None, "the start", patience=150)
    for document, mutation, status in (
        (COMPLETE, "completeBooking", "COMPLETED"),
        (NO_SHOW, "markNoShow", "NO_SHOW"),
        (UNDO, "undoNoShow", "COMPLETED"),
    ):
        booking = server.do(document, mutation, given, token=staff)["booking"]
        say(f"Staff call {mutation}.", booking)
        expect("the status", booking["status"], status)


STORIES = (
    first_booking,
    one_cancelled,
    one_rescheduled,
    one_expired,
    one_completed,
    a_practice_from_nothing,
)


def main() -> int:
    """Run every story; 0 when each step was as expected."""
    base = sys.argv[1] if len(sys.argv) > 1 else f"http://127.0.0.1:{os.environ.get('PORT') or 8000}"
    server = Server(base.rstrip("/"))
    try:
        for story in STORIES:
            print(f"\n{story.__name__.replace('_', ' ').capitalize()}", flush=True)
            story(server)
    except Differs as difference:
        print(f"✗ {difference}", file=sys.stderr)
        return 1
    except httpx.TransportError as error:
        print(f"✗ No server answers at {base} ({error}). Start it with `make run`.", file=sys.stderr)
        return 1
    print("\n✓ Every step of every story went as expected.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
