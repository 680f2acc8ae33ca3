"""Making, seeing and revoking service keys, and a chatbot that books with one."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from bookings.accounts.keys import MOST_AT_ONCE, NewKey, Scope
from bookings.accounts.models import ServiceKey, User
from bookings.booking.models import Booking, BookingNote
from bookings.businesses.models import StaffMember
from bookings.verification.services import grant_access
from tests import factories
from tests.factories import NOW, TEN, later
from tests.schema.client import ask, code_of, gid, post
from tests.schema.test_bookings import DRAFT, VERIFY, draft_input

pytestmark = pytest.mark.django_db(transaction=True)

CREATE = """
mutation C($input: CreateServiceKeyInput!) {
  createServiceKey(input: $input) {
    key serviceKey { id name prefix scopes business { name } ownerName createdAt expiresAt lastUsedAt revokedAt }
    errors { code field }
  }
}
"""
REVOKE = """
mutation R($input: RevokeServiceKeyInput!) {
  revokeServiceKey(input: $input) { serviceKey { name revokedAt } errors { code field } }
}
"""
LIST = """
query L($business: ID, $first: Int) {
  serviceKeys(businessId: $business, first: $first) {
    totalCount edges { node { name ownerName scopes business { name } } }
  }
}
"""
MOVE = """
mutation M($input: RescheduleBookingInput!) {
  rescheduleBooking(input: $input) { booking { startsAt } errors { code } }
}
"""
CANCEL = "mutation X($input: CancelBookingInput!) { cancelBooking(input: $input) { errors { code } } }"
REQUEST_CANCELLATION = """
mutation Q($input: RequestCancellationInput!) { requestCancellation(input: $input) { errors { code } } }
"""
ENTER = """
mutation N($input: CreateBookingInput!) { createBooking(input: $input) { booking { id } errors { code } } }
"""
NOTE = "mutation U($input: UpdateBookingInput!) { updateBooking(input: $input) { errors { code } } }"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def by(made: NewKey) -> dict[str, str]:
    return {"authorization": f"Api-Key {made.text}"}


def pending(**fields: Any) -> Booking:
    service = factories.service()
    return factories.pending(factories.consultant(service), service, **fields)


def opener(booking: Booking) -> str:
    return grant_access(subject=booking.subject, email=booking.email, purposes=["view"], now=NOW)[0]


def actors(booking: Booking) -> list[tuple[str, str, str]]:
    return list(booking.events.order_by("sequence").values_list("move", "actor_kind", "actor_id"))


def make(user: User, **fields: Any) -> dict[str, Any]:
    given = {"name": "chatbot", "scopes": ["CATALOGUE", "BOOKING"], **fields}
    return dict(ask(CREATE, {"input": given}, user=user)["createServiceKey"])


def test_create_service_key__gives_the_key_once() -> None:
    ana = factories.user(full_name="Ana Horvat")

    made = make(ana, scopes=["BOOKING", "CATALOGUE", "BOOKING"], expiresAt="2030-02-01T00:00:00+01:00")

    row = ServiceKey.objects.get()
    assert made == {
        "key": made["key"],
        "serviceKey": {
            "id": gid(row),
            "name": "chatbot",
            "prefix": made["key"][:12],
            "scopes": ["CATALOGUE", "BOOKING"],
            "business": None,
            "ownerName": "Ana Horvat",
            "createdAt": "2030-01-07T08:00:00Z",
            "expiresAt": "2030-01-31T23:00:00Z",
            "lastUsedAt": None,
            "revokedAt": None,
        },
        "errors": [],
    }
    header = {"authorization": f"Api-Key {made['key']}"}
    assert "errors" not in post("{ services { totalCount } }", **header)
    assert made["key"] not in str(ask(LIST, user=ana))


def test_create_service_key__again_under_its_idempotency_key_shows_no_key() -> None:
    ana = factories.user()

    first = make(ana, idempotencyKey="k1")
    again = make(ana, idempotencyKey="k1")

    assert (again["key"], again["serviceKey"], again["errors"]) == (None, first["serviceKey"], [])
    assert ServiceKey.objects.count() == 1


def test_create_service_key__says_why_not() -> None:
    ana, place = factories.user(), factories.business()
    manager = factories.staff_of(place).user
    assert manager is not None

    def why(user: User, **fields: Any) -> Any:
        body = post(CREATE, {"input": {"name": "x", "scopes": ["BOOKING"], **fields}}, user=user)
        return code_of(body) if "errors" in body else body["data"]["createServiceKey"]["errors"][0]

    practice = {"scopes": ["PRACTICE"], "password": factories.PASSWORD}
    assert why(ana, **practice) == {"code": "VALIDATION_FAILED", "field": ["businessId"]}
    assert why(ana, scopes=[]) == {"code": "VALIDATION_FAILED", "field": ["scopes"]}
    assert why(ana, **practice, businessId=gid(place)) == "FORBIDDEN"
    assert why(manager, **practice, businessId=gid(place)) == "FORBIDDEN"
    unproven = factories.user(email_verified_at=None)
    assert why(unproven) == {"code": "EMAIL_NOT_VERIFIED", "field": None}
    for _ in range(MOST_AT_ONCE):
        make(ana)
    assert why(ana) == {"code": "VALIDATION_FAILED", "field": None}
    assert code_of(post(CREATE, {"input": {"name": "x", "scopes": ["BOOKING"]}})) == "UNAUTHENTICATED"
    assert ServiceKey.objects.count() == MOST_AT_ONCE


@pytest.mark.parametrize("password", [None, "", "not the password"])
def test_create_service_key__for_the_work_of_a_practice_asks_for_the_password(password: str | None) -> None:
    place = factories.business()
    wanted = {"name": "sync", "scopes": ["PRACTICE"], "businessId": gid(place)}

    refused = ask(CREATE, {"input": {**wanted, "password": password}}, user=place.owner)["createServiceKey"]
    made = ask(CREATE, {"input": {**wanted, "password": factories.PASSWORD}}, user=place.owner)

    assert refused["errors"] == [{"code": "CREDENTIALS_INVALID", "field": ["password"]}]
    assert made["createServiceKey"]["key"].startswith("slw_")
    assert ServiceKey.objects.count() == 1


def test_service_keys__are_ones_own_and_those_for_ones_practices() -> None:
    place = factories.business(name="Quiet Rooms")
    member = factories.staff_of(place, StaffMember.Role.OWNER).user
    assert member is not None
    factories.service_key(Scope.PRACTICE, owner=member, place=place, name="sync")
    factories.service_key(Scope.BOOKING, owner=member, name="bot")
    factories.service_key(Scope.BOOKING, name="another's")

    def names(user: User, **variables: Any) -> list[str]:
        return [edge["node"]["name"] for edge in ask(LIST, variables, user=user)["serviceKeys"]["edges"]]

    assert names(member) == ["bot", "sync"]
    assert names(place.owner) == ["sync"]
    assert names(member, business=gid(place)) == ["sync"]
    assert names(member, first=1) == ["bot"]
    assert names(factories.user()) == []
    assert code_of(post(LIST)) == "UNAUTHENTICATED"


def test_node__of_a_key_is_for_those_who_may_revoke_it() -> None:
    made = factories.service_key(*Scope, place=(place := factories.business()))
    look = "query N($id: ID!) { node(id: $id) { ... on ServiceKey { prefix } } }"

    assert ask(look, {"id": gid(made.row)}, user=place.owner)["node"] == {"prefix": made.row.prefix}
    assert ask(look, {"id": gid(made.row)}, user=factories.user())["node"] is None
    assert ask(look, {"id": gid(made.row)})["node"] is None
    assert ask(look, {"id": gid(made.row)}, **by(made))["node"] is None


def test_revoke_service_key__ends_it_at_once() -> None:
    made = factories.service_key(Scope.CATALOGUE)
    given = {"input": {"id": gid(made.row)}}
    stranger = ask(REVOKE, given, user=factories.user())["revokeServiceKey"]
    assert stranger == {"serviceKey": None, "errors": [{"code": "NOT_FOUND", "field": ["id"]}]}
    assert "errors" not in post("{ services { totalCount } }", **by(made))

    revoked = ask(REVOKE, given, user=made.row.owner)["revokeServiceKey"]

    assert revoked == {"serviceKey": {"name": "chatbot", "revokedAt": "2030-01-07T08:00:00Z"}, "errors": []}
    assert code_of(post("{ services { totalCount } }", **by(made))) == "UNAUTHENTICATED"


def test_events__say_which_key_carried_a_draft_its_proof_and_its_moves() -> None:
    made = factories.service_key(Scope.BOOKING)
    drafted = ask(DRAFT, {"input": draft_input()}, **by(made))["draftBooking"]["booking"]
    booking = Booking.objects.get()
    code = {"acknowledgementId": drafted["acknowledgementId"], "code": factories.secrets_of(booking)["code"]}
    token = ask(VERIFY, {"input": {"proof": {"code": code}}}, **by(made))["verifyBooking"]["accessToken"]
    moved = {"bookingId": gid(booking), "startsAt": "2030-01-07T11:00:00Z", "accessToken": token}
    assert ask(MOVE, {"input": moved}, **by(made))["rescheduleBooking"]["errors"] == []
    ask(REQUEST_CANCELLATION, {"input": {"acknowledgementId": drafted["acknowledgementId"]}}, **by(made))
    code["code"] = factories.secrets_of(booking, "confirm_cancellation")["code"]
    assert ask(CANCEL, {"input": {"proof": {"code": code}}}, **by(made))["cancelBooking"]["errors"] == []

    key = f"key:{made.row.pk}"
    moves = ["DRAFT", "VERIFY", "RESCHEDULE", "CANCEL"]
    assert actors(booking) == [(move, "CLIENT", key) for move in moves]


def test_events__say_which_key_worked_for_a_practice() -> None:
    service = factories.service(price=0)
    host = factories.consultant(service)
    made = factories.service_key(Scope.PRACTICE, place=service.business)
    given = {
        "serviceId": gid(service), "consultantId": gid(host), "startsAt": TEN.isoformat(),
        "fullName": "Walter Walkin", "consent": True,
    }  # fmt: skip

    assert ask(ENTER, {"input": given}, **by(made))["createBooking"]["errors"] == []

    booking = Booking.objects.get()
    key = f"key:{made.row.pk}"
    assert [(kind, who) for _, kind, who in actors(booking)[:3]] == [("STAFF", key)] * 3
    assert (
        ask(NOTE, {"input": {"bookingId": gid(booking), "note": "Called."}}, **by(made))["updateBooking"][
            "errors"
        ]
        == []
    )
    assert BookingNote.objects.get().author == service.business.owner


def test_key__with_an_access_token_is_not_signed_in() -> None:
    """Cancelling takes a fresh proof of a client who is not, and a key makes nobody one."""
    booking = pending()
    key, token = by(factories.service_key(Scope.BOOKING)), {"x_booking_token": opener(booking)}
    cancel = {"input": {"proof": {"account": gid(booking)}}}

    assert code_of(post(CANCEL, cancel, **key, **token)) == "FORBIDDEN"

    actions = "query A($by: BookingLookup!) { booking(by: $by) { availableActions { mutation requires } } }"
    shown = ask(actions, {"by": {"id": gid(booking)}}, **key, **token)["booking"]["availableActions"]
    assert {"mutation": "cancelBooking", "requires": ["CHALLENGE_PROOF"]} in shown
    booking.refresh_from_db()
    assert booking.status == "PENDING"


def test_idempotency__is_each_keys_own() -> None:
    first, second = factories.service_key(Scope.BOOKING), factories.service_key(Scope.BOOKING)
    given = {"input": draft_input(idempotencyKey="k1")}

    def drafted(**headers: str) -> str:
        return str(ask(DRAFT, given, **headers)["draftBooking"]["booking"]["id"])

    assert drafted(**by(first)) == drafted(**by(first))
    assert len({drafted(**by(first)), drafted(**by(second)), drafted()}) == 3
    assert Booking.objects.count() == 3


def test_chatbot__books_from_the_offer_to_the_code() -> None:
    service = factories.service(name="First talk")
    factories.consultant(service, hours=(9, 11))
    bot = by(factories.service_key(Scope.CATALOGUE, Scope.BOOKING))

    (offered,) = ask("{ services { edges { node { id name } } } }", **bot)["services"]["edges"]
    times = "query T($service: ID!) { openSlots(serviceId: $service, first: 1) { edges { node { id startsAt } } } }"
    (slot,) = ask(times, {"service": offered["node"]["id"]}, **bot)["openSlots"]["edges"]
    given = {
        "slotId": slot["node"]["id"],
        "email": "carla@example.org",
        "fullName": "Carla Client",
        "consent": True,
    }
    drafted = ask(DRAFT, {"input": given}, **bot)["draftBooking"]["booking"]
    mailed = factories.secrets_of(Booking.objects.get())["code"]  # the person reads it to the chatbot
    proof = {"code": {"acknowledgementId": drafted["acknowledgementId"], "code": mailed}}
    verified = ask(VERIFY, {"input": {"proof": proof}}, **bot)["verifyBooking"]
    status = "query S($id: String!) { bookingStatus(acknowledgementId: $id) { status } }"
    followed = ask(status, {"id": drafted["acknowledgementId"]}, **bot)["bookingStatus"]
    look = "query B($by: BookingLookup!) { booking(by: $by) { fullName startsAt availableActions { mutation } } }"
    lookup = {"acknowledgementId": drafted["acknowledgementId"], "accessToken": verified["accessToken"]}
    seen = ask(look, {"by": {"acknowledgement": lookup}}, **bot)["booking"]

    assert (verified["errors"], followed) == ([], {"status": "PENDING"})
    assert (seen["fullName"], seen["startsAt"]) == ("Carla Client", slot["node"]["startsAt"])
    assert {action["mutation"] for action in seen["availableActions"]} == {
        "cancelBooking",
        "rescheduleBooking",
    }
    with time_machine.travel(later(minutes=31), tick=False):
        assert code_of(post(look, {"by": {"acknowledgement": lookup}}, **bot)) == "UNAUTHENTICATED"
