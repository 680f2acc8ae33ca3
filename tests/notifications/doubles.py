"""Servers at the edge, real ones on loopback: one that takes mail, one that takes webhooks."""

import email.policy
import socketserver
import threading
from collections import deque
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import IO


class SmtpDouble:
    """A mail server. `answers` says what comes of the next mails, one word each; after that all are accepted.

    "accept"; "refuse" (451 after DATA); "vanish" (takes the mail, then closes without an answer).
    """

    def __init__(self):
        self.accepted: list[EmailMessage] = []
        self.seen: list[EmailMessage] = []
        self.answers: deque[str] = deque()
        self._lock = threading.Lock()
        double = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                self.wfile.write(b"220 double\r\n")
                while line := self.rfile.readline():
                    verb = line[:4].upper()
                    if verb == b"QUIT":
                        self.wfile.write(b"221 bye\r\n")
                        return
                    if verb != b"DATA":
                        self.wfile.write(b"250 ok\r\n")
                        continue
                    self.wfile.write(b"354 go on\r\n")
                    body = _read_mail(self.rfile)
                    if body is None or not self.take(body):
                        return

            def take(self, raw: bytes) -> bool:
                answer = double._take(BytesParser(EmailMessage, policy=email.policy.default).parsebytes(raw))
                if answer == "vanish":
                    return False
                self.wfile.write(b"250 taken\r\n" if answer == "accept" else b"451 for a@example.org: no\r\n")
                return True

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
        self._server.daemon_threads = True
        self._server.allow_reuse_address = True
        self._server.server_bind()
        self._server.server_activate()
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _take(self, mail: EmailMessage) -> str:
        with self._lock:
            answer = self.answers.popleft() if self.answers else "accept"
            self.seen.append(mail)
            if answer != "refuse":
                self.accepted.append(mail)
            return answer

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


def _read_mail(lines: IO[bytes]) -> bytes | None:
    """Give what stands before the dot; None where the sender is gone before it: that is no mail."""
    mail = []
    while (line := lines.readline()) != b".\r\n":
        if not line:
            return None
        mail.append(line[1:] if line.startswith(b"..") else line)
    return b"".join(mail)


@dataclass
class Post:
    """One webhook as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class WebDouble:
    """A web server that takes POSTs. `statuses` are given to the next ones; after that 204."""

    posts: list[Post] = field(default_factory=list)
    statuses: deque[int] = field(default_factory=deque)

    def __post_init__(self):
        double = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                double.posts.append(Post(self.path, headers, body))
                status = double.statuses.popleft() if double.statuses else 204
                self.send_response(status)
                if status in {301, 302, 307}:
                    self.send_header("location", "/elsewhere")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
