"""The number of statements does not grow with the rows."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.booking.models import Booking
from tests import factories
from tests.factories import NOW
from tests.schema.client import ask, gid

pytestmark = pytest.mark.django_db(transaction=True)

SLOTS = """
query S($service: ID!) {
  openSlots(serviceId: $service, first: 50) {
    totalCount
    edges { node { id startsAt endsAt seatsLeft timezone price { amount currency }
      consultant { id fullName timezone business { name } } service { name business { name } } } }
  }
}
"""
BOOKINGS = """
{ bookings(first: 50) { totalCount edges { node {
  acknowledgementId status statusLabel availableActions { mutation } fullName startsAt price { amount }
  business { name category { name } } service { name price { amount } } consultant { fullName timezone }
  timeline { move fromStatus toStatus } payments { status amount { amount } }
} } } }
"""
STATUS = "query Q($id: String!) { bookingStatus(acknowledgementId: $id) { status statusLabel deadline } }"


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def statements(call: Callable[[], Any]) -> list[str]:
    call()  # what is read once a process (content types, caches) is not the question
    with CaptureQueriesContext(connection) as captured:
        call()
    return [query["sql"] for query in captured.captured_queries]


def bookings(count: int) -> Any:
    service = factories.service(seats=60)
    host = factories.consultant(service)
    for number in range(count):
        booking = factories.pending(host, service)
        if number % 2:
            staff = factories.staff_of(booking.business)
            factories.services.approve(booking_id=booking.pk, viewer=staff, now=NOW)
            factories.services.start_payment(
                booking_id=booking.pk, viewer=factories.client_of(booking), now=NOW
            )
    return factories.staff_of(service.business).user


def test_open_slots__takes_as_many_statements_for_1_3_and_50_consultants() -> None:
    counts = []
    for consultants in (1, 3, 50):
        service = factories.service(horizon=0)
        for _ in range(consultants):
            factories.consultant(service, hours=(9, 10))
        found = ask(SLOTS, {"service": gid(service)})["openSlots"]
        assert (found["totalCount"], len(found["edges"])) == (1, 1)
        counts.append(len(statements(lambda service=service: ask(SLOTS, {"service": gid(service)}))))
    assert counts == [counts[0]] * 3
    assert counts[0] <= 9


def test_bookings__takes_as_many_statements_for_1_3_and_50_rows() -> None:
    counts = []
    for rows in (1, 3, 50):
        staff = bookings(rows)
        found = ask(BOOKINGS, user=staff)["bookings"]
        assert (found["totalCount"], len(found["edges"])) == (rows, rows)
        counts.append(len(statements(lambda staff=staff: ask(BOOKINGS, user=staff))))
    assert counts == [counts[0]] * 3
    assert counts[0] <= 9


def test_booking_status__takes_one_statement_for_1_3_and_50_rows() -> None:
    for rows in (1, 3, 50):
        bookings(rows)
        wanted = Booking.objects.latest("pk").acknowledgement_id
        assert len(statements(lambda wanted=wanted: ask(STATUS, {"id": wanted}))) == 1
