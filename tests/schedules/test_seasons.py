"""Weeks that count for a season: which counts when, what is kept, and what nobody may enter."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.accounts.viewer import Viewer
from bookings.businesses.intervals import DayHours, Interval
from bookings.common.errors import DomainError, Forbidden, Unauthenticated
from bookings.consultants.models import Consultant
from bookings.schedules import seasons, services
from bookings.schedules.models import WeeklyHours
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

TODAY = date(2030, 1, 7)
JUNE, AUGUST = date(2030, 6, 1), date(2030, 8, 31)
DAY = timedelta(days=1)


@pytest.fixture
def host(db: None) -> Consultant:
    return factories.consultant(factories.service(), zone="Europe/Warsaw")


@pytest.fixture
def owner(host: Consultant) -> Viewer:
    return Viewer(user=host.business.owner)


def mondays(opens: int, closes: int = 1020) -> list[DayHours]:
    """A week of one interval; minutes."""
    return [DayHours(0, [Interval(opens, closes)])]


def put(
    host: Consultant,
    viewer: Viewer,
    week: list[DayHours],
    valid_from: date | None = None,
    valid_until: date | None = None,
    *,
    now: datetime = NOW,
) -> None:
    services.set_weekly_hours(
        schedule_id=host.schedule_id,
        week=week,
        viewer=viewer,
        valid_from=valid_from,
        valid_until=valid_until,
        now=now,
    )


def opens_on(host: Consultant, day: date) -> set[int]:
    """From when the week that counts on a date is open, on any of its days; nothing: never."""
    return {row.opens for row in seasons.week_on(host.schedule.weekly_hours.all(), day)}


def rows(host: Consultant) -> list[tuple[object, ...]]:
    found = host.schedule.weekly_hours.order_by("pk")
    return list(found.values_list("pk", "weekday", "opens", "closes", "valid_from", "valid_until"))


def test_week_on__is_the_season_from_its_first_to_its_last_date_and_else_the_usual_one(
    host: Consultant, owner: Viewer
) -> None:
    put(host, owner, mondays(600), JUNE, AUGUST)

    days = [JUNE - DAY, JUNE, AUGUST, AUGUST + DAY]
    assert [opens_on(host, day) for day in days] == [{540}, {600}, {600}, {540}]
    assert len(seasons.week_on(host.schedule.weekly_hours.all(), JUNE)) == 1


def test_week_on__is_that_of_the_season_that_began_last_even_where_it_lies_within_another(
    host: Consultant, owner: Viewer
) -> None:
    put(host, owner, mondays(600), JUNE, AUGUST)
    put(host, owner, mondays(660), date(2030, 7, 1), date(2030, 7, 14))
    put(host, owner, mondays(720), date(2030, 8, 1), date(2030, 10, 1))

    days = [date(2030, 6, 30), date(2030, 7, 1), date(2030, 7, 14), date(2030, 7, 15), AUGUST]
    assert [opens_on(host, day) for day in days] == [{600}, {660}, {660}, {600}, {720}]


def test_week_on__of_an_open_ended_season_counts_until_a_later_one_begins(
    host: Consultant, owner: Viewer
) -> None:
    put(host, owner, mondays(600), JUNE)
    put(host, owner, mondays(660), AUGUST)

    days = [JUNE - DAY, AUGUST - DAY, AUGUST, date(2999, 1, 1)]
    assert [opens_on(host, day) for day in days] == [{540}, {600}, {660}, {660}]


def test_week_on__is_nothing_where_neither_a_season_nor_a_usual_week_is_there(
    host: Consultant, owner: Viewer
) -> None:
    put(host, owner, [])
    put(host, owner, mondays(600), JUNE, AUGUST)

    assert [opens_on(host, day) for day in (TODAY, JUNE)] == [set(), {600}]


def test_seasons__are_those_that_are_not_over_by_their_first_dates(host: Consultant, owner: Viewer) -> None:
    for start, end in [(AUGUST, None), (date(2029, 12, 1), TODAY), (JUNE, AUGUST)]:
        put(host, owner, mondays(600), start, end)

    def starts(today: date) -> list[tuple[date, date | None]]:
        return [each[:2] for each in seasons.seasons(host.schedule.weekly_hours.all(), today)]

    assert starts(TODAY) == [(date(2029, 12, 1), TODAY), (JUNE, AUGUST), (AUGUST, None)]
    assert starts(TODAY + DAY) == [(JUNE, AUGUST), (AUGUST, None)]


def test_set_weekly_hours__of_a_season_leaves_all_other_weeks_as_they_are(
    host: Consultant, owner: Viewer
) -> None:
    usual = rows(host)
    put(host, owner, mondays(600), JUNE, AUGUST)
    summer = rows(host)[len(usual) :]
    put(host, owner, mondays(660), AUGUST)
    put(host, owner, mondays(720), AUGUST)
    assert rows(host)[: len(usual) + 1] == usual + summer

    put(host, owner, mondays(480))
    assert [row for row in rows(host) if row[4] is not None][:1] == summer
    assert [opens_on(host, day) for day in (TODAY, JUNE, AUGUST)] == [{480}, {600}, {720}]


def test_set_weekly_hours__of_a_season_again_keep_the_very_rows(host: Consultant, owner: Viewer) -> None:
    put(host, owner, mondays(600), JUNE, AUGUST)
    before = rows(host)

    put(host, owner, mondays(600), JUNE, AUGUST)

    assert rows(host) == before


def test_set_weekly_hours__with_another_end_move_it_for_rows_that_stay_as_well(
    host: Consultant, owner: Viewer
) -> None:
    put(host, owner, mondays(600), JUNE, AUGUST)
    two = [*mondays(600), DayHours(1, [Interval(600, 720)])]

    put(host, owner, two, JUNE, AUGUST + DAY)
    ends = set(host.schedule.weekly_hours.filter(valid_from=JUNE).values_list("weekday", "valid_until"))
    assert ends == {(0, AUGUST + DAY), (1, AUGUST + DAY)}

    put(host, owner, two, JUNE)
    ends = set(host.schedule.weekly_hours.filter(valid_from=JUNE).values_list("weekday", "valid_until"))
    assert ends == {(0, None), (1, None)}


@pytest.mark.parametrize("week", [[], [DayHours(0, [])]], ids=["no days", "no intervals"])
def test_set_weekly_hours__of_nothing_take_the_season_away_and_what_was_before_counts(
    host: Consultant, owner: Viewer, week: list[DayHours]
) -> None:
    usual = rows(host)
    put(host, owner, mondays(600), JUNE, AUGUST)
    put(host, owner, mondays(660), date(2030, 7, 1), date(2030, 7, 14))

    for _ in range(2):
        put(host, owner, week, date(2030, 7, 1))
        assert opens_on(host, date(2030, 7, 1)) == {600}

    put(host, owner, week, JUNE, AUGUST)
    assert rows(host) == usual


def test_set_weekly_hours__of_nothing_take_a_season_away_that_is_over(
    host: Consultant, owner: Viewer
) -> None:
    usual = rows(host)
    put(host, owner, mondays(600), TODAY, TODAY)

    put(host, owner, [], TODAY, TODAY, now=NOW + 2 * DAY)

    assert rows(host) == usual


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "field", "words"),
    [
        (None, AUGUST, "validUntil", "Hours that end on a date begin on one."),
        (AUGUST, JUNE, "validUntil", "2030-06-01 comes before 2030-08-31, when these hours begin."),
        (date(2029, 6, 1), date(2030, 1, 6), "validUntil", "2030-01-06 is over."),
        (date(2036, 1, 1), None, "validFrom", "2036-01-01 is more than 5 years ahead."),
        (JUNE, date(2036, 1, 1), "validUntil", "2036-01-01 is more than 5 years ahead."),
    ],
    ids=["no beginning", "backwards", "over", "begins far ahead", "ends far ahead"],
)
def test_set_weekly_hours__of_dates_that_make_no_sense_are_refused(
    host: Consultant,
    owner: Viewer,
    valid_from: date | None,
    valid_until: date | None,
    field: str,
    words: str,
) -> None:
    before = rows(host)

    with pytest.raises(DomainError) as error:
        put(host, owner, mondays(600), valid_from, valid_until)

    assert (error.value.code, error.value.field) == ("VALIDATION_FAILED", [field])
    assert error.value.message == words
    assert rows(host) == before


def test_set_weekly_hours__may_be_of_one_day_of_a_season_that_began_or_of_the_farthest(
    host: Consultant, owner: Viewer
) -> None:
    for start, end in [(TODAY, TODAY), (date(2029, 1, 1), None), (date(2035, 12, 31), date(2035, 12, 31))]:
        put(host, owner, mondays(600), start, end)

        assert host.schedule.weekly_hours.get(valid_from=start).valid_until == end


def test_set_weekly_hours__of_a_season_ask_what_day_it_is_in_the_schedules_zone(
    host: Consultant, owner: Viewer
) -> None:
    late = datetime(2030, 1, 7, 23, 30, tzinfo=UTC)  # 00:30 of the 8th in Warsaw

    put(host, owner, mondays(600), JUNE, AUGUST, now=late)
    with pytest.raises(DomainError) as error:
        put(host, owner, mondays(600), TODAY, TODAY, now=late)

    assert error.value.field == ["validUntil"]


def test_set_weekly_hours__take_twelve_seasons_that_are_not_over(host: Consultant, owner: Viewer) -> None:
    put(host, owner, mondays(600), TODAY, TODAY)
    for number in range(11):
        put(host, owner, mondays(600), JUNE + number * DAY)

    put(host, owner, mondays(660), JUNE)
    with pytest.raises(DomainError) as error:
        put(host, owner, mondays(600), AUGUST)
    assert (error.value.code, error.value.field) == ("VALIDATION_FAILED", ["validFrom"])
    assert error.value.message == "A calendar has at most 12 seasons that are not over."

    put(host, owner, mondays(600), AUGUST, now=NOW + DAY)
    put(host, owner, mondays(480))
    assert [opens_on(host, day) for day in (TODAY + DAY, JUNE, AUGUST)] == [{480}, {660}, {600}]


def test_set_weekly_hours__overlap_only_within_one_week(host: Consultant, owner: Viewer) -> None:
    nights = [DayHours(0, [Interval(1320, 1980)]), DayHours(1, [Interval(540, 1020)])]

    with pytest.raises(DomainError) as error:
        put(host, owner, [nights[0], DayHours(1, [Interval(539, 1020)])], JUNE, AUGUST)
    assert error.value.message == "Monday 22:00–09:00 and Tuesday 08:59–17:00 overlap."

    put(host, owner, nights, JUNE, AUGUST)
    assert host.schedule.weekly_hours.filter(valid_from=JUNE).count() == 2


def test_set_weekly_hours__of_a_season_are_for_those_who_may_and_lock_first(
    host: Consultant, owner: Viewer
) -> None:
    before = rows(host)
    for viewer, refused in ((Viewer(), Unauthenticated), (Viewer(user=factories.user()), Forbidden)):
        with pytest.raises(refused):
            put(host, viewer, mondays(600), JUNE, AUGUST)
    assert rows(host) == before

    with CaptureQueriesContext(connection) as told:
        put(host, owner, mondays(600), JUNE, AUGUST)

    asked = [query["sql"] for query in told.captured_queries]
    first_read = next(place for place, sql in enumerate(asked) if WeeklyHours._meta.db_table in sql)
    locked = [place for place, sql in enumerate(asked) if "FOR NO KEY UPDATE" in sql]
    assert bool(locked) == (connection.vendor == "postgresql")
    assert all(place < first_read for place in locked)
