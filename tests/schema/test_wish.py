"""Wishes and rooms through the API: what is read back, by whom, and what an approval needs."""

from collections.abc import Iterator
from datetime import time
from typing import Any

import pytest
import time_machine

from bookings.booking import services
from bookings.booking.models import Booking
from bookings.booking.wishes import Period, Wish
from tests import factories
from tests.booking import shapes
from tests.factories import NOW, TEN
from tests.schema.client import ask, gid

pytestmark = pytest.mark.django_db

WHEN = """
query ($id: ID!) {
  booking(by: {id: $id}) {
    preferredDate preferredPeriod preferredFrom preferredUntil startsAt endsAt
    consultant { fullName } resource { name }
    availableActions { action requires actor }
  }
}
"""
LISTED = """
{ bookings(filter: {status: [PENDING]}) {
  edges { node { preferredPeriod resource { name } consultant { fullName } } }
} }
"""
NOTHING = {
    "preferredDate": None,
    "preferredPeriod": None,
    "preferredFrom": None,
    "preferredUntil": None,
    "startsAt": None,
    "endsAt": None,
    "consultant": None,
    "resource": None,
}


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def read(booking: Booking) -> dict[str, Any]:
    """The booking as staff of its practice read it."""
    return dict(ask(WHEN, {"id": gid(booking)}, user=factories.staff_of(booking.business).user)["booking"])


def facts(booking: Booking) -> dict[str, Any]:
    return {name: value for name, value in read(booking).items() if name != "availableActions"}


def needs(booking: Booking, action: str) -> list[str]:
    return next(row["requires"] for row in read(booking)["availableActions"] if row["action"] == action)


def test_booking__gives_a_wish_as_it_was_made():
    offered = factories.service()
    custom = Wish(shapes.MORNING.date, Period.CUSTOM, time(9), time(11, 30))

    assert facts(shapes.draft(offered, wish=shapes.MORNING)) == {
        **NOTHING,
        "preferredDate": "2030-01-08",
        "preferredPeriod": "MORNING",
    }
    assert facts(shapes.draft(offered, wish=custom)) == {
        **NOTHING,
        "preferredDate": "2030-01-08",
        "preferredPeriod": "CUSTOM",
        "preferredFrom": "09:00",
        "preferredUntil": "11:30",
    }


@pytest.mark.parametrize(
    ("shape", "consultant", "resource"),
    [
        ("with_anyone", {"fullName": "Mira Novak"}, None),
        ("of_a_room", None, {"name": "Room 3"}),
        ("in_a_room", {"fullName": "Mira Novak"}, {"name": "Room 3"}),
    ],
)
def test_booking__names_person_and_room(shape, consultant, resource):
    assert facts(shapes.SHAPES[shape](shapes.pending)) == {
        **NOTHING,
        "startsAt": "2030-01-07T10:00:00Z",
        "endsAt": "2030-01-07T11:00:00Z",
        "consultant": consultant,
        "resource": resource,
    }


def test_booking__of_somebody_else_tells_nothing_of_the_wish():
    wish = shapes.wish_for_anyone(shapes.pending)
    stranger = factories.staff_of(factories.business()).user

    assert ask(WHEN, {"id": gid(wish)}, user=stranger) == {"booking": None}


def test_available_actions__a_wish_is_approved_and_given_away_with_a_time():
    wish, timed = shapes.wish_for_a_consultant(shapes.pending), shapes.with_anyone(shapes.pending)

    assert (needs(wish, "APPROVE"), needs(timed, "APPROVE")) == (["TIME"], [])
    assert (needs(wish, "REASSIGN"), needs(timed, "REASSIGN")) == (["CONSULTANT", "TIME"], ["CONSULTANT"])
    assert needs(wish, "REJECT") == ["REASON"]


def test_available_actions__a_wish_that_was_granted_needs_nothing_more():
    wish = shapes.wish_for_anyone(shapes.pending)
    staff = factories.staff_of(wish.business)

    services.approve(booking_id=wish.pk, viewer=staff, now=NOW, starts_at=TEN)

    told = read(wish)
    assert (told["preferredDate"], told["startsAt"]) == ("2030-01-08", "2030-01-07T10:00:00Z")
    assert "APPROVE" not in [row["action"] for row in told["availableActions"]]


def test_bookings__lists_every_kind_side_by_side():
    offered = factories.service(holds="BOTH")
    shapes.room(offered.business, offered)
    shapes.host_of(offered)
    shapes.pending(offered, wish=shapes.MORNING)
    shapes.pending(offered, starts_at=TEN)
    user = factories.staff_of(offered.business).user

    nodes = [edge["node"] for edge in ask(LISTED, user=user)["bookings"]["edges"]]

    person, room = {"fullName": "Mira Novak"}, {"name": "Room 3"}
    wish = {"preferredPeriod": "MORNING", "resource": None, "consultant": None}
    timed = {"preferredPeriod": None, "resource": room, "consultant": person}
    assert sorted(nodes, key=str) == sorted([wish, timed], key=str)


def test_bookings__are_narrowed_to_wishes_and_to_a_resource() -> None:
    wish = shapes.wish_for_anyone(shapes.pending)
    room = shapes.of_a_room(shapes.pending)
    admin = factories.user(is_superuser=True)
    document = "query ($filter: BookingFilter!) { bookings(filter: $filter) { edges { node { id } } } }"

    def listed(**given: Any) -> list[str]:
        edges = ask(document, {"filter": given}, user=admin)["bookings"]["edges"]
        return [edge["node"]["id"] for edge in edges]

    assert listed(isWish=True) == [gid(wish)]
    assert listed(isWish=False) == [gid(room)]
    assert listed(resourceId=gid(room.resource)) == [gid(room)]
    assert listed(resourceId=gid(room.resource), isWish=True) == []
