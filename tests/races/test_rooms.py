"""Consultant and room are held together or not at all, whoever comes first: on PostgreSQL, with a connection each."""

from datetime import timedelta

import pytest

from bookings.booking import services
from bookings.booking.models import Booking
from bookings.resources.models import Resource
from bookings.schedules.models import Schedule
from bookings.slots.models import Occupation
from tests import factories
from tests.factories import NOW, TEN
from tests.invariants import check_invariants
from tests.races.steps import queue_up
from tests.races.threads import race

pytestmark = [pytest.mark.only_on("postgresql"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def offered(transactional_db):
    return factories.service(holds="BOTH")


def room(offered, capacity=1):
    schedule = Schedule.objects.create(business=offered.business, timezone="UTC", follows_business=True)
    made = Resource.objects.create(
        business=offered.business, schedule=schedule, name="Room", capacity=capacity
    )
    made.services.add(offered)
    return made


def verifiers(hosts, offered, start=TEN):
    proofs = [factories.passed(factories.draft(host, offered, starts_at=start)) for host in hosts]
    return [lambda proof=proof: services.verify(passed=proof, now=NOW).booking.pk for proof in proofs]


def test_two_consultants_and_one_room__one_wins_and_the_other_holds_nothing(offered):
    hosts = [factories.consultant(offered) for _ in range(2)]
    only = room(offered)

    for number in range(6):
        start = TEN + timedelta(hours=number)

        run = race(verifiers(hosts, offered, start))

        assert run.accidents == []
        assert run.refusals == ["SLOT_UNAVAILABLE"]
        winner = Booking.objects.get(pk=run.results[0])
        taken = Occupation.objects.filter(slot__starts_at=start).values_list("schedule", flat=True)
        assert set(taken) == {winner.consultant.schedule_id, only.schedule_id}
    check_invariants()


def test_twenty_at_once_for_two_rooms__two_win_and_each_has_a_room_of_its_own(offered):
    hosts = [factories.consultant(offered) for _ in range(5)]
    rooms = [room(offered) for _ in range(2)]

    run = race(verifiers([hosts[place % 5] for place in range(20)], offered))

    assert run.accidents == []
    won = Booking.objects.filter(pk__in=run.results)
    assert len(won) == 2
    assert {booking.resource_id for booking in won} == {one.pk for one in rooms}
    assert len({booking.consultant_id for booking in won}) == 2
    assert Occupation.objects.count() == 4
    check_invariants()


def test_consultants_cross_rooms__nobody_waits_for_ever(offered):
    """Two move into each other's room at once: neither is free, so both stay as they were."""
    hosts = [factories.consultant(offered) for _ in range(2)]
    rooms = [room(offered) for _ in range(2)]
    staff = factories.staff_of(offered.business)
    made = [factories.pending(host, offered) for host in hosts]
    assert [booking.resource for booking in made] == rooms

    run = race(
        [
            lambda pk=booking.pk, to=to.pk: services.reassign(
                booking_id=pk, viewer=staff, resource_id=to, now=NOW
            )
            for booking, to in zip(made, reversed(rooms), strict=True)
        ]
    )

    assert run.accidents == []
    assert run.refusals == ["SLOT_UNAVAILABLE"] * 2
    assert [Booking.objects.get(pk=booking.pk).resource for booking in made] == rooms
    check_invariants()


def test_room__is_held_by_whoever_is_first_again_once_the_others_of_a_group_let_go(monkeypatch):
    offered = factories.service(holds="BOTH", seats=2)
    host, only = factories.consultant(offered), room(offered, capacity=2)
    leaving = factories.pending(host, offered)
    (joining,) = verifiers([host], offered)
    staff = factories.staff_of(offered.business)

    run = queue_up(
        monkeypatch,
        slow=lambda: services.reject(booking_id=leaving.pk, viewer=staff, reason="Away", now=NOW),
        at="bookings.slots.services.give_back",
        after=True,
        behind=[joining],
    )

    assert run.accidents == []
    assert Booking.objects.get(pk=run.results[1]).resource == only
    assert set(Occupation.objects.values_list("schedule", flat=True)) == {host.schedule_id, only.schedule_id}
    check_invariants()
