"""A service that speaks as much of S3 as a storage of pictures needs, on loopback: one private bucket."""

import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

KEY, SECRET = "key-of-the-test", "secret-of-the-test"

_LISTED = '<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>{}</ListBucketResult>'
_ENTRY = "<Contents><Key>{}</Key><Size>{}</Size></Contents>"
_FAULT = '<?xml version="1.0"?><Error><Code>{}</Code><Message>no</Message></Error>'


class Bucket:
    """`objects` is what it holds, by key. `down` makes it answer 500 to everything."""

    def __init__(self, name: str = "slotwell-test"):
        self.name = name
        self.objects: dict[str, bytes] = {}
        self.types: dict[str, str] = {}
        self.written: dict[str, datetime] = {}
        self.down = False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"bucket": self}))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def listed(self, prefix: str) -> bytes:
        keys = [key for key in sorted(self.objects) if key.startswith(prefix)]
        return _LISTED.format("".join(_ENTRY.format(key, len(self.objects[key])) for key in keys)).encode()

    def age(self, key: str, by: timedelta) -> None:
        self.written[key] -= by

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    bucket: Bucket

    def do_GET(self):
        if (key := self.admitted()) is None:
            return
        if not key:
            prefix = parse_qs(urlsplit(self.path).query).get("prefix", [""])[0]
            self.answer(200, self.bucket.listed(prefix))
        elif key in self.bucket.objects:
            self.answer(200, self.bucket.objects[key], self.bucket.written[key])
        else:
            self.fault(404, "NoSuchKey")

    do_HEAD = do_GET  # noqa: N815 - the server asks for this name

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if (key := self.admitted()) is not None:
            self.bucket.objects[key] = body
            self.bucket.types[key] = self.headers.get("content-type", "")
            self.bucket.written[key] = datetime.now(UTC)
            self.answer(200)

    def do_DELETE(self):
        if (key := self.admitted()) is not None:
            self.bucket.objects.pop(key, None)
            self.answer(204)

    def admitted(self) -> str | None:
        """The key of the object that is asked for, from somebody whom the bucket lets in."""
        place, _, key = unquote(urlsplit(self.path).path).lstrip("/").partition("/")
        who = self.headers.get("authorization", "")
        if self.bucket.down:
            return self.fault(500, "InternalError")
        if place != self.bucket.name or not who.startswith(f"AWS4-HMAC-SHA256 Credential={KEY}/"):
            return self.fault(403, "AccessDenied")
        return key

    def fault(self, status: int, code: str) -> None:
        self.answer(status, _FAULT.format(code).encode())

    def answer(self, status: int, body: bytes = b"", written: datetime | None = None) -> None:
        self.send_response(status)
        if written is not None:
            self.send_header("Last-Modified", format_datetime(written, usegmt=True))
            self.send_header("ETag", f'"{md5(body).hexdigest()}"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass
