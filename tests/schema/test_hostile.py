"""Input that nobody sends by accident: each is refused in clear words, on either database."""

from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from strawberry.relay import to_base64

from bookings.booking import services
from bookings.booking.models import Booking
from tests import factories
from tests.factories import NOW, TEN
from tests.schema.client import ask, code_of, gid, post

pytestmark = pytest.mark.django_db(transaction=True)

DRAFT = """
mutation D($input: DraftBookingInput!) {
  draftBooking(input: $input) { booking { id } errors { code field } }
}
"""
PAY = """
mutation P($input: StartPaymentInput!) {
  startPayment(input: $input) { payment { checkoutUrl } errors { code field } }
}
"""
APPROVE = """
mutation A($input: ApproveBookingInput!) {
  approveBooking(input: $input) { booking { status price { amount } } errors { code field } }
}
"""


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def draft_input(**fields: Any) -> dict[str, Any]:
    service = factories.service()
    return {
        "serviceId": gid(service),
        "consultantId": gid(factories.consultant(service)),
        "startsAt": TEN.isoformat(),
        "email": "carla@example.org",
        "fullName": "Carla Client",
        "consent": True,
        **fields,
    }


def test_draft_booking__longest_address_can_have_a_key() -> None:
    address = f"{'a' * 60}@{('b' * 50 + '.') * 3}example.org"
    given = draft_input(email=address, idempotencyKey="k")

    first = ask(DRAFT, {"input": given})["draftBooking"]
    again = ask(DRAFT, {"input": given})["draftBooking"]

    assert first["errors"] == []
    assert again["booking"] == first["booking"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", "CONFIRMED"),
        ("price", "0"),
        ("needsApproval", False),
        ("emailVerified", True),
        ("meetingUrl", "https://evil.example/"),
    ],
)
def test_draft_booking__sets_nothing_that_is_not_a_client_s_to_set(field: str, value: object) -> None:
    answer = post(DRAFT, {"input": draft_input(**{field: value})})

    assert code_of(answer) == "BAD_USER_INPUT"
    assert not Booking.objects.exists()


def test_draft_booking__infinite_number_in_a_literal_is_refused() -> None:
    given = draft_input()
    fields = ", ".join(
        f'{name}: "{given[name]}"' for name in ("serviceId", "consultantId", "startsAt", "email", "fullName")
    )
    document = f"""
      mutation {{
        draftBooking(input: {{{fields}, consent: true, intake: {{a: 1e999}}}}) {{ errors {{ code field }} }}
      }}
    """

    payload = ask(document)["draftBooking"]

    assert payload["errors"] == [{"code": "VALIDATION_FAILED", "field": ["intake"]}]


@pytest.mark.parametrize("argument", ["after", "before"])
@pytest.mark.parametrize("place", ["[" * 50_000, "{}", '["a"]'], ids=["nested", "object", "short"])
def test_cursor__that_no_list_gave_is_refused(argument: str, place: str) -> None:
    factories.service()
    cursor = to_base64("orderedcursor", place)

    body = post(
        f"query C($c: String) {{ services({argument}: $c) {{ totalCount edges {{ cursor }} }} }}",
        {"c": cursor},
    )

    assert code_of(body) == "BAD_USER_INPUT"


@pytest.mark.parametrize("argument", ["after", "before"])
@pytest.mark.parametrize(
    "place",
    [
        '["a", "99999999999999999999999"]',
        '["9999-12-31T23:59:59-14:00", "1"]',
        '["0001-01-01T00:00:00+14:00", "1"]',
    ],
)
def test_cursor__beyond_what_databases_count_is_no_failure_of_ours(argument: str, place: str) -> None:
    practice = factories.business()
    offered = factories.service(practice)
    factories.draft(factories.consultant(offered), offered)
    cursor = to_base64("orderedcursor", place)
    document = """query C($c: String) {
      services(ARGUMENT: $c) { totalCount edges { cursor } }
      bookings(ARGUMENT: $c, filter: {status: [DRAFT]}) { totalCount edges { cursor } }
    }"""

    body = post(document.replace("ARGUMENT", argument), {"c": cursor}, user=practice.owner)

    assert {error["extensions"]["code"] for error in body.get("errors", [])} <= {"BAD_USER_INPUT"}


@pytest.mark.parametrize(
    "address",
    [
        "http://[",
        "http://[::1",
        "http://a\u2100b/",
        "{own}/a\nb",
        " {own}/",
        "{own}/\x07",
        "{own}/a b",
        "{own}@evil.example/",
    ],
)
def test_start_payment__way_back_that_is_no_address_is_refused_before_anything_is_done(
    address: str, settings: Any
) -> None:
    service = factories.service()
    booking = factories.approved(factories.consultant(service), service)
    given = {
        "bookingId": gid(booking),
        "accessToken": services.grant_access(
            passed=services.pass_challenge(
                purpose="BOOKING_ACCESS",
                token=factories.secrets_of(booking, "approved_pay_by")["link"].partition("#token=")[2],
                now=NOW,
            ),
            now=NOW,
        )[1],
        "returnUrl": address.replace("{own}", settings.PUBLIC_URL),
    }

    payload = ask(PAY, {"input": given})["startPayment"]

    assert payload["errors"] == [{"code": "VALIDATION_FAILED", "field": ["returnUrl"]}]
    booking.refresh_from_db()
    assert booking.status == "APPROVED"


@pytest.mark.parametrize(("price", "shown"), [("0E-999999999", "0.00"), ("-0", "0.00"), ("1E+2", "100.00")])
def test_approve_booking__odd_spelling_of_an_amount_is_read_as_that_amount(price: str, shown: str) -> None:
    place = factories.business()
    service = factories.service(place)
    booking = factories.pending(factories.consultant(service), service)

    payload = ask(APPROVE, {"input": {"bookingId": gid(booking), "price": price}}, user=place.owner)

    assert payload["approveBooking"]["errors"] == []
    assert payload["approveBooking"]["booking"]["price"] == {"amount": shown}


def test_pages__nul_names_nothing() -> None:
    client = Client()

    assert client.get(reverse("booking-status"), {"id": "\0"}).status_code == 200
    assert (
        client.post(reverse("booking-verify"), {"acknowledgement_id": "\0", "code": "1"}).status_code == 409
    )
    assert client.get("/payments/sandbox/checkout/%00").status_code == 404
