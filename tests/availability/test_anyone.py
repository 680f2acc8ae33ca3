"""Anyone will do: the least loaded of those who are free is picked when time is taken. And rooms beside people."""

import pytest

from bookings.booking import services as booking
from bookings.resources.models import Resource
from bookings.schedules.models import Schedule, TimeOff
from bookings.slots import publishing
from bookings.slots.models import Occupation, Slot
from bookings.slots.planning import Times
from bookings.slots.publishing import Offer
from tests import factories
from tests.availability.practice import DAY, HOUR, change, hold, listed
from tests.factories import NOW, TEN
from tests.witness import refusal


@pytest.fixture
def offered(db):
    return factories.service()


@pytest.fixture
def hosts(offered):
    """Three consultants, the oldest first."""
    return [factories.consultant(offered) for _ in range(3)]


def load(host, *starts):
    """Sessions of another service."""
    other = factories.service(host.business)
    host.services.add(other)
    for start in starts:
        hold(other, host, start)


def who(held, hosts):
    return [host.schedule_id for host in hosts].index(held.slot.schedule_id)


def room(offered, **fields):
    schedule = Schedule.objects.create(business=offered.business, timezone="UTC", follows_business=True)
    made = Resource.objects.create(
        **{"business": offered.business, "schedule": schedule, "name": "Room", **fields}
    )
    made.services.add(offered)
    return made


# Who is picked


def test_anyone__is_listed_once_and_held_as_often_as_there_are_hosts(offered, hosts):
    assert listed(offered).count(TEN) == 1

    assert {who(hold(offered), hosts) for _ in hosts} == {0, 1, 2}

    assert TEN not in listed(offered)
    assert refusal(hold, offered=offered).code == "SLOT_UNAVAILABLE"


def test_anyone__is_whoever_has_least_on_the_day(offered, hosts):
    load(hosts[0], TEN + 2 * HOUR)
    load(hosts[1], TEN + 2 * HOUR, TEN + 3 * HOUR)
    load(hosts[2], TEN + DAY, TEN + 2 * DAY, TEN + 3 * DAY)

    assert who(hold(offered), hosts) == 2


def test_anyone__with_equal_days_is_whoever_has_least_in_the_week(offered, hosts):
    load(hosts[0], TEN + DAY, TEN + 2 * DAY)
    load(hosts[1], TEN + DAY)
    load(hosts[2], TEN + DAY, TEN + 2 * DAY)

    assert who(hold(offered), hosts) == 1


def test_anyone__next_weeks_sessions_are_no_load(offered, hosts):
    load(hosts[0], TEN + DAY)
    load(hosts[1], TEN + 7 * DAY, TEN + 8 * DAY)
    load(hosts[2], TEN + 2 * DAY)

    assert who(hold(offered), hosts) == 1


def test_anyone__with_equal_load_is_the_older(offered, hosts):
    assert who(hold(offered), hosts) == 0


def test_anyone__least_loaded_who_is_not_free_is_passed_over(offered, hosts):
    load(hosts[1], TEN + HOUR)
    TimeOff.objects.create(schedule=hosts[0].schedule, starts_at=TEN, ends_at=TEN + HOUR)
    load(hosts[2], TEN)

    assert who(hold(offered), hosts) == 1


def test_anyone__group_that_has_begun_fills_first(offered, hosts):
    change(offered, seats=2)
    load(hosts[2], TEN + HOUR, TEN + 2 * HOUR)
    hold(offered, hosts[2])

    assert who(hold(offered), hosts) == 2
    assert who(hold(offered), hosts) == 0


def test_anyone__draft_is_nobodys_until_it_is_verified(offered, hosts):
    draft = factories.draft(hosts[0], offered, consultant_id=None)
    assert (draft.consultant_id, draft.slot_id) == (None, None)
    load(hosts[0], TEN)

    made = booking.verify(passed=factories.passed(draft), now=NOW).booking

    assert made.consultant == hosts[1]
    assert made.slot.schedule_id == hosts[1].schedule_id


def test_anyone__who_left_meanwhile_is_not_picked(offered, hosts):
    draft = factories.draft(hosts[0], offered, consultant_id=None)
    change(hosts[0], is_active=False)
    hosts[1].services.remove(offered)

    assert booking.verify(passed=factories.passed(draft), now=NOW).booking.consultant == hosts[2]


# A consultant and a room


@pytest.fixture
def with_room(offered):
    change(offered, holds="BOTH")
    return offered


def test_room__is_held_with_the_consultant(with_room, hosts):
    place = room(with_room)

    made = factories.pending(hosts[0], with_room)

    assert made.resource == place
    busy = Occupation.objects.filter(slot=made.slot).values_list("schedule", flat=True)
    assert set(busy) == {hosts[0].schedule_id, place.schedule_id}
    assert TEN not in listed(with_room, hosts[1])


def test_room__without_one_nobody_is_held(with_room, hosts):
    room(with_room)
    draft = factories.draft(hosts[1], with_room)
    hold(with_room, hosts[0])

    error = refusal(booking.verify, passed=factories.passed(draft), now=NOW)

    assert error.code == "SLOT_UNAVAILABLE"
    assert not Occupation.objects.filter(schedule=hosts[1].schedule).exists()
    assert Occupation.objects.count() == 2


def test_room__second_one_is_taken_while_the_first_is_busy(with_room, hosts):
    rooms = [room(with_room), room(with_room)]

    made = [factories.pending(host, with_room) for host in hosts[:2]]

    assert [one.resource for one in made] == rooms
    assert TEN not in listed(with_room)


@pytest.mark.parametrize("fields", [{"is_available": False}, {"is_active": False}, {"capacity": 1}])
def test_room__out_of_use_or_too_small_is_none(with_room, hosts, fields):
    change(with_room, seats=2)
    room(with_room, **{"capacity": 2, **fields})

    assert listed(with_room, hosts[0]) == []


@pytest.mark.parametrize("how", ["for any service", "before the service had fewer seats"])
def test_room__takes_no_more_people_than_it_was_chosen_for_whatever_is_published(with_room, hosts, how):
    staff = factories.staff_of(with_room.business)
    own = how != "for any service"
    change(with_room, seats=5 if own else 1)
    large = room(with_room, capacity=5)
    offer = Offer(Times(instants=[TEN]), service_id=with_room.pk if own else None, minutes=60, seats=5)
    publishing.publish(host=hosts[0], offer=offer, viewer=staff, now=NOW)
    change(with_room, seats=1)
    change(large, capacity=1)

    factories.pending(hosts[0], with_room)

    assert TEN not in listed(with_room, hosts[0])
    assert refusal(hold, offered=with_room, host=hosts[0]).code == "SLOT_UNAVAILABLE"
    staff_insist = {"how": booking.Creation(override=True), "viewer": staff, "now": NOW}
    another = factories.request_for(hosts[0], with_room)
    assert refusal(booking.create, request=another, **staff_insist).code == "SLOT_UNAVAILABLE"
    assert Slot.objects.get().seats_taken == 1


def test_room__that_was_made_smaller_than_its_session_takes_nobody_else(offered):
    change(offered, holds="RESOURCE", seats=3)
    place = room(offered, capacity=3)
    factories.pending(place, offered)

    Resource.objects.filter(pk=place.pk).update(capacity=1)

    assert listed(offered) == []
    assert refusal(factories.draft, host=place, offered=offered).code == "SLOT_UNAVAILABLE"


def test_room__cancelling_frees_both(with_room, hosts):
    room(with_room)
    made = factories.pending(hosts[0], with_room)

    booking.cancel_as(booking_id=made.pk, viewer=factories.staff_of(with_room.business), now=NOW)

    assert not Occupation.objects.exists()
    assert TEN in listed(with_room, hosts[0])
    assert TEN in listed(with_room, hosts[1])


def test_room__can_be_changed_for_another(with_room, hosts):
    first, second = room(with_room), room(with_room)
    made = factories.pending(hosts[0], with_room)
    staff = factories.staff_of(with_room.business)

    moved = booking.reassign(booking_id=made.pk, viewer=staff, resource_id=second.pk, now=NOW)

    assert (moved.resource, moved.consultant, moved.starts_at) == (second, hosts[0], TEN)
    assert not Occupation.objects.filter(schedule=first.schedule).exists()
    assert Occupation.objects.filter(schedule=second.schedule).count() == 1


def test_room__that_is_busy_cannot_be_had_and_nothing_changes(with_room, hosts):
    rooms = [room(with_room), room(with_room)]
    made = [factories.pending(host, with_room) for host in hosts[:2]]
    before = list(Occupation.objects.order_by("schedule").values())

    error = refusal(
        booking.reassign,
        booking_id=made[0].pk,
        viewer=factories.staff_of(with_room.business),
        resource_id=rooms[1].pk,
        now=NOW,
    )

    assert error.code == "SLOT_UNAVAILABLE"
    after = list(Occupation.objects.order_by("schedule").values())
    assert [{**row, "id": 0} for row in after] == [{**row, "id": 0} for row in before]
