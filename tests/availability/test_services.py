"""Listing and booking ask the same engine, with what the database holds."""

from datetime import timedelta

import pytest
from django.db import transaction

from bookings.availability import selectors, services
from bookings.availability.hosts import Hosts
from bookings.common.errors import ErrorCode
from bookings.slots.models import Occupation, Slot
from tests import factories
from tests.factories import NOW, TEN
from tests.witness import refusal

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def offered(db):
    return factories.service()


@pytest.fixture
def schedule(offered):
    return factories.consultant(offered).schedule


def hosts(*schedules):
    return Hosts(schedules)


def listed(schedule, offered, *, since=NOW, until=NOW + DAY, now=NOW, **changes):
    found = selectors.openings(
        terms=selectors.terms_of(offered, **changes), hosts=hosts(schedule), since=since, until=until, now=now
    )
    return [selectors.moment(opening.start) for opening in found]


def hold(schedule, offered, start=TEN, *, now=NOW, **changes):
    with transaction.atomic():
        return services.hold(
            terms=selectors.terms_of(offered, **changes), hosts=hosts(schedule), start=start, now=now
        ).slot


def test_openings__what_is_listed_can_be_held_and_is_listed_no_more(schedule, offered):
    starts = listed(schedule, offered)
    assert len(starts) == 8

    for start in starts:
        hold(schedule, offered, start)
        assert start not in listed(schedule, offered)

    assert listed(schedule, offered) == []


@pytest.mark.parametrize(
    "start", [TEN - HOUR * 2, TEN + timedelta(minutes=1), TEN + HOUR * 7, TEN - DAY, TEN + DAY * 61]
)
def test_hold__what_is_not_listed_is_refused(schedule, offered, start):
    assert start not in listed(schedule, offered, since=start, until=start + HOUR)

    assert refusal(hold, schedule=schedule, offered=offered, start=start).code == ErrorCode.SLOT_UNAVAILABLE
    assert not Slot.objects.exists()


def test_hold__after_60_60_at_ten_the_next_60_60_is_at_thirteen(schedule, offered):
    type(offered).objects.update(buffer_before=60, buffer_after=60)
    offered.refresh_from_db()
    hold(schedule, offered)

    occupation = Occupation.objects.get()
    assert (occupation.busy_from, occupation.busy_until) == (TEN - HOUR, TEN + 2 * HOUR)
    assert listed(schedule, offered)[0] == TEN + 3 * HOUR
    error = refusal(hold, schedule=schedule, offered=offered, start=TEN + 2 * HOUR)
    assert error.code == ErrorCode.SLOT_UNAVAILABLE
    hold(schedule, offered, TEN + 3 * HOUR)


def test_hold__day_long_buffers_reach_as_far_as_they_say(schedule, offered):
    type(offered).objects.update(buffer_before=1440, buffer_after=1440, duration=480, step=480)
    offered.refresh_from_db()
    nine = TEN - HOUR
    hold(schedule, offered, nine)

    starts = listed(schedule, offered, until=NOW + 7 * DAY)

    assert starts == [nine + 3 * DAY, nine + 4 * DAY, nine + 5 * DAY, nine + 6 * DAY]
    long_session = factories.service(
        offered.business, duration=1440, buffer_before=1440, buffer_after=1440, step=1440
    )
    around = factories.consultant(long_session, hours=(0, 24)).schedule
    first = (NOW + DAY).replace(hour=0)
    hold(around, long_session, first)
    free = listed(around, long_session, since=first, until=first + 7 * DAY)
    assert free == [first + 3 * DAY, first + 4 * DAY, first + 5 * DAY, first + 6 * DAY]
    for days in (1, 2):
        assert listed(around, long_session, since=first + days * DAY, until=first + 3 * DAY) == []
    back = listed(around, long_session, since=NOW, until=first + DAY)
    assert back == []


def test_hold__of_a_published_slot_uses_its_row(schedule, offered):
    start = TEN + 10 * HOUR + timedelta(minutes=17)
    slot = Slot.objects.create(
        schedule=schedule, starts_at=start, ends_at=start + HOUR, capacity=4, is_published=True
    )
    assert start in listed(schedule, offered)

    held = hold(schedule, offered, start)

    assert (held.pk, held.capacity, held.seats_taken, held.service_id) == (slot.pk, 4, 1, offered.pk)
    assert start in listed(schedule, offered)
    other = factories.service(offered.business)
    assert start not in listed(schedule, other)


def test_openings__empty_unpublished_row_is_as_if_it_were_not_there(schedule, offered):
    Slot.objects.create(schedule=schedule, starts_at=TEN, ends_at=TEN + HOUR / 2, capacity=9)

    assert TEN in listed(schedule, offered)
    assert hold(schedule, offered).capacity == 1


def test_openings__of_several_schedules_come_by_start_and_take_as_many_statements_as_of_one(
    schedule, offered, django_assert_num_queries
):
    others = [factories.consultant(offered).schedule for _ in range(4)]
    terms = selectors.terms_of(offered)
    span = {"since": NOW, "until": NOW + DAY, "now": NOW}

    with django_assert_num_queries(1):
        one = selectors.openings(terms=terms, hosts=hosts(schedule), **span)
    with django_assert_num_queries(1):
        all_of_them = selectors.openings(terms=terms, hosts=hosts(schedule, *others), **span)

    assert len(all_of_them) == 5 * len(one)
    assert [opening.start for opening in all_of_them] == sorted(opening.start for opening in all_of_them)


def test_time_taken__proposes_up_to_three_next_open_times(schedule, offered):
    for hours in (0, 1, 3):
        hold(schedule, offered, TEN + hours * HOUR)

    error = refusal(hold, schedule=schedule, offered=offered)

    proposed = [selectors.moment(opening.start) for opening in error.suggestions(now=NOW)]
    assert proposed == [TEN + 2 * HOUR, TEN + 4 * HOUR, TEN + 5 * HOUR]


def test_hold__hours_of_another_zone_are_that_zones(offered):
    schedule = factories.consultant(offered, zone="America/New_York").schedule

    assert listed(schedule, offered)[0] == TEN.replace(hour=14)


@pytest.mark.parametrize("passing", [0, 1])
def test_hold__notice_is_kept_to_the_microsecond(schedule, offered, passing):
    now = TEN - timedelta(minutes=30) + timedelta(microseconds=passing)

    if passing:
        error = refusal(hold, schedule=schedule, offered=offered, now=now)
        assert error.code == ErrorCode.SLOT_UNAVAILABLE
    else:
        assert hold(schedule, offered, now=now).seats_taken == 1
