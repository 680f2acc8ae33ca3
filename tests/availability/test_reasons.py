"""Every reason can be met, and each is given beside the others that apply."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from bookings.availability.reasons import Reason
from bookings.businesses.models import ClosedDay
from bookings.schedules.models import DateOverride, TimeOff
from bookings.slots.models import Slot
from tests import factories
from tests.availability.practice import DAY, HOUR, change, hold, listed, weekly, why
from tests.factories import NOW, TEN
from tests.witness import refusal


@dataclass
class Place:
    """An hour on the hour, nine to five, and what is asked about it."""

    offered: Any
    host: Any
    start: Any = TEN
    now: Any = NOW
    seats: int = 1
    more: dict[str, Any] = field(default_factory=dict)

    def asked(self):
        return why(self.offered, self.host, self.start, now=self.now, seats=self.seats)


@pytest.fixture
def place(db):
    offered = factories.service()
    return Place(offered, factories.consultant(offered))


def another(place, **fields):
    other = factories.service(place.offered.business, **fields)
    place.host.services.add(other)
    return other


def in_the_past(place):
    place.now = TEN + timedelta(seconds=1)


def too_short_notice(place):
    place.now = TEN - timedelta(minutes=30) + timedelta(seconds=1)


def beyond_horizon(place):
    place.start = TEN + 61 * DAY


def not_offered(place):
    change(place.host, is_active=False)


def outside_hours(place):
    weekly(place.host, (0, 11, 17))


def practice_closed(place):
    ClosedDay.objects.create(business=place.offered.business, date=TEN.date())


def time_off(place):
    TimeOff.objects.create(schedule=place.host.schedule, starts_at=TEN + HOUR / 2, ends_at=TEN + HOUR)


def not_on_step(place):
    place.start = TEN + timedelta(minutes=5)


def time_taken(place):
    hold(another(place, duration=30, step=30), place.host, TEN + HOUR / 2)


def published_slot_in_the_way(place):
    publish(place, TEN + HOUR / 2)


def other_service(place):
    publish(place, TEN, service=another(place))


def other_length(place):
    publish(place, TEN, minutes=45)


def not_enough_seats(place):
    place.seats = 2


def calendar_day_full(place):
    change(place.host.schedule, max_per_day=1)
    hold(another(place), place.host, TEN + 3 * HOUR)


def calendar_week_full(place):
    hold(another(place), place.host, TEN + 6 * DAY)
    change(place.host.schedule, max_per_week=1)


def service_day_full(place):
    change(place.offered, max_per_day=1)
    hold(place.offered, factories.consultant(place.offered), TEN + 3 * HOUR)


def service_week_full(place):
    change(place.offered, max_per_week=1)
    hold(place.offered, factories.consultant(place.offered), TEN + 6 * DAY)


def no_room(place):
    change(place.offered, holds="BOTH")


def publish(place, start, *, minutes=60, service=None):
    Slot.objects.create(
        schedule=place.host.schedule,
        starts_at=start,
        ends_at=start + timedelta(minutes=minutes),
        service=service,
        published_service=service,
        is_published=True,
    )


ALONE = [
    in_the_past,
    too_short_notice,
    beyond_horizon,
    not_offered,
    outside_hours,
    practice_closed,
    time_off,
    not_on_step,
    time_taken,
    published_slot_in_the_way,
    other_service,
    other_length,
    not_enough_seats,
    calendar_day_full,
    calendar_week_full,
    service_day_full,
    service_week_full,
    no_room,
]
BESIDE = {
    "OTHER_SERVICE": {"PUBLISHED_SLOT_IN_THE_WAY"},
    "OTHER_LENGTH": {"PUBLISHED_SLOT_IN_THE_WAY"},
}
"""A published slot of another service or length stands in the way of a computed start as well."""


@pytest.mark.parametrize("arrange", ALONE)
def test_explain__names_the_one_rule_that_stands_against_a_start(place, arrange):
    expected = arrange.__name__.upper()
    assert place.asked() == []

    arrange(place)

    assert set(place.asked()) == {expected} | BESIDE.get(expected, set())
    if place.seats == 1:
        error = refusal(hold, offered=place.offered, host=place.host, start=place.start, now=place.now)
        assert error.code == "SLOT_UNAVAILABLE"
        span = {"since": place.start, "until": place.start + timedelta(seconds=1), "now": place.now}
        assert listed(place.offered, place.host, **span) == []


def test_reasons__are_all_proven_here():
    assert {arrange.__name__.upper() for arrange in ALONE} == set(Reason.values)


def test_explain__gives_every_rule_that_applies(place):
    time_taken(place)
    change(place.host.schedule, max_per_week=1)
    for arrange in (outside_hours, practice_closed, time_off, too_short_notice):
        arrange(place)
    change(place.offered, holds="BOTH")

    assert place.asked() == [
        "TOO_SHORT_NOTICE",
        "OUTSIDE_HOURS",
        "PRACTICE_CLOSED",
        "TIME_OFF",
        "TIME_TAKEN",
        "CALENDAR_WEEK_FULL",
        "NO_ROOM",
    ]


def test_explain__of_a_session_that_fills_asks_for_its_seats_and_hours(place):
    change(place.offered, seats=2)
    hold(place.offered, place.host)
    assert place.asked() == []

    place.seats = 2
    DateOverride.objects.create(schedule=place.host.schedule, date=TEN.date())

    assert place.asked() == ["OUTSIDE_HOURS", "NOT_ENOUGH_SEATS"]


def test_explain__of_anyone_is_open_while_somebody_is_free(place):
    second = factories.consultant(place.offered)
    place.host = None
    hold(place.offered)
    assert place.asked() == []

    TimeOff.objects.create(schedule=second.schedule, starts_at=TEN, ends_at=TEN + HOUR)

    assert place.asked() == ["TIME_OFF", "NOT_ENOUGH_SEATS"]


def test_explain__between_two_seconds_nothing_starts(place):
    place.start = TEN + timedelta(microseconds=1)

    assert "NOT_ON_STEP" in place.asked()


def test_explain__of_a_published_session_that_fills_time_off_stands_against_it(place):
    change(place.offered, seats=3)
    publish(place, TEN)
    Slot.objects.update(capacity=3)
    hold(place.offered, place.host)
    assert place.asked() == []

    time_off(place)

    assert place.asked() == ["TIME_OFF"]
    assert TEN not in listed(place.offered, place.host)
    assert refusal(hold, offered=place.offered, host=place.host).code == "SLOT_UNAVAILABLE"
