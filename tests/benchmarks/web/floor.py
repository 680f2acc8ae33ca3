"""The floor: the same questions as bare WSGI, one statement of SQL each, and orjson. Nobody's limits, nobody's log.

Takes DATABASE_URL and ENCRYPTION_KEYS from the environment.
"""

import hashlib
import hmac
import os
import secrets
import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

import orjson
import psycopg2
import psycopg2.errors
from cryptography.fernet import Fernet

from tests.benchmarks.web import statements
from tests.benchmarks.web.address import arguments

Respond = Callable[[str, list[tuple[str, str]]], Any]
Answer = tuple[str, Any]

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LABELS = {
    "DRAFT": "Waiting for the client to prove the mailbox",
    "PENDING": "Waiting for the practice",
    "CONFIRMED": "Confirmed",
    "COMPLETED": "Completed",
    "CANCELLED": "Cancelled",
    "REJECTED": "Declined by the practice",
    "EXPIRED": "Lapsed",
}

_cipher = Fernet(os.environ["ENCRYPTION_KEYS"].split(",")[0])
_key = os.environ["SECRET_KEY"].encode()
_own = threading.local()


def rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Run one statement on this thread's connection; it commits by itself."""
    connection = getattr(_own, "connection", None)
    if connection is None:
        connection = _own.connection = psycopg2.connect(**arguments(os.environ["DATABASE_URL"]))
        connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _slots(statement: str, environ: dict[str, Any]) -> Answer:
    wanted = dict(parse_qsl(environ["QUERY_STRING"]))
    return "200 OK", {
        "slots": [
            {
                "id": pk,
                "startsAt": start,
                "endsAt": end,
                "seatsLeft": seats,
                "consultant": {"id": consultant, "fullName": full_name},
                "service": {"id": service, "name": name, "durationMinutes": minutes},
            }
            for pk, start, end, seats, consultant, full_name, service, name, minutes in rows(
                statement, wanted
            )
        ]
    }


def _status(environ: dict[str, Any]) -> Answer:
    found = rows(statements.STATUS, {"id": environ["PATH_INFO"][10:-1]})
    if not found:
        return "404 Not Found", {}
    acknowledgement_id, status, deadline, updated_at = found[0]
    return "200 OK", _told(acknowledgement_id, status, deadline, updated_at)


def _told(acknowledgement_id: str, status: str, deadline: Any, updated_at: Any) -> dict[str, Any]:
    return {
        "acknowledgementId": acknowledgement_id,
        "status": status,
        "statusLabel": LABELS[status],
        "deadline": deadline,
        "updatedAt": updated_at,
    }


def _draft(environ: dict[str, Any]) -> Answer:
    wanted = orjson.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    while True:
        acknowledgement_id = "MS-" + "".join(secrets.choice(ALPHABET) for _ in range(6))
        try:
            found = rows(statements.DRAFT, {**wanted, **_secrets(acknowledgement_id), "task": TASK})
        except psycopg2.errors.UniqueViolation:  # one in a few thousand is somebody's already
            continue
        break
    if not found:
        return "400 Bad Request", {"startsAt": "This time is not open."}
    deadline, now = found[0]
    return "201 Created", _told(acknowledgement_id, "DRAFT", deadline, now)


def _secrets(acknowledgement_id: str) -> dict[str, str]:
    """Make a link's token and a code, with what the database keeps of them."""
    token, code = secrets.token_urlsafe(32), f"{secrets.randbelow(1_000_000):06d}"
    link = f"https://booking.example.org/verify#token={token}"
    return {
        "acknowledgement_id": acknowledgement_id,
        "token_hash": hashlib.sha256(token.encode()).hexdigest(),
        "code_digest": hmac.new(_key, f"{acknowledgement_id}:{code}".encode(), hashlib.sha256).hexdigest(),
        "secrets": _cipher.encrypt(orjson.dumps({"code": code, "link": link})).decode(),
    }


def _verify(take: Callable[[int], bool], environ: dict[str, Any]) -> Answer:
    """Use a token up, which gives another one, and take the seat where there is one."""
    token = orjson.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))["token"]
    access = secrets.token_urlsafe(32)
    hashes = {
        "token_hash": hashlib.sha256(token.encode()).hexdigest(),
        "access_hash": hashlib.sha256(access.encode()).hexdigest(),
    }
    passed = rows(statements.PASS, hashes)
    if not passed:
        return "400 Bad Request", {"status": "", "errors": ["CHALLENGE_INVALID"]}
    if not take(passed[0][0]):
        return "200 OK", {"status": "DRAFT", "accessToken": access, "errors": ["SLOT_UNAVAILABLE"]}
    return "200 OK", {"status": "PENDING", "accessToken": access, "errors": []}


def _take(booking: int) -> bool:
    """Take the seat by one conditional update; what comes second finds it taken."""
    return bool(rows(statements.TAKE + statements.MOVE, {"booking": booking, "task": TASK}))


def _take_unguarded(booking: int) -> bool:
    """Read, check, write: what must not be done, so that the race can be seen to find it."""
    slot, taken, capacity = rows(statements.LOOK, {"booking": booking})[0]
    if taken >= capacity:
        return False
    values = {"booking": booking, "slot": slot, "seats": taken + 1, "task": TASK}
    return bool(rows(statements.WRITE + statements.MOVE, values))


TASK = "x" * 400
"""As long as the row of a task is; no worker runs here."""

ROUTES: dict[str, Callable[[dict[str, Any]], Answer]] = {
    "/slots": lambda environ: _slots(statements.OPEN_SLOTS, environ),
    "/computed": lambda environ: _slots(statements.COMPUTED, environ),
    "/bookings": _status,
    "/drafts": _draft,
    "/verify": lambda environ: _verify(_take, environ),
    "/verify-unguarded": lambda environ: _verify(_take_unguarded, environ),
}


def application(environ: dict[str, Any], start_response: Respond) -> Iterable[bytes]:
    """Answer one request."""
    path = environ["PATH_INFO"]
    answers = ROUTES.get(path[: path.find("/", 1)])
    status, answer = answers(environ) if answers is not None else ("404 Not Found", {})
    body = orjson.dumps(answer)
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
