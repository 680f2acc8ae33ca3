"""Cancelling, moving, creating and links through the API: what is answered, to whom, and once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from bookings.accounts.models import User
from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.notifications.models import OutboxMessage
from bookings.payments.models import Refund
from bookings.verification.models import Challenge
from schema.booking import asking
from schema.booking.lifecycle import available_actions
from schema.http.execution import core_schema
from schema.root import schema
from tests import factories
from tests.factories import NOW, TEN
from tests.lifecycle import confirmed
from tests.schema.client import ask, code_of, gid, post

pytestmark = pytest.mark.django_db

NEXT_WEEK = TEN + timedelta(days=7)
CANCEL = "mutation ($input: CancelBookingInput!) { cancelBooking(input: $input) { booking { id status } errors { code field } } }"  # noqa: E501
CREATE = "mutation ($input: CreateBookingInput!) { createBooking(input: $input) { booking { id status acknowledgementId email } errors { code field } } }"  # noqa: E501
RESCHEDULE = """
mutation ($input: RescheduleBookingInput!) {
  rescheduleBooking(input: $input) { booking { startsAt deadline } errors { code suggestedSlots { startsAt } } }
}
"""
ACTIONS = """
query ($id: ID!) {
  booking(by: {id: $id}) { availableActions { action requires actor deadline refund { amount currency } } }
}
"""
LINK = "query ($id: ID!) { booking(by: {id: $id}) { meetingUrl } }"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def offered(db: None) -> Service:
    return factories.service()


@pytest.fixture
def host(offered: Service) -> Consultant:
    return factories.consultant(offered, user=factories.user())


@pytest.fixture
def staff(offered: Service) -> User:
    user = factories.staff_of(offered.business).user
    assert user is not None
    return user


def cancellation_link(booking: Booking) -> str:
    """The client asks for the mail by the API, and reads it."""
    document = "mutation ($input: RequestCancellationInput!) { requestCancellation(input: $input) { errors { code } } }"
    answer = ask(document, {"input": {"acknowledgementId": booking.acknowledgement_id}})
    assert answer == {"requestCancellation": {"errors": []}}
    return factories.secrets_of(booking, "confirm_cancellation")["link"].partition("#token=")[2]


def actions(booking: Booking, user: User, *, at: datetime = NOW) -> dict[str, dict[str, Any]]:
    with time_machine.travel(at, tick=False):
        rows = ask(ACTIONS, {"id": gid(booking)}, user=user)["booking"]["availableActions"]
    return {row["action"]: row for row in rows}


def creation(host: Consultant, offered: Service, **fields: Any) -> dict[str, Any]:
    return {
        "serviceId": gid(offered),
        "consultantId": gid(host),
        "startsAt": TEN.isoformat(),
        "fullName": "Walter Walk-in",
        "consent": True,
        **fields,
    }


def test_cancel__by_link_is_good_once_and_with_a_key_answered_again(
    host: Consultant, offered: Service
) -> None:
    booking = confirmed(host, offered, starts_at=NEXT_WEEK)
    given = {"proof": {"token": cancellation_link(booking)}, "idempotencyKey": "k-1"}

    first = ask(CANCEL, {"input": given})["cancelBooking"]
    again = ask(CANCEL, {"input": given})["cancelBooking"]

    assert first == {"booking": {"id": gid(booking), "status": "CANCELLED"}, "errors": []}
    assert again == first
    assert Refund.objects.count() == 1
    assert OutboxMessage.objects.filter(booking=booking, template="cancelled").count() == 1
    without = ask(CANCEL, {"input": {"proof": given["proof"]}})["cancelBooking"]
    assert [error["code"] for error in without["errors"]] == ["CHALLENGE_ALREADY_USED"]


def test_cancel__same_key_for_another_booking_is_refused(
    host: Consultant, offered: Service, staff: User
) -> None:
    one = factories.pending(host, offered)
    other = factories.pending(host, offered, starts_at=NEXT_WEEK)

    ask(CANCEL, {"input": {"proof": {"account": gid(one)}, "idempotencyKey": "k"}}, user=staff)
    answer = ask(CANCEL, {"input": {"proof": {"account": gid(other)}, "idempotencyKey": "k"}}, user=staff)

    assert [error["code"] for error in answer["cancelBooking"]["errors"]] == ["IDEMPOTENCY_MISMATCH"]
    other.refresh_from_db()
    assert other.status == "PENDING"


def test_cancel__key_of_a_refusal_is_judged_anew(host: Consultant, offered: Service, staff: User) -> None:
    booking = confirmed(host, offered)
    client = factories.user(booking.email)
    given = {"input": {"proof": {"account": gid(booking)}, "idempotencyKey": "k"}}

    refused = ask(CANCEL, given, user=client)["cancelBooking"]
    assert [error["code"] for error in refused["errors"]] == ["TOO_LATE"]  # the notice is a day
    done = ask(CANCEL, given, user=staff)["cancelBooking"]

    assert done["booking"]["status"] == "CANCELLED"


def test_cancel__by_code_of_an_unknown_id_is_refused_as_a_wrong_code(
    host: Consultant, offered: Service
) -> None:
    booking = factories.pending(host, offered)
    cancellation_link(booking)
    right = factories.secrets_of(booking, "confirm_cancellation")["code"]
    wrong = f"{(int(right) + 1) % 10**6:06}"

    answers = [
        ask(CANCEL, {"input": {"proof": {"code": {"acknowledgementId": ack, "code": wrong}}}})
        for ack in (booking.acknowledgement_id, "MS-ZZZZZZ", "nonsense")
    ]

    assert answers[0]["cancelBooking"]["errors"][0]["code"] == "CHALLENGE_INVALID"
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize("name", ["resendVerification", "requestBookingAccess", "requestCancellation"])
def test_mail__unknown_id_is_answered_as_a_known_one(host: Consultant, offered: Service, name: str) -> None:
    booking = (factories.draft if name.startswith("resend") else factories.pending)(host, offered)
    document = (
        f"mutation ($id: String!) {{ {name}(input: {{acknowledgementId: $id}}) {{ errors {{ code }} }} }}"
    )
    issued = Challenge.objects.exclude(email="").count()

    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        known = post(document, {"id": booking.acknowledgement_id})
        answers = [post(document, {"id": text}) for text in ("MS-ZZZZZZ", "", "nonsense")]

    assert known == {"data": {name: {"errors": []}}}
    assert all(answer == known for answer in answers)
    assert Challenge.objects.exclude(email="").count() == issued + 1


def test_request_booking_access__by_address_opens_the_newest_booking(
    host: Consultant, offered: Service
) -> None:
    booking = factories.pending(host, offered)
    document = (
        "mutation ($email: Email!) { requestBookingAccess(input: {email: $email}) { errors { code field } } }"
    )

    answers = [post(document, {"email": email}) for email in (booking.email, "nobody@example.org")]

    assert answers == [{"data": {"requestBookingAccess": {"errors": []}}}] * 2
    token = factories.secrets_of(booking, "booking_access")["link"].partition("#token=")[2]
    grant = (
        "mutation ($token: String!) { grantBookingAccess(input: {proof: {token: $token}}) "
        "{ booking { acknowledgementId } } }"
    )
    opened = ask(grant, {"token": token})["grantBookingAccess"]
    assert opened == {"booking": {"acknowledgementId": booking.acknowledgement_id}}


def test_request_booking_access__takes_the_id_or_the_address() -> None:
    both = (
        'mutation { requestBookingAccess(input: {acknowledgementId: "x", email: "a@b.example"}) '
        "{ errors { code } } }"
    )

    assert code_of(post(both)) in {"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"}


def test_create__same_key_gives_the_same_booking_and_other_input_is_refused(
    host: Consultant, offered: Service, staff: User
) -> None:
    given = creation(host, offered, idempotencyKey="k")

    first = ask(CREATE, {"input": given}, user=staff)["createBooking"]
    again = ask(CREATE, {"input": given}, user=staff)["createBooking"]
    other = ask(CREATE, {"input": {**given, "fullName": "Somebody else"}}, user=staff)["createBooking"]

    assert first["errors"] == []
    assert (first["booking"]["status"], first["booking"]["email"]) == ("APPROVED", "")
    assert again == first
    assert [error["code"] for error in other["errors"]] == ["IDEMPOTENCY_MISMATCH"]
    assert Booking.objects.count() == 1


def test_create__key_is_its_users_own(host: Consultant, offered: Service, staff: User) -> None:
    owner = offered.business.owner

    ask(CREATE, {"input": creation(host, offered, idempotencyKey="k")}, user=staff)
    mine = creation(host, offered, idempotencyKey="k", startsAt=NEXT_WEEK.isoformat())
    answer = ask(CREATE, {"input": mine}, user=owner)["createBooking"]

    assert answer["errors"] == []
    assert Booking.objects.count() == 2


def test_create__without_an_account_is_a_top_level_refusal(host: Consultant, offered: Service) -> None:
    assert code_of(post(CREATE, {"input": creation(host, offered)})) == "UNAUTHENTICATED"
    stranger = factories.user()
    assert code_of(post(CREATE, {"input": creation(host, offered)}, user=stranger)) == "FORBIDDEN"
    assert not Booking.objects.exists()


def test_reschedule__taken_time_suggests_others(host: Consultant, offered: Service, staff: User) -> None:
    factories.pending(host, offered, starts_at=NEXT_WEEK)
    booking = factories.pending(host, offered)
    given = {"bookingId": gid(booking), "startsAt": NEXT_WEEK.isoformat()}

    (error,) = ask(RESCHEDULE, {"input": given}, user=staff)["rescheduleBooking"]["errors"]

    assert error["code"] == "SLOT_UNAVAILABLE"
    assert len(error["suggestedSlots"]) == 3


def test_meeting_url__is_hidden_from_the_client_until_confirmed(
    host: Consultant, offered: Service, staff: User
) -> None:
    booking = factories.approved(host, offered)
    client, by_id = factories.user(booking.email), {"id": gid(booking)}
    document = "mutation ($input: SetMeetingLinkInput!) { setMeetingLink(input: $input) { booking { meetingUrl } errors { code } } }"  # noqa: E501
    url = "https://meet.example.org/room"

    answer = ask(document, {"input": {"bookingId": gid(booking), "url": url}}, user=host.user)
    assert answer["setMeetingLink"] == {"booking": {"meetingUrl": url}, "errors": []}

    assert ask(LINK, by_id, user=client)["booking"] == {"meetingUrl": None}
    assert ask(LINK, by_id, user=staff)["booking"] == {"meetingUrl": url}
    services.confirm_unpaid(booking_id=booking.pk, viewer=factories.staff_of(offered.business), now=NOW)
    assert ask(LINK, by_id, user=client)["booking"] == {"meetingUrl": url}
    assert ask(LINK, by_id)["booking"] is None


def test_available_actions__of_a_confirmed_booking_follow_the_clock(
    host: Consultant, offered: Service, staff: User
) -> None:
    booking = confirmed(host, offered, starts_at=NEXT_WEEK)
    client = factories.user(booking.email)
    notice = NEXT_WEEK - timedelta(hours=24)
    instant = timedelta(microseconds=1)

    assert set(actions(booking, client, at=notice - instant)) == {"CANCEL", "RESCHEDULE"}
    assert set(actions(booking, client, at=notice)) == set()
    assert set(actions(booking, staff, at=NEXT_WEEK - instant)) == {"CANCEL", "RESCHEDULE", "REASSIGN"}
    held = {"COMPLETE", "MARK_NO_SHOW"}
    assert set(actions(booking, staff, at=NEXT_WEEK)) == held | {"CANCEL", "RESCHEDULE", "REASSIGN"}
    assert set(actions(booking, staff, at=NEXT_WEEK + timedelta(hours=1))) == held


def test_available_actions__name_refund_and_last_moment(
    host: Consultant, offered: Service, staff: User
) -> None:
    booking = confirmed(host, offered, starts_at=NEXT_WEEK)

    for_client = actions(booking, factories.user(booking.email))
    for_staff = actions(booking, staff)

    paid = {"amount": "60.00", "currency": "EUR"}
    assert for_client["CANCEL"]["refund"] == for_staff["CANCEL"]["refund"] == paid
    assert for_client["RESCHEDULE"]["refund"] is None
    assert datetime.fromisoformat(for_client["CANCEL"]["deadline"]) == NEXT_WEEK - timedelta(hours=24)
    assert datetime.fromisoformat(for_staff["CANCEL"]["deadline"]) == NEXT_WEEK + timedelta(hours=1)


DRAFT = """
mutation ($input: DraftBookingInput!) {
  draftBooking(input: $input) {
    booking { startsAt availableActions { action requires actor deadline refund { amount } } }
  }
}
"""


def test_available_actions__tell_strangers_neither_start_nor_money(
    host: Consultant, offered: Service
) -> None:
    given = creation(host, offered, email="ana@example.org", startsAt=NEXT_WEEK.isoformat())

    drafted = ask(DRAFT, {"input": given})["draftBooking"]["booking"]

    assert drafted["startsAt"] is None
    deadlines = {row["action"]: row["deadline"] for row in drafted["availableActions"]}
    assert set(deadlines) == {"VERIFY", "CANCEL"}  # a move takes an access token, which the proof gives
    assert datetime.fromisoformat(deadlines["VERIFY"]) == NOW + timedelta(minutes=30)
    assert deadlines["CANCEL"] is None
    assert all(row["refund"] is None for row in drafted["availableActions"])


def test_available_actions__are_the_same_for_a_stranger_whenever_the_session_is(
    host: Consultant, offered: Service
) -> None:
    near, far = confirmed(host, offered), confirmed(host, offered, starts_at=NEXT_WEEK)

    for moment in (NOW, TEN, TEN + timedelta(hours=2)):
        told = [
            [
                {**vars(action), "call": _told(action.call)}
                for action in available_actions(booking, Viewer(), moment)
            ]
            for booking in (near, far)
        ]
        assert told[0] == told[1]
        assert [(row["action"], row["deadline"], row["refund"]) for row in told[0]] == [
            ("CANCEL", None, None),
            ("RESCHEDULE", None, None),
        ]


def _told(call: asking.Call) -> Any:
    """What a call says of itself, the booking's own ids left out."""
    given = set(call.given.values())
    inputs = [
        replace(one, value="own" if one.value in given else one.value)
        for one in asking.inputs_of(core_schema(schema), call)
    ]
    return call.mutation, call.requires, call.by_bearer, inputs


def test_booking__lists_the_times_to_which_its_viewer_can_move_it(offered: Service, host: Consultant) -> None:
    Service.objects.update(step=30)
    offered.refresh_from_db()
    booking = factories.pending(host, offered, email="ana@example.org")
    document = """query ($id: ID!) { booking(by: {id: $id}) {
      openSlots(first: 3) { totalCount edges { node { startsAt consultant { id } } } } } }"""

    def seen(user: User) -> Any:
        found = ask(document, {"id": gid(booking)}, user=user)["booking"]
        return found and found["openSlots"]

    listed = seen(factories.user("ana@example.org"))

    assert [edge["node"]["startsAt"] for edge in listed["edges"]] == [
        "2030-01-07T09:00:00Z",
        "2030-01-07T09:30:00Z",
        "2030-01-07T10:00:00Z",
    ]
    assert listed["edges"][0]["node"]["consultant"] == {"id": gid(host)}
    assert seen(factories.user()) is None
    services.cancel_as(booking_id=booking.pk, viewer=factories.staff_of(offered.business), now=NOW)
    assert seen(User.objects.get(email="ana@example.org")) is None


def test_booking__lists_no_times_in_a_list_of_bookings(
    offered: Service, host: Consultant, staff: User
) -> None:
    factories.pending(host, offered)
    document = "{ bookings(first: 1) { edges { node { openSlots(first: 1) { totalCount } } } } }"

    assert code_of(post(document, user=staff)) == "BAD_USER_INPUT"
