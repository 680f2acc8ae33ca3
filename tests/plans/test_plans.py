"""How PostgreSQL answers what is asked for most, among a hundred thousand rows: by indexes, and in their order."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import time_machine
from pytest_django import DjangoDbBlocker

from bookings.catalogue.models import Service
from bookings.tasks import SWEEPS
from bookings.worker.sweeps import queue_scheduled_tasks
from tests.factories import NOW
from tests.plans.acts import ACTS, DRAFT, LIST, Act, Scene
from tests.plans.explaining import faults, indexes, statements
from tests.plans.world import LARGE, fill
from tests.schema.client import access_token, ask
from tests.undone import undone

pytestmark = [pytest.mark.prove, pytest.mark.only_on("postgresql"), pytest.mark.django_db]

ROWS = 100_000
CAPPED = Act(
    ACTS["openSlots, computed"].do,
    lambda scene: Service.objects.filter(pk=scene.talk.pk).update(max_per_day=5) and scene.host,
)
KEYED = Act(
    lambda _, given: ask(DRAFT, {"input": {**given, "idempotencyKey": "once"}})["draftBooking"]["booking"][
        "id"
    ],
    ACTS["draftBooking"].ready,
)
ALL: Mapping[str, Act] = {**ACTS, "openSlots, capped": CAPPED, "draftBooking, with a key": KEYED}
CARRIED: Mapping[str, set[str]] = {
    "openSlots, published": {"slot_known", "occupation_by_start"},
    "openSlots, computed": {"slot_known", "occupation_by_start"},
    "openSlots, capped": {"slot_taken_of_a_service"},
    "bookingStatus": {"bookings_booking_acknowledgement_id"},
    "draftBooking": {"bookings_limitwindow_key", "claim_once_per_place"},
    "draftBooking, with a key": {"idempotency_key_once"},
    "verifyBooking": {"bookings_challenge_token_hash", "slot_once_per_schedule_and_start", "slot_known"},
    "bookings, for staff": {"booking_by_creation"},
    "bookings, for a client": {"booking_by_email"},
    "upcoming": {"booking_upcoming"},
    "deadlines": {"booking_due"},
    "completions": {"booking_to_complete"},
    "warnings": {"booking_due", "refund_untold"},
    "reminders": {"booking_to_remind"},
    "outbox": {"outbox_due"},
    "provider_events": {"provider_event_due"},
    "refunds": {"refund_due"},
    "directory": {"bookings_bookingevent_pkey"},
}
"""By which indexes, or what their names begin with, where there is one that is meant for it."""
ONCE_A_MINUTE = {"reconciliation": {"reads bookings_payment to its end"}}
"""Reading all is cheaper than looking up thousands one by one, until payments are many more."""
LISTS: Mapping[str, Mapping[str, Any]] = {
    "newest first": {},
    "oldest first": {"order": "OLDEST"},
    "of a day": {
        "filter": {"startsFrom": "2030-01-07T00:00:00Z", "startsBefore": "2030-01-08T00:00:00Z"},
        "order": "STARTS_LAST",
    },
    "confirmed": {"filter": {"status": ["CONFIRMED"]}},
    "waiting for an answer": {"filter": {"status": ["PENDING"]}},
    "upcoming": {"filter": {"when": "UPCOMING"}, "order": "STARTS_FIRST"},
}


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False), undone():
        scene = Scene()
        fill(scene, ROWS)
        for user in (scene.staff, scene.client):
            access_token(user)
        yield scene


@pytest.fixture
def world(filled: Scene, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    """As it was filled; what a test changes is undone."""
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False), undone():
        yield filled


def wrong(name: str, asked: list[str]) -> list[str]:
    """What is wrong with the plans of what an operation asks."""
    assert asked
    found = [
        f"{fault}: {statement}"
        for statement in asked
        for fault in faults(statement, LARGE)
        if fault not in ONCE_A_MINUTE.get(name, set())
    ]
    used = {index for statement in asked for index in indexes(statement)}
    missing = [each for each in CARRIED.get(name, ()) if not any(index.startswith(each) for index in used)]
    return found + [f"{each} carries nothing of it, but {sorted(used)} do" for each in missing]


@pytest.mark.parametrize("name", ALL)
def test_operation__goes_by_indexes_and_sorts_a_page_at_most(world, name):
    subject = ALL[name].ready(world)

    asked = statements(lambda: ALL[name].do(world, subject))

    assert wrong(name, asked) == []


@pytest.mark.parametrize("name", [*SWEEPS, "schedule"])
def test_sweep__with_nothing_due_goes_by_indexes(world, name):
    job = {**SWEEPS, "schedule": queue_scheduled_tasks}[name]

    asked = statements(lambda: job(NOW))

    assert wrong(name, asked) == []


@pytest.mark.parametrize("name", LISTS)
def test_bookings__of_staff_are_read_a_page_at_a_time(world, name):
    first = ask(LIST, LISTS[name], user=world.staff)["bookings"]
    second = {**LISTS[name], "after": first["pageInfo"]["endCursor"]}

    asked = [
        statement
        for page in (LISTS[name], second)
        for statement in statements(lambda page=page: ask(LIST, page, user=world.staff))
    ]

    assert wrong(name, asked) == []
