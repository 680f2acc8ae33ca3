"""One Slotwell server as its clients see it: addresses, JSON, a mailbox and a payment page."""

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

T = TypeVar("T")

PATIENCE = 15.0
"""Seconds within which what the worker does must show."""


class Differs(Exception):
    """The server did not do what the step expects."""


@dataclass
class Server:
    """One Slotwell server, by its address."""

    base: str
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=20))

    def ask(
        self, document: str, variables: Mapping[str, Any] | None = None, *, token: str = "", opener: str = ""
    ) -> dict[str, Any]:
        """Send one document and give its data. Raises Differs on any top-level error.

        token: of an account; opener: the access token of a booking, with which more look-ups are let through.
        """
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"X-Booking-Token": opener} if opener else {}
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

    def code_for(self, address: str, *, about: str = "") -> str:
        """Wait for the mail with a six-digit code, whose subject holds some words, and give the code."""

        def look() -> str | None:
            codes = [
                re.search(r"^\s*(\d{3} ?\d{3})\s*$", mail["text"], re.MULTILINE)
                for mail in self.mails(address)
                if about in mail["subject"]
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


def wait_for(look: Callable[[], T | None], what: str, *, patience: float = PATIENCE, every: float = 0.2) -> T:
    """Look again and again until there is something. Raises Differs after so many seconds."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        found = look()
        if found is not None:
            return found
        time.sleep(every)
    raise Differs(f"{what} did not come within {patience:.0f} s")


def say(step: str, answer: object) -> None:
    """Print a step and what the server said."""
    print(f"· {step}\n    {answer}", flush=True)


def expect(what: str, got: object, wanted: object) -> None:
    """Raise Differs where an answer is another."""
    if got != wanted:
        raise Differs(f"{what} is {got!r}, not {wanted!r}")
