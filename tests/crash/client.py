"""Clients and staff who go on over HTTP whatever happens to the servers."""

import random
import re
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.clients.documents import (
    APPROVE,
    ASK_TO_CANCEL,
    CANCEL,
    DRAFT,
    LOG_IN,
    RESCHEDULE,
    SERVICES,
    START_PAYMENT,
    STATUS,
    VERIFY,
)
from tests.clients.server import Differs, Server
from tests.crash.stage import Mail

SLOTS = """
query Slots($service: ID!, $until: DateTime!) {
  openSlots(serviceId: $service, until: $until, first: 100) { edges { node { id startsAt } } }
}
"""
STAFF = {"email": "staff@demo.example", "password": "slotwell-demo"}
FAR = timedelta(days=30)
"""So far ahead there is time for a long series."""
SERVED_AGAIN_WITHIN = 60.0
PATIENCE = 6.0
"""Seconds that a client waits for a mail or a confirmation before they give the booking up."""
CODE = re.compile(r"^\s*(\d{3} ?\d{3})\s*$", re.MULTILINE)


class Stopped(Exception):
    """The series is over, or something did not come in time: the client leaves this booking as it is."""


@dataclass
class Patient(Server):
    """A server that may be gone for a while: what got no answer is sent again, word for word."""

    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=10, trust_env=False))
    accidents: list[str] = field(default_factory=list)

    def ask(self, document, variables=None, *, token=""):
        """Raises Differs on any top-level error, after it noted that as an accident."""
        try:
            return self._again_and_again(lambda: super(Patient, self).ask(document, variables, token=token))
        except Differs as error:
            self.accidents.append(str(error))
            raise

    def do(self, document, mutation, given, *, token=""):
        """Give the payload with its errors: a repeat of what a crash cut off may be refused."""
        return self.ask(document, {"input": given}, token=token)[mutation]

    def pay(self, checkout_url):
        """Press "Pay". Pressed again, the page may say that it was paid."""
        self._again_and_again(lambda: super(Patient, self).pay(checkout_url))

    @staticmethod
    def _again_and_again(act: Callable[[], Any]) -> Any:
        until = time.monotonic() + SERVED_AGAIN_WITHIN
        while True:
            try:
                return act()
            except httpx.TransportError:
                if time.monotonic() > until:
                    raise
                threading.Event().wait(0.1)


class Client(threading.Thread):
    """Books, pays, moves and cancels, one booking after the other, until told to stop."""

    def __init__(self, url: str, mail: Mail, *, seed: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.server, self.mail, self.stop_asked = Patient(url), mail, stop
        self.rng = random.Random(seed)
        self.failure: BaseException | None = None
        self.staff = ""

    def run(self) -> None:
        try:
            self.staff = self.server.ask(LOG_IN, {"input": STAFF})["tokenAuth"]["token"]
            while not self.stop_asked.is_set():
                self.book_once()
        except BaseException as error:  # for the test to show
            self.failure = error

    def book_once(self) -> None:
        """One booking, as far as it gets."""
        try:
            booking, slots = self.draft()
            token = self.verify(booking)
            self.server.do(APPROVE, "approveBooking", {"bookingId": booking["id"]}, token=self.staff)
            if token and self.rng.random() < 0.8:
                self.pay(booking, token)
            if self.rng.random() < 0.5:
                start = self.rng.choice(slots)["startsAt"]
                given = {"bookingId": booking["id"], "startsAt": start}
                self.server.do(RESCHEDULE, "rescheduleBooking", given, token=self.staff)
            if self.rng.random() < 0.7:
                self.cancel(booking)
        except Stopped:
            pass

    def draft(self) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        services = [edge["node"] for edge in self.server.ask(SERVICES)["services"]["edges"]]
        (talk,) = [service["id"] for service in services if service["name"] == "First talk"]
        given = {"service": talk, "until": (datetime.now(UTC) + FAR).isoformat()}
        slots = [edge["node"] for edge in self.server.ask(SLOTS, given)["openSlots"]["edges"]]
        given = {
            "slotId": self.rng.choice(slots)["id"],
            "email": f"client-{secrets.token_hex(6)}@example.org",
            "fullName": "Carla Client",
            "consent": True,
            "idempotencyKey": secrets.token_hex(8),
        }
        payload = self.server.do(DRAFT, "draftBooking", given)
        if payload["errors"]:  # another client was faster
            raise Stopped
        return {**payload["booking"], "email": given["email"]}, slots

    def verify(self, booking: dict[str, Any]) -> str:
        """Prove the mailbox. Gives the access token, if the answer was not lost."""
        proof = {"code": self.code(booking, "Confirm")}
        return self.server.do(VERIFY, "verifyBooking", {"proof": proof})["accessToken"] or ""

    def pay(self, booking: dict[str, Any], token: str) -> None:
        given = {"bookingId": booking["id"], "accessToken": token, "idempotencyKey": secrets.token_hex(8)}
        payment = self.server.do(START_PAYMENT, "startPayment", given)["payment"]
        if payment is None:
            return
        self.server.pay(payment["checkoutUrl"])
        if self.rng.random() < 0.7:
            self.wait(lambda: self.status(booking) == "CONFIRMED")

    def cancel(self, booking: dict[str, Any]) -> None:
        """By the client with a mailed code, or by staff."""
        proof: dict[str, Any] = {"account": booking["id"]}
        if by_client := self.rng.random() < 0.5:
            asked = {"acknowledgementId": booking["acknowledgementId"]}
            self.server.do(ASK_TO_CANCEL, "requestCancellation", asked)
            proof = {"code": self.code(booking, "Please confirm")}
        given = {"proof": proof, "reason": "Caught a cold.", "idempotencyKey": secrets.token_hex(8)}
        self.server.do(CANCEL, "cancelBooking", given, token="" if by_client else self.staff)

    def code(self, booking: dict[str, Any], subject: str) -> dict[str, str]:
        found = self.wait(lambda: CODE.search(self.mail.text_to(booking["email"], subject)))
        return {"acknowledgementId": booking["acknowledgementId"], "code": found.group(1).replace(" ", "")}

    def status(self, booking: dict[str, Any]) -> str:
        asked = {"id": booking["acknowledgementId"]}
        return self.server.ask(STATUS, asked)["bookingStatus"]["status"]

    def wait(self, look: Callable[[], Any]) -> Any:
        """Give the first true value; leave the booking alone where none comes, or the series is over."""
        until = time.monotonic() + PATIENCE
        while not (found := look()):
            if time.monotonic() > until or self.stop_asked.wait(0.05):
                raise Stopped
        return found
