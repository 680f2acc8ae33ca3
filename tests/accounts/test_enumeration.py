"""Nobody learns by asking whether an address is known: the same answer, and the same work behind it.

`python -m tests.benchmarks.enumeration` measures how long both take.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
import time_machine
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_q.models import OrmQ

from bookings.accounts.models import Registration, User
from bookings.booking.models import Booking
from bookings.notifications.models import OutboxMessage
from bookings.verification.models import Challenge
from tests import factories
from tests.factories import NOW, TEN
from tests.schema.client import gid, post

pytestmark = pytest.mark.django_db(transaction=True)

KNOWN, UNKNOWN, FIRST = "ana@example.org", "bob@example.org", "warm-up@example.org"
LITERALS = re.compile(r"E?'(?:[^']|'')*'(?:::\w+)?|\bNULL\b|\b\d+\b|\"s\d+_x\d+\"")
RANDOM = {"id", "acknowledgementId", "registrationId"}


class CountingHasher(Argon2PasswordHasher):
    """What hashes in production; it counts how often it is asked to."""

    hashed: ClassVar[int] = 0

    def encode(self, *args: Any, **kwargs: Any) -> str:
        CountingHasher.hashed += 1
        return super().encode(*args, **kwargs)

    def verify(self, *args: Any, **kwargs: Any) -> bool:
        CountingHasher.hashed += 1
        return super().verify(*args, **kwargs)


@dataclass(frozen=True)
class Work:
    """What a call answered, and what it cost."""

    body: Any
    hashes: int
    queued: int
    nudges: int
    challenges: int
    registrations: int
    statements: list[str]


DOCUMENTS = {
    "register": """mutation ($email: Email!) {
        register(input: {email: $email, password: "a kettle of green tea", fullName: "Ana Horvat"}) {
          registrationId errors { code message field } } }""",
    "tokenAuth": """mutation ($email: Email!) {
        tokenAuth(input: {email: $email, password: "not the password"}) {
          token account { email } errors { code message field retryAfter } } }""",
    "requestPasswordReset": """mutation ($email: Email!) {
        requestPasswordReset(input: {email: $email}) { errors { code message field } } }""",
    "resetPassword": """mutation ($email: Email!) {
        resetPassword(input: {proof: {code: {email: $email, code: "000000"}}, newPassword: "a kettle of green tea"}) {
          account { email } errors { code message field } } }""",
    "draftBooking": """mutation ($email: Email!, $service: ID!, $start: DateTime!) {
        draftBooking(input: {email: $email, fullName: "Ana Horvat", consent: true, serviceId: $service,
                             startsAt: $start}) {
          booking { id acknowledgementId status deadline availableActions { action requires } }
          errors { code message field } } }""",
    "requestBookingAccess by address": """mutation ($email: Email!) {
        requestBookingAccess(input: {email: $email}) { errors { code message field } } }""",
    "requestBookingAccess by id": """mutation ($id: String!) {
        requestBookingAccess(input: {acknowledgementId: $id}) { errors { code message field } } }""",
}
HASHES = {"register": 1, "tokenAuth": 1}
QUEUED = {"tokenAuth": 0, "resetPassword": 0}


@pytest.fixture(autouse=True)
def _world(settings: Any) -> Any:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    with time_machine.travel(NOW, tick=False):
        yield


def make_open() -> None:
    factories.user(KNOWN, full_name="Ana Horvat")


def make_closed() -> None:
    factories.user(KNOWN, is_active=False)


def make_unproven() -> None:
    factories.user(KNOWN, email_verified_at=None)


def make_without_password() -> None:
    User.objects.create_user(KNOWN)


def make_nobody() -> None:
    """Known by a booking alone."""


ACCOUNTS = {
    "open": make_open,
    "closed": make_closed,
    "unproven": make_unproven,
    "without a password": make_without_password,
    "without an account": make_nobody,
}


PAIRS = [
    (question, account)
    for question in DOCUMENTS
    for account in ACCOUNTS
    if "Booking" not in question or account in {"open", "without an account"}
]


@pytest.mark.parametrize(("question", "account"), PAIRS)
def test_ask__with_a_known_and_an_unknown_address_is_the_same_answer_and_the_same_work(
    question: str, account: str
) -> None:
    ACCOUNTS[account]()
    service = factories.service()
    booking = factories.pending(factories.consultant(service), service, email=KNOWN)
    ask = asker(question, booking)
    later = factories.later(minutes=5)
    with time_machine.travel(later, tick=False):
        work(ask, FIRST)

        known, unknown = work(ask, KNOWN), work(ask, UNKNOWN)

    assert known.body == unknown.body
    assert known.statements == unknown.statements
    assert known == unknown
    assert known.hashes == HASHES.get(question, 0)
    assert (known.queued, known.nudges, known.challenges) == (QUEUED.get(question, 1),) * 3


def asker(question: str, booking: Booking) -> Callable[[str], dict[str, Any]]:
    """Give what asks a question about an address."""
    variables: dict[str, Any] = {}
    if question == "draftBooking":
        variables = {"service": gid(booking.service), "start": (TEN + (TEN - NOW)).isoformat()}
    ids = {KNOWN: booking.acknowledgement_id, UNKNOWN: "MS-ZZZZZZ", FIRST: "MS-ZZZZZ0"}

    def ask(email: str) -> dict[str, Any]:
        about = {"id": ids[email]} if question.endswith("by id") else {"email": email}
        return post(DOCUMENTS[question], {**variables, **about})

    return ask


def work(ask: Callable[[str], dict[str, Any]], email: str) -> Work:
    """Ask, and give what that did."""
    before = rows()
    hashed = CountingHasher.hashed
    with CaptureQueriesContext(connection) as captured:
        body = ask(email)
    assert "errors" not in body, body
    return Work(
        without_ids(body),
        CountingHasher.hashed - hashed,
        *[after - number for after, number in zip(rows(), before, strict=True)],
        [LITERALS.sub("?", query["sql"]) for query in captured.captured_queries],
    )


def rows() -> list[int]:
    """How many messages, nudges to the worker, challenges and registrations there are."""
    return [model.objects.count() for model in (OutboxMessage, OrmQ, Challenge, Registration)]


def without_ids(body: Any) -> Any:
    """Give an answer with a mark in place of what is random in it, which must be there."""
    if isinstance(body, dict):
        return {name: bool(value) if name in RANDOM else without_ids(value) for name, value in body.items()}
    return [without_ids(value) for value in body] if isinstance(body, list) else body


@pytest.mark.parametrize("account", sorted(set(ACCOUNTS) - {"without an account"}))
def test_register__known_address_gets_a_mail_without_a_proof(account: str) -> None:
    ACCOUNTS[account]()

    for email in (KNOWN, UNKNOWN):
        post(DOCUMENTS["register"], {"email": email})

    told = OutboxMessage.objects.order_by("pk").values_list("recipient", "template")
    assert list(told) == [(KNOWN, "register_known"), (UNKNOWN, "register")]


def test_request_password_reset__tells_the_mailbox_alone_whether_there_is_an_account() -> None:
    make_open()

    for email in (KNOWN, UNKNOWN):
        post(DOCUMENTS["requestPasswordReset"], {"email": email})

    told = OutboxMessage.objects.order_by("pk").values_list("recipient", "template")
    assert list(told) == [(KNOWN, "reset_password"), (UNKNOWN, "reset_password_unknown")]
