"""How many statements each operation takes, exactly: one more is somebody's decision, to be written down here."""

from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import NOW
from tests.plans.acts import ACTS, Scene

pytestmark = pytest.mark.django_db(transaction=True)

COUNTS = {
    "openSlots, published": 3,
    "openSlots, computed": 3,
    "bookingStatus": 1,
    "draftBooking": 15,
    "verifyBooking": 52,
    "approveBooking": 20,
    "startPayment": 32,
    "confirmPayment": 42,
    "cancelBooking": 42,
    "businesses": 2,
    "bookings, for staff": 5,
    "bookings, for a client": 5,
    "bookingCounts, for staff": 5,
    "booking with its story": 7,
}
"""Those that begin and end a transaction, or a part of one, among them; the same on both databases."""


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def test_operations__take_exactly_so_many_statements():
    """The second time: what a process reads once is not the question."""
    scene = Scene()
    found = {}
    for name, act in ACTS.items():
        act.do(scene, act.ready(scene))
        subject = act.ready(scene)
        with CaptureQueriesContext(connection) as captured:
            act.do(scene, subject)
        found[name] = len(captured)

    assert found == COUNTS
