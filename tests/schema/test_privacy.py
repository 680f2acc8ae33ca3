"""Reading what is known of oneself, and being forgotten, through the API."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.accounts.models import User
from bookings.booking.models import Booking, BookingNote
from bookings.booking.states import Status
from bookings.common.errors import ErrorCode
from bookings.common.models import IdempotencyRecord
from bookings.limits.services import forget_everything
from bookings.notifications.models import OutboxMessage
from bookings.verification.models import Challenge
from tests import factories, lifecycle
from tests.factories import NOW, PASSWORD, TEN, later
from tests.schema.client import ask, gid, post
from tests.witness import everything

pytestmark = pytest.mark.django_db(transaction=True)

REQUEST = (
    "mutation R($input: RequestPersonalDataInput!) { requestPersonalData(input: $input) { errors { code } } }"
)
EXPORT = """
mutation E($input: ExportPersonalDataInput!) { exportPersonalData(input: $input) { document errors { code } } }
"""
MINE = "mutation M($input: ExportMyDataInput!) { exportMyData(input: $input) { document errors { code field } } }"
ERASE = """
mutation E($input: ErasePersonalDataInput!) {
  erasePersonalData(input: $input) { erasedBookings cancelledBookings errors { code field message retryAfter } }
}
"""
DELETE = """
mutation D($input: DeleteAccountInput!) {
  deleteAccount(input: $input) { deleted erasedBookings cancelledBookings errors { code field message } }
}
"""
DRAFT = "mutation D($input: DraftBookingInput!) { draftBooking(input: $input) { booking { id } errors { code } } }"
EMAIL = "ana@example.org"


@pytest.fixture(autouse=True)
def _clock() -> Any:
    forget_everything()
    with time_machine.travel(NOW, tick=False):
        yield


def booking(reach: Any = factories.pending, **fields: Any) -> Booking:
    offered = factories.service(cancellation_notice=timedelta(0))
    given = {"email": EMAIL, "full_name": "Ana", "message": "hello", "intake": {"age": 30}, **fields}
    made: Booking = reach(factories.consultant(offered, user=factories.user()), offered, **given)
    return made


def do(document: str, user: User | None = None, **given: Any) -> dict[str, Any]:
    """The payload of the one mutation."""
    (payload,) = ask(document, {"input": given}, user=user).values()
    return dict(payload)


def mailed(what: str, email: str = EMAIL) -> dict[str, str]:
    assert do(REQUEST, email=email, what=what)["errors"] == []
    secrets = OutboxMessage.objects.filter(recipient=email).latest("pk").secrets
    return {"token": secrets["link"].partition("#token=")[2], "code": secrets["code"]}


def codes(payload: dict[str, Any]) -> list[str]:
    return [error["code"] for error in payload["errors"]]


def test_request_personal_data__answers_and_works_alike_for_known_and_unknown() -> None:
    booking()
    factories.user(EMAIL)
    done = []
    for email in (EMAIL, "nobody@example.org"):
        with CaptureQueriesContext(
            connection,
        ) as statements:
            body = post(REQUEST, {"input": {"email": email, "what": "ERASE"}})
        sql = [each["sql"].partition(" ")[0] for each in statements]
        done.append(
            (
                body["data"],
                sql,
                OutboxMessage.objects.filter(recipient=email, template="personal_data_erasure").count(),
            )
        )

    assert done[0] == done[1]
    assert done[0][2] == 1


def test_request_personal_data__keeps_no_address_in_the_subject_and_mails_once_a_minute() -> None:
    for _ in range(2):
        do(REQUEST, email="ANA@example.org ", what="EXPORT")

    (challenge,) = Challenge.objects.all()
    assert challenge.subject.startswith("person:")
    assert len(challenge.subject) <= 64
    assert "ana" not in challenge.subject
    assert OutboxMessage.objects.count() == 1


def test_export_personal_data__gives_all_there_is_but_secrets_and_internal_notes() -> None:
    made = booking(lifecycle.rejected)
    BookingNote.objects.create(booking=made, text="between us", created_at=NOW)
    proof = mailed("EXPORT")

    document = do(EXPORT, proof={"code": {"email": EMAIL, "code": proof["code"]}})["document"]

    assert (document["format"], document["version"], document["address"]) == (
        "slotwell.personal-data",
        1,
        EMAIL,
    )
    assert all(part["description"] and part["complete"] for part in document["parts"].values())
    (row,) = document["parts"]["bookings"]["rows"]
    assert (row["fullName"], row["message"], row["intake"]) == ("Ana", "hello", {"age": 30})
    assert [note["text"] for note in row["told"]] == ["Away."]
    assert row["internalNotes"] == 1
    assert [event["move"] for event in row["timeline"]] == list(
        made.events.order_by("sequence").values_list("move", flat=True)
    )
    assert row["consent"]["agreedAt"] == NOW.isoformat()
    templates = [mail["template"] for mail in document["parts"]["messages"]["rows"]]
    assert templates == ["personal_data_export", "rejected", "request_received", "verify_booking"]
    assert document["parts"]["account"]["rows"] == []
    said = str(document)
    assert "between us" not in said
    assert proof["token"] not in said
    assert proof["code"] not in said


def test_export_personal_data__of_an_unknown_address_is_empty_but_for_the_proof() -> None:
    document = do(EXPORT, proof={"token": mailed("EXPORT")["token"]})["document"]

    filled = {name for name, part in document["parts"].items() if part["rows"]}
    assert filled == {"messages", "proofs"}


def test_proof__is_good_once_and_for_what_it_was_asked_for() -> None:
    read, forget = mailed("EXPORT"), mailed("ERASE")

    assert codes(do(ERASE, proof={"token": read["token"]})) == ["CHALLENGE_INVALID"]
    assert codes(do(EXPORT, proof={"token": forget["token"]})) == ["CHALLENGE_INVALID"]
    assert codes(do(EXPORT, proof={"token": read["token"]})) == []
    assert codes(do(EXPORT, proof={"token": read["token"]})) == ["CHALLENGE_ALREADY_USED"]
    assert codes(do(EXPORT, proof={"code": {"email": EMAIL, "code": "000000"}})) == ["CHALLENGE_INVALID"]


def test_erase_personal_data__cancels_and_forgets_with_the_proof_that_a_refusal_left_good() -> None:
    made = booking()
    account = factories.user(EMAIL)
    proof = {"token": mailed("ERASE")["token"]}

    refused = do(ERASE, proof=proof)
    done = do(ERASE, proof=proof, cancelBookings=True)

    assert codes(refused) == ["ACCOUNT_IN_USE"]
    assert (done["erasedBookings"], done["cancelledBookings"], done["errors"]) == (1, 1, [])
    made.refresh_from_db()
    account.refresh_from_db()
    assert (made.status, made.email, account.is_active) == (Status.CANCELLED, "", False)


def test_export_my_data__needs_the_password_and_a_proven_address() -> None:
    made = booking()
    user = factories.user(EMAIL, full_name="Ana Horvat")
    unproven = factories.user(email_verified_at=None)

    wrong = do(MINE, user, password="wrong password")
    right = do(MINE, user, password=PASSWORD)

    assert (codes(wrong), wrong["document"]) == (["CREDENTIALS_INVALID"], None)
    assert right["document"]["parts"]["account"]["rows"][0]["fullName"] == "Ana Horvat"
    assert [row["id"] for row in right["document"]["parts"]["bookings"]["rows"]] == [made.acknowledgement_id]
    assert len(right["document"]["parts"]["sessions"]["rows"]) == 1
    assert user.password not in str(right)
    assert codes(do(MINE, unproven, password=PASSWORD)) == ["EMAIL_NOT_VERIFIED"]


@pytest.mark.parametrize("document", [MINE, DELETE])
def test_password__cannot_be_guessed_without_end(document: str) -> None:
    user = factories.user(EMAIL)

    tried = [codes(do(document, user, password=f"guess {number}")) for number in range(11)]

    assert tried == [["CREDENTIALS_INVALID"]] * 10 + [["RATE_LIMITED"]]


@pytest.mark.parametrize("document", [MINE, DELETE])
def test_password__is_asked_of_who_is_signed_in_alone(document: str) -> None:
    body = post(document, {"input": {"password": PASSWORD}})
    assert body["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_delete_account__forgets_and_lets_nobody_in_again() -> None:
    made = booking(lifecycle.confirmed)
    user = factories.user(EMAIL)
    before = everything()
    assert codes(do(DELETE, user, password="wrong password")) == ["CREDENTIALS_INVALID"]
    assert codes(do(DELETE, user, password=PASSWORD)) == ["ACCOUNT_IN_USE"]
    untouched = everything(without=frozenset({"LimitWindow", "RefreshToken"}))
    assert untouched == {name: rows for name, rows in before.items() if name in untouched}

    done = do(DELETE, user, password=PASSWORD, cancelBookings=True)

    assert (done["deleted"], done["erasedBookings"], done["cancelledBookings"]) == (True, 1, 1)
    made.refresh_from_db()
    assert (made.status, made.full_name) == (Status.CANCELLED, "")
    body = post("{ me { email } }", user=user)
    assert body["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    (last,) = OutboxMessage.objects.exclude(recipient="").filter(template="personal_data_erased")
    assert (last.recipient, last.context) == (EMAIL, {"account": True, "cancelled": 1})


def test_delete_account__of_an_unproven_address_leaves_its_bookings() -> None:
    made = booking()
    user = factories.user(EMAIL, email_verified_at=None)

    done = do(DELETE, user, password=PASSWORD)

    assert (done["deleted"], done["erasedBookings"]) == (True, 0)
    made.refresh_from_db()
    assert (made.status, made.email) == (Status.PENDING, EMAIL)
    assert OutboxMessage.objects.filter(recipient=EMAIL, template="verify_booking").exists()


def test_delete_account__is_refused_to_an_owner_and_changes_nothing() -> None:
    owner = factories.business().owner
    payload = do(DELETE, owner, password=PASSWORD)
    assert codes(payload) == [ErrorCode.ACCOUNT_IN_USE]
    assert "owns a practice" in payload["errors"][0]["message"]
    owner.refresh_from_db()
    assert owner.is_active


def test_draft__under_a_key_keeps_no_address_beside_it_and_is_replayed_whatever_the_case() -> None:
    offered = factories.service()
    given = {
        "serviceId": gid(offered),
        "consultantId": gid(factories.consultant(offered)),
        "startsAt": TEN.isoformat(),
        "email": EMAIL,
        "fullName": "Ana",
        "consent": True,
        "idempotencyKey": "k1",
    }

    first, again = do(DRAFT, **given), do(DRAFT, **given)

    assert first["booking"] == again["booking"]
    assert Booking.objects.count() == 1
    assert "ana" not in IdempotencyRecord.objects.get().scope
    other = do(DRAFT, **{**given, "email": "bo@example.org"})
    assert other["booking"] != first["booking"]


def test_mail__comes_again_after_a_minute() -> None:
    do(REQUEST, email=EMAIL, what="EXPORT")
    with time_machine.travel(later(seconds=61), tick=False):
        do(REQUEST, email=EMAIL, what="EXPORT")
    assert OutboxMessage.objects.count() == 2
