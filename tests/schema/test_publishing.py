"""Publishing and withdrawing through the API: what is answered, to whom, and at which cost."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.accounts.models import User
from bookings.businesses.models import StaffMember
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.resources.models import Resource
from bookings.schedules.models import Schedule, TimeOff
from bookings.slots.models import Slot
from schema.common.inputs import write_id
from tests import factories
from tests.factories import NOW, TEN
from tests.schema.client import access_token, ask, code_of, gid, post
from tests.witness import everything

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVENING = TEN + 10 * HOUR
SHOWN = "id startsAt endsAt capacity seatsLeft published service { id name }"
PUBLISH = f"""
mutation ($input: PublishSlotsInput!) {{
  publishSlots(input: $input) {{
    published slots {{ {SHOWN} }} clashes {{ reason startsAt endsAt date time message }} errors {{ code field message }}
  }}
}}
"""
WITHDRAW = """
mutation ($input: WithdrawSlotsInput!) {
  withdrawSlots(input: $input) { withdrawn heldCount heldBookings { id status } errors { code field } }
}
"""
LIST = f"""
query ($consultant: ID, $resource: ID, $from: DateTime, $until: DateTime, $first: Int, $after: String) {{
  publishedSlots(
    consultantId: $consultant, resourceId: $resource, from: $from, until: $until, first: $first, after: $after
  ) {{ totalCount pageInfo {{ hasNextPage endCursor }} edges {{ node {{ {SHOWN} }} }} }}
}}
"""
NODE = f"query ($id: ID!) {{ node(id: $id) {{ ... on PublishedSlot {{ {SHOWN} }} }} }}"
OPEN = """
query ($service: ID!, $consultant: ID) {
  openSlots(serviceId: $service, consultantId: $consultant) { edges { node { startsAt } } }
}
"""


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def offered(db: None) -> Service:
    return factories.service(seats=4)


@pytest.fixture
def host(offered: Service) -> Consultant:
    return factories.consultant(offered, user=factories.user(), zone="Europe/Warsaw")


@pytest.fixture
def staff(offered: Service) -> User:
    user = factories.staff_of(offered.business, StaffMember.Role.STAFF).user
    assert user is not None
    return user


def publish(user: User | None, host: Consultant, offered: Service | None, **fields: Any) -> dict[str, Any]:
    given = {"consultantId": gid(host), "serviceId": gid(offered) if offered else None, **fields}
    return dict(ask(PUBLISH, {"input": given}, user=user)["publishSlots"])


def withdraw(user: User | None, **which: Any) -> dict[str, Any]:
    return dict(ask(WITHDRAW, {"input": {"which": which}}, user=user)["withdrawSlots"])


def listed(user: User, host: Consultant, **variables: Any) -> dict[str, Any]:
    return dict(ask(LIST, {"consultant": gid(host), **variables}, user=user)["publishedSlots"])


def starts(found: dict[str, Any]) -> list[str]:
    return [slot["startsAt"] for slot in found["slots"]]


def node(user: User | None, slot_id: str) -> Any:
    return ask(NODE, {"id": slot_id}, user=user)["node"]


def test_publish__dates_and_times_of_the_calendars_clock_can_be_booked_at_once(
    host: Consultant, offered: Service, staff: User
) -> None:
    found = publish(
        staff, host, offered,
        **{"from": "2030-01-07", "until": "2030-01-13", "weekdays": ["WEDNESDAY", "SUNDAY"], "times": ["20:00"]},
    )  # fmt: skip

    assert (found["published"], found["clashes"], found["errors"]) == (2, [], [])
    assert starts(found) == ["2030-01-09T19:00:00Z", "2030-01-13T19:00:00Z"]
    assert found["slots"][0] | {"id": ""} == {
        "id": "",
        "startsAt": "2030-01-09T19:00:00Z",
        "endsAt": "2030-01-09T20:00:00Z",
        "capacity": 4,
        "seatsLeft": 4,
        "published": True,
        "service": {"id": gid(offered), "name": offered.name},
    }
    edges = ask(OPEN + "", {"service": gid(offered), "consultant": gid(host)})["openSlots"]["edges"]
    assert edges  # the listing still answers beside them
    booking = factories.pending(host, offered, starts_at=TEN + 2 * DAY + 9 * HOUR)
    assert booking.slot == Slot.objects.get(starts_at=booking.starts_at)


def test_publish__each_slot_is_named_by_the_same_id_before_and_after(
    host: Consultant, offered: Service, staff: User
) -> None:
    given = {"startsAt": [EVENING.isoformat()]}
    before = everything(without=frozenset({"RefreshToken"}))

    told = publish(staff, host, offered, **given, preview=True, idempotencyKey="k")
    assert everything(without=frozenset({"RefreshToken"})) == before
    done = publish(staff, host, offered, **given, idempotencyKey="k")

    assert (told["published"], done["published"]) == (0, 1)
    assert told["slots"] == [done["slots"][0] | {"published": False}]
    assert node(staff, done["slots"][0]["id"]) == done["slots"][0]


def test_publish__clashes_are_named_and_nothing_is_published_unless_they_are_skipped(
    host: Consultant, offered: Service, staff: User
) -> None:
    TimeOff.objects.create(schedule=host.schedule, starts_at=EVENING, ends_at=EVENING + HOUR)
    given = {"dates": ["2030-03-31", "2030-10-27"], "times": ["02:30"], "startsAt": [EVENING.isoformat()]}

    refused = publish(staff, host, offered, **given)
    assert ([error["code"] for error in refused["errors"]], refused["slots"]) == (["SLOT_UNAVAILABLE"], [])
    clashes = [(each["reason"], each["startsAt"], each["date"], each["time"]) for each in refused["clashes"]]
    assert clashes == [
        ("TIME_OFF", "2030-01-07T20:00:00Z", "2030-01-07", "21:00"),
        ("NONEXISTENT_TIME", None, "2030-03-31", "02:30"),
        ("AMBIGUOUS_TIME", None, "2030-10-27", "02:30"),
    ]
    assert "startsAt" in refused["clashes"][2]["message"]
    assert not Slot.objects.exists()

    first, second = "2030-10-27T02:30:00+02:00", "2030-10-27T02:30:00+01:00"
    done = publish(
        staff, host, offered, **{**given, "startsAt": [*given["startsAt"], first, second]}, onClash="SKIP"
    )
    assert (done["errors"], done["published"]) == ([], 2)
    assert starts(done) == ["2030-10-27T00:30:00Z", "2030-10-27T01:30:00Z"]
    assert [each["reason"] for each in done["clashes"]] == ["TIME_OFF", "NONEXISTENT_TIME"]


def test_publish__without_a_service_is_for_any_that_fits(host: Consultant, staff: User) -> None:
    found = publish(staff, host, None, startsAt=[EVENING.isoformat()], durationMinutes=60, seats=2)

    (slot,) = found["slots"]
    assert (slot["service"], slot["capacity"]) == (None, 2)


def test_publish__same_key_is_answered_again_and_other_input_is_refused(
    host: Consultant, offered: Service, staff: User
) -> None:
    given = {"startsAt": [EVENING.isoformat()], "idempotencyKey": "k"}

    first = publish(staff, host, offered, **given)
    again = publish(staff, host, offered, **given)
    other = publish(staff, host, offered, **given, seats=1)

    assert first["published"] == 1
    assert again == first
    assert [error["code"] for error in other["errors"]] == ["IDEMPOTENCY_MISMATCH"]
    assert Slot.objects.count() == 1


def test_publish__resource_has_a_calendar_of_its_own(offered: Service, staff: User) -> None:
    Service.objects.filter(pk=offered.pk).update(holds=Service.Holds.RESOURCE, max_duration=180)
    schedule = Schedule.objects.create(business=offered.business, timezone="UTC", follows_business=True)
    room = Resource.objects.create(business=offered.business, schedule=schedule, name="Room", capacity=4)
    room.services.add(offered)
    given = {"resourceId": gid(room), "serviceId": gid(offered), "startsAt": [EVENING.isoformat()]}

    found = ask(PUBLISH, {"input": {**given, "durationMinutes": 90}}, user=staff)["publishSlots"]

    assert found["slots"][0]["endsAt"] == "2030-01-07T21:30:00Z"
    rows = ask(LIST, {"resource": gid(room)}, user=staff)["publishedSlots"]["edges"]
    assert [row["node"] for row in rows] == found["slots"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"times": ["9:00"]}, "times"),
        ({"times": ["24:00"]}, "times"),
        ({"times": ["25:00"]}, "times"),
        ({"times": ["０９:00"]}, "times"),
        ({"times": []}, "times"),
        ({"dates": []}, "dates"),
        ({"dates": ["9999-12-31"]}, "dates"),
        ({"dates": ["0001-01-01"]}, "dates"),
        ({"from": "0001-01-01", "until": "9999-12-31"}, "until"),
        ({"until": "2030-01-08"}, "from"),
        ({"weekdays": ["MONDAY"]}, "weekdays"),
        ({"startsAt": ["2030-01-07T10:00:30Z"]}, "startsAt"),
        ({"seats": 2**31 - 1}, "seats"),
        ({"durationMinutes": -(2**31)}, "durationMinutes"),
        ({"resourceId": write_id("Resource", 1)}, "resourceId"),
        ({"consultantId": None}, "consultantId"),
        ({"consultantId": write_id("Consultant", 10**17)}, "consultantId"),
        ({"serviceId": write_id("Service", 10**17)}, "serviceId"),
    ],
)
def test_publish__what_makes_no_sense_is_refused_with_its_place(
    host: Consultant, offered: Service, staff: User, fields: dict[str, Any], field: str
) -> None:
    sensible = {"dates": ["2030-01-07"], "times": ["20:00"]}

    found = publish(staff, host, offered, **{**sensible, **fields})

    assert [error["field"] for error in found["errors"]] == [[field]]
    assert found["errors"][0]["code"] in {"VALIDATION_FAILED", "NOT_FOUND"}
    assert not Slot.objects.exists()


def test_publish__calendar_of_a_deleted_resource_is_not_found(offered: Service, staff: User) -> None:
    Service.objects.update(holds=Service.Holds.RESOURCE)
    room = factories.resource(offered)
    given = {"resourceId": gid(room), "serviceId": gid(offered), "startsAt": [EVENING.isoformat()]}
    assert ask(PUBLISH, {"input": given}, user=staff)["publishSlots"]["published"] == 1
    between = {"resourceId": gid(room), "from": TEN.isoformat(), "until": (EVENING + DAY).isoformat()}
    Resource.objects.update(is_active=False)

    for preview in (False, True):
        refused = ask(PUBLISH, {"input": {**given, "preview": preview}}, user=staff)["publishSlots"]
        (error,) = refused["errors"]
        assert (error["code"], error["field"]) == ("NOT_FOUND", ["resourceId"])
    assert withdraw(staff, between=between)["errors"] == [{"code": "NOT_FOUND", "field": ["resourceId"]}]
    assert Slot.objects.filter(is_published=True).count() == 1


def test_rights__strangers_and_clients_publish_withdraw_and_see_nothing(
    host: Consultant, offered: Service, staff: User
) -> None:
    slot = publish(staff, host, offered, startsAt=[EVENING.isoformat()])["slots"][0]
    colleague = factories.consultant(offered, user=factories.user()).user
    outsider = factories.staff_of(factories.business()).user
    given = {"consultantId": gid(host), "serviceId": gid(offered), "startsAt": [TEN.isoformat()]}
    between = {"consultantId": gid(host), "from": TEN.isoformat(), "until": (TEN + DAY).isoformat()}
    for user in (colleague, outsider, factories.user(), None):
        expected = "FORBIDDEN" if user else "UNAUTHENTICATED"
        for preview in (False, True):
            assert code_of(post(PUBLISH, {"input": {**given, "preview": preview}}, user=user)) == expected
        assert code_of(post(LIST, {"consultant": gid(host)}, user=user)) == expected
        which = {"input": {"which": {"between": between}}}
        assert code_of(post(WITHDRAW, which, user=user)) == expected
        assert node(user, slot["id"]) is None
        if user:
            assert withdraw(user, slotIds=[slot["id"]])["errors"] == [
                {"code": "NOT_FOUND", "field": ["slotIds"]}
            ]
    assert Slot.objects.filter(is_published=True).count() == 1
    assert host.user is not None
    for user in (host.user, offered.business.owner, staff):
        assert node(user, slot["id"]) == slot
        assert listed(user, host)["totalCount"] == 1


def test_withdraw__held_bookings_are_listed_and_keep_their_time(
    host: Consultant, offered: Service, staff: User
) -> None:
    rows = publish(staff, host, offered, startsAt=[(EVENING + HOUR * n).isoformat() for n in range(3)])[
        "slots"
    ]
    kept = [factories.pending(host, offered, starts_at=EVENING) for _ in range(2)]
    before = everything(without=frozenset({"Slot", "RefreshToken"}))

    one = withdraw(staff, slotIds=[rows[0]["id"]])
    rest = withdraw(
        host.user,
        between={
            "consultantId": gid(host),
            "from": EVENING.isoformat(),
            "until": (EVENING + 3 * HOUR).isoformat(),
        },
    )

    assert one == {
        "withdrawn": 1,
        "heldCount": 2,
        "heldBookings": [{"id": gid(booking), "status": "PENDING"} for booking in kept],
        "errors": [],
    }
    assert rest == {"withdrawn": 2, "heldCount": 0, "heldBookings": [], "errors": []}
    assert everything(without=frozenset({"Slot", "RefreshToken"})) == before
    assert listed(staff, host)["totalCount"] == 0
    assert node(staff, rows[0]["id"]) is None


@pytest.mark.parametrize(
    "slot_id",
    ["", "nonsense", write_id("Slot", "1.2.3"), write_id("PublishedSlot", "1"),
     write_id("PublishedSlot", "1.x"), write_id("PublishedSlot", "1." + "9" * 12)],
)  # fmt: skip
def test_withdraw__malformed_ids_are_refused(staff: User, slot_id: str) -> None:
    body = post(WITHDRAW, {"input": {"which": {"slotIds": [slot_id]}}}, user=staff)

    assert code_of(body) == "BAD_USER_INPUT"


def test_withdraw__needs_exactly_one_way_to_say_which(staff: User) -> None:
    for which in ({}, {"slotIds": [], "between": None}, {"slotIds": None}):
        assert "errors" in post(WITHDRAW, {"input": {"which": which}}, user=staff)
    assert withdraw(staff, slotIds=[])["errors"] == [{"code": "VALIDATION_FAILED", "field": ["slotIds"]}]


def test_published_slots__are_paged_by_start_within_a_range(
    host: Consultant, offered: Service, staff: User
) -> None:
    times = [EVENING + HOUR * n for n in range(3)]
    publish(staff, host, offered, startsAt=[time.isoformat() for time in times])
    publish(staff, factories.consultant(offered), offered, startsAt=[EVENING.isoformat()])

    first = listed(staff, host, first=2)
    rest = listed(staff, host, first=2, after=first["pageInfo"]["endCursor"])
    middle = listed(staff, host, **{"from": times[1].isoformat(), "until": times[2].isoformat()})

    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (3, True)
    shown = [edge["node"]["startsAt"] for edge in first["edges"] + rest["edges"]]
    assert shown == [time.isoformat().replace("+00:00", "Z") for time in times]
    assert [edge["node"]["startsAt"] for edge in middle["edges"]] == [shown[1]]


def test_published_slots__of_nobody_are_none_and_of_two_are_refused(host: Consultant, staff: User) -> None:
    unknown = {"consultant": write_id("Consultant", 10**17)}
    assert ask(LIST, unknown, user=staff)["publishedSlots"]["totalCount"] == 0

    both = {"consultant": gid(host), "resource": write_id("Resource", 1)}
    assert code_of(post(LIST, both, user=staff)) == "BAD_USER_INPUT"
    assert code_of(post(LIST, {}, user=staff)) == "BAD_USER_INPUT"


def test_publish__what_is_asked_of_slots_takes_as_many_statements_for_one_as_for_fifty(
    offered: Service, staff: User
) -> None:
    shown = "service { business { name category { name } } consultants { fullName } }"
    document = PUBLISH.replace(SHOWN, shown)
    access_token(staff)  # whoever publishes has logged in before
    counts = []
    place = factories.consultant(offered)
    for week, many in enumerate((1, 3, 50)):
        given = {
            "consultantId": gid(place),
            "serviceId": gid(offered),
            "startsAt": [(EVENING + DAY * (70 * week + n)).isoformat() for n in range(many)],
        }
        with CaptureQueriesContext(connection) as captured:
            found = ask(document, {"input": given}, user=staff)["publishSlots"]
        practice = {"name": offered.business.name, "category": {"name": "Counselling"}}
        told = {"business": practice, "consultants": [{"fullName": place.full_name}]}
        assert found["slots"] == [{"service": told}] * many
        counts.append(len(captured))
    assert counts == [counts[0]] * 3


def test_statements__are_as_many_for_one_slot_as_for_fifty(
    host: Consultant, offered: Service, staff: User
) -> None:
    counts = []
    for many in (1, 3, 50):
        place = factories.consultant(offered)
        given = [(EVENING + DAY * n).isoformat() for n in range(many)]
        made = publish(staff, place, offered, startsAt=given)
        assert made["published"] == many
        with CaptureQueriesContext(connection) as listing:
            assert len(listed(staff, place, first=100)["edges"]) == many
        with CaptureQueriesContext(connection) as looking:
            nodes = ask(
                f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on PublishedSlot {{ {SHOWN} }} }} }}",
                {"ids": [slot["id"] for slot in made["slots"]]},
                user=staff,
            )["nodes"]
        assert nodes == made["slots"]
        for slot in Slot.objects.filter(schedule=place.schedule):
            factories.pending(place, offered, starts_at=slot.starts_at)
        with CaptureQueriesContext(connection) as withdrawing:
            found = withdraw(staff, slotIds=[slot["id"] for slot in made["slots"]])
        assert (found["withdrawn"], len(found["heldBookings"])) == (many, many)
        counts.append([len(captured) for captured in (listing, looking, withdrawing)])
    assert counts == [counts[0]] * 3
