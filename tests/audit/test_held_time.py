"""Time and seats that do not agree are found."""

from datetime import timedelta

import pytest
from django.db import connection

from bookings.common import guards
from bookings.guards import GUARDS
from bookings.slots.models import Occupation, Slot
from tests import factories
from tests.audit.faults import change, drop, guard_of, run, wrong
from tests.booking import shapes
from tests.factories import TEN

HOUR = timedelta(hours=1)


def second_occupation(slot, schedule, busy_from, busy_until) -> Occupation:
    """A taken slot uses another schedule as well, as a session in a room does."""
    return Occupation.objects.create(slot=slot, schedule=schedule, busy_from=busy_from, busy_until=busy_until)


@pytest.fixture
def room(world):
    return factories.consultant(world.pending.service).schedule


def test_overlapping_occupations__are_found(world, room):
    first, second = world.pending, world.approved
    drop(guard_of("bookings_occupation"))
    second_occupation(first.slot, room, first.starts_at, second.starts_at + HOUR / 2)
    inner = second_occupation(second.slot, room, second.starts_at, second.ends_at)
    planted = ("overlapping_occupations", (inner.pk,))
    if connection.vendor == "sqlite":  # PostgreSQL's constraint cannot be put back over such rows
        guards.install(GUARDS)
        assert wrong() == dict([planted])

    assert planted in wrong().items()
    assert set(wrong()) <= {"overlapping_occupations", "missing_guards"}


def test_overlapping_occupations__one_that_clashes_with_an_earlier_but_one_is_found(world, room):
    first, second, third = world.pending, world.approved, world.free
    drop(guard_of("bookings_occupation"))
    second_occupation(first.slot, room, first.starts_at, third.ends_at)
    clashing = [
        second_occupation(other.slot, room, other.starts_at, other.ends_at) for other in (second, third)
    ]

    assert wrong()["overlapping_occupations"] == tuple(occupation.pk for occupation in clashing)


def test_overlapping_occupations__touching_ones_are_none(world, room):
    first, second = world.pending, world.approved
    second_occupation(first.slot, room, first.starts_at, second.starts_at)
    second_occupation(second.slot, room, second.starts_at, second.ends_at)

    assert wrong() == {}


def test_taken_slots_without_occupation__are_found(world):
    Occupation.objects.get(slot=world.pending.slot).delete()

    assert wrong() == {"taken_slots_without_occupation": (world.pending.slot_id,)}


def test_occupations_without_taken_seats__are_found(world):
    start = TEN + timedelta(days=40)
    slot = Slot.objects.create(schedule=world.host.schedule, starts_at=start, ends_at=start + HOUR)
    left = Occupation.objects.create(
        slot=slot, schedule=slot.schedule, busy_from=start, busy_until=start + HOUR
    )

    assert wrong() == {"occupations_without_taken_seats": (left.pk,)}


def test_occupations_short_of_their_session__are_found(world):
    occupation = Occupation.objects.get(slot=world.pending.slot)
    change(occupation, busy_from=occupation.busy_from + timedelta(minutes=1))

    assert wrong() == {"occupations_short_of_their_session": (occupation.pk,)}


@pytest.mark.parametrize(
    ("seats_taken", "holders"),
    [(1, 1), (2, 2), (3, 1), (3, 3)],  # there are two bookings, of one seat and of two
)
def test_miscounted_slots__are_found(world, seats_taken, holders):
    change(world.in_group[0].slot, seats_taken=seats_taken, holders=holders)

    assert wrong() == {"miscounted_slots": (world.in_group[0].slot_id,)}


def test_bookings_beside_their_slot__other_time_is_found(world):
    booking = world.pending
    change(booking, starts_at=booking.starts_at + HOUR, ends_at=booking.ends_at + HOUR)

    assert wrong() == {"bookings_beside_their_slot": (booking.pk,)}


def test_bookings_beside_their_slot__other_service_and_other_consultant_are_found(world):
    change(world.pending, service=world.free.service)
    change(world.approved, consultant=factories.consultant(world.approved.service))

    assert wrong() == {"bookings_beside_their_slot": (world.pending.pk, world.approved.pk)}


def test_bookings_beside_their_slot__one_that_gave_its_time_back_is_found(world):
    change(world.rejected, slot=world.pending.slot)

    assert wrong() == {"bookings_beside_their_slot": (world.rejected.pk,)}


@pytest.mark.only_on("postgresql")
def test_miscounted_slots__more_than_there_are_is_found(world):
    run("ALTER TABLE bookings_slot DROP CONSTRAINT slot_seats_within_capacity")
    change(world.in_group[0].slot, capacity=2)

    assert wrong() == {
        "miscounted_slots": (world.in_group[0].slot_id,),
        "missing_constraints": ("slot_seats_within_capacity",),
    }


@pytest.mark.parametrize("shape", shapes.SHAPES)
def test_checks__find_nothing_in_what_the_services_make(db, shape):
    make = shapes.SHAPES[shape]
    make(shapes.draft)
    make(shapes.pending)

    assert wrong() == {}


def test_bookings_beside_their_slot__room_of_another_schedule_is_found(db):
    booking = shapes.of_a_room(shapes.pending)
    change(booking, resource=shapes.room(booking.business, booking.service))

    assert wrong() == {"bookings_beside_their_slot": (booking.pk,)}


def test_bookings_beside_their_slot__neither_person_nor_thing_is_found(db):
    person, thing = shapes.with_anyone(shapes.pending), shapes.of_a_room(shapes.pending)
    change(person, consultant=None)
    change(thing, resource=None)

    assert wrong() == {"bookings_beside_their_slot": (person.pk, thing.pk)}


def test_bookings_beside_their_slot__room_that_is_not_kept_with_its_consultant_is_found(db):
    let_go, swapped = shapes.in_a_room(shapes.pending), shapes.in_a_room(shapes.pending)
    Occupation.objects.get(slot=let_go.slot, schedule=let_go.resource.schedule).delete()
    change(swapped, resource=shapes.room(swapped.business, swapped.service))

    assert wrong() == {"bookings_beside_their_slot": (let_go.pk, swapped.pk)}


def test_bookings_beside_their_slot__wish_with_a_slot_of_somebody_else_is_found(world):
    wish = shapes.wish_for_a_consultant(shapes.pending)
    change(wish, slot=world.pending.slot)

    assert wrong()["bookings_beside_their_slot"] == (wish.pk,)
