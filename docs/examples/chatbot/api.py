"""Slotwell over HTTP: one document at a time, again where nobody answered."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

PAUSE = 0.5
"""Seconds before the first repetition; each later one waits twice as long, up to four seconds."""


class Refused(Exception):
    """The request as a whole was refused; the text is the API's, for a person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Gone(Exception):
    """The service did not answer for as long as the bot is patient."""


class Api:
    """One endpoint, in one language, with a service key where there is one.

    patience: seconds for which an unanswered request is repeated; tell: hears `away` and `back`.
    """

    def __init__(
        self, url: str, *, language: str, key: str, patience: float, tell: Callable[[str], None]
    ) -> None:
        headers = {b"Accept-Language": language.encode()}
        if key:
            headers[b"Authorization"] = f"Api-Key {key}".encode()
        self._http = httpx.Client(headers=headers, timeout=20)
        self._url, self._patience, self._tell = url, patience, tell

    def ask(
        self, document: str, variables: Mapping[str, Any] | None = None, *, token: str = ""
    ) -> dict[str, Any]:
        """Give a document's data. Raises Refused with the API's words, and Gone.

        token: the access token of a booking. What is repeated is the same to the letter, its key included.
        """
        headers = {"X-Booking-Token": token} if token else {}
        body = {"query": document, "variables": dict(variables or {})}
        until = time.monotonic() + self._patience
        while True:
            answer = self._answer(body, headers)
            error = next(iter(answer.get("errors") or []), None)
            if error is None:
                return dict(answer["data"])
            said = error.get("extensions", {})
            wait = said.get("retryAfter")
            if wait is None or time.monotonic() + wait > until:
                raise Refused(said.get("code", ""), error["message"])
            time.sleep(wait)  # as long as the service asks for

    def _answer(self, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        """Give the answer to a request, however often it must be sent."""
        until, pause, away = time.monotonic() + self._patience, PAUSE, False
        while True:
            try:
                answer = self._http.post(self._url, json=body, headers=headers)
                if answer.status_code not in {502, 503, 504}:
                    said = _read(answer)
                    if away:
                        self._tell("back")
                    return said
            except (httpx.TransportError, httpx.InvalidURL, ValueError):
                pass  # nobody there, or somebody who speaks no GraphQL: a proxy's page, say
            if time.monotonic() + pause > until:
                raise Gone
            if not away:
                self._tell("away")
            away = True
            time.sleep(pause)  # longer each time, so that a service that comes back is not rushed
            pause = min(2 * pause, 4.0)


def _read(answer: httpx.Response) -> dict[str, Any]:
    """Give the body of a GraphQL answer. Raises ValueError for what is none."""
    said = answer.json()
    if not isinstance(said, dict) or not said.keys() & {"data", "errors"}:
        raise ValueError("this is no answer of a GraphQL server")
    return said
