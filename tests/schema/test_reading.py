"""What inputs mean: a slot's id and what stands beside it, a key, and the instant at which it is judged."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from bookings.accounts.models import User
from bookings.availability.services import TimeTaken
from bookings.booking.models import Booking
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from schema.common.errors import UserError
from schema.common.inputs import write_id
from tests import factories
from tests.factories import NOW, TEN
from tests.schema.client import ask, gid

pytestmark = pytest.mark.django_db

DRAFT = """
mutation ($input: DraftBookingInput!) {
  draftBooking(input: $input) { booking { id } errors { code field } }
}
"""
SLOTS = """
query ($service: ID!, $consultant: ID) {
  openSlots(serviceId: $service, consultantId: $consultant, first: 1) { edges { node { id startsAt } } }
}
"""


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def service(db: None) -> Service:
    return factories.service()


@pytest.fixture
def host(service: Service) -> Consultant:
    return factories.consultant(service)


def slot(service: Service, host: Consultant | None = None) -> dict[str, Any]:
    """The first that is open, with somebody or with anyone."""
    variables = {"service": gid(service), "consultant": gid(host) if host else None}
    return dict(ask(SLOTS, variables)["openSlots"]["edges"][0]["node"])


def drafted(**fields: Any) -> Any:
    given = {"email": "ana@example.org", "fullName": "Ana", "consent": True, **fields}
    payload = ask(DRAFT, {"input": given})["draftBooking"]
    return payload["errors"]


def test_draft__takes_what_says_the_same_as_the_slot(service: Service, host: Consultant) -> None:
    given = slot(service, host)
    assert (
        drafted(
            slotId=given["id"],
            serviceId=gid(service),
            consultantId=gid(host),
            startsAt=given["startsAt"].replace("Z", "+00:00"),
        )
        == []
    )
    booking = Booking.objects.get()
    assert (booking.service, booking.consultant) == (service, host)


def test_draft__refuses_another_start_than_the_slots(service: Service, host: Consultant) -> None:
    other = (TEN + timedelta(days=1)).isoformat()
    assert drafted(slotId=slot(service, host)["id"], startsAt=other) == [
        {"code": "VALIDATION_FAILED", "field": ["startsAt"]}
    ]
    assert not Booking.objects.exists()


def test_draft__refuses_another_service_than_the_slots(service: Service, host: Consultant) -> None:
    other = factories.service()
    assert drafted(slotId=slot(service, host)["id"], serviceId=gid(other)) == [
        {"code": "VALIDATION_FAILED", "field": ["serviceId"]}
    ]


def test_draft__refuses_another_consultant_than_the_slots(service: Service, host: Consultant) -> None:
    other = factories.consultant(service)
    assert drafted(slotId=slot(service, host)["id"], consultantId=gid(other)) == [
        {"code": "VALIDATION_FAILED", "field": ["consultantId"]}
    ]


def test_draft__refuses_somebody_beside_a_slot_with_anyone(service: Service, host: Consultant) -> None:
    assert drafted(slotId=slot(service)["id"], consultantId=gid(host)) == [
        {"code": "VALIDATION_FAILED", "field": ["consultantId"]}
    ]
    assert drafted(slotId=slot(service)["id"]) == []


def test_draft__refuses_a_resource_beside_a_consultants_slot(service: Service, host: Consultant) -> None:
    room = factories.resource(service)
    assert drafted(slotId=slot(service, host)["id"], resourceId=gid(room)) == [
        {"code": "VALIDATION_FAILED", "field": ["resourceId"]}
    ]


def test_draft__finds_no_slot_of_a_calendar_that_is_not_there(service: Service, host: Consultant) -> None:
    unknown = write_id("Slot", f"{service.pk}.999999.{int(TEN.timestamp()) // 60}")
    assert drafted(slotId=unknown) == [{"code": "NOT_FOUND", "field": ["slotId"]}]


SAVE = """
mutation ($input: SaveServiceInput!) { saveService(input: $input) { service { id } errors { code } } }
"""


def saved(owner: User, **fields: Any) -> Any:
    return ask(SAVE, {"input": {"idempotencyKey": "k", **fields}}, user=owner)["saveService"]


@pytest.mark.parametrize("later", ["", None])
def test_key__is_not_good_for_an_empty_value_that_was_left_out_before(later: str | None) -> None:
    place = factories.business()
    given = {"businessId": gid(place), "name": "Talk", "durationMinutes": 30}

    first = saved(place.owner, **given)
    again = saved(place.owner, **given)
    other = saved(place.owner, **given, description=later)

    assert first["errors"] == []
    assert again == first
    assert other == {"service": None, "errors": [{"code": "IDEMPOTENCY_MISMATCH"}]}
    assert Service.objects.count() == 1


def test_refusal__suggests_times_after_the_instant_of_the_request(service: Service, host: Consultant) -> None:
    late = NOW + timedelta(days=2)
    with pytest.raises(TimeTaken) as refused:
        factories.draft(host, service, starts_at=TEN + timedelta(hours=12))

    suggested = UserError.of(refused.value, now=late).suggested_slots()

    assert len(suggested) == 3
    assert min(slot.starts_at for slot in suggested) > late
