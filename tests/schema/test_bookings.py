"""Bookings through the API: who sees what, payload errors, idempotency, what can be done now."""

from typing import Any

import pytest
import time_machine

from bookings.booking import services
from bookings.booking.models import Booking, BookingEvent
from bookings.booking.states import TABLE
from bookings.common.models import IdempotencyRecord
from bookings.notifications.models import OutboxMessage
from bookings.payments.models import SandboxCheckout
from bookings.payments.sandbox import settle_checkout
from tests import factories
from tests.factories import NOW, TEN
from tests.schema.client import ask, code_of, gid, post

pytestmark = pytest.mark.django_db(transaction=True)

DRAFT = """
mutation D($input: DraftBookingInput!) {
  draftBooking(input: $input) {
    booking { id acknowledgementId status email fullName startsAt availableActions { mutation requires actor } }
    errors { code field message suggestedSlots { id } }
  }
}
"""
VERIFY = """
mutation V($input: VerifyBookingInput!) {
  verifyBooking(input: $input) {
    accessToken booking { status email } errors { code message suggestedSlots { startsAt consultant { fullName } } }
  }
}
"""
PRIVATE = """
  startsAt endsAt timezone seats mode paymentMode price { amount } payBy email fullName phone message createdAt
  business { name } service { name } consultant { fullName } timeline { move } payments { status } alternatives
"""


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def draft_input(**fields: Any) -> dict[str, Any]:
    service = factories.service()
    host = factories.consultant(service)
    return {
        "serviceId": gid(service),
        "consultantId": gid(host),
        "startsAt": TEN.isoformat(),
        "email": "Carla@Example.org ",
        "fullName": "Carla Client",
        "consent": True,
        **fields,
    }


def pending() -> Booking:
    service = factories.service()
    return factories.pending(factories.consultant(service), service)


def test_draft__answers_with_what_to_do_next_and_nothing_private() -> None:
    payload = ask(DRAFT, {"input": draft_input()})["draftBooking"]
    booking = payload["booking"]
    assert payload["errors"] == []
    assert booking["status"] == "DRAFT"
    assert (booking["email"], booking["fullName"], booking["startsAt"]) == (None, None, None)
    assert booking["availableActions"] == [
        {"mutation": "verifyBooking", "requires": ["CHALLENGE_PROOF"], "actor": "CLIENT"},
        {"mutation": "cancelBooking", "requires": ["CHALLENGE_PROOF"], "actor": "CLIENT"},
    ]


def test_draft__refuses_a_time_that_is_not_open_and_suggests_others() -> None:
    closed = draft_input(startsAt="2030-01-07T18:00:00Z")
    payload = ask(DRAFT, {"input": closed})["draftBooking"]
    assert payload["booking"] is None
    (error,) = payload["errors"]
    assert error["code"] == "SLOT_UNAVAILABLE"
    assert len(error["suggestedSlots"]) == 3
    assert Booking.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"consent": False}, "CONSENT_REQUIRED", ["consent"]),
        ({"email": "nobody"}, "VALIDATION_FAILED", ["email"]),
        ({"fullName": " "}, "VALIDATION_FAILED", ["fullName"]),
        ({"fullName": "a\nb"}, "VALIDATION_FAILED", ["fullName"]),
        ({"seats": 0}, "VALIDATION_FAILED", ["seats"]),
        ({"timezone": "Mars/Base"}, "VALIDATION_FAILED", ["timezone"]),
        ({"locale": "x" * 40}, "VALIDATION_FAILED", ["locale"]),
        ({"message": "x" * 5001}, "VALIDATION_FAILED", ["message"]),
        ({"intake": [1]}, "VALIDATION_FAILED", ["intake"]),
        ({"serviceId": None}, "VALIDATION_FAILED", ["slotId"]),
        ({"startsAt": None}, "VALIDATION_FAILED", ["startsAt"]),
        ({"idempotencyKey": "x" * 201}, "VALIDATION_FAILED", ["idempotencyKey"]),
    ],
)
def test_draft__refuses_bad_values_as_payload_errors(
    fields: dict[str, Any], code: str, field: list[str]
) -> None:
    payload = ask(DRAFT, {"input": draft_input(**fields)})["draftBooking"]
    assert [(error["code"], error["field"]) for error in payload["errors"]] == [(code, field)]
    assert Booking.objects.count() == 0


@pytest.mark.parametrize(
    "starts_at", ["2030-01-07T10:00:00", "tomorrow", "9999-12-31T23:59:59-12:00", 5, None]
)
def test_draft__refuses_what_is_no_instant(starts_at: object) -> None:
    body = post(DRAFT, {"input": draft_input(startsAt=starts_at)})
    if starts_at is None:
        assert body["data"]["draftBooking"]["errors"][0]["code"] == "VALIDATION_FAILED"
    else:
        assert code_of(body) == "BAD_USER_INPUT"


@pytest.mark.parametrize("wrong", ["garbage", "", "U2VydmljZTp4", "Qm9va2luZzox"])
def test_draft__refuses_malformed_ids_in_clear_words(wrong: str) -> None:
    body = post(DRAFT, {"input": draft_input(serviceId=wrong)})
    assert code_of(body) == "BAD_USER_INPUT"


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
def test_draft__refuses_text_that_no_database_takes(text: str) -> None:
    assert code_of(post(DRAFT, {"input": draft_input(message=text)})) == "BAD_USER_INPUT"
    assert Booking.objects.count() == 0


def test_draft__with_a_key_is_done_once() -> None:
    given = draft_input(idempotencyKey="k1")
    first = ask(DRAFT, {"input": given})["draftBooking"]["booking"]
    again = ask(DRAFT, {"input": given})["draftBooking"]["booking"]
    other = ask(DRAFT, {"input": {**given, "seats": 2}})["draftBooking"]
    assert again == first
    assert other["errors"][0]["code"] == "IDEMPOTENCY_MISMATCH"
    assert (Booking.objects.count(), OutboxMessage.objects.count()) == (1, 1)


def test_draft__takes_the_key_from_the_header_too() -> None:
    given = draft_input()
    first = ask(DRAFT, {"input": given}, idempotency_key="k1")["draftBooking"]["booking"]
    assert ask(DRAFT, {"input": given}, idempotency_key="k1")["draftBooking"]["booking"] == first


def test_draft__that_is_refused_keeps_no_key() -> None:
    ask(DRAFT, {"input": draft_input(idempotencyKey="k1", startsAt="2030-01-07T18:00:00Z")})
    assert IdempotencyRecord.objects.count() == 0


def test_verify__by_code_gives_an_access_token_that_opens_the_booking() -> None:
    service = factories.service()
    draft = factories.draft(factories.consultant(service), service)
    code = factories.secrets_of(draft)["code"]
    proof = {"proof": {"code": {"acknowledgementId": draft.acknowledgement_id.lower(), "code": code}}}
    payload = ask(VERIFY, {"input": proof})["verifyBooking"]
    assert payload["booking"] == {"status": "PENDING", "email": draft.email}
    query = "query Q($by: BookingLookup!) { booking(by: $by) { email startsAt } }"
    opened = {
        "by": {
            "acknowledgement": {
                "acknowledgementId": draft.acknowledgement_id,
                "accessToken": payload["accessToken"],
            }
        }
    }
    assert ask(query, opened)["booking"] == {"email": draft.email, "startsAt": "2030-01-07T10:00:00Z"}


def test_verify__that_is_refused_still_gives_the_token_and_other_times() -> None:
    service = factories.service()
    host = factories.consultant(service)
    loser = factories.draft(host, service)
    factories.pending(host, service)
    token = factories.secrets_of(loser)["link"].partition("#token=")[2]
    payload = ask(VERIFY, {"input": {"proof": {"token": token}}})["verifyBooking"]
    (error,) = payload["errors"]
    assert error["code"] == "SLOT_UNAVAILABLE"
    assert payload["booking"] == {"status": "DRAFT", "email": loser.email}
    assert payload["accessToken"]
    assert error["suggestedSlots"][0]["startsAt"] == "2030-01-07T11:00:00Z"
    again = ask(VERIFY, {"input": {"proof": {"token": token}}})["verifyBooking"]
    assert again["errors"][0]["code"] == "CHALLENGE_ALREADY_USED"
    assert again["accessToken"] is again["booking"] is None


def test_status__is_public_forgiving_and_tells_nothing_private() -> None:
    booking = pending()
    query = "query Q($id: String!) { bookingStatus(acknowledgementId: $id) { acknowledgementId status deadline } }"
    typed = " " + booking.acknowledgement_id.lower().replace("0", "o")
    assert ask(query, {"id": typed})["bookingStatus"]["status"] == "PENDING"
    assert ask(query, {"id": "MS-000000"})["bookingStatus"] is None
    assert ask(query, {"id": "x" * 10_000})["bookingStatus"] is None


def test_booking__shows_strangers_nothing() -> None:
    booking = pending()
    query = "query Q($id: ID!) { node(id: $id) { id } booking(by: {id: $id}) { id } }"
    for user in (None, factories.user(), factories.staff_of(factories.business()).user):
        assert ask(query, {"id": gid(booking)}, user=user) == {"node": None, "booking": None}


def test_private_fields__are_null_for_whoever_merely_drafted() -> None:
    document = f"mutation D($input: DraftBookingInput!) {{ draftBooking(input: $input) {{ booking {{ {PRIVATE} }} }} }}"
    booking = ask(document, {"input": draft_input()})["draftBooking"]["booking"]
    assert set(booking.values()) == {None}


@pytest.mark.parametrize("unproven", [True, False])
def test_bookings__shows_an_account_its_own_once_the_address_is_proven(unproven: bool) -> None:
    booking = pending()
    client = factories.user(booking.email, email_verified_at=None if unproven else NOW)
    listing = ask("{ bookings { totalCount edges { node { fullName } } } }", user=client)["bookings"]
    assert listing["totalCount"] == (0 if unproven else 1)


def test_bookings__needs_an_account() -> None:
    assert code_of(post("{ bookings { totalCount } }")) == "UNAUTHENTICATED"


def test_a_bad_token__is_refused_and_not_taken_for_nobody() -> None:
    assert code_of(post("{ me { email } }", authorization="Bearer nonsense")) == "UNAUTHENTICATED"


def test_approve__is_for_the_practice_alone() -> None:
    booking = pending()
    document = "mutation A($id: ID!) { approveBooking(input: {bookingId: $id}) { booking { status } errors { code } } }"
    stranger = post(document, {"id": gid(booking)}, user=factories.user())
    assert stranger["data"]["approveBooking"]["errors"] == [{"code": "NOT_FOUND"}]
    client = post(document, {"id": gid(booking)}, user=factories.user(booking.email))
    assert code_of(client) == "FORBIDDEN"
    staff = ask(document, {"id": gid(booking)}, user=factories.staff_of(booking.business).user)
    assert staff["approveBooking"] == {"booking": {"status": "APPROVED"}, "errors": []}
    twice = ask(document, {"id": gid(booking)}, user=factories.staff_of(booking.business).user)
    assert twice["approveBooking"] == {"booking": None, "errors": [{"code": "INVALID_TRANSITION"}]}
    assert BookingEvent.objects.filter(booking=booking, move="APPROVE").count() == 1


def test_start_payment__leads_back_to_known_places_only() -> None:
    service = factories.service()
    booking = factories.approved(factories.consultant(service), service)
    document = (
        "mutation P($input: StartPaymentInput!) "
        "{ startPayment(input: $input) { payment { checkoutUrl } errors { code field } } }"
    )
    owner = factories.user(booking.email)
    for address in ("https://evil.example/", "javascript:alert(1)", "http://127.0.0.1:8000@evil.example/"):
        payload = ask(document, {"input": {"bookingId": gid(booking), "returnUrl": address}}, user=owner)
        assert payload["startPayment"]["errors"] == [{"code": "VALIDATION_FAILED", "field": ["returnUrl"]}]
    booking.refresh_from_db()
    assert booking.status == "APPROVED"


@pytest.mark.parametrize(
    ("patterns", "codes"), [([r"^http://localhost:\d+$"], []), ([], ["VALIDATION_FAILED"])]
)
def test_start_payment__leads_back_to_whom_development_lets_call(
    patterns: list[str], codes: list[str], settings: Any
) -> None:
    settings.CORS_ALLOWED_ORIGIN_REGEXES = patterns
    service = factories.service()
    booking = factories.approved(factories.consultant(service), service)
    document = "mutation P($input: StartPaymentInput!) { startPayment(input: $input) { errors { code } } }"
    given = {"bookingId": gid(booking), "returnUrl": "http://localhost:5173/bookings/status"}

    payload = ask(document, {"input": given}, user=factories.user(booking.email))["startPayment"]

    assert [error["code"] for error in payload["errors"]] == codes


def test_available_actions__follow_the_table() -> None:
    booking = pending()
    document = "query Q($id: ID!) { booking(by: {id: $id}) { availableActions { action requires actor } } }"
    staff = ask(document, {"id": gid(booking)}, user=factories.staff_of(booking.business).user)
    assert staff["booking"]["availableActions"] == [
        {"action": "APPROVE", "requires": [], "actor": "STAFF"},
        {"action": "REJECT", "requires": ["REASON"], "actor": "STAFF"},
        {"action": "CANCEL", "requires": [], "actor": "STAFF"},
        {"action": "RESCHEDULE", "requires": ["TIME"], "actor": "STAFF"},
        {"action": "REASSIGN", "requires": ["CONSULTANT"], "actor": "STAFF"},
    ]
    client = ask(document, {"id": gid(booking)}, user=factories.user(booking.email))
    assert client["booking"]["availableActions"] == [
        {"action": "CANCEL", "requires": [], "actor": "CLIENT"},
        {"action": "RESCHEDULE", "requires": ["TIME"], "actor": "CLIENT"},
    ]


def test_lifecycle__is_the_table() -> None:
    rows = ask("{ lifecycle { move sources target mutation actors { actor requires } } }")["lifecycle"]
    assert [row["move"] for row in rows] == [str(move) for move in TABLE]
    assert {row["move"]: row["target"] for row in rows} == {str(m): row.target for m, row in TABLE.items()}


def test_orders_and_cursors__page_without_gap_or_repeat() -> None:
    service = factories.service(seats=50)
    host = factories.consultant(service)
    bookings = [factories.pending(host, service) for _ in range(5)]
    staff = factories.staff_of(service.business).user
    document = """
      query Q($after: String, $order: BookingOrder!) {
        bookings(first: 2, after: $after, order: $order) {
          totalCount pageInfo { hasNextPage endCursor } edges { node { acknowledgementId } }
        }
      }
    """
    for order in ("NEWEST", "OLDEST", "STARTS_FIRST", "STARTS_LAST"):
        seen: list[str] = []
        after = None
        while True:
            page = ask(document, {"after": after, "order": order}, user=staff)["bookings"]
            assert page["totalCount"] == 5
            seen += [edge["node"]["acknowledgementId"] for edge in page["edges"]]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        assert sorted(seen) == sorted(booking.acknowledgement_id for booking in bookings)


@pytest.mark.parametrize(
    "arguments", ["first: 101", "first: -1", "last: 101", "first: 1, last: 1", 'after: "nonsense"']
)
def test_pages__refuse_arguments_that_make_none(arguments: str) -> None:
    staff = factories.staff_of(factories.business()).user
    assert code_of(post(f"{{ bookings({arguments}) {{ totalCount }} }}", user=staff)) == "BAD_USER_INPUT"


def test_verify__by_the_account_of_the_address() -> None:
    service = factories.service()
    draft = factories.draft(factories.consultant(service), service)
    document = """
      mutation V($id: ID!) {
        verifyBooking(input: {proof: {account: $id}}) { accessToken booking { status } errors { code } }
      }
    """
    stranger = ask(document, {"id": gid(draft)}, user=factories.user())["verifyBooking"]
    assert stranger["errors"] == [{"code": "NOT_FOUND"}]
    owner = ask(document, {"id": gid(draft)}, user=factories.user(draft.email))["verifyBooking"]
    assert owner == {"accessToken": None, "booking": {"status": "PENDING"}, "errors": []}


def test_access_token__of_one_booking_does_not_open_another() -> None:
    service = factories.service()
    host = factories.consultant(service)
    mine = factories.draft(host, service)
    other = factories.pending(host, service, starts_at=factories.later(hours=5))
    token = services.verify(passed=factories.passed(mine), now=NOW).access_token
    query = "query Q($id: ID!) { booking(by: {id: $id}) { email } }"
    assert ask(query, {"id": gid(mine)}, x_booking_token=token)["booking"] == {"email": mine.email}
    assert ask(query, {"id": gid(other)}, x_booking_token=token)["booking"] is None
    assert code_of(post(query, {"id": gid(mine)}, x_booking_token="nonsense")) == "UNAUTHENTICATED"


def test_confirm_payment__asks_the_provider_and_believes_nobody() -> None:
    service = factories.service()
    payment = factories.paying(factories.consultant(service), service)
    booking = payment.booking
    owner = factories.user(booking.email)
    document = """
      mutation C($input: ConfirmPaymentInput!) {
        confirmPayment(input: $input) { booking { status } payment { status refunded { amount } } errors { code } }
      }
    """
    given = {"input": {"bookingId": gid(booking), "idempotencyKey": "k"}}
    unpaid = ask(document, given, user=owner)["confirmPayment"]
    assert (unpaid["booking"]["status"], unpaid["payment"]["status"]) == ("PAYMENT_PENDING", "OPEN")
    settle_checkout(reference=payment.reference, status=SandboxCheckout.Status.SUCCESS, now=NOW)
    for _ in range(2):
        paid = ask(document, given, user=owner)["confirmPayment"]
        assert paid == {
            "booking": {"status": "CONFIRMED"},
            "payment": {"status": "SUCCEEDED", "refunded": {"amount": "0.00"}},
            "errors": [],
        }
    assert booking.events.filter(move="CONFIRM_PAYMENT").count() == 1
