"""Changing when a practice is open."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.accounts.viewer import Viewer
from bookings.businesses import services
from bookings.businesses.intervals import DayHours, Interval
from bookings.businesses.models import Business, ClosedDay, OpeningHours
from bookings.businesses.services import NamedDay
from bookings.common.errors import DomainError
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(db: None) -> Business:
    return factories.business(timezone="Europe/Warsaw")


@pytest.fixture
def owner(place: Business) -> Viewer:
    return Viewer(user=place.owner)


def test_set_opening_hours__keeps_what_stays_and_locks_every_calendar(place: Business, owner: Viewer) -> None:
    for _ in range(2):
        factories.consultant(factories.service(place))
    services.set_opening_hours(business_id=place.pk, week=[DayHours(0, [Interval(540, 600)])], viewer=owner)
    kept = OpeningHours.objects.get().pk
    week = [DayHours(0, [Interval(540, 600)]), DayHours(6, [Interval(1320, 1560)])]

    with CaptureQueriesContext(connection) as told:
        services.set_opening_hours(business_id=place.pk, week=week, viewer=owner)

    assert [str(row) for row in OpeningHours.objects.order_by("weekday")] == [
        "Monday 09:00–10:00",
        "Sunday 22:00–26:00",
    ]
    assert OpeningHours.objects.get(weekday=0).pk == kept
    locked = [query["sql"] for query in told.captured_queries if "FOR UPDATE" in query["sql"]]
    assert any('"bookings_schedule"' in sql for sql in locked) == (connection.vendor == "postgresql")


def test_set_opening_hours__that_clash_change_nothing(place: Business, owner: Viewer) -> None:
    week = [DayHours(6, [Interval(1320, 1560)]), DayHours(0, [Interval(60, 120)])]

    with pytest.raises(DomainError) as error:
        services.set_opening_hours(business_id=place.pk, week=week, viewer=owner)

    assert error.value.message == "Sunday 22:00–02:00 and Monday 01:00–02:00 overlap."
    assert error.value.field == ["week", "1", "intervals", "0"]
    assert not OpeningHours.objects.exists()


def test_set_closed_days__today_is_that_of_the_practice(place: Business, owner: Viewer) -> None:
    late = datetime(2030, 1, 7, 23, 30, tzinfo=UTC)  # 00:30 of the 8th in Warsaw
    today, over = NamedDay(date(2030, 1, 8), " Strike "), NamedDay(date(2030, 1, 7))

    services.set_closed_days(business_id=place.pk, add=[today], viewer=owner, now=late)
    with pytest.raises(DomainError) as error:
        services.set_closed_days(business_id=place.pk, add=[today, over], viewer=owner, now=late)

    assert error.value.field == ["add", "1", "date"]
    assert [str(day) for day in ClosedDay.objects.all()] == ["2030-01-08 Strike"]


def test_set_closed_days__one_that_is_over_can_be_removed(place: Business, owner: Viewer) -> None:
    ClosedDay.objects.create(business=place, date=date(2029, 12, 25))

    services.set_closed_days(business_id=place.pk, remove=[date(2029, 12, 25)], viewer=owner, now=NOW)

    assert not ClosedDay.objects.exists()
