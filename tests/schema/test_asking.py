"""What `availableActions` say of their inputs is enough to call them, for every row of the lifecycle."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from graphql import coerce_input_value

from bookings.accounts.viewer import Viewer
from bookings.booking.states import TABLE, ActorKind, Requirement, Transition
from schema.booking import asking
from schema.booking.lifecycle import available_actions
from schema.http.execution import core_schema
from schema.root import schema
from tests import factories
from tests.lifecycle import confirmed
from tests.schema.client import ask, gid

pytestmark = pytest.mark.django_db

ACTIONS = """
availableActions {
  action label mutation inputType requires
  inputs { path kind requirement isRequired value question options { value label } sentBy isSent }
  results { path kind }
}
"""
READ = f"query ($id: ID!) {{ booking(by: {{id: $id}}) {{ {ACTIONS} }} }}"
DRAFT = f"""
mutation ($input: DraftBookingInput!) {{
  draftBooking(input: $input) {{ booking {{ id acknowledgementId {ACTIONS} }} }}
}}
"""
SEND = "mutation ($input: %sInput!) { %s(input: $input) { errors { code } } }"
ROWS = [
    (row, kind)
    for row in TABLE.values()
    if row.mutation and row.sources
    for kind in sorted(row.actors - {ActorKind.SYSTEM})
]
SCHEMA = core_schema(schema)
SAID = {
    "GIVEN": "",
    "KEY": "k",
    "CODE": "123456",
    "ACCESS_TOKEN": "t",
    "TEXT": "words",
    "NUMBER": 5,
    "YES_NO": True,
}
SAID |= {"TIME": "2030-01-07T10:00:00Z", "CONSULTANT": "c", "RESOURCE": "r"}


@pytest.fixture(autouse=True)
def at_a_fixed_time() -> Iterator[None]:
    with time_machine.travel(factories.NOW, tick=False):
        yield


def drafted() -> dict[str, Any]:
    service = factories.service()
    given = {
        "serviceId": gid(service),
        "consultantId": gid(factories.consultant(service)),
        "startsAt": factories.TEN.isoformat(),
        "email": "carla@example.org",
        "fullName": "Carla Client",
        "consent": True,
    }
    return dict(ask(DRAFT, {"input": given})["draftBooking"]["booking"])


def action(booking: dict[str, Any], move: str) -> dict[str, Any]:
    return next(row for row in booking["availableActions"] if row["action"] == move)


def filled(inputs: list[Any], *, all_of_them: bool) -> dict[str, Any]:
    """The input that a program without any knowledge makes of the list."""
    whole: dict[str, Any] = {}
    for one in inputs:
        if one.is_required or all_of_them:
            place = whole
            for name in one.path[:-1]:
                place = place.setdefault(name, {})
            place[one.path[-1]] = one.value or SAID[one.kind]
    return whole


@pytest.mark.parametrize("all_of_them", [False, True], ids=["what is required", "all"])
@pytest.mark.parametrize(("row", "kind"), ROWS, ids=lambda value: getattr(value, "move", value))
def test_inputs__meet_whatever_a_row_requires_and_are_an_input_of_its_mutation(
    row: Transition, kind: ActorKind, all_of_them: bool
) -> None:
    service = factories.service()
    booking = factories.pending(factories.consultant(service), service)
    requires = tuple(row.requires.get(kind, ()))
    call = asking.Call(str(row.mutation), booking, requires, by_bearer=kind is ActorKind.CLIENT)

    inputs = asking.inputs_of(SCHEMA, call)

    assert {one.requirement for one in inputs if one.is_required} - {None} == set(requires)
    wanted = asking.input_type(SCHEMA, str(row.mutation))
    assert wanted is not None
    coerce_input_value(filled(inputs, all_of_them=all_of_them), wanted)  # raises where it is none


@pytest.mark.parametrize(("mutation", "required"), [("bookFollowUp", {"TIME"}), ("writeReview", set())])
def test_inputs__of_what_is_done_beside_moves_are_inputs_as_well(mutation: str, required: set[str]) -> None:
    service = factories.service()
    booking = factories.pending(factories.consultant(service), service)
    needs = tuple(Requirement(each) for each in required)

    inputs = asking.inputs_of(SCHEMA, asking.Call(mutation, booking, needs, by_bearer=True))

    assert {one.requirement for one in inputs} - {None} == required
    wanted = asking.input_type(SCHEMA, mutation)
    assert wanted is not None
    coerce_input_value(filled(inputs, all_of_them=True), wanted)


def test_inputs__tell_a_stranger_to_read_the_mail_that_drafting_sent() -> None:
    booking = drafted()

    verify = action(booking, "VERIFY")

    assert (verify["inputType"], verify["label"]) == ("VerifyBookingInput", "Prove the mailbox")
    known, code = verify["inputs"]
    assert known == {
        "path": ["proof", "code", "acknowledgementId"], "kind": "GIVEN", "requirement": None, "isRequired": True,
        "value": booking["acknowledgementId"], "question": "", "options": [], "sentBy": None, "isSent": False,
    }  # fmt: skip
    assert code == {
        "path": ["proof", "code", "code"], "kind": "CODE", "requirement": "CHALLENGE_PROOF", "isRequired": True,
        "value": None, "question": "Which six digits stand in the mail that was sent to the client's address?",
        "options": [], "sentBy": "resendVerification", "isSent": True,
    }  # fmt: skip
    assert verify["results"] == [
        {"path": ["booking", "id"], "kind": "BOOKING"},
        {"path": ["accessToken"], "kind": "ACCESS_TOKEN"},
    ]


def test_inputs__of_a_cancellation_name_what_mails_its_code_and_ask_for_a_reason_that_may_be_left_out() -> (
    None
):
    inputs = action(drafted(), "CANCEL")["inputs"]

    assert [(one["path"][-1], one["kind"], one["isRequired"]) for one in inputs] == [
        ("acknowledgementId", "GIVEN", True),
        ("code", "CODE", True),
        ("reason", "TEXT", False),
        ("idempotencyKey", "KEY", False),
    ]
    assert (inputs[1]["sentBy"], inputs[1]["isSent"]) == ("requestCancellation", False)


def test_inputs__want_an_access_token_of_who_has_no_account_and_of_nobody_else() -> None:
    service = factories.service()
    booking = factories.approved(factories.consultant(service), service)
    client = factories.user(booking.email)
    by_bearer = asking.Call("startPayment", booking, (Requirement.ACCESS_TOKEN,), by_bearer=True)

    (token,) = [one for one in asking.inputs_of(SCHEMA, by_bearer) if one.kind == "ACCESS_TOKEN"]
    signed_in = ask(READ, {"id": gid(booking)}, user=client)["booking"]

    assert (token.path, token.is_required, token.sent_by) == (["accessToken"], True, "requestBookingAccess")
    payment = action(signed_in, "START_PAYMENT")
    assert [one["path"] for one in payment["inputs"]] == [["bookingId"], ["idempotencyKey"]]
    assert {"path": ["payment", "checkoutUrl"], "kind": "LINK"} in payment["results"]
    (account, *_rest) = action(signed_in, "CANCEL")["inputs"]
    assert (account["path"], account["value"]) == (["proof", "account"], gid(booking))


def test_actions__of_a_draft_give_a_stranger_nothing_that_wants_a_token_which_no_mail_brings() -> None:
    service = factories.service()
    draft = factories.draft(factories.consultant(service), service)

    moves = {row.action.value for row in available_actions(draft, Viewer(), factories.NOW)}

    assert {"VERIFY", "CANCEL"} <= moves
    assert "RESCHEDULE" not in moves


@pytest.mark.parametrize(
    "made", [factories.draft, factories.pending, factories.approved, factories.paying, confirmed]
)
def test_inputs__name_mutations_that_do_mail_what_is_asked_for(made: Any) -> None:
    service = factories.service()
    reached = made(factories.consultant(service), service, starts_at=factories.TEN + timedelta(days=7))
    booking = getattr(reached, "booking", reached)
    senders = {
        one.sent_by
        for viewer in (Viewer(), factories.client_of(booking))
        for row in available_actions(booking, viewer, factories.NOW)
        for one in asking.inputs_of(SCHEMA, row.call)
    } - {None}

    for number, sender in enumerate(sorted(senders)):
        before = set(booking.messages.values_list("pk", flat=True))
        with time_machine.travel(factories.later(minutes=2 + 2 * number), tick=False):
            ask(
                SEND % (sender[0].upper() + sender[1:], sender),
                {"input": {"acknowledgementId": booking.acknowledgement_id}},
            )
        (mail,) = booking.messages.exclude(pk__in=before)
        assert mail.recipient == booking.email

    assert senders


def test_inputs__ask_in_the_language_of_the_request() -> None:
    service = factories.service()
    booking = factories.pending(factories.consultant(service), service)
    staff = factories.staff_of(booking.business).user
    staff.locale = "pl"
    staff.save()

    said = ask(READ, {"id": gid(booking)}, user=staff)["booking"]

    reject = action(said, "REJECT")
    assert reject["label"] == "Odrzucenie"
    assert [one["question"] for one in reject["inputs"] if one["requirement"]] == [
        "Z jakiego powodu? Klient go pozna."
    ]


def test_inputs__ask_for_a_room_where_a_room_is_booked() -> None:
    service = factories.service()
    booking = factories.pending(factories.consultant(service), service)
    booking.consultant_id = None

    asked = asking.inputs_of(
        SCHEMA, asking.Call("reassignBooking", booking, (Requirement.CONSULTANT,), by_bearer=False)
    )

    assert [one.path for one in asked] == [["bookingId"], ["resourceId"]]
