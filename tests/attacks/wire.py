"""HTTP as an attacker writes it: bytes on a socket, so that nothing is put right on the way."""

import json
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from typing import Any

WITHIN = 20.0
"""Seconds for an answer; nothing here is timed by them."""
JSON = {"Content-Type": "application/json"}
HEAD = {"Host": "127.0.0.1", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
"""What the proxy of the guide adds to every request."""


@dataclass(frozen=True)
class Answer:
    """What came back. status is 0 where the connection ended without an answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """The code of the first error at the top, or of the first payload's first error; else nothing."""
        with suppress(ValueError, LookupError, TypeError, AttributeError):
            said = json.loads(self.body)
            if said.get("errors"):
                return str(said["errors"][0]["extensions"]["code"])
            (payload, *_) = said["data"].values()
            return str(payload["errors"][0]["code"])
        return ""


def request(
    method: str = "POST",
    target: str | bytes = "/graphql/",
    body: bytes = b"",
    *,
    length: str | None = None,
    head: Mapping[str, str | bytes] | None = None,
    **headers: str | bytes,
) -> bytes:
    """Give the bytes of a request. headers are written with underscores; `head` takes the place of the proxy's.

    length: what Content-Length says; the truth where None, and nothing at all where it is empty.
    """
    lines: list[bytes] = [method.encode() + b" " + _bytes(target) + b" HTTP/1.1"]
    given = {
        **(HEAD if head is None else head),
        **{key.replace("_", "-"): text for key, text in headers.items()},
    }
    if length is None:
        given["Content-Length"] = str(len(body))
    elif length:
        given["Content-Length"] = length
    lines += [key.encode() + b": " + _bytes(text) for key, text in given.items()]
    return b"\r\n".join([*lines, b"", body])


def graphql(
    query: object,
    variables: object = None,
    *,
    extensions: object = None,
    name: object = None,
    **headers: str | bytes,
) -> bytes:
    """Give a request with a document, as clients send it."""
    call: dict[str, Any] = {
        "query": query,
        "variables": variables,
        "extensions": extensions,
        "operationName": name,
    }
    return posted(
        json.dumps({key: value for key, value in call.items() if value is not None}).encode(), **headers
    )


def posted(body: bytes, **headers: str | bytes) -> bytes:
    """Give a request with a body that is said to be JSON."""
    return request(body=body, **{"Content_Type": "application/json", **headers})


def send(port: int, *parts: bytes, within: float = WITHIN) -> Answer:
    """Send a request on a connection of its own; give the answer, which may come before all is sent."""
    with socket.create_connection(("127.0.0.1", port), timeout=within) as line:
        with suppress(BrokenPipeError, ConnectionResetError):
            for part in parts:
                line.sendall(part)
        return receive(line, b"HEAD" if parts[0].startswith(b"HEAD") else b"POST")


def receive(line: socket.socket, method: bytes = b"POST") -> Answer:
    """Read one answer off a connection."""
    answer = HTTPResponse(line, method=method.decode())
    try:
        answer.begin()
        return Answer(
            answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read()
        )
    except (HTTPException, OSError):
        return Answer(0, {}, b"")
    finally:
        answer.close()


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()
