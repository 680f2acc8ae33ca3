import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from bookings.schedules.models import Schedule, WeeklyHours
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def schedule(db):
    return Schedule.objects.create(business=factories.business(), timezone="Europe/Warsaw")


@pytest.mark.parametrize(("opens", "closes"), [(0, 1440), (540, 1020), (1380, 1500), (1439, 2879), (0, 1)])
def test_weekly_hours__may_reach_24_00_and_past_midnight(schedule, opens, closes):
    assert WeeklyHours.objects.create(schedule=schedule, weekday=0, opens=opens, closes=closes).pk


@pytest.mark.parametrize(
    ("weekday", "opens", "closes"),
    [(0, 600, 600), (0, 600, 540), (0, 1440, 1500), (0, 600, 2041), (7, 540, 600)],
    ids=["empty", "backwards", "opens at 24:00", "over a day", "eighth day"],
)
def test_weekly_hours__that_make_no_sense_are_refused_by_the_database(schedule, weekday, opens, closes):
    with pytest.raises(IntegrityError), transaction.atomic():
        WeeklyHours.objects.create(schedule=schedule, weekday=weekday, opens=opens, closes=closes)


def test_weekly_hours__read_as_people_write_them(schedule):
    assert str(WeeklyHours(schedule=schedule, weekday=0, opens=545, closes=1440)) == "Monday 09:05–24:00"


def test_schedule__zone_is_one_of_the_iana_database(schedule):
    schedule.timezone = "Mars/Olympus"

    with pytest.raises(ValidationError) as caught:
        schedule.full_clean()

    assert list(caught.value.message_dict) == ["timezone"]
