"""Booking a thing from start to end: what the API promises to those who book rooms and machines."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from bookings.booking import services
from bookings.booking.models import Booking
from bookings.catalogue.models import Service
from bookings.notifications.models import OutboxMessage
from bookings.resources.models import Resource
from bookings.slots import publishing
from bookings.slots.models import Slot
from bookings.slots.planning import Times
from bookings.slots.publishing import Offer
from tests import factories
from tests.factories import NOW, TEN
from tests.lifecycle import confirmed
from tests.schema.client import ask, gid, post
from tests.witness import told

pytestmark = pytest.mark.django_db

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
DRAFT = """
mutation ($input: DraftBookingInput!) {
  draftBooking(input: $input) {
    booking { id acknowledgementId status }
    errors { code field reasons clashes { startsAt endsAt } suggestedSlots { startsAt endsAt resource { id } } }
  }
}
"""
SLOTS = """
query ($service: ID!, $resource: ID, $from: DateTime, $until: DateTime, $endsAt: DateTime) {
  openSlots(serviceId: $service, resourceId: $resource, from: $from, until: $until, endsAt: $endsAt, first: 100) {
    totalCount edges { node { id startsAt endsAt resource { id } consultant { id } price { amount } } }
  }
}
"""
SEEN = "query ($id: ID!) { booking(by: {id: $id}) { status startsAt endsAt message resource { name } } }"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def hire(db: None) -> Service:
    """A room by the half hour, for up to a day and a half; starts at every minute."""
    return factories.service(
        holds=Service.Holds.RESOURCE, duration=30, max_duration=36 * 60, step=1, price=Decimal("12.50")
    )


@pytest.fixture
def room(hire: Service) -> Resource:
    return factories.resource(hire)


def drafted(room: Resource, hire: Service, **fields: Any) -> dict[str, Any]:
    given = {
        "serviceId": gid(hire),
        "resourceId": gid(room),
        "startsAt": TEN.isoformat(),
        "endsAt": (TEN + 2 * HOUR).isoformat(),
        "email": "ana@example.org",
        "fullName": "Ana",
        "consent": True,
    } | fields
    answer: dict[str, Any] = ask(DRAFT, {"input": given})["draftBooking"]
    return answer


def refused(room: Resource, hire: Service, **fields: Any) -> dict[str, Any]:
    answer = drafted(room, hire, **fields)
    assert answer["booking"] is None
    (error,) = answer["errors"]
    return dict(error)


def taken(room: Resource, hire: Service, first: int, last: int) -> Booking:
    """A request that holds the room from so many hours after ten until so many."""
    return factories.pending(room, hire, starts_at=TEN + first * HOUR, ends_at=TEN + last * HOUR)


def iso(hours: float) -> str:
    return (TEN + timedelta(hours=hours)).isoformat().replace("+00:00", "Z")


def test_draft__books_a_resource_from_start_to_end_with_a_note(room, hire):
    answer = drafted(room, hire, message="Two whiteboards, please.")

    assert answer["errors"] == []
    booking = Booking.objects.get()
    assert (booking.resource, booking.consultant, booking.ends_at) == (room, None, TEN + 2 * HOUR)
    assert booking.price == Decimal(50)
    verified = services.verify(passed=factories.passed(booking), now=NOW).booking
    assert verified.slot.schedule_id == room.schedule_id
    staff = factories.staff_of(hire.business).user
    assert ask(SEEN, {"id": answer["booking"]["id"]}, user=staff)["booking"] == {
        "status": "PENDING",
        "startsAt": iso(0),
        "endsAt": iso(2),
        "message": "Two whiteboards, please.",
        "resource": {"name": room.name},
    }


@pytest.mark.parametrize(
    ("start", "minutes", "reason"),
    [
        (NOW + 30 * MINUTE, 30, None),
        (NOW + timedelta(minutes=29, seconds=59), 30, "TOO_SHORT_NOTICE"),
        (NOW, 30, "IN_THE_PAST"),
        (NOW - MINUTE, 30, "IN_THE_PAST"),
    ],
)
def test_draft__is_made_thirty_minutes_ahead_at_least(room, hire, start, minutes, reason):
    given = {"startsAt": start.isoformat(), "endsAt": (start + minutes * MINUTE).isoformat()}
    if reason is None:
        assert drafted(room, hire, **given)["errors"] == []
        return

    error = refused(room, hire, **given)

    assert error["code"] == "SLOT_UNAVAILABLE"
    assert reason in error["reasons"]


@pytest.mark.parametrize(
    "length", [-HOUR, timedelta(0), 29 * MINUTE, 37 * HOUR, timedelta(minutes=45, seconds=1)]
)
def test_draft__end_comes_after_the_start_and_within_the_services_bounds(room, hire, length):
    error = refused(room, hire, endsAt=(TEN + length).isoformat())

    assert (error["code"], error["field"]) == ("VALIDATION_FAILED", ["endsAt"])


def test_draft__adjacent_bookings_are_allowed_and_one_minute_of_overlap_is_not(room, hire):
    taken(room, hire, 2, 4)

    assert drafted(room, hire)["errors"] == []
    assert drafted(room, hire, startsAt=iso(4), endsAt=iso(5))["errors"] == []
    over = (TEN + 2 * HOUR + MINUTE).isoformat()
    assert refused(room, hire, endsAt=over)["reasons"] == ["TIME_TAKEN"]


def test_draft__resources_are_independent(room, hire):
    other = factories.resource(hire)
    taken(other, hire, 0, 4)

    assert drafted(room, hire)["errors"] == []
    assert refused(other, hire)["code"] == "SLOT_UNAVAILABLE"


def test_draft__conflict_names_up_to_three_clashes_and_the_next_free_times(room, hire):
    for hours in (0, 1, 2, 3):
        taken(room, hire, hours, hours + 1)

    error = refused(room, hire, endsAt=iso(6))

    assert error["clashes"] == [{"startsAt": iso(hours), "endsAt": iso(hours + 1)} for hours in (0, 1, 2)]
    assert error["suggestedSlots"][0] == {
        "startsAt": iso(4),
        "endsAt": iso(10),
        "resource": {"id": gid(room)},
    }


@pytest.mark.parametrize("ended", ["cancelled", "rejected", "expired"])
def test_draft__what_was_cancelled_rejected_or_lapsed_does_not_block(room, hire, ended):
    booking = taken(room, hire, 0, 2)
    assert refused(room, hire)["code"] == "SLOT_UNAVAILABLE"
    staff, who = factories.staff_of(hire.business), {"booking_id": booking.pk}
    if ended == "cancelled":
        services.cancel_as(**who, viewer=staff, now=NOW)
    elif ended == "rejected":
        services.reject(**who, viewer=staff, reason="Closed.", now=NOW)
    else:
        with time_machine.travel(booking.deadline_at, tick=False):
            services.expire_due(now=booking.deadline_at)

    assert drafted(room, hire, startsAt=iso(1), endsAt=iso(2))["errors"] == []


def test_draft__unavailable_resource_is_refused_and_not_listed(room, hire):
    Resource.objects.update(is_available=False)

    assert refused(room, hire)["reasons"] == ["NOT_OFFERED"]
    assert ask(SLOTS, {"service": gid(hire), "resource": gid(room)})["openSlots"]["totalCount"] == 0


def test_draft__resource_with_less_room_than_the_service_has_seats_is_refused(room, hire):
    Service.objects.update(seats=5)
    Resource.objects.update(capacity=4)
    assert refused(room, hire)["reasons"] == ["NOT_OFFERED"]

    Resource.objects.update(capacity=5)
    assert drafted(room, hire, seats=5)["errors"] == []


def test_draft__any_one_that_is_free_will_do(room, hire):
    other = factories.resource(hire)
    taken(room, hire, 0, 2)
    assert drafted(room, hire, resourceId=None)["errors"] == []
    booking = Booking.objects.latest("pk")
    assert booking.resource is None

    verified = services.verify(passed=factories.passed(booking), now=NOW).booking

    assert verified.resource == other


def test_open_slots__are_as_long_as_asked_for_and_priced_in_proportion(room, hire):
    taken(room, hire, 3, 5)
    asked = {"service": gid(hire), "resource": gid(room), "from": iso(0), "until": iso(6), "endsAt": iso(3)}

    nodes = [edge["node"] for edge in ask(SLOTS, asked)["openSlots"]["edges"]]

    assert [(nodes[0]["startsAt"], nodes[0]["endsAt"]), (nodes[1]["startsAt"], nodes[1]["endsAt"])] == [
        (iso(0), iso(3)),
        (iso(5), iso(8)),
    ]
    assert nodes[0]["resource"] == {"id": gid(room)}
    assert nodes[0]["consultant"] is None
    assert Decimal(nodes[0]["price"]["amount"]) == Decimal(75)


def test_open_slots__session_may_run_over_midnight(room, hire):
    asked = {
        "service": gid(hire),
        "resource": gid(room),
        "from": iso(12),
        "until": iso(12.01),
        "endsAt": iso(36),
    }

    nodes = [edge["node"] for edge in ask(SLOTS, asked)["openSlots"]["edges"]]

    assert nodes[0]["endsAt"] == iso(36)


def test_booking__is_seen_by_its_client_staff_and_admin_alone(room, hire):
    owner = factories.user("ana@example.org")
    booking = factories.pending(room, hire, email="ana@example.org", ends_at=TEN + HOUR)
    staff, admin = factories.staff_of(hire.business).user, factories.user(is_superuser=True)
    stranger, elsewhere = factories.user(), factories.staff_of(factories.business()).user

    seen = [
        ask(SEEN, {"id": gid(booking)}, user=person)["booking"] is not None
        for person in (owner, staff, admin, stranger, elsewhere, None)
    ]

    assert seen == [True, True, True, False, False, False]


def test_reschedule__another_persons_is_refused_and_ones_own_moves(room, hire):
    booking = factories.pending(room, hire, ends_at=TEN + HOUR)
    move = """mutation ($input: RescheduleBookingInput!) {
      rescheduleBooking(input: $input) { booking { id } errors { code } } }"""
    given = {"input": {"bookingId": gid(booking), "startsAt": iso(0.5)}}
    answer = post(move, given, user=factories.user())
    assert answer["data"]["rescheduleBooking"]["errors"] == [{"code": "NOT_FOUND"}]

    moved = services.reschedule(
        booking_id=booking.pk, viewer=factories.client_of(booking), starts_at=TEN + HOUR / 2, now=NOW
    )

    assert (moved.starts_at, moved.ends_at, moved.resource) == (TEN + HOUR / 2, TEN + HOUR * 1.5, room)


def test_mails__go_out_on_request_change_approval_and_cancellation(room, hire):
    booking = confirmed(room, hire, ends_at=TEN + timedelta(days=1), starts_at=TEN + timedelta(hours=12))
    services.reschedule(
        booking_id=booking.pk,
        viewer=factories.staff_of(hire.business),
        starts_at=TEN + timedelta(days=2),
        now=NOW,
    )
    services.cancel_as(booking_id=booking.pk, viewer=factories.staff_of(hire.business), now=NOW)

    to_client = [template for template, recipient in told(booking) if recipient == booking.email]
    assert to_client == [
        "verify_booking",
        "request_received",
        "approved_pay_by",
        "confirmed",
        "receipt",
        "rescheduled",
        "cancelled",
    ]
    assert all(
        row.context["resource_name"] == room.name for row in OutboxMessage.objects.filter(booking=booking)
    )


def test_reassign__to_another_resource(room, hire):
    other, small = factories.resource(hire), factories.resource(factories.service(hire.business))
    booking = factories.pending(room, hire, ends_at=TEN + HOUR)
    staff = factories.staff_of(hire.business)
    document = """mutation ($input: ReassignBookingInput!) {
      reassignBooking(input: $input) { booking { resource { id } } errors { code field } } }"""

    def reassigned(**given: str) -> dict[str, Any]:
        answer = ask(document, {"input": {"bookingId": gid(booking), **given}}, user=staff.user)
        return dict(answer["reassignBooking"])

    assert reassigned(resourceId=gid(small))["errors"] == [{"code": "NOT_FOUND", "field": ["resourceId"]}]
    assert reassigned()["errors"] == [{"code": "VALIDATION_FAILED", "field": ["consultantId"]}]
    assert reassigned(resourceId=gid(other)) == {"booking": {"resource": {"id": gid(other)}}, "errors": []}
    assert (
        services.reassign(booking_id=booking.pk, viewer=staff, resource_id=room.pk, now=NOW).resource == room
    )


def test_draft__names_no_consultant_for_a_resource_and_no_room_for_a_consultant(room, hire):
    talk = factories.service(hire.business, holds=Service.Holds.BOTH)
    host = factories.consultant(talk)
    hall = factories.resource(talk)
    host.services.add(hire)

    assert refused(room, hire, consultantId=gid(host), resourceId=None)["field"] == ["consultantId"]
    error = refused(hall, talk, consultantId=gid(host), endsAt=None)
    assert (error["code"], error["field"]) == ("VALIDATION_FAILED", ["resourceId"])


NODE = "query ($id: ID!) { node(id: $id) { ... on Slot { startsAt endsAt price { amount } } } }"


def test_slot__id_says_how_long_it_is_where_the_client_chooses(room, hire):
    asked = {"service": gid(hire), "resource": gid(room), "from": iso(0), "until": iso(0.01)}
    (long,) = [edge["node"] for edge in ask(SLOTS, {**asked, "endsAt": iso(3)})["openSlots"]["edges"]]
    (short,) = [edge["node"] for edge in ask(SLOTS, asked)["openSlots"]["edges"]]
    assert long["id"] != short["id"]

    assert ask(NODE, {"id": long["id"]})["node"] == {
        "startsAt": iso(0),
        "endsAt": iso(3),
        "price": {"amount": "75.00"},
    }
    by_slot = {"slotId": long["id"], "serviceId": None, "resourceId": None, "startsAt": None}
    assert refused(room, hire, **by_slot, endsAt=iso(2))["field"] == ["endsAt"]
    assert drafted(room, hire, **by_slot, endsAt=None)["errors"] == []
    assert Booking.objects.get().ends_at == TEN + 3 * HOUR


def test_open_slots__show_published_slots_of_any_length_that_the_service_has(room, hire):
    for hours, length in ((0, 3), (4, 37)):
        Slot.objects.create(
            schedule=room.schedule,
            starts_at=TEN + hours * HOUR,
            ends_at=TEN + (hours + length) * HOUR,
            is_published=True,
            service=hire,
            published_service=hire,
        )
    asked = {"service": gid(hire), "resource": gid(room), "from": iso(-1), "until": iso(3)}

    found = [
        (edge["node"]["startsAt"], edge["node"]["endsAt"]) for edge in ask(SLOTS, asked)["openSlots"]["edges"]
    ]

    assert (iso(0), iso(3)) in found
    assert [start for start, _ in found if iso(0) < start < iso(3)] == []
    assert drafted(room, hire, startsAt=iso(0), endsAt=iso(3))["errors"] == []


def test_slot__id_of_a_longer_published_one_is_good_for_drafting(room, hire):
    offer = Offer(Times(instants=[TEN]), service_id=hire.pk, minutes=120)
    publishing.publish(host=room, offer=offer, viewer=factories.staff_of(hire.business), now=NOW)
    asked = {"service": gid(hire), "resource": gid(room), "from": iso(0), "until": iso(0.01)}
    (slot,) = [edge["node"] for edge in ask(SLOTS, {**asked, "endsAt": iso(2)})["openSlots"]["edges"]]

    by_slot = {"slotId": slot["id"], "serviceId": None, "resourceId": None, "startsAt": None, "endsAt": None}
    assert drafted(room, hire, **by_slot)["errors"] == []

    booking = Booking.objects.get()
    assert (booking.starts_at, booking.ends_at) == (TEN, TEN + 2 * HOUR)
