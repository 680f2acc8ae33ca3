"""Rooms and machines as anybody reads them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from bookings.businesses.models import Business
from bookings.catalogue.models import Service
from tests import factories
from tests.booking import shapes
from tests.booking.test_occupancy import confirmed
from tests.factories import NOW, TEN
from tests.schema.client import ask, code_of, gid, post
from tests.schema.test_statements import statements

pytestmark = pytest.mark.django_db(transaction=True)

LIST = """
query ($business: ID, $service: ID, $available: Boolean, $at: DateTime!) {
  resources(businessId: $business, serviceId: $service, isAvailable: $available, first: 50) {
    totalCount
    edges { node {
      id name description capacity isAvailable timezone availabilityStatus(at: $at)
      business { name } services { id name } calendar { timezone weeklyHours { weekday } }
    } }
  }
}
"""
SERVICES = """
query ($business: ID, $at: DateTime!) {
  services(businessId: $business, first: 50) { edges { node {
    name holds maxDurationMinutes bufferBeforeMinutes bufferAfterMinutes maxPerDay maxPerWeek isActive
    resources { name availabilityStatus(at: $at) services { name } }
  } } }
}
"""
CONSULTANTS = """
query ($business: ID) {
  consultants(businessId: $business, first: 50) { edges { node { fullName maxPerDay maxPerWeek isActive } } }
}
"""

WEEK = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def place(db: None) -> Business:
    return factories.business()


def names(answer: dict[str, Any]) -> list[str]:
    return [edge["node"]["name"] for edge in answer["resources"]["edges"]]


def rooms(place: Business, count: int) -> Service:
    """A service with so many rooms; the first is asked for, the second taken, at TEN."""
    service = factories.service(place, holds=Service.Holds.RESOURCE)
    found = [shapes.room(place, service, name=f"Room {number}") for number in range(count)]
    for room, reach in zip(found, (shapes.pending, confirmed), strict=False):
        reach(service, starts_at=TEN, resource_id=room.pk)
    return service


def test_resources__anybody_reads_them_with_what_they_are_for(place: Business) -> None:
    service = factories.service(place)
    room = shapes.room(place, service, description="By the garden.", capacity=8, zone="Asia/Tokyo")

    answer = ask(LIST, {"at": TEN.isoformat()})["resources"]

    assert answer["totalCount"] == 1
    assert answer["edges"][0]["node"] == {
        "id": gid(room), "name": "Room 3", "description": "By the garden.", "capacity": 8, "isAvailable": True,
        "timezone": "Asia/Tokyo", "availabilityStatus": "AVAILABLE", "business": {"name": place.name},
        "services": [{"id": gid(service), "name": service.name}],
        "calendar": {"timezone": "Asia/Tokyo", "weeklyHours": [{"weekday": day} for day in WEEK]},
    }  # fmt: skip


def test_resources__are_narrowed_by_practice_service_and_use_and_come_by_name(place: Business) -> None:
    one, two = factories.service(place), factories.service(place)
    shapes.room(place, one, two, name="B")
    shapes.room(place, one, name="A", is_available=False)
    shapes.room(place, one, name="hidden", is_active=False)
    shapes.room(factories.business(), name="C")
    shapes.room(factories.business(is_active=False), name="D")

    def found(**given: Any) -> list[str]:
        return names(ask(LIST, {"at": TEN.isoformat(), **given}))

    assert found() == ["A", "B", "C"]
    assert found(business=gid(place)) == ["A", "B"]
    assert found(service=gid(one)) == ["A", "B"]
    assert found(service=gid(two)) == ["B"]
    assert found(business=gid(place), available=True) == ["B"]
    assert found(available=False) == ["A"]


def test_availability_status__is_that_of_each_at_the_instant(place: Business) -> None:
    rooms(place, 3)
    shapes.room(place, name="Room 9", is_available=False)

    def seen(at: str) -> list[str]:
        edges = ask(LIST, {"at": at})["resources"]["edges"]
        return [edge["node"]["availabilityStatus"] for edge in edges]

    assert seen("2030-01-07T11:00:00+01:00") == ["PENDING", "UNAVAILABLE", "AVAILABLE", "UNAVAILABLE"]
    assert seen("2030-01-07T11:00:00Z") == ["AVAILABLE", "AVAILABLE", "AVAILABLE", "UNAVAILABLE"]


def test_availability_status__of_several_instants_in_one_document_are_each_right(place: Business) -> None:
    rooms(place, 2)
    document = """{
      resources { edges { node { a: availabilityStatus(at: "2030-01-07T10:00:00Z")
                                 b: availabilityStatus(at: "2030-01-07T11:00:00Z") } } }
      services { edges { node {
        a: resources { availabilityStatus(at: "2030-01-07T10:00:00Z") }
        b: resources { availabilityStatus(at: "2030-01-07T11:00:00Z") } } } }
    }"""

    answer = ask(document)

    taken, free = ["PENDING", "UNAVAILABLE"], ["AVAILABLE", "AVAILABLE"]
    nodes = [edge["node"] for edge in answer["resources"]["edges"]]
    assert ([node["a"] for node in nodes], [node["b"] for node in nodes]) == (taken, free)
    (service,) = [edge["node"] for edge in answer["services"]["edges"]]
    assert [room["availabilityStatus"] for room in service["a"]] == taken
    assert [room["availabilityStatus"] for room in service["b"]] == free


def test_availability_status__is_told_for_three_instants_at_once(place: Business) -> None:
    rooms(place, 3)

    def asked(instants: int) -> dict[str, Any]:
        fields = [f'a{n}: availabilityStatus(at: "2030-01-07T{10 + n}:00:00Z")' for n in range(instants)]
        return post("{ resources { edges { node { " + " ".join(fields) + " } } } }")

    assert "errors" not in asked(3)
    body = asked(4)

    assert code_of(body) == "BAD_USER_INPUT"
    assert body["errors"][0]["message"] == "Ask for at most 3 instants at once."


def test_availability_status__of_the_past_is_not_told(place: Business) -> None:
    shapes.room(place)

    assert names(ask(LIST, {"at": NOW.isoformat()})) == ["Room 3"]
    body = post(LIST, {"at": (NOW - timedelta(seconds=1)).isoformat()})

    assert code_of(body) == "BAD_USER_INPUT"
    assert body["errors"][0]["message"] == "Who used it in the past is not told."


def test_availability_status__needs_an_offset(place: Business) -> None:
    shapes.room(place)
    assert post(LIST, {"at": "2030-01-07T10:00:00"})["errors"]


def test_node__gives_a_resource_until_it_is_hidden(place: Business) -> None:
    room, hidden = shapes.room(place), shapes.room(place, is_active=False)
    document = "query ($ids: [ID!]!, $at: DateTime!) { nodes(ids: $ids) { id ... on Resource { availabilityStatus(at: $at) } } }"  # noqa: E501

    answer = ask(document, {"ids": [gid(room), gid(hidden)], "at": TEN.isoformat()})

    assert answer == {"nodes": [{"id": gid(room), "availabilityStatus": "AVAILABLE"}, None]}


@pytest.mark.parametrize("document", [LIST, SERVICES], ids=["resources", "services"])
def test_lists__take_as_many_statements_for_1_and_3_rows(document: str) -> None:
    counts = []
    for rows in (1, 3):
        place = factories.business()
        for _ in range(rows):
            rooms(place, rows)
        given = {"business": gid(place), "at": TEN.isoformat()}
        counts.append(len(statements(lambda given=given: ask(document, given))))
    assert counts[0] == counts[1]
    assert counts[0] <= 6


def test_services__show_what_their_time_depends_on(place: Business) -> None:
    service = factories.service(
        place, holds="BOTH", max_duration=120, buffer_before=5, buffer_after=10, max_per_day=3, max_per_week=9
    )
    shapes.room(place, service, name="Room 1")
    shapes.room(place, service, name="hidden", is_active=False)

    answer = ask(SERVICES, {"business": gid(place), "at": TEN.isoformat()})

    assert answer["services"]["edges"][0]["node"] == {
        "name": service.name, "holds": "BOTH", "maxDurationMinutes": 120, "bufferBeforeMinutes": 5,
        "bufferAfterMinutes": 10, "maxPerDay": 3, "maxPerWeek": 9, "isActive": True,
        "resources": [
            {"name": "Room 1", "availabilityStatus": "AVAILABLE", "services": [{"name": service.name}]}
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    "document",
    [
        "{ services { edges { node { resources { name } } } } }",
        "{ services { edges { node { resources { name } again: resources { id name } } } } }",
        "{ services { edges { node { first: resources { name } resources { services { resources { name } } } } } } }",
        "query ($id: ID!) { node(id: $id) { ... on Service { resources { name } } } }",
    ],
    ids=["plain", "twice", "nested", "by id"],
)
def test_services__never_list_a_hidden_resource(place: Business, document: str) -> None:
    service = factories.service(place)
    shapes.room(place, service, name="Room 1")
    shapes.room(place, service, name="hidden", is_active=False)

    answer = str(ask(document, {"id": gid(service)} if "$id" in document else {}))

    assert "Room 1" in answer
    assert "hidden" not in answer


def test_consultants__show_their_caps_with_as_many_statements_for_1_and_3_rows() -> None:
    counts = []
    for rows in (1, 3):
        service = factories.service()
        for _ in range(rows):
            host = factories.consultant(service)
            host.schedule.max_per_day = 4
            host.schedule.save()
        given = {"business": gid(service.business)}
        edges = ask(CONSULTANTS, given)["consultants"]["edges"]
        assert [(e["node"]["maxPerDay"], e["node"]["maxPerWeek"]) for e in edges] == [(4, None)] * rows
        counts.append(len(statements(lambda given=given: ask(CONSULTANTS, given))))
    assert counts[0] == counts[1]
