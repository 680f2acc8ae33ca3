"""Many at once want one seat: on PostgreSQL, with a connection each."""

from datetime import timedelta
from statistics import median

import pytest
from django.db import connection, transaction

from bookings.booking import services
from bookings.booking.guards import BOOKING_EVENT
from bookings.booking.models import Booking
from bookings.booking.states import Status
from bookings.common.guards import install
from bookings.schedules import selectors as schedules
from bookings.schedules.models import Schedule
from bookings.slots import services as slots
from bookings.slots.guards import OCCUPATION
from bookings.slots.models import Occupation, Slot
from tests import factories
from tests.factories import NOW, TEN
from tests.invariants import check_invariants
from tests.races.threads import race

pytestmark = [pytest.mark.only_on("postgresql"), pytest.mark.django_db(transaction=True)]

RUNNERS = 50
LONGEST_ROUND = 8.0
"""Seconds, on a machine that does other things too; with deadlocks a round took up to 42."""


def starts(count):
    """That many starts of the default practice, eight a day."""
    return [TEN + timedelta(days=place // 7, hours=place % 7) for place in range(count)]


def verifiers(drafts):
    """For each draft somebody who has passed its challenge and now verifies."""
    proofs = [factories.passed(draft) for draft in drafts]
    return [lambda proof=proof: services.verify(passed=proof, now=NOW).booking.pk for proof in proofs]


@pytest.mark.parametrize("rounds", [3, pytest.param(20, marks=pytest.mark.prove)])
def test_fifty_for_one_seat__one_is_pending_each_round_and_the_others_are_refused(rounds):
    offered = factories.service()
    host = factories.consultant(offered)
    seconds = []

    for start in starts(rounds):
        drafts = [factories.draft(host, offered, starts_at=start) for _ in range(RUNNERS)]

        run = race(verifiers(drafts))

        assert run.accidents == []
        assert len(run.results) == 1
        assert run.refusals == ["SLOT_UNAVAILABLE"] * (RUNNERS - 1)
        seconds.append(run.seconds)
        statuses = dict(Booking.objects.filter(starts_at=start).values_list("pk", "status"))
        assert statuses.pop(run.results[0]) == Status.PENDING
        assert set(statuses.values()) == {Status.DRAFT}
    assert Occupation.objects.count() == rounds
    assert median(seconds) < LONGEST_ROUND
    check_invariants()


def test_fifty_for_times_that_overlap__no_two_of_them_are_held():
    offered = factories.service(step=15, buffer_before=15, buffer_after=15)
    host = factories.consultant(offered)
    drafts = [
        factories.draft(host, offered, starts_at=TEN + timedelta(minutes=15 * (place % 9)))
        for place in range(RUNNERS)
    ]

    run = race(verifiers(drafts))

    assert run.accidents == []
    assert len(run.results) >= 1
    assert set(run.refusals) == {"SLOT_UNAVAILABLE"}
    assert run.seconds < LONGEST_ROUND
    check_invariants()


def test_group_slot__last_seats_go_to_as_many_as_there_are():
    offered = factories.service(seats=5)
    host = factories.consultant(offered)
    factories.pending(host, offered, seats=2)
    drafts = [factories.draft(host, offered) for _ in range(20)]

    run = race(verifiers(drafts))

    assert run.accidents == []
    assert len(run.results) == 3
    assert run.refusals == ["SLOT_UNAVAILABLE"] * 17
    assert Slot.objects.get().seats_taken == 5
    check_invariants()


def test_group_slot__first_holders_at_once_share_one_row():
    offered = factories.service(seats=10)
    host = factories.consultant(offered)
    drafts = [factories.draft(host, offered) for _ in range(10)]

    run = race(verifiers(drafts))

    assert run.accidents == []
    assert len(run.results) == 10
    assert Slot.objects.get().seats_taken == 10
    check_invariants()


@pytest.fixture
def without_guards(monkeypatch):
    """Take away what keeps seats apart: the schedule's lock, the slot's, the condition, the constraints."""

    def look_only(schedule_ids):
        return list(Schedule.objects.filter(pk__in=set(schedule_ids)).order_by("pk"))

    def unlocked_row(wanted):
        return Slot.objects.get(schedule=wanted.schedule, starts_at=wanted.starts_at)

    def add_without_looking(slot, wanted):
        slot.seats_taken += wanted.seats
        slot.holders += 1
        slot.save(update_fields=["seats_taken", "holders"])

    monkeypatch.setattr(schedules, "lock", look_only)
    monkeypatch.setattr(slots, "_locked_row", unlocked_row)
    monkeypatch.setattr(slots, "_count", add_without_looking)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE bookings_occupation DROP CONSTRAINT occupation_never_overlaps")
        cursor.execute(
            "ALTER TABLE bookings_occupation DROP CONSTRAINT occupation_once_per_slot_and_schedule"
        )
    yield
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM bookings_occupation")
        cursor.execute(
            "ALTER TABLE bookings_occupation ADD CONSTRAINT occupation_once_per_slot_and_schedule"
            " UNIQUE (slot_id, schedule_id)"
        )
    install([OCCUPATION, BOOKING_EVENT])


def test_negative_control__without_lock_condition_and_constraint_several_win_one_seat(without_guards):
    offered = factories.service()
    host = factories.consultant(offered)
    most = 0
    for start in starts(5):
        Slot.objects.create(
            schedule=host.schedule, starts_at=start, ends_at=start + timedelta(hours=1), is_published=True
        )
        drafts = [factories.draft(host, offered, starts_at=start) for _ in range(RUNNERS)]

        most = max(most, len(race(verifiers(drafts)).results))
        if most > 1:
            break

    assert most > 1, "the race does not show, so the proof above proves nothing"
    with pytest.raises(AssertionError, match="overlap"):
        check_invariants()


def test_negative_control__leaves_the_guards_as_they_were():
    """Stands after the control in this file; on its own it holds as well."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE conrelid = 'bookings_occupation'::regclass")
        present = {name for (name,) in cursor.fetchall()}

    assert {"occupation_never_overlaps", "occupation_once_per_slot_and_schedule"} <= present
    assert schedules.lock.__module__ == "bookings.schedules.selectors"
    assert slots._count.__module__ == slots._locked_row.__module__ == "bookings.slots.services"
