from datetime import timedelta

import pytest
from django.db import transaction

from bookings.slots import services as slots
from bookings.slots.models import Occupation, Slot
from tests import factories
from tests.factories import TEN

HOUR = timedelta(hours=1)


@pytest.fixture
def offered(db):
    return factories.service()


@pytest.fixture
def schedule(offered):
    return factories.consultant(offered).schedule


def take(schedule, offered, start=TEN, **changes):
    given = {
        "schedule": schedule,
        "service_id": offered.pk,
        "starts_at": start,
        "ends_at": start + HOUR,
        "busy_from": start - HOUR,
        "busy_until": start + 2 * HOUR,
        "capacity": 3,
        "seats": 1,
    } | changes
    with transaction.atomic():
        return slots.take(slots.Wanted(**given))


def publish(schedule, **changes):
    given = {"starts_at": TEN, "ends_at": TEN + HOUR, "capacity": 2, "is_published": True} | changes
    return Slot.objects.create(schedule=schedule, **given)


def give_back(slot, seats=1):
    with transaction.atomic():
        slots.give_back(slot_id=slot.pk, seats=seats)


def rows():
    return list(Slot.objects.order_by("pk").values()), list(Occupation.objects.order_by("pk").values())


def test_take__first_holder_fixes_service_and_busy_time(schedule, offered):
    slot = take(schedule, offered)

    assert (slot.service_id, slot.seats_taken, slot.capacity, slot.is_published) == (offered.pk, 1, 3, False)
    occupation = Occupation.objects.get()
    assert (occupation.slot_id, occupation.schedule_id) == (slot.pk, schedule.pk)
    assert (occupation.busy_from, occupation.busy_until) == (TEN - HOUR, TEN + 2 * HOUR)


def test_take__next_holder_takes_a_seat_of_the_same_row_and_no_other_time(schedule, offered):
    first = take(schedule, offered)
    second = take(schedule, offered, seats=2, busy_from=TEN, busy_until=TEN + HOUR)

    assert (second.pk, second.seats_taken) == (first.pk, 3)
    occupation = Occupation.objects.get()
    assert (occupation.busy_from, occupation.busy_until) == (TEN - HOUR, TEN + 2 * HOUR)


@pytest.mark.parametrize("seats", [1, 2])
def test_take__more_seats_than_are_left_are_refused_and_change_nothing(schedule, offered, seats):
    take(schedule, offered, seats=4 - seats)
    before = rows()

    with pytest.raises(slots.Unavailable):
        take(schedule, offered, seats=seats)

    assert rows() == before


def test_take__more_seats_than_the_capacity_leave_no_row(schedule, offered):
    with pytest.raises(slots.Unavailable):
        take(schedule, offered, seats=4)

    assert rows() == ([], [])


def test_take__another_service_is_refused_while_seats_are_taken(schedule, offered):
    other = factories.service(offered.business)
    slot = take(schedule, offered)
    before = rows()

    with pytest.raises(slots.Unavailable):
        take(schedule, other)

    assert rows() == before
    give_back(slot)
    assert take(schedule, other).service_id == other.pk


def test_take__overlapping_time_is_refused_and_changes_nothing(schedule, offered):
    take(schedule, offered)
    before = rows()

    with pytest.raises(slots.Unavailable):
        take(schedule, offered, TEN + 2 * HOUR)

    assert rows() == before


def test_take__touching_time_and_another_schedule_are_free(schedule, offered):
    take(schedule, offered)

    take(schedule, offered, TEN + 3 * HOUR)
    take(factories.consultant(offered).schedule, offered)

    assert Occupation.objects.count() == 3


def test_take__refusal_leaves_the_callers_transaction_usable(schedule, offered):
    take(schedule, offered)

    with transaction.atomic():
        with pytest.raises(slots.Unavailable):
            take(schedule, offered, TEN + HOUR)
        assert Slot.objects.count() == 1


def test_give_back__last_seat_frees_the_time(schedule, offered):
    slot = take(schedule, offered)
    take(schedule, offered)
    give_back(slot)
    assert Occupation.objects.count() == 1

    give_back(slot)

    slot.refresh_from_db()
    assert (slot.seats_taken, slot.service_id, Occupation.objects.count()) == (0, None, 0)
    assert take(schedule, offered, TEN + HOUR).seats_taken == 1


def test_give_back__same_row_serves_again_on_the_next_holders_terms(schedule, offered):
    slot = take(schedule, offered)
    give_back(slot)

    again = take(schedule, offered, ends_at=TEN + 2 * HOUR, capacity=1)

    assert (again.pk, again.ends_at, again.capacity) == (slot.pk, TEN + 2 * HOUR, 1)


@pytest.mark.parametrize("for_any", [True, False])
def test_give_back__what_was_published_stands_again(schedule, offered, for_any):
    meant = None if for_any else offered
    publish(schedule, published_service=meant, service=meant)
    before = rows()

    taken = take(schedule, offered)
    assert (taken.service_id, taken.capacity, taken.seats_taken) == (offered.pk, 2, 1)
    give_back(taken)

    assert rows() == before


def test_give_back__more_than_was_taken_is_refused_by_the_database(schedule, offered):
    slot = take(schedule, offered)

    with pytest.raises(Exception, match=r"slot_seats_within_capacity|seats_taken"):
        give_back(slot, seats=2)

    slot.refresh_from_db()
    assert (slot.seats_taken, Occupation.objects.count()) == (1, 1)
