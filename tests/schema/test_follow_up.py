"""Following up through the API: a chatbot finds the way, each asks with what they have, and nobody for others."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from bookings.accounts.models import User
from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.verification.services import grant_access
from schema.booking.actions import beside_moves
from tests import factories
from tests.factories import TEN
from tests.lifecycle import confirmed, ended
from tests.schema.client import ask, code_of, gid, post
from tests.schema.test_statements import statements

pytestmark = pytest.mark.django_db(transaction=True)

AFTER = TEN + timedelta(hours=1)
NEXT = TEN + timedelta(days=1)
FOLLOW = """
mutation ($input: BookFollowUpInput!) { bookFollowUp(input: $input) {
  accessToken
  booking { id status startsAt fullName mode meetingPlatform consultant { fullName } follows { acknowledgementId } }
  errors { code field message suggestedSlots { id } }
} }
"""
SEEN = """
query ($id: ID!) { booking(by: {id: $id}) {
  follows { acknowledgementId } followUps { acknowledgementId startsAt }
  availableActions { action mutation requires actor }
} }
"""
DRAFT = """
mutation ($input: DraftBookingInput!) { draftBooking(input: $input) { booking { id } errors { code field } } }
"""
PLATFORM = "query ($id: ID!) { booking(by: {id: $id}) { meetingPlatform } }"
LIST = """
{ bookings { edges { node {
  acknowledgementId follows { acknowledgementId startsAt service { name } }
  followUps { startsAt consultant { fullName } }
} } } }
"""


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(AFTER, tick=False) as moved:
        yield moved


@pytest.fixture
def before(transactional_db: None) -> Booking:
    """A completed booking, of somebody who would like to meet by Zoom."""
    offered = factories.service()
    host = factories.consultant(offered, user=factories.user(), full_name="Mira Novak")
    return ended(services.complete)(host, offered, meeting_platform="ZOOM")


@pytest.fixture
def client(before: Booking) -> User:
    return factories.user(before.email)


def follow(before: Booking, **options: Any) -> dict[str, Any]:
    fields = options.pop("fields", {})
    given = {"bookingId": gid(before), "startsAt": NEXT.isoformat(), **fields}
    return dict(ask(FOLLOW, {"input": given}, **options)["bookFollowUp"])


def opening(booking: Booking) -> str:
    """An access token of ten minutes."""
    token, _ = grant_access(
        subject=booking.subject,
        email=booking.email,
        purposes=["view", "pay"],
        now=AFTER,
        lifetime=timedelta(minutes=10),
    )
    return token


def actions(booking: Booking, who: User | None, **headers: str) -> list[dict[str, Any]]:
    found = ask(SEEN, {"id": gid(booking)}, user=who, **headers)["booking"]["availableActions"]
    return [each for each in found if each["action"] == "FOLLOW_UP"]


def test_available_actions__of_a_completed_booking_lead_to_a_follow_up(before: Booking, client: User) -> None:
    way = {"action": "FOLLOW_UP", "mutation": "bookFollowUp", "requires": ["TIME"]}
    host = before.consultant
    assert host is not None

    assert actions(before, client) == [{**way, "actor": "CLIENT"}]
    assert actions(before, None, x_booking_token=opening(before)) == [{**way, "actor": "CLIENT"}]
    assert actions(before, host.user) == [{**way, "actor": "CONSULTANT"}]
    assert actions(before, before.business.owner) == [{**way, "actor": "STAFF"}]


def test_available_actions__tell_a_stranger_that_a_follow_up_takes_an_access_token(before: Booking) -> None:
    (action,) = beside_moves(before, Viewer())
    assert (action.mutation, [need.value for need in action.requires]) == (
        "bookFollowUp",
        ["ACCESS_TOKEN", "TIME"],
    )


def test_available_actions__offer_none_of_a_booking_that_did_not_take_place_or_is_nobodys(
    before: Booking, client: User
) -> None:
    coming = confirmed(before.consultant, before.service, email=client.email, starts_at=NEXT)
    assert actions(coming, client) == []
    services.erase(booking_id=before.pk, now=AFTER)
    assert actions(before, before.business.owner) == []


def test_follow_up__by_the_client_who_is_signed_in(before: Booking, client: User) -> None:
    answer = follow(before, user=client)

    made = Booking.objects.latest("pk")
    assert answer == {
        "accessToken": None,
        "booking": {
            "id": gid(made), "status": "PENDING", "startsAt": NEXT.isoformat().replace("+00:00", "Z"),
            "fullName": "Carla Client", "mode": "ONLINE", "meetingPlatform": "ZOOM",
            "consultant": {"fullName": "Mira Novak"}, "follows": {"acknowledgementId": before.acknowledgement_id},
        },
        "errors": [],
    }  # fmt: skip
    seen = ask(SEEN, {"id": gid(before)}, user=client)["booking"]
    assert [each["acknowledgementId"] for each in seen["followUps"]] == [made.acknowledgement_id]


def test_follow_up__by_an_access_token_opens_the_new_booking_as_long_as_the_token_lasts(
    before: Booking, clock: Any
) -> None:
    answer = follow(before, fields={"accessToken": opening(before)})
    token, booking = answer["accessToken"], answer["booking"]

    assert (booking["fullName"], booking["status"]) == ("Carla Client", "PENDING")
    seen = ask(SEEN, {"id": booking["id"]}, x_booking_token=token)["booking"]
    assert seen["follows"] is None  # the new one's token opens the new one alone
    clock.move_to(AFTER + timedelta(minutes=10))
    assert code_of(post(SEEN, {"id": booking["id"]}, x_booking_token=token)) == "UNAUTHENTICATED"


def test_follow_up__of_another_persons_booking_by_ones_own_token_is_not_found(before: Booking) -> None:
    own = factories.pending(before.consultant, before.service, now=AFTER, starts_at=NEXT)

    for options in ({"x_booking_token": opening(own)}, {"fields": {"accessToken": opening(own)}}, {}):
        answer = follow(before, **options)
        assert (answer["booking"], [error["code"] for error in answer["errors"]]) == (None, ["NOT_FOUND"])
    assert not before.follow_ups.exists()


def test_follow_up__twice_with_the_same_key_is_one_booking_and_opens_it_again(before: Booking) -> None:
    given = {"accessToken": opening(before), "idempotencyKey": "k1"}

    first, again = follow(before, fields=given), follow(before, fields=given)
    other = follow(before, fields={**given, "seats": 2})

    assert (again["booking"], again["errors"]) == (first["booking"], [])
    assert again["accessToken"]
    assert [error["code"] for error in other["errors"]] == ["IDEMPOTENCY_MISMATCH"]
    assert before.follow_ups.count() == 1


def test_follow_up__by_a_slot_takes_what_the_slot_says(before: Booking, client: User) -> None:
    other = factories.service(before.business)
    colleague = factories.consultant(other, full_name="Bela Kis")
    query = "query ($id: ID!) { openSlots(serviceId: $id, first: 1) { edges { node { id } } } }"
    slot = ask(query, {"id": gid(other)})["openSlots"]["edges"][0]["node"]["id"]
    given = {"bookingId": gid(before), "slotId": slot}

    anyone = ask(FOLLOW, {"input": given}, user=client)["bookFollowUp"]
    named = ask(FOLLOW, {"input": {**given, "serviceId": gid(before.service)}}, user=client)["bookFollowUp"]

    assert anyone["booking"]["consultant"] == {"fullName": colleague.full_name}
    assert named["errors"][0]["field"] == ["serviceId"]


def test_follow_up__on_a_time_that_is_taken_suggests_others(before: Booking, client: User) -> None:
    factories.pending(before.consultant, before.service, now=AFTER, starts_at=NEXT)

    (error,) = follow(before, user=client)["errors"]

    assert (error["code"], len(error["suggestedSlots"])) == ("SLOT_UNAVAILABLE", 3)


def test_follow_up__counts_as_drafts_do_for_clients_and_not_for_the_practice(
    before: Booking, client: User
) -> None:
    given = {"startsAt": (NEXT + timedelta(days=90)).isoformat()}  # too far ahead for a client

    answers = [follow(before, user=client, fields=given)["errors"][0]["code"] for _ in range(6)]
    office = [
        follow(before, user=before.business.owner, fields={"seats": 9})["errors"][0]["code"] for _ in range(6)
    ]

    assert answers == ["SLOT_UNAVAILABLE"] * 5 + ["RATE_LIMITED"]
    assert office == ["SLOT_UNAVAILABLE"] * 6


def test_follow_up__by_a_client_who_runs_another_practice_counts_all_the_same(
    before: Booking, client: User
) -> None:
    factories.business(owner=client)
    given = {"startsAt": (NEXT + timedelta(days=90)).isoformat()}  # too far ahead for a client

    answers = [follow(before, user=client, fields=given)["errors"][0]["code"] for _ in range(6)]

    assert answers == ["SLOT_UNAVAILABLE"] * 5 + ["RATE_LIMITED"]


def test_bookings__with_follow_ups_take_as_many_statements_for_1_and_for_3(before: Booking) -> None:
    owner = before.business.owner
    counts = []
    for hours in (0, 2):
        for more in range(1 + hours // 2):
            start = (NEXT + timedelta(hours=hours + more)).isoformat()
            assert follow(before, user=owner, fields={"startsAt": start})["errors"] == []
        counts.append(len(statements(lambda: ask(LIST, user=owner))))

    assert counts[0] == counts[1]


def test_draft__keeps_how_the_client_would_like_to_meet_online(before: Booking) -> None:
    given = {
        "serviceId": gid(before.service), "consultantId": gid(before.consultant), "startsAt": NEXT.isoformat(),
        "email": "dana@example.org", "fullName": "Dana", "consent": True, "meetingPlatform": "GOOGLE_MEET",
    }  # fmt: skip
    made = ask(DRAFT, {"input": given})["draftBooking"]["booking"]["id"]
    refused = ask(DRAFT, {"input": {**given, "mode": "IN_PERSON"}})["draftBooking"]["errors"]

    assert refused == [{"code": "VALIDATION_FAILED", "field": ["meetingPlatform"]}]
    assert ask(PLATFORM, {"id": made}, user=before.consultant.user)["booking"] == {
        "meetingPlatform": "GOOGLE_MEET"
    }
    assert ask(PLATFORM, {"id": made}, user=factories.user())["booking"] is None
    assert ask(PLATFORM, {"id": gid(before)}, user=before.business.owner)["booking"] == {
        "meetingPlatform": "ZOOM"
    }
