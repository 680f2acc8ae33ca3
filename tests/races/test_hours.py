"""Hours change while time is taken, and while somebody else changes them."""

from datetime import timedelta

import pytest

from bookings.accounts.viewer import Viewer
from bookings.booking import services as booking_services
from bookings.booking.states import Status
from bookings.booking.touched import touched
from bookings.businesses import services as businesses
from bookings.businesses.intervals import DayHours, Interval
from bookings.businesses.models import OpeningHours
from bookings.schedules import services
from bookings.schedules.models import TimeOff, WeeklyHours
from tests import factories
from tests.factories import NOW, TEN
from tests.races.steps import queue_up
from tests.races.threads import race

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 8


def test_time_off__lists_the_booking_that_was_a_moment_faster_or_keeps_it_out():
    offered = factories.service()
    host = factories.consultant(offered)
    owner = Viewer(user=offered.business.owner)
    for number in range(ROUNDS):
        start = TEN + timedelta(days=number)
        draft = factories.draft(host, offered, starts_at=start)
        proof = factories.passed(draft)

        def take_off(start=start):
            services.add_time_off(
                schedule_id=host.schedule_id,
                time=services.Instants(start, start + timedelta(hours=1)),
                viewer=owner,
                now=NOW,
            )
            return touched(schedule_ids=[host.schedule_id], now=NOW).bookings

        outcome = race([take_off, lambda proof=proof: booking_services.verify(passed=proof, now=NOW)])

        assert outcome.accidents == []
        draft.refresh_from_db()
        assert (draft in outcome.ends[0]) == (draft.status == Status.PENDING)


@pytest.mark.only_on("postgresql")
def test_hours__taken_away_wait_for_whoever_has_looked_and_is_about_to_take(monkeypatch):
    offered = factories.service()
    host = factories.consultant(offered)
    owner = Viewer(user=offered.business.owner)
    draft = factories.draft(host, offered)
    proof = factories.passed(draft)

    def close():
        services.set_weekly_hours(schedule_id=host.schedule_id, week=[], viewer=owner)
        return touched(schedule_ids=[host.schedule_id], now=NOW).bookings

    run = queue_up(
        monkeypatch,
        slow=lambda: booking_services.verify(passed=proof, now=NOW),
        at="bookings.availability.services._take",
        behind=[close],
    )

    assert (run.accidents, run.refusals) == ([], [])
    assert run.ends[1] == [draft]


def test_hours__set_by_several_at_once_are_one_of_their_weeks():
    offered = factories.service()
    host = factories.consultant(offered)
    owner = Viewer(user=offered.business.owner)
    weeks = [
        [DayHours(day, [Interval(60 * opens, 60 * opens + 90)]) for day in range(7)] for opens in range(6)
    ]

    weekly = race(
        [
            lambda week=week: services.set_weekly_hours(schedule_id=host.schedule_id, week=week, viewer=owner)
            for week in weeks
        ]
    )
    opening = race(
        [
            lambda week=week: businesses.set_opening_hours(
                business_id=offered.business_id, week=week, viewer=owner
            )
            for week in weeks
        ]
    )

    assert weekly.accidents == opening.accidents == []
    for kind in (WeeklyHours, OpeningHours):
        assert kind.objects.count() == 7
        assert len(set(kind.objects.values_list("opens", flat=True))) == 1


def test_time_off__asked_for_twice_at_once_is_one_row():
    host = factories.consultant(factories.service())
    owner = Viewer(user=host.business.owner)
    time = services.Instants(TEN, TEN + timedelta(hours=1))

    outcome = race(
        [lambda: services.add_time_off(schedule_id=host.schedule_id, time=time, viewer=owner, now=NOW)] * 4
    )

    assert outcome.accidents == []
    assert TimeOff.objects.count() == 1
