"""How figures went: each day and week says what the figures of that day and week say, and nobody else is told."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.accounts.viewer import Viewer
from bookings.businesses.models import StaffMember
from bookings.stats.courses import course
from bookings.stats.money import revenue
from bookings.stats.scope import Days, scope_for, told_to
from bookings.stats.selectors import statistics
from tests import factories
from tests.reviews.sessions import practice
from tests.stats.world import World, build

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2030, 3, 20, 23, 30, tzinfo=UTC)
DAYS = Days(date(2030, 3, 6), date(2030, 4, 3))
"""A Wednesday to a Wednesday, over the Sunday of 23 hours."""


@pytest.fixture
def world() -> World:
    return build(7)


def test_course__says_of_days_and_weeks_what_their_figures_say(world: World) -> None:
    scope = scope_for(world.lead, business_id=world.place.pk, consultant_id=None)

    found = course(scope, DAYS)

    assert list(found.days) == list(DAYS)
    assert [week.monday for week in found.weeks] == [date(2030, 3, 4 + 7 * n) for n in range(4)] + [
        date(2030, 4, 1)
    ]
    for week in found.weeks:
        span = Days(week.monday, week.monday.replace(day=week.monday.day + 6))
        alone = statistics(
            viewer=world.lead, business_id=world.place.pk, first=span.first, last=span.last, now=NOW
        )
        assert +week.count.by_status == +alone.whole.by_status
        assert week.count.minutes == alone.whole.minutes
        assert week.count.no_show_rate == alone.whole.no_show_rate
        assert (week.consultants_use, week.resources_use) == (alone.consultants_use, alone.resources_use)
        for day in span:
            assert day not in found.days or +found.days[day].by_status == +alone.days[day].by_status
    assert any(week.consultants_use.booked for week in found.weeks if week.consultants_use)


def test_course__money_adds_up_to_the_revenue_of_the_same_days(world: World) -> None:
    scope = scope_for(world.lead, business_id=world.place.pk, consultant_id=None)

    for row, moved in zip(revenue(scope, DAYS), course(scope, DAYS).money or [], strict=True):
        assert (moved.live, moved.currency) == (row.live, row.received.currency)
        assert sum((each.amount for each in moved.received.values()), Decimal(0)) == row.received.amount
        assert sum((each.amount for each in moved.refunded.values()), Decimal(0)) == row.refunded.amount
        assert len(moved.received) > 1


def test_course__keeps_money_from_who_may_not_see_it_and_use_from_the_platform(world: World) -> None:
    host = world.hosts[0]
    own = scope_for(Viewer(user=host.user), business_id=world.place.pk, consultant_id=host.pk)
    platform = scope_for(Viewer(user=factories.user(is_superuser=True)), business_id=None, consultant_id=None)

    assert course(own, DAYS).money is None
    assert {week.consultants_use for week in course(platform, DAYS).weeks} == {None}


def test_course__takes_as_many_statements_for_a_year_as_for_a_week(world: World) -> None:
    scope = scope_for(world.lead, business_id=world.place.pk, consultant_id=None)
    counts = []
    for days in (Days(DAYS.first, DAYS.first), Days(date(2030, 1, 1), date(2030, 12, 31))):
        with CaptureQueriesContext(connection) as queries:
            course(scope, days)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_told_to__names_of_whom_each_may_ask() -> None:
    host, other = practice(), practice()
    place = host.business
    admin = Viewer(user=factories.user(is_superuser=True))

    assert next(each.key for each in told_to(admin)) == "all"
    assert {f"b{place.pk}", f"b{other.business_id}"} < {each.key for each in told_to(admin)}
    assert [each.key for each in told_to(Viewer(user=place.owner))] == [f"b{place.pk}"]
    assert [each.key for each in told_to(Viewer(user=host.user))] == [f"c{host.pk}"]
    assert told_to(factories.staff_of(place, StaffMember.Role.STAFF)) == []
    assert told_to(Viewer()) == []
