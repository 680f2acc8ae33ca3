"""Changing a calendar: what is kept, who may, and that nothing else is touched."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.accounts.viewer import Viewer
from bookings.businesses.intervals import DateHours, DayHours, Interval
from bookings.common.errors import DomainError, Forbidden, Unauthenticated
from bookings.common.idempotency import AlreadyDone, Once
from bookings.consultants.models import Consultant
from bookings.schedules import services
from bookings.schedules.models import TimeOff, WeeklyHours
from bookings.schedules.services import Instants, WholeDays
from tests import factories
from tests.factories import NOW, TEN

pytestmark = pytest.mark.django_db

NINE_TO_FIVE = Interval(540, 1020)


@pytest.fixture
def host(db: None) -> Consultant:
    return factories.consultant(factories.service(), zone="Europe/Warsaw", user=factories.user())


@pytest.fixture
def owner(host: Consultant) -> Viewer:
    return Viewer(user=host.business.owner)


def refusal(error: pytest.ExceptionInfo[DomainError]) -> tuple[str, list[str] | None]:
    return error.value.code, error.value.field


def test_set_weekly_hours__keeps_what_stays_and_locks_the_schedule(host: Consultant, owner: Viewer) -> None:
    kept = host.schedule.weekly_hours.get(weekday=0).pk
    week = [DayHours(0, [NINE_TO_FIVE, Interval(1080, 1140)]), DayHours(3, [])]

    with CaptureQueriesContext(connection) as told:
        services.set_weekly_hours(schedule_id=host.schedule_id, week=week, viewer=owner)

    rows = WeeklyHours.objects.order_by("weekday", "opens")
    assert [(row.weekday, row.opens, row.closes) for row in rows] == [(0, 540, 1020), (0, 1080, 1140)]
    assert rows[0].pk == kept
    locked = [query["sql"] for query in told.captured_queries if "FOR NO KEY UPDATE" in query["sql"]]
    assert bool(locked) == (connection.vendor == "postgresql")


@pytest.mark.parametrize(
    ("interval", "words"),
    [
        (Interval(600, 540), "Thursday 10:00–09:00 closes before it opens."),
        (Interval(600, 600), "Thursday 10:00–10:00 is empty."),
        (Interval(600, 2041), "Thursday 10:00–10:01 lasts more than 24 hours."),
    ],
    ids=["inverted", "empty", "over 24 hours"],
)
def test_set_weekly_hours__interval_that_makes_no_sense_is_refused(
    host: Consultant, owner: Viewer, interval: Interval, words: str
) -> None:
    week = [DayHours(0, []), DayHours(3, [NINE_TO_FIVE._replace(opens=0, closes=60), interval])]

    with pytest.raises(DomainError) as error:
        services.set_weekly_hours(schedule_id=host.schedule_id, week=week, viewer=owner)

    assert refusal(error) == ("VALIDATION_FAILED", ["week", "1", "intervals", "1"])
    assert error.value.message == words
    assert host.schedule.weekly_hours.count() == 7


def test_set_weekly_hours__of_no_weekday_is_refused(host: Consultant, owner: Viewer) -> None:
    with pytest.raises(DomainError) as error:
        services.set_weekly_hours(schedule_id=host.schedule_id, week=[DayHours(7, [])], viewer=owner)

    assert refusal(error) == ("VALIDATION_FAILED", ["week", "0", "weekday"])


def test_set_date_overrides__today_is_that_of_the_schedules_zone(host: Consultant, owner: Viewer) -> None:
    late = datetime(2030, 1, 7, 23, 30, tzinfo=UTC)  # 00:30 of the 8th in Warsaw
    days = [DateHours(date(2030, 1, 8), [NINE_TO_FIVE])]

    services.set_date_overrides(schedule_id=host.schedule_id, days=days, viewer=owner, now=late)
    with pytest.raises(DomainError) as error:
        services.set_date_overrides(
            schedule_id=host.schedule_id, clear=[date(2030, 1, 7)], viewer=owner, now=late
        )

    assert refusal(error) == ("VALIDATION_FAILED", ["clear", "0"])
    assert [str(row) for row in host.schedule.date_overrides.all()] == ["2030-01-08 09:00–17:00"]


@pytest.mark.parametrize(
    ("first", "last", "starts", "ends"),
    [
        (date(2030, 3, 31), date(2030, 3, 31), "2030-03-30T23:00", "2030-03-31T22:00"),
        (date(2030, 10, 27), date(2030, 10, 28), "2030-10-26T22:00", "2030-10-28T23:00"),
    ],
    ids=["23 hours", "25 and 24 hours"],
)
def test_add_time_off__whole_days_are_from_midnight_to_midnight_across_dst(
    host: Consultant, owner: Viewer, first: date, last: date, starts: str, ends: str
) -> None:
    row = services.add_time_off(
        schedule_id=host.schedule_id, time=WholeDays(first, last), viewer=owner, now=NOW, note=" Away "
    )

    assert [moment.strftime("%Y-%m-%dT%H:%M") for moment in (row.starts_at, row.ends_at)] == [starts, ends]
    assert row.note == "Away"


def test_add_time_off__that_began_already_and_lasts_is_fine(host: Consultant, owner: Viewer) -> None:
    time = Instants(NOW - timedelta(days=1), NOW + timedelta(minutes=1))

    assert services.add_time_off(schedule_id=host.schedule_id, time=time, viewer=owner, now=NOW).pk


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Europe/Warsaw", "America/Los_Angeles"])
def test_add_time_off__that_began_long_ago_is_refused(zone: str) -> None:
    host = factories.consultant(factories.service(), zone=zone)
    viewer = Viewer(user=host.business.owner)
    year_ago = NOW - timedelta(days=366)

    def add(time: Instants | WholeDays) -> TimeOff:
        return services.add_time_off(schedule_id=host.schedule_id, time=time, viewer=viewer, now=NOW)

    for time, field in (
        (WholeDays(date.min, TEN.date()), "firstDay"),
        (WholeDays(date.min, date.max), "firstDay"),
        (WholeDays(date(2029, 1, 4), TEN.date()), "firstDay"),
        (Instants(datetime(1, 1, 1, tzinfo=UTC), TEN), "startsAt"),
        (Instants(year_ago - timedelta(minutes=1), TEN), "startsAt"),
    ):
        with pytest.raises(DomainError) as error:
            add(time)
        assert refusal(error) == ("VALIDATION_FAILED", [field])
    assert add(WholeDays(date(2029, 1, 7), TEN.date())).pk
    assert add(Instants(year_ago, TEN)).pk


def test_add_time_off__under_a_used_key_is_refused_to_whoever_may_no_more(host: Consultant) -> None:
    once = Once.of(scope="user", mutation="addTimeOff", key="k", given={})
    given = {"schedule_id": host.schedule_id, "time": Instants(TEN, TEN + timedelta(hours=1)), "now": NOW}
    row = services.add_time_off(**given, viewer=factories.staff_of(host.business), once=once)

    with pytest.raises(AlreadyDone) as done:
        services.add_time_off(**given, viewer=factories.staff_of(host.business), once=once)
    for viewer, refused in ((Viewer(), Unauthenticated), (Viewer(user=factories.user()), Forbidden)):
        with pytest.raises(refused):
            services.add_time_off(**given, viewer=viewer, once=once)

    assert done.value.object_id == row.pk


def test_changes__need_somebody_who_may(host: Consultant) -> None:
    row = TimeOff.objects.create(schedule=host.schedule, starts_at=TEN, ends_at=TEN + timedelta(hours=1))
    stranger = Viewer(user=factories.user())
    for viewer, refused in ((Viewer(), Unauthenticated), (stranger, Forbidden)):
        with pytest.raises(refused):
            services.set_weekly_hours(schedule_id=host.schedule_id, week=[], viewer=viewer)
        with pytest.raises(refused):
            services.set_date_overrides(schedule_id=host.schedule_id, viewer=viewer, now=NOW)
        with pytest.raises(refused):
            services.add_time_off(
                schedule_id=host.schedule_id,
                time=Instants(TEN, TEN + timedelta(hours=1)),
                viewer=viewer,
                now=NOW,
            )
    with pytest.raises(DomainError) as error:
        services.remove_time_off(time_off_id=row.pk, viewer=stranger)
    assert refusal(error) == ("NOT_FOUND", ["timeOffId"])
    assert TimeOff.objects.count() == 1
    assert host.schedule.weekly_hours.count() == 7


def test_changes__of_no_calendar_are_not_found(owner: Viewer) -> None:
    with pytest.raises(DomainError) as error:
        services.set_weekly_hours(schedule_id=999_999, week=[], viewer=owner)

    assert error.value.code == "NOT_FOUND"
