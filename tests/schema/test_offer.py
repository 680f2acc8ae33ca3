"""Changing what a practice offers through the API: who may, what is answered, and once."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.businesses.models import Business, OpeningHours
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.resources.models import Resource
from bookings.schedules.models import DateOverride
from bookings.slots.models import Slot
from tests import factories
from tests.booking import shapes
from tests.factories import NOW, TEN
from tests.schema.client import ask, code_of, gid, post
from tests.schema.test_statements import statements
from tests.witness import everything

pytestmark = pytest.mark.django_db(transaction=True)

SAVE_SERVICE = """
mutation ($input: SaveServiceInput!) { saveService(input: $input) {
  service {
    name description isActive durationMinutes maxDurationMinutes stepMinutes bufferBeforeMinutes bufferAfterMinutes
    noticeMinutes horizonDays maxPerDay maxPerWeek seats holds locationKind paymentPolicy needsApproval
    price { amount currency } consultants { id } resources { id }
    depositPercent taxRate refundTiers { noticeMinutes percent } reminderMinutes
  }
  errors { code field }
} }
"""
SAVE_CONSULTANT = """
mutation ($input: SaveConsultantInput!) { saveConsultant(input: $input) {
  consultant { slug fullName specialisation bio isActive timezone maxPerDay maxPerWeek services { id } }
  errors { code field }
} }
"""
SAVE_RESOURCE = """
mutation ($input: SaveResourceInput!) { saveResource(input: $input) {
  resource { name description capacity isAvailable timezone services { id } }
  errors { code field }
} }
"""
TOUCHED = """
  touchedCount touchedBookings {
    booking { id status startsAt service { name } consultant { fullName } resource { name } }
    suggestedSlots { startsAt }
  }
  errors { code field }
"""
DELETE_RESOURCE = f"""
mutation ($input: DeleteResourceInput!) {{ deleteResource(input: $input) {{ deletedId {TOUCHED} }} }}
"""
SHIFT_CONSULTANT = (
    f"mutation ($input: SaveConsultantInput!) {{ saveConsultant(input: $input) {{ {TOUCHED} }} }}"
)
SHIFT_RESOURCE = f"mutation ($input: SaveResourceInput!) {{ saveResource(input: $input) {{ {TOUCHED} }} }}"
NODE = "query ($id: ID!) { node(id: $id) { id } }"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def place(db: None) -> Business:
    return factories.business(timezone="Europe/Warsaw")


def errors(answer: dict[str, Any]) -> list[tuple[str, list[str] | None]]:
    (payload,) = answer.values()
    return [(error["code"], error["field"]) for error in payload["errors"]]


@pytest.mark.parametrize("wrong", ["Consultant", "nonsense", ""])
def test_save_service__id_of_something_else_is_no_id_of_a_service(place: Business, wrong: str) -> None:
    person = factories.consultant(factories.service(place))
    given = {"id": gid(person) if wrong == "Consultant" else wrong, "name": "Chat"}

    body = post(SAVE_SERVICE, {"input": given}, user=place.owner)

    assert code_of(body) == "BAD_USER_INPUT"


def test_links__of_another_practice_are_not_found_by_their_field(place: Business) -> None:
    mine, foreign = factories.service(place), factories.service()
    person, stranger = factories.consultant(mine), factories.consultant(foreign)
    room, strange_room = shapes.room(place), shapes.room(foreign.business)
    post("{ __typename }", user=place.owner)
    rows = everything()

    for document, given, field in (
        (SAVE_SERVICE, {"id": gid(mine), "consultantIds": [gid(person), gid(stranger)]}, "consultantIds"),
        (SAVE_SERVICE, {"id": gid(mine), "resourceIds": [gid(strange_room)]}, "resourceIds"),
        (SAVE_CONSULTANT, {"id": gid(person), "serviceIds": [gid(foreign)]}, "serviceIds"),
        (SAVE_RESOURCE, {"id": gid(room), "serviceIds": [gid(mine), gid(foreign)]}, "serviceIds"),
    ):
        assert errors(ask(document, {"input": given}, user=place.owner)) == [("NOT_FOUND", [field])]
    assert everything() == rows


WHOLE_SERVICE = {
    "name": "Massage", "description": "Of the back.", "isActive": True, "durationMinutes": 45,
    "maxDurationMinutes": 90, "stepMinutes": 15, "bufferBeforeMinutes": 5, "bufferAfterMinutes": 10,
    "noticeMinutes": 120, "horizonDays": 30, "maxPerDay": 4, "maxPerWeek": 12, "seats": 3, "holds": "BOTH",
    "locationKind": "IN_PERSON", "paymentPolicy": "EITHER", "needsApproval": False,
    "depositPercent": 30, "taxRate": "8.500", "refundTiers": [
        {"noticeMinutes": 2880, "percent": 100}, {"noticeMinutes": 60, "percent": 0},
    ], "reminderMinutes": [2880, 30],
}  # fmt: skip


def test_save_service__reads_back_as_it_was_written(place: Business) -> None:
    person, room = factories.consultant(factories.service(place)), shapes.room(place)
    links = {"consultantIds": [gid(person)], "resourceIds": [gid(room)]}
    given = {**WHOLE_SERVICE, "price": "120.5", "businessId": gid(place), **links}

    answer = ask(SAVE_SERVICE, {"input": given}, user=place.owner)["saveService"]

    assert answer == {
        "service": {
            **WHOLE_SERVICE,
            "price": {"amount": "120.50", "currency": "EUR"},
            "consultants": [{"id": gid(person)}],
            "resources": [{"id": gid(room)}],
        },
        "errors": [],
    }


def test_save_service__null_clears_and_what_is_left_out_stays(place: Business) -> None:
    own = {"deposit_percent": 20, "tax_rate": 5, "refund_tiers": [], "reminders": []}
    service = factories.service(place, max_duration=90, max_per_day=3, max_per_week=9, **own)
    person = factories.consultant(service)
    given = {"id": gid(service), "maxDurationMinutes": None, "maxPerDay": None, "consultantIds": None}
    given |= {"depositPercent": None, "taxRate": None, "refundTiers": None, "reminderMinutes": None}

    saved = ask(SAVE_SERVICE, {"input": given}, user=place.owner)["saveService"]["service"]

    assert (saved["maxDurationMinutes"], saved["maxPerDay"], saved["maxPerWeek"]) == (None, None, 9)
    assert saved["consultants"] == [{"id": gid(person)}]
    assert (saved["depositPercent"], saved["taxRate"]) == (None, "0.000")
    assert [tier["percent"] for tier in saved["refundTiers"]] == [100, 50]
    assert saved["reminderMinutes"] == [1440, 60]
    service.refresh_from_db()
    assert (service.tax_rate, service.refund_tiers) == (None, None)
    refused = ask(SAVE_SERVICE, {"input": {"id": gid(service), "name": None}}, user=place.owner)
    assert errors(refused) == [("VALIDATION_FAILED", ["name"])]


@pytest.mark.parametrize(
    ("document", "given", "field"),
    [
        (SAVE_SERVICE, {"durationMinutes": 0}, "durationMinutes"),
        (SAVE_SERVICE, {"maxDurationMinutes": 59}, "maxDurationMinutes"),
        (SAVE_SERVICE, {"stepMinutes": 0}, "stepMinutes"),
        (SAVE_SERVICE, {"bufferBeforeMinutes": -1}, "bufferBeforeMinutes"),
        (SAVE_SERVICE, {"bufferAfterMinutes": 1441}, "bufferAfterMinutes"),
        (SAVE_SERVICE, {"noticeMinutes": -1}, "noticeMinutes"),
        (SAVE_SERVICE, {"horizonDays": 731}, "horizonDays"),
        (SAVE_SERVICE, {"maxPerDay": 0}, "maxPerDay"),
        (SAVE_SERVICE, {"maxPerWeek": 0}, "maxPerWeek"),
        (SAVE_SERVICE, {"seats": 0}, "seats"),
        (SAVE_SERVICE, {"price": "0.001"}, "price"),
        (SAVE_SERVICE, {"price": "-1"}, "price"),
        (SAVE_SERVICE, {"name": ""}, "name"),
        (SAVE_SERVICE, {"isActive": None}, "isActive"),
        (SAVE_SERVICE, {"needsApproval": None}, "needsApproval"),
        (SAVE_SERVICE, {"holds": None}, "holds"),
        (SAVE_SERVICE, {"reminderMinutes": [0]}, "reminderMinutes"),
        (SAVE_SERVICE, {"reminderMinutes": [60, 60]}, "reminderMinutes"),
        (SAVE_SERVICE, {"reminderMinutes": [30 * 24 * 60 + 1]}, "reminderMinutes"),
        (SAVE_SERVICE, {"reminderMinutes": [1, 2, 3, 4, 5, 6]}, "reminderMinutes"),
        (SAVE_CONSULTANT, {"fullName": ""}, "fullName"),
        (SAVE_CONSULTANT, {"slug": "not a slug"}, "slug"),
        (SAVE_CONSULTANT, {"timezone": "Europe/Atlantis"}, "timezone"),
        (SAVE_CONSULTANT, {"maxPerDay": 0}, "maxPerDay"),
        (SAVE_CONSULTANT, {"maxPerWeek": 0}, "maxPerWeek"),
        (SAVE_RESOURCE, {"name": ""}, "name"),
        (SAVE_RESOURCE, {"capacity": 0}, "capacity"),
        (SAVE_RESOURCE, {"timezone": "Mars"}, "timezone"),
        (SAVE_RESOURCE, {"isAvailable": None}, "isAvailable"),
    ],
)
def test_bad_value__is_answered_with_the_inputs_own_name(
    place: Business, document: str, given: dict[str, Any], field: str
) -> None:
    service = factories.service(place)
    rows = {
        SAVE_SERVICE: service,
        SAVE_CONSULTANT: factories.consultant(service),
        SAVE_RESOURCE: shapes.room(place),
    }

    answer = ask(document, {"input": {"id": gid(rows[document]), **given}}, user=place.owner)

    assert errors(answer) == [("VALIDATION_FAILED", [field])]


@pytest.mark.parametrize(
    ("column", "value"), [("holds", "NOBODY"), ("durationMinutes", 2**31), ("price", "much")]
)
def test_save_service__value_that_is_of_no_such_type_is_refused_before_anything_is_done(
    place: Business, column: str, value: Any
) -> None:
    body = post(SAVE_SERVICE, {"input": {"businessId": gid(place), column: value}}, user=place.owner)

    assert body["errors"]
    assert not Service.objects.exists()


def test_names__of_people_stay_text_wherever_they_are_read(place: Business) -> None:
    room = ask(SAVE_RESOURCE, {"input": {"businessId": gid(place), "name": SCRIPT}}, user=place.owner)
    person = ask(
        SAVE_CONSULTANT,
        {"input": {"businessId": gid(place), "fullName": SCRIPT, "bio": SCRIPT}},
        user=place.owner,
    )

    assert room["saveResource"]["resource"]["name"] == SCRIPT
    found = person["saveConsultant"]["consultant"]
    assert (found["fullName"], found["bio"], found["slug"]) == (SCRIPT, SCRIPT, "scriptalert1script")


def test_save_consultant__new_one_can_be_booked_once_hours_and_services_are_there(place: Business) -> None:
    service = factories.service(place)
    given = {
        "businessId": gid(place), "fullName": "Mira Novak", "maxPerDay": 4, "serviceIds": [gid(service)],
    }  # fmt: skip

    answer = ask(SAVE_CONSULTANT, {"input": given}, user=place.owner)["saveConsultant"]

    assert answer["errors"] == []
    assert answer["consultant"] == {
        "slug": "mira-novak", "fullName": "Mira Novak", "specialisation": "", "bio": "", "isActive": True,
        "timezone": "Europe/Warsaw", "maxPerDay": 4, "maxPerWeek": None, "services": [{"id": gid(service)}],
    }  # fmt: skip


def test_save__same_key_adds_one_and_another_input_under_it_is_refused(place: Business) -> None:
    for document, given, model in (
        (SAVE_SERVICE, {"name": "Talk", "durationMinutes": 30, "price": "10.00"}, Service),
        (SAVE_CONSULTANT, {"fullName": "Mira Novak"}, Consultant),
        (SAVE_RESOURCE, {"name": "Room 1"}, Resource),
    ):
        variables = {"input": {**given, "businessId": gid(place), "idempotencyKey": "k"}}
        first = ask(document, variables, user=place.owner)
        again = ask(document, variables, user=place.owner)
        variables["input"]["description" if model is not Consultant else "bio"] = "Other."
        other = ask(document, variables, user=place.owner)

        assert errors(first) == []
        assert again == first
        assert errors(other) == [("IDEMPOTENCY_MISMATCH", ["idempotencyKey"])]
        assert model._default_manager.count() == 1


def test_delete_resource__answers_the_same_whether_it_was_ever_offered_or_not(place: Business) -> None:
    empty, offered = shapes.room(place), shapes.room(place)
    Slot.objects.create(schedule=offered.schedule, starts_at=TEN, ends_at=TEN + timedelta(hours=1))

    for room in (empty, offered):
        answer = ask(DELETE_RESOURCE, {"input": {"id": gid(room)}}, user=place.owner)["deleteResource"]
        assert answer == {"deletedId": gid(room), "touchedCount": 0, "touchedBookings": [], "errors": []}
        assert ask(NODE, {"id": gid(room)}, user=place.owner) == {"node": None}
        again = ask(DELETE_RESOURCE, {"input": {"id": gid(room)}}, user=place.owner)
        assert errors(again) == [("NOT_FOUND", ["id"])]


def ids(payload: dict[str, Any]) -> list[str]:
    return [row["booking"]["id"] for row in payload["touchedBookings"]]


def test_save_consultant__lists_what_another_zone_or_being_out_of_use_touches(place: Business) -> None:
    service = factories.service(place)
    host = factories.consultant(service)
    timed = [
        factories.pending(host, service, starts_at=start) for start in (TEN, TEN + timedelta(hours=5))
    ]  # fmt: skip
    wish = shapes.pending(service, wish=shapes.MORNING, consultant_id=host.pk)
    factories.pending(factories.consultant(service), service)
    kept = frozenset({"Consultant", "Schedule"})
    rows = everything(without=kept)

    def save(**given: Any) -> dict[str, Any]:
        answer = ask(SHIFT_CONSULTANT, {"input": {"id": gid(host), **given}}, user=place.owner)
        payload: dict[str, Any] = answer["saveConsultant"]
        assert (payload["errors"], payload["touchedCount"]) == ([], len(payload["touchedBookings"]))
        return payload

    assert ids(save(bio="New.", isActive=True, maxPerDay=1)) == []
    shifted = save(timezone="Asia/Tokyo", maxPerDay=None)  # 9 to 17 there is 0 to 8 in UTC
    assert ids(shifted) == [gid(booking) for booking in timed]
    assert shifted["touchedBookings"][0]["suggestedSlots"][0] == {"startsAt": "2030-01-08T00:00:00Z"}
    assert ids(save(timezone="UTC")) == []
    gone = save(isActive=False)
    assert ids(gone) == [gid(booking) for booking in (*timed, wish)]
    assert gone["touchedBookings"][2]["suggestedSlots"] == []  # a wish has no start to go on from
    assert ids(save(isActive=False, timezone="Asia/Tokyo")) == ids(gone)
    after = everything(without=kept)
    for table in ("Booking", "BookingEvent", "Slot", "Occupation", "Payment", "OutboxMessage"):
        assert after[table] == rows[table]


def test_save_resource__lists_what_another_zone_or_being_out_of_use_touches(place: Business) -> None:
    room = booked(place, 2)
    OpeningHours.objects.create(business=place, weekday=0, opens=9 * 60, closes=17 * 60)
    DateOverride.objects.create(schedule=room.schedule, date=TEN.date(), opens=9 * 60, closes=17 * 60)
    named = {"id": gid(room)}

    answers = [
        ask(SHIFT_RESOURCE, {"input": {**named, **given}}, user=place.owner)["saveResource"]
        for given in (
            {"name": "Den"},
            {"timezone": "Asia/Tokyo"},
            {"timezone": "UTC"},
            {"isAvailable": False},
        )
    ]

    assert [answer["touchedCount"] for answer in answers] == [0, 2, 0, 2]
    assert ids(answers[1]) == ids(answers[3]) == [gid(row) for row in room.bookings.order_by("starts_at")]


def test_save_consultant__under_a_used_key_lists_them_again(place: Business) -> None:
    service = factories.service(place)
    host = factories.consultant(service)
    booking = factories.pending(host, service)
    given = {"input": {"id": gid(host), "isActive": False, "idempotencyKey": "k"}}

    first, again = (ask(SHIFT_CONSULTANT, given, user=place.owner) for _ in range(2))

    assert first == again
    assert ids(again["saveConsultant"]) == [gid(booking)]


def test_save_service__what_it_holds_is_fixed_once_it_was_asked_for(place: Business) -> None:
    service = factories.service(place)
    factories.draft(factories.consultant(service), service)

    answer = ask(SAVE_SERVICE, {"input": {"id": gid(service), "holds": "BOTH"}}, user=place.owner)

    assert errors(answer) == [("VALIDATION_FAILED", ["holds"])]


def test_save_resource__room_for_what_is_published_stays(place: Business) -> None:
    room = shapes.room(place, capacity=5)
    Slot.objects.create(
        schedule=room.schedule, starts_at=TEN, ends_at=TEN + timedelta(hours=1), capacity=5, is_published=True
    )

    answer = ask(SAVE_RESOURCE, {"input": {"id": gid(room), "capacity": 4}}, user=place.owner)

    assert errors(answer) == [("VALIDATION_FAILED", ["capacity"])]


def booked(place: Business, count: int) -> Resource:
    service = factories.service(place, holds=Service.Holds.RESOURCE, notice=0)
    room = shapes.room(place, service)
    for number in range(count):
        shapes.pending(service, starts_at=TEN + timedelta(hours=number), resource_id=room.pk)
    return room


def test_delete_resource__lists_the_bookings_that_still_count_on_it(place: Business) -> None:
    room = booked(place, 2)
    wanted = list(room.bookings.order_by("starts_at"))
    rows = everything(without=frozenset({"Resource"}))

    answer = ask(DELETE_RESOURCE, {"input": {"id": gid(room)}}, user=place.owner)["deleteResource"]

    assert ids(answer) == [gid(booking) for booking in wanted]
    assert {row["booking"]["status"] for row in answer["touchedBookings"]} == {"PENDING"}
    assert answer["touchedCount"] == 2
    after = everything(without=frozenset({"Resource"}))
    for table in ("Booking", "BookingEvent", "Slot", "Occupation", "Payment", "OutboxMessage"):
        assert after[table] == rows[table]


def test_delete_resource__takes_as_many_statements_for_1_and_3_bookings(place: Business) -> None:
    ask(DELETE_RESOURCE, {"input": {"id": gid(booked(place, 1))}}, user=place.owner)
    counts = []
    for count in (1, 3):
        variables = {"input": {"id": gid(booked(place, count))}}
        with CaptureQueriesContext(connection) as captured:
            ask(DELETE_RESOURCE, variables, user=place.owner)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_save_service__takes_as_many_statements_for_1_and_3_links(place: Business) -> None:
    service = factories.service(place)
    people = [factories.consultant(factories.service(place)) for _ in range(3)]
    rooms = [shapes.room(place) for _ in range(3)]
    counts = []
    for count in (1, 3):
        given = {
            "id": gid(service),
            "consultantIds": [gid(person) for person in people[:count]],
            "resourceIds": [gid(room) for room in rooms[:count]],
        }
        counts.append(
            len(statements(lambda given=given: ask(SAVE_SERVICE, {"input": given}, user=place.owner)))
        )
    assert counts[0] == counts[1]
