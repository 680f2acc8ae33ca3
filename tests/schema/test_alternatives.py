"""The starts that a practice proposes when it declines: who reads them, and what that costs."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from bookings.booking import services
from bookings.booking.models import Booking
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from tests import factories
from tests.factories import NOW, TEN
from tests.schema.client import ask, gid
from tests.schema.test_statements import statements

pytestmark = pytest.mark.django_db

REJECT = """
mutation ($input: RejectBookingInput!) {
  rejectBooking(input: $input) { booking { status alternatives } errors { code } }
}
"""
ONE = "query ($id: ID!) { booking(by: {id: $id}) { alternatives } }"
DRAFT = """
mutation ($input: DraftBookingInput!) {
  draftBooking(input: $input) { booking { status alternatives } errors { code } }
}
"""
LIST = "{ bookings(first: 50) { edges { node { alternatives timeline { move } } } } }"
OTHERS = [TEN + timedelta(days=days) for days in (2, 1)]
WRITTEN = ["2030-01-09T10:00:00Z", "2030-01-08T10:00:00Z"]


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def service(db: None) -> Service:
    return factories.service(seats=9)


@pytest.fixture
def host(service: Service) -> Consultant:
    return factories.consultant(service)


def declined(host: Consultant, service: Service, **fields: Any) -> Booking:
    return decline(factories.pending(host, service), **fields)


def decline(booking: Booking, **fields: Any) -> Booking:
    viewer = factories.staff_of(booking.business)
    return services.reject(booking_id=booking.pk, viewer=viewer, reason="Away.", now=NOW, **fields)


def seen(booking: Booking) -> Any:
    user = factories.user(booking.email)
    return ask(ONE, {"id": gid(booking)}, user=user)["booking"]["alternatives"]


def test_alternatives__are_those_that_the_practice_proposed_in_its_order(
    host: Consultant, service: Service
) -> None:
    booking = factories.pending(host, service)
    given = {"bookingId": gid(booking), "reason": "Away.", "alternatives": [at.isoformat() for at in OTHERS]}

    answer = ask(REJECT, {"input": given}, user=service.business.owner)["rejectBooking"]

    assert answer == {"booking": {"status": "REJECTED", "alternatives": WRITTEN}, "errors": []}
    assert seen(booking) == WRITTEN


def test_alternatives__are_none_before_and_without_a_proposal(host: Consultant, service: Service) -> None:
    assert seen(factories.pending(host, service)) == []
    assert seen(declined(host, service)) == []


def test_alternatives__are_null_for_a_stranger(host: Consultant, service: Service) -> None:
    given = {
        "serviceId": gid(service),
        "startsAt": TEN.isoformat(),
        "email": "ana@example.org",
        "fullName": "Ana",
        "consent": True,
        "idempotencyKey": "k",
    }
    ask(DRAFT, {"input": given})
    booking = Booking.objects.get()
    services.verify(passed=factories.passed(booking), now=NOW)
    decline(booking, alternatives=OTHERS)

    again = ask(DRAFT, {"input": given})["draftBooking"]

    assert again == {"booking": {"status": "REJECTED", "alternatives": None}, "errors": []}
    assert seen(booking) == WRITTEN


def test_alternatives__of_a_list_take_no_statement_a_row(host: Consultant, service: Service) -> None:
    staff, counts = factories.staff_of(service.business).user, []
    for more in (1, 4):
        for _ in range(more):
            declined(host, service, alternatives=OTHERS)
        found = ask(LIST, user=staff)["bookings"]["edges"]
        assert [edge["node"]["alternatives"] for edge in found] == [WRITTEN] * len(found)
        assert all(edge["node"]["timeline"] for edge in found)
        counts.append(len(statements(lambda: ask(LIST, user=staff))))
    assert counts[0] == counts[1]
