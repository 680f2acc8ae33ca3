"""Open times through the API: whose, when, how shown, and why not."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.booking import services
from bookings.booking.models import Booking
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.schedules.models import TimeOff
from schema.common.inputs import write_id
from tests import factories
from tests.cost import cost_of
from tests.factories import NOW, TEN
from tests.schema.client import ask, code_of, gid, post

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SLOTS = """
query ($service: ID!, $consultant: ID, $from: DateTime, $until: DateTime, $part: PartOfDay, $seats: Int! = 1,
       $first: Int, $after: String, $last: Int, $before: String) {
  openSlots(serviceId: $service, consultantId: $consultant, from: $from, until: $until, partOfDay: $part,
            seats: $seats, first: $first, after: $after, last: $last, before: $before) {
    totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { node { id startsAt seatsLeft timezone consultant { id } service { id } } }
  }
}
"""
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Slot { startsAt consultant { id } } } }"
EXPLAIN = """
query ($service: ID!, $consultant: ID, $at: DateTime!, $endsAt: DateTime, $seats: Int! = 1) {
  explainSlot(serviceId: $service, consultantId: $consultant, startsAt: $at, endsAt: $endsAt, seats: $seats) {
    isOpen reasons clashes { startsAt endsAt } nextSlots { startsAt }
  }
}
"""
DRAFT = (
    "mutation ($input: DraftBookingInput!) { draftBooking(input: $input) { booking { id } errors { code } } }"
)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def offered(db: None) -> Service:
    return factories.service()


@pytest.fixture
def host(offered: Service) -> Consultant:
    return factories.consultant(offered)


def listed(offered: Service, **given: Any) -> dict[str, Any]:
    span = {"from": NOW.isoformat(), "until": (NOW + DAY).isoformat()}
    found = ask(SLOTS, {"service": gid(offered), **span, **given})["openSlots"]
    return {**found, "nodes": [edge["node"] for edge in found["edges"]]}


def starts(offered: Service, **given: Any) -> list[str]:
    return [node["startsAt"][11:16] for node in listed(offered, **given)["nodes"]]


def test_open_slots__of_one_consultant_name_them(offered, host):
    factories.consultant(offered)

    (first, *_) = listed(offered, consultant=gid(host))["nodes"]

    assert first["consultant"] == {"id": gid(host)}
    assert first["id"] == write_id("Slot", f"{offered.pk}.{host.schedule_id}.{int((TEN - HOUR).timestamp())}")


def test_open_slots__of_anyone_list_a_start_once_while_somebody_is_free(offered, host):
    other = factories.consultant(offered, hours=(10, 12))
    found = listed(offered)
    assert (found["totalCount"], found["nodes"][0]["consultant"]) == (8, None)
    assert found["nodes"][1]["id"] == write_id("Slot", f"{offered.pk}.any.{int(TEN.timestamp())}")

    factories.pending(host, offered)
    assert "10:00" in starts(offered)
    factories.pending(other, offered)
    assert "10:00" not in starts(offered)


def test_open_slots__id_of_anyone_can_be_drafted_and_gets_the_least_loaded(offered, host):
    busy = factories.consultant(offered)
    factories.pending(host, offered, starts_at=TEN + 3 * HOUR)
    slot = next(node for node in listed(offered)["nodes"] if node["startsAt"] == "2030-01-07T10:00:00Z")

    answer = ask(
        DRAFT,
        {"input": {"slotId": slot["id"], "email": "ana@example.org", "fullName": "Ana", "consent": True}},
    )["draftBooking"]

    assert answer["errors"] == []
    booking = Booking.objects.latest("pk")
    assert booking.consultant is None
    assert services.verify(passed=factories.passed(booking), now=NOW).booking.consultant == busy


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("MORNING", ["09:00", "10:00", "11:00"]),
        ("AFTERNOON", ["12:00", "13:00", "14:00", "15:00", "16:00"]),
        ("EVENING", ["17:00", "18:00"]),
    ],
)
def test_open_slots__part_of_the_day_is_the_calendars(offered, part, expected):
    host = factories.consultant(offered, zone="Asia/Tokyo", hours=(9, 19))
    type(offered.business).objects.update(timezone="Asia/Tokyo")
    day = {"from": (NOW + 7 * HOUR).isoformat(), "until": (NOW + 31 * HOUR).isoformat(), "part": part}
    in_tokyo = [f"{(int(start[:2]) - 9) % 24:02d}{start[2:]}" for start in expected]

    assert starts(offered, consultant=gid(host), **day) == in_tokyo
    assert starts(offered, **day) == in_tokyo


def test_open_slots__seats_that_are_wanted_lie_in_one_session(host):
    group = factories.service(host.business, seats=4)
    host.services.add(group)
    factories.pending(host, group, seats=3)

    assert "10:00" in starts(group, seats=1)
    assert "10:00" not in starts(group, seats=2)
    assert starts(group, seats=5) == []
    assert code_of(post(SLOTS, {"service": gid(group), "seats": 0})) == "BAD_USER_INPUT"


def test_open_slots__pages_follow_each_other_both_ways(offered, host):
    whole = [node["id"] for node in listed(offered, first=100)["nodes"]]
    first = listed(offered, first=3)
    second = listed(offered, first=3, after=first["pageInfo"]["endCursor"])
    back = listed(offered, last=2, before=second["pageInfo"]["startCursor"])

    assert [node["id"] for node in first["nodes"] + second["nodes"]] == whole[:6]
    assert [node["id"] for node in back["nodes"]] == whole[1:3]
    assert (first["pageInfo"]["hasNextPage"], first["pageInfo"]["hasPreviousPage"]) == (True, False)
    assert (back["pageInfo"]["hasNextPage"], back["pageInfo"]["hasPreviousPage"]) == (True, True)
    assert listed(offered, first=0)["nodes"] == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"service": "nonsense"}, "is no id"),
        ({"until": NOW.isoformat()}, "must come after"),
        ({"until": (NOW + 63 * DAY).isoformat()}, "At most 62 days"),
        ({"first": 101}, "from 0 to 100"),
        ({"after": "bm90aGluZzox"}, "cursor"),
    ],
)
def test_open_slots__say_what_is_wrong_with_the_question(offered, given, words):
    body = post(SLOTS, {"service": gid(offered), "from": NOW.isoformat(), **given})

    assert code_of(body) == "BAD_USER_INPUT"
    assert words in body["errors"][0]["message"]


def test_open_slots__of_what_is_out_of_use_or_unknown_are_none(offered, host):
    assert listed(offered, service=write_id("Service", 10**9))["totalCount"] == 0
    Consultant.objects.update(is_active=False)
    assert listed(offered)["totalCount"] == 0
    assert listed(offered, consultant=gid(host))["totalCount"] == 0


def test_local__is_the_clock_of_whoever_looks(offered, host):
    document = """query ($service: ID!, $from: DateTime!) { openSlots(serviceId: $service, from: $from, first: 1) {
      edges { node { here: local { date time offset timezone }
                     there: local(timezone: "Pacific/Auckland") { date time offset } } } } }"""

    (edge,) = ask(document, {"service": gid(offered), "from": (TEN + 3 * HOUR).isoformat()})["openSlots"][
        "edges"
    ]

    assert edge["node"] == {
        "here": {"date": "2030-01-07", "time": "13:00", "offset": "+00:00", "timezone": "UTC"},
        "there": {"date": "2030-01-08", "time": "02:00", "offset": "+13:00"},
    }
    wrong = document.replace("Pacific/Auckland", "Mars/Base")
    assert code_of(post(wrong, {"service": gid(offered), "from": NOW.isoformat()})) == "BAD_USER_INPUT"


def test_nodes__give_slots_while_they_are_open(offered, host):
    other = factories.consultant(offered)
    start = int(TEN.timestamp())
    named, anyone = (write_id("Slot", f"{offered.pk}.{who}.{start}") for who in (host.schedule_id, "any"))
    closed = write_id("Slot", f"{offered.pk}.{host.schedule_id}.{start + 60}")
    foreign = write_id("Slot", f"{offered.pk}.{10**9}.{start}")
    asked = {"ids": [anyone, closed, named, foreign]}

    first, *rest = ask(NODES, asked)["nodes"]

    assert first == {"id": anyone, "startsAt": "2030-01-07T10:00:00Z", "consultant": None}
    assert rest == [None, {"id": named, "startsAt": first["startsAt"], "consultant": {"id": gid(host)}}, None]
    factories.pending(host, offered)
    assert [node and node["id"] for node in ask(NODES, asked)["nodes"]] == [anyone, None, None, None]
    factories.pending(other, offered)
    assert ask(NODES, asked)["nodes"] == [None] * 4


def test_nodes__take_as_many_statements_for_1_as_for_7_slots(offered, host):
    ids = [node["id"] for node in listed(offered, consultant=gid(host))["nodes"]]
    counts = []
    for asked in (ids[:1], ids[:7]):
        with CaptureQueriesContext(connection) as captured:
            assert len([node for node in ask(NODES, {"ids": asked})["nodes"] if node]) == len(asked)
        counts.append(len(captured))

    assert counts[0] == counts[1]


def slot_id(offered: Service, start: datetime, host: Consultant | None = None) -> str:
    who = "any" if host is None else host.schedule_id
    return write_id("Slot", f"{offered.pk}.{who}.{int(start.timestamp())}")


def test_nodes__of_slots_are_of_ten_services_at_most(offered, host):
    services = [offered, *(factories.service(offered.business) for _ in range(10))]
    host.services.set(services)
    ids = [slot_id(service, TEN) for service in services]

    assert all(ask(NODES, {"ids": ids[:10]})["nodes"])
    body = post(NODES, {"ids": ids})

    assert code_of(body) == "BAD_USER_INPUT"
    assert "at most 10 services within 62 days" in body["errors"][0]["message"]


def test_nodes__of_slots_lie_within_62_days(offered, host):
    Service.objects.update(horizon=100)
    ids = [slot_id(offered, start) for start in (TEN, TEN + 62 * DAY, TEN + 62 * DAY + HOUR)]

    assert all(ask(NODES, {"ids": ids[:2]})["nodes"])
    assert code_of(post(NODES, {"ids": ids})) == "BAD_USER_INPUT"


def test_nodes__of_slots_look_at_their_starts_alone(offered, host):
    """Between the two lie more than 600,000 starts that nobody asked for."""
    Service.objects.update(step=1, notice=0)
    for _ in range(10):
        factories.consultant(offered, hours=(0, 24))
    asked = {"ids": [slot_id(offered, start, host) for start in (TEN, TEN + 45 * DAY)]}
    ask(NODES, asked)
    found = []

    assert cost_of(lambda _: found.extend(ask(NODES, asked)["nodes"])) < 0.25

    assert all(found)


@pytest.mark.parametrize(
    "field",
    [
        "openSlots(serviceId: $id, first: 1) { totalCount }",
        'explainSlot(serviceId: $id, startsAt: "2030-01-07T10:00:00Z") { isOpen }',
    ],
    ids=["openSlots", "explainSlot"],
)
def test_documents__ask_twelve_times_at_most_for_what_has_to_be_computed(offered, host, field):
    def asked(times: int) -> dict[str, Any]:
        document = "query ($id: ID!) { " + " ".join(f"a{number}: {field}" for number in range(times)) + " }"
        return post(document, {"id": gid(offered)})

    assert "errors" not in asked(12)
    assert code_of(asked(13)) == "QUERY_TOO_COMPLEX"


@pytest.mark.parametrize(
    "node_id",
    ["1.2", "1.x.3", "1.any.x", "any.1.3", "1.2.999999999999", "1.2.3.4.5", "1.2.3.x", "1.2.3.999999"],
)
def test_nodes__malformed_slot_id_is_bad_input(offered, node_id):
    assert code_of(post(NODES, {"ids": [write_id("Slot", node_id)]})) == "BAD_USER_INPUT"


def explained(offered: Service, **given: Any) -> dict[str, Any]:
    answer: dict[str, Any] = ask(EXPLAIN, {"service": gid(offered), "at": TEN.isoformat(), **given})[
        "explainSlot"
    ]
    return answer


def test_explain_slot__open_time_has_no_reason(offered, host):
    found = explained(offered)

    assert (found["isOpen"], found["reasons"], found["clashes"]) == (True, [], [])
    assert found["nextSlots"][0] == {"startsAt": "2030-01-07T10:00:00Z"}


def test_explain_slot__gives_every_reason_and_what_is_in_the_way(offered, host):
    factories.pending(host, offered)
    TimeOff.objects.create(schedule=host.schedule, starts_at=TEN, ends_at=TEN + HOUR)

    found = explained(offered, consultant=gid(host), at=(TEN + HOUR / 4).isoformat())

    assert not found["isOpen"]
    assert set(found["reasons"]) == {"TIME_TAKEN", "TIME_OFF"}
    assert found["clashes"] == [{"startsAt": "2030-01-07T10:00:00Z", "endsAt": "2030-01-07T11:00:00Z"}]
    assert found["nextSlots"][0] == {"startsAt": "2030-01-07T11:00:00Z"}


def test_explain_slot__tells_nobody_who_is_in_the_way(offered, host):
    factories.pending(host, offered, full_name="Secret Person")

    body = post(EXPLAIN, {"service": gid(offered), "consultant": gid(host), "at": TEN.isoformat()})

    assert "Secret" not in str(body)


@pytest.mark.parametrize(("days", "reason"), [(0, None), (1, "IN_THE_PAST"), (-61, "BEYOND_HORIZON")])
def test_explain_slot__names_what_is_in_the_way_only_of_what_could_be_booked(offered, host, days, reason):
    factories.pending(host, offered)

    with time_machine.travel(NOW + days * DAY, tick=False):
        found = explained(offered, consultant=gid(host))

    assert set(found["reasons"]) - {"TIME_TAKEN", "NOT_ENOUGH_SEATS"} == ({reason} if reason else set())
    assert len(found["clashes"]) == (reason is None)


def test_explain_slot__of_an_unknown_service_is_null_and_of_a_wrong_length_bad_input(offered, host):
    assert explained(offered, service=write_id("Service", 10**9)) is None
    wrong = {"service": gid(offered), "at": TEN.isoformat(), "endsAt": (TEN + 2 * HOUR).isoformat()}
    assert code_of(post(EXPLAIN, wrong)) == "BAD_USER_INPUT"
    past = explained(offered, at=(NOW - HOUR).isoformat())
    assert "IN_THE_PAST" in past["reasons"]


def test_explain_slot__where_nobody_offers_the_service_says_what_else_is_wrong(offered):
    assert explained(offered)["reasons"] == ["NOT_OFFERED"]
    assert set(explained(offered, at=(NOW - HOUR).isoformat())["reasons"]) == {"IN_THE_PAST", "NOT_OFFERED"}
    far = explained(offered, at=(NOW + 61 * DAY).isoformat())
    assert set(far["reasons"]) == {"BEYOND_HORIZON", "NOT_OFFERED"}


def test_explain_slot__of_a_start_beyond_the_horizon_gives_the_first_open_times(offered, host):
    found = explained(offered, at=(TEN + 70 * DAY).isoformat())

    assert found["reasons"] == ["BEYOND_HORIZON"]
    assert found["nextSlots"][0] == {"startsAt": "2030-01-07T09:00:00Z"}
