"""What each may see of a booking: the whole table, wherever a booking or a payment stands in an answer."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.accounts.models import User
from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.businesses.models import StaffMember
from bookings.payments.models import SandboxCheckout
from bookings.payments.sandbox import settle_checkout
from bookings.verification.services import grant_access
from schema.booking.queries import BookingFilter, BookingOrder
from schema.common.inputs import write_id
from tests import factories
from tests.factories import NOW
from tests.schema.client import ask, gid, post

pytestmark = pytest.mark.django_db(transaction=True)

Role = StaffMember.Role
INTAKE = {
    "age": 34,
    "city": "Gdańsk",
    "sleep": "badly",
    "emergencyContact": {"name": "Ben", "phone": "+48 1"},
}

FIELDS = """
  email fullName phone
  message intake
  emergencyContact
  price { amount } payments { reference amount { amount } }
  notes { kind text author }
  availableActions { action refund { amount } }
"""
SEEN = {
    "client": {"email", "fullName", "phone"},
    "intake": {"message", "intake"},
    "contact": {"emergencyContact"},
    "money": {"price", "payments"},
}
"""Which fields each right of the table opens."""

WHO = {
    "owner": {"client", "intake", "contact", "money", "internal"},
    "manager": {"client", "intake", "contact", "money", "internal"},
    "staff": {"client", "contact", "money", "internal"},
    "consultant": {"client", "intake", "contact", "internal"},
    "consultant and staff": {"client", "intake", "contact", "money", "internal"},
    "client": {"client", "intake", "contact", "money", "reasons"},
    "client by token": {"client", "intake", "contact", "money", "reasons"},
    "admin": {"client", "intake", "contact", "money", "internal"},
    "another consultant": set(),
    "another client": set(),
    "manager of another": set(),
    "nobody": set(),
}


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def booking(db: None) -> Booking:
    """A booking with an attempt to pay, and everything else that can be hidden."""
    service = factories.service()
    host = factories.consultant(service, user=factories.user(full_name="Dr. Mira Novak"))
    payment = factories.paying(host, service, phone="+48 22", message="I sleep badly.", intake=INTAKE)
    booking = payment.booking
    manager = factories.staff_of(booking.business)
    changes = services.Changes(note="Comes late, always.")
    services.update(booking_id=booking.pk, viewer=manager, changes=changes, now=NOW)
    services.cancel_as(booking_id=booking.pk, viewer=manager, reason="The room is flooded.", now=NOW)
    return Booking.objects.get(pk=booking.pk)


def caller(who: str, booking: Booking) -> dict[str, Any]:
    """The account, or the header, with which somebody asks."""
    host = booking.consultant
    assert host is not None
    if who == "client by token":
        token, _ = grant_access(subject=booking.subject, email=booking.email, purposes=[], now=NOW)
        return {"X_Booking_Token": token}
    if who == "consultant and staff":
        StaffMember.objects.create(business=booking.business, user=host.user, role=Role.STAFF)
    people: dict[str, Callable[[], User | None]] = {
        "owner": lambda: booking.business.owner,
        "manager": lambda: factories.staff_of(booking.business, Role.MANAGER).user,
        "staff": lambda: factories.staff_of(booking.business, Role.STAFF).user,
        "consultant": lambda: host.user,
        "consultant and staff": lambda: host.user,
        "client": lambda: factories.user(booking.email),
        "admin": lambda: factories.user(is_superuser=True),
        "another consultant": lambda: factories.consultant(booking.service, user=factories.user()).user,
        "another client": factories.user,
        "manager of another": lambda: factories.staff_of(factories.business()).user,
        "nobody": lambda: None,
    }
    return {"user": people[who]()}


def check(shown: dict[str, Any], seen: set[str]) -> None:
    """Hold one booking of an answer against the table."""
    for right, fields in SEEN.items():
        for field in fields:
            assert (shown[field] is not None) == (right in seen), field
    if "intake" in seen:
        assert shown["intake"] == {"age": 34, "city": "Gdańsk", "sleep": "badly"}
        assert shown["message"] == "I sleep badly."
    if "contact" in seen:
        assert shown["emergencyContact"] == {"name": "Ben", "phone": "+48 1"}
    if "money" in seen:
        assert [payment["amount"]["amount"] for payment in shown["payments"]] == ["60.00"]
    notes = None if shown["notes"] is None else [(note["kind"], note["text"]) for note in shown["notes"]]
    told = [("REASON", "The room is flooded.")]
    kept = [("INTERNAL", "Comes late, always."), *told]
    assert notes == (kept if "internal" in seen else told if "reasons" in seen else None)
    if "reasons" in seen:
        assert [note["author"] for note in shown["notes"]] == [None]


@pytest.mark.parametrize("who", WHO)
def test_booking__shows_each_what_the_table_lets_them_see(booking: Booking, who: str) -> None:
    by = caller(who, booking)
    seen = WHO[who]
    one = f"query ($id: ID!) {{ booking(by: {{id: $id}}) {{ {FIELDS} }} }}"
    node = f"query ($id: ID!) {{ node(id: $id) {{ ... on Booking {{ {FIELDS} }} }} }}"
    nodes = f"query ($id: ID!) {{ nodes(ids: [$id]) {{ ... on Booking {{ {FIELDS} }} }} }}"
    listed = f"{{ bookings(filter: {{status: [CANCELLED]}}) {{ edges {{ node {{ {FIELDS} }} }} }} }}"
    answers = [
        ask(one, {"id": gid(booking)}, **by)["booking"],
        ask(node, {"id": gid(booking)}, **by)["node"],
        ask(nodes, {"id": gid(booking)}, **by)["nodes"][0],
    ]
    if by.get("user") is not None:
        edges = ask(listed, **by)["bookings"]["edges"]
        answers.append(edges[0]["node"] if edges else None)

    for shown in answers:
        if seen:
            check(shown, seen)
        else:
            assert shown is None


@pytest.mark.parametrize("who", WHO)
def test_payment__is_shown_by_id_to_those_who_may_see_money(booking: Booking, who: str) -> None:
    by, payment = caller(who, booking), booking.payments.get()
    document = "query ($id: ID!) { node(id: $id) { ... on Payment { reference amount { amount } } } }"

    shown = ask(document, {"id": gid(payment)}, **by)["node"]

    assert (shown is not None) == ("money" in WHO[who])


@pytest.mark.parametrize("who", ["staff", "consultant", "owner"])
def test_payload__of_a_change_hides_the_same(booking: Booking, who: str) -> None:
    document = f"""mutation ($input: UpdateBookingInput!) {{
      updateBooking(input: $input) {{ booking {{ {FIELDS} }} errors {{ code }} }}
    }}"""
    given = {"input": {"bookingId": gid(booking), "note": "Called."}}

    shown = ask(document, given, **caller(who, booking))["updateBooking"]["booking"]

    assert shown["notes"].pop()["text"] == "Called."
    check(shown, WHO[who])


@pytest.mark.parametrize("who", ["staff", "consultant", "client", "nobody"])
def test_payload__of_a_question_about_a_payment_hides_the_same(booking: Booking, who: str) -> None:
    document = """mutation ($input: ConfirmPaymentInput!) {
      confirmPayment(input: $input) { booking { price { amount } } payment { reference } errors { code } }
    }"""

    answer = ask(document, {"input": {"bookingId": gid(booking)}}, **caller(who, booking))["confirmPayment"]

    assert (answer["payment"] is not None) == ("money" in WHO[who])
    assert (answer["booking"] is not None) == bool(WHO[who])
    assert ((answer["booking"] or {}).get("price") is not None) == ("money" in WHO[who])


def test_actions__tell_no_refund_to_the_consultant(db: None) -> None:
    service = factories.service()
    host = factories.consultant(service, user=factories.user())
    payment = factories.paying(host, service, starts_at=factories.later(hours=26))
    settle_checkout(reference=payment.reference, status=SandboxCheckout.Status.SUCCESS, now=NOW)
    services.settle(payment_id=payment.pk, now=NOW)
    actions = "query ($id: ID!) { booking(by: {id: $id}) { availableActions { action refund { amount } } } }"

    def refund_told(user: User | None) -> Any:
        booking = ask(actions, {"id": gid(payment.booking)}, user=user)["booking"]
        return next(row["refund"] for row in booking["availableActions"] if row["action"] == "CANCEL")

    assert refund_told(host.user) is None
    assert refund_told(service.business.owner) == {"amount": "60.00"}
    assert refund_told(factories.user(payment.booking.email)) == {"amount": "60.00"}


def test_lists__can_be_narrowed_and_ordered_by_nothing_that_is_hidden() -> None:
    """A new filter or order needs a look at the table of rights first."""
    fields = {field.name for field in BookingFilter.__strawberry_definition__.fields}
    assert fields == {
        "status", "business_id", "consultant_id", "resource_id", "is_wish", "starts_from", "starts_before",
        "service_id", "mode", "city", "preferred_period", "mine", "when",
        "corporate_client_id",  # counts where the viewer sees it: tests/schema/test_corporate_clients.py
    }  # fmt: skip
    assert {order.name for order in BookingOrder} == {"NEWEST", "OLDEST", "STARTS_FIRST", "STARTS_LAST"}


def test_bookings__read_what_is_hidden_in_as_many_statements_for_three_as_for_one(db: None) -> None:
    service = factories.service()
    host = factories.consultant(service)
    owner = service.business.owner
    document = f"{{ bookings {{ edges {{ node {{ {FIELDS} }} }} }} }}"
    counted = []

    for number in range(3):
        booking = factories.pending(host, service, starts_at=factories.later(hours=2 + number), intake=INTAKE)
        changes = services.Changes(note="Called.")
        services.update(booking_id=booking.pk, viewer=Viewer(user=owner), changes=changes, now=NOW)
        post("{ __typename }", user=owner)
        with CaptureQueriesContext(connection) as queries:
            assert len(ask(document, user=owner)["bookings"]["edges"]) == number + 1
        counted.append(len(queries))

    assert counted[0] == counted[2]


@pytest.mark.parametrize(
    ("intake", "contact", "rest"),
    [
        ({}, None, {}),
        ({"emergency_contact": "Ben"}, "Ben", {}),
        ({"Emergency contact": "Ben", "age": 3}, "Ben", {"age": 3}),
        ({"emergencyContact": ""}, None, {}),
        ({"emergencyContacts": "both"}, None, {"emergencyContacts": "both"}),
        ({"contact": {"emergencyContact": "deep"}}, None, {"contact": {"emergencyContact": "deep"}}),
    ],
)
def test_intake__keeps_whom_to_call_apart(db: None, intake: Any, contact: Any, rest: Any) -> None:
    service = factories.service()
    booking = factories.pending(factories.consultant(service), service, intake=intake)
    document = "query ($id: ID!) { booking(by: {id: $id}) { intake emergencyContact } }"

    shown = ask(document, {"id": write_id("Booking", booking.pk)}, user=service.business.owner)["booking"]

    assert shown == {"intake": rest, "emergencyContact": contact}
