"""The wire of a provider's double: requests as they come, answers as they go, and all that can go wrong between."""

import contextlib
import json
import select
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from django.utils.datastructures import CaseInsensitiveMapping

HUGE = 8 * 1024 * 1024
"""More bytes than any answer of a provider has."""
ELSEWHERE = "http://127.0.0.1:9/elsewhere"
"""Where a redirect leads; nobody listens there, and nobody may go."""


@dataclass(frozen=True)
class Call:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass
class Answer:
    """What goes back: bytes as they are, anything else as JSON."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def raw(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


ACTING_FAULTS = {
    "timeout_after": "acts, and never answers",
    "drop_after": "acts, and hangs up",
    "500_after": "acts, and answers 500",
    "malformed": "acts, and answers with what is no JSON",
    "truncated": "acts, and breaks off in the middle of its JSON",
    "empty": "acts, and answers 200 with nothing",
    "wrong_shape": "acts, and answers with JSON of another shape",
    "huge": "acts, and answers with more than anybody wants to read",
    "trickle": "acts, and sends a byte now and then, for ever",
}
IDLE_FAULTS = {
    "timeout_before": "never answers",
    "drop_before": "hangs up",
    "500_before": "answers 500",
    "503_before": "answers 503, as a proxy does, in HTML",
    "429": "answers 429",
    "redirect": "answers 307 to another host",
}
"""Nothing was done."""
FAULTS = ACTING_FAULTS | IDLE_FAULTS | {"hold": "waits before it acts", "then": "acts, and does more first"}


class Behind(Protocol):
    """Who answers what comes over the wire."""

    bugs: list[BaseException]

    @property
    def stopped(self) -> bool: ...

    def serve(self, call: Call, line: "Line") -> None: ...


class Wire(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, double: Behind) -> None:
        super().__init__(("127.0.0.1", 0), Line)
        self.double = double

    def handle_error(self, *_: object) -> None:
        """Keep a bug for `stop`; a client that hung up is none."""
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            self.double.bugs.append(error)


class Line(BaseHTTPRequestHandler):
    """One client's connection."""

    server: Wire
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._take()

    def do_POST(self) -> None:
        self._take()

    def do_PUT(self) -> None:
        self._take()

    def do_DELETE(self) -> None:
        self._take()

    def log_message(self, *_: object) -> None:
        """Say nothing on standard error."""

    def _take(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        headers = CaseInsensitiveMapping(dict(self.headers.items()))
        self.server.double.serve(Call(self.command, parts.path, query, headers, body), self)

    def send(self, answer: Answer) -> None:
        self._write(answer.status, answer.raw(), answer.headers)

    def _write(self, status: int, raw: bytes, headers: dict[str, str], *, stated: int | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(raw) if stated is None else stated))
        self.end_headers()
        self.wfile.write(raw)
        self.wfile.flush()

    def text(self, status: int, raw: bytes, **headers: str) -> None:
        self._write(status, raw, {"Content-Type": "text/html", **headers})

    def say_nothing(self, *_: object) -> None:
        """Wait until the client has hung up, or the server stops."""
        while not self.server.double.stopped and not self._client_has_gone(0.05):
            pass
        self.drop()

    def trickle(self, *_: object) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(HUGE))
        self.end_headers()
        while not self.server.double.stopped and not self._client_has_gone(0.02):
            self.wfile.write(b" ")
        self.drop()

    def truncate(self, answer: Answer) -> None:
        raw = answer.raw()
        self._write(answer.status, raw[: len(raw) // 2], {}, stated=len(raw))
        self.drop()

    def huge(self, *_: object) -> None:
        self._write(200, b'{"status": true, "message": "' + b"x" * HUGE + b'"}', {})

    def drop(self, *_: object) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _client_has_gone(self, within: float) -> bool:
        readable, _, _ = select.select([self.connection], [], [], within)
        return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)


IDLE: dict[str, Callable[[Line], None]] = {
    "timeout_before": Line.say_nothing,
    "drop_before": Line.drop,
    "500_before": lambda line: line.send(Answer(500, {"status": False, "message": "An error occurred"})),
    "503_before": lambda line: line.text(503, b"<html>Service Unavailable</html>"),
    "429": lambda line: line.send(
        Answer(429, {"status": False, "message": "Slow down"}, {"Retry-After": "1"})
    ),
    "redirect": lambda line: line.send(Answer(307, {}, {"Location": ELSEWHERE})),
}
ACTED: dict[str, Callable[[Line, Answer], None]] = {
    "timeout_after": Line.say_nothing,
    "drop_after": Line.drop,
    "500_after": lambda line, _: line.send(Answer(500, {"status": False, "message": "An error occurred"})),
    "malformed": lambda line, _: line.text(200, b"<html>{no json"),
    "truncated": Line.truncate,
    "empty": lambda line, _: line.text(200, b""),
    "wrong_shape": lambda line, _: line.send(Answer(200, ["no", {"object": "here"}])),
    "huge": Line.huge,
    "trickle": Line.trickle,
}
