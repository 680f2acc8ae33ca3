"""What raw SQL cannot do either. The same rules on both databases."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from bookings.slots.models import Occupation, Slot
from tests import factories
from tests.factories import TEN

HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def schedule(db):
    return factories.consultant(factories.service()).schedule


def slot_at(schedule, hours=0, **fields):
    start = TEN + hours * HOUR
    return Slot.objects.create(
        **{"schedule": schedule, "starts_at": start, "ends_at": start + HOUR, "capacity": 2} | fields
    )


def occupy(slot, hours=0, length=1, schedule=None):
    """Insert by raw SQL, as somebody at the database's own console would."""
    start = TEN + hours * HOUR
    run(
        "INSERT INTO bookings_occupation (slot_id, schedule_id, busy_from, busy_until) VALUES (%s, %s, %s, %s)",
        slot.pk,
        (schedule or slot.schedule).pk,
        *stored(start, start + length * HOUR),
    )


def stored(*moments):
    """Give instants as the database keeps them."""
    return [connection.ops.adapt_datetimefield_value(moment) for moment in moments]


def run(sql, *parameters):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.rowcount


@pytest.mark.parametrize(("hours", "length"), [(0, 1), (-1, 1.5), (0.5, 0.25), (0.99, 1), (-1, 5)])
def test_occupation__that_overlaps_is_refused_on_insert(schedule, hours, length):
    occupy(slot_at(schedule))

    with pytest.raises(IntegrityError, match="occupation_never_overlaps"):
        occupy(slot_at(schedule, 5), hours, length)

    assert Occupation.objects.count() == 1


@pytest.mark.parametrize(("hours", "length"), [(1, 1), (-1, 1), (24, 1)])
def test_occupation__that_touches_is_admitted(schedule, hours, length):
    occupy(slot_at(schedule))

    occupy(slot_at(schedule, 5), hours, length)

    assert Occupation.objects.count() == 2


def test_occupation__of_another_schedule_is_admitted(schedule):
    other = factories.consultant(factories.service()).schedule
    slot = slot_at(schedule)

    occupy(slot)
    occupy(slot, schedule=other)

    assert Occupation.objects.count() == 2


def test_occupation__that_comes_to_overlap_is_refused_on_update(schedule):
    other = factories.consultant(factories.service()).schedule
    first, second, third = slot_at(schedule), slot_at(schedule, 1), slot_at(other)
    occupy(first)
    occupy(second, 1)
    occupy(third)

    with pytest.raises(IntegrityError, match="occupation_never_overlaps"):
        run(
            "UPDATE bookings_occupation SET busy_from = %s WHERE slot_id = %s",
            *stored(TEN + 0.5 * HOUR),
            second.pk,
        )
    with pytest.raises(IntegrityError, match="occupation_never_overlaps"):
        run(
            "UPDATE bookings_occupation SET schedule_id = %s WHERE slot_id = %s",
            schedule.pk,
            third.pk,
        )
    longer = run(
        "UPDATE bookings_occupation SET busy_until = %s WHERE slot_id = %s",
        *stored(TEN + 3 * HOUR),
        second.pk,
    )

    assert longer == 1


def test_occupation__that_ends_before_it_begins_is_refused(schedule):
    with pytest.raises(IntegrityError):
        occupy(slot_at(schedule), 0, -1)


@pytest.mark.parametrize("seats", [3, -1])
def test_slot__seat_too_many_and_negative_seats_are_refused(schedule, seats):
    slot = slot_at(schedule)

    with pytest.raises(IntegrityError):
        run("UPDATE bookings_slot SET seats_taken = %s, holders = 1 WHERE id = %s", seats, slot.pk)
    with pytest.raises(IntegrityError):
        run(
            "UPDATE bookings_slot SET seats_taken = seats_taken + %s, holders = 1 WHERE id = %s",
            seats,
            slot.pk,
        )

    assert run("UPDATE bookings_slot SET seats_taken = 2, holders = 1 WHERE id = %s", slot.pk) == 1


@pytest.mark.parametrize(("seats", "holders"), [(1, 0), (1, 2), (0, 1), (2, -1)])
def test_slot__as_many_bookings_hold_it_as_can_hold_its_seats(schedule, seats, holders):
    slot = slot_at(schedule)

    with pytest.raises(IntegrityError):
        run("UPDATE bookings_slot SET seats_taken = %s, holders = %s WHERE id = %s", seats, holders, slot.pk)


def test_slot__capacity_below_the_seats_taken_is_refused(schedule):
    slot = slot_at(schedule, seats_taken=2, holders=2)

    with pytest.raises(IntegrityError):
        run("UPDATE bookings_slot SET capacity = 1 WHERE id = %s", slot.pk)


def test_slot__one_row_per_schedule_and_start(schedule):
    slot_at(schedule)

    with pytest.raises(IntegrityError), transaction.atomic():
        slot_at(schedule)
