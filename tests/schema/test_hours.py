"""Hours, overrides, time off and closed days through the API: who may, what is refused, what is touched."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.accounts.models import User
from bookings.booking.models import Booking
from bookings.businesses.models import Business, ClosedDay, OpeningHours, StaffMember
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.payments.models import Payment
from bookings.resources.models import Resource
from bookings.schedules.models import DateOverride, Schedule, TimeOff, WeeklyHours
from bookings.slots.models import Slot
from schema.common.inputs import write_id
from tests import factories
from tests.factories import NOW, TEN
from tests.schema.client import ask, code_of, gid, post

pytestmark = pytest.mark.django_db

PARTS = "errors { code message field } touchedCount touchedBookings { booking { id } suggestedSlots { startsAt } }"
WEEK = "weeklyHours { weekday intervals { opens closes } }"
DATES = "dateOverrides { date intervals { opens closes } }"
SET_WEEK = (
    f"mutation ($input: SetWeeklyHoursInput!) {{ setWeeklyHours(input: $input) "
    f"{{ calendar {{ {WEEK} }} {PARTS} }} }}"
)
SET_DATES = (
    f"mutation ($input: SetDateOverridesInput!) {{ setDateOverrides(input: $input) "
    f"{{ calendar {{ {DATES} }} {PARTS} }} }}"
)
ADD = (
    "mutation ($input: AddTimeOffInput!) { addTimeOff(input: $input) "
    f"{{ timeOff {{ id startsAt endsAt note }} calendar {{ timeOff {{ note }} }} {PARTS} }} }}"
)
REMOVE = f"mutation ($input: RemoveTimeOffInput!) {{ removeTimeOff(input: $input) {{ {PARTS} }} }}"
OPEN = (
    "mutation ($input: SetOpeningHoursInput!) { setOpeningHours(input: $input) "
    f"{{ business {{ openingHours {{ weekday intervals {{ opens closes }} }} }} {PARTS} }} }}"
)
CLOSE = (
    "mutation ($input: SetClosedDaysInput!) { setClosedDays(input: $input) "
    f"{{ business {{ closedDays {{ date name }} }} {PARTS} }} }}"
)
SHOWN = """
query ($from: Date, $until: Date) { consultants(first: 5) { edges { node { fullName calendar {
  timezone followsOpeningHours weeklyHours { weekday intervals { opens closes } }
  seasons { validFrom days { weekday } } june: weeklyHours(on: "2030-06-01") { intervals { opens } }
  dateOverrides(from: $from, until: $until) { date intervals { opens closes } }
  timeOff(from: $from, until: $until) { startsAt note } }
  business { openingHours { weekday intervals { opens } } closedDays(from: $from, until: $until) { date name } }
} } } }
"""
SEASONS = """
query ($slug: String!, $on: Date) { consultant(slug: $slug) { calendar {
  seasons { validFrom validUntil days { weekday intervals { opens closes } } }
  today: weeklyHours { weekday intervals { opens closes } }
  then: weeklyHours(on: $on) { weekday intervals { opens closes } }
} } }
"""
WEEKDAYS = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]
NINE_TO_FIVE = [{"opens": "09:00", "closes": "17:00"}]
TODAY = "2030-01-07"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def offered(db: None) -> Service:
    return factories.service()


@pytest.fixture
def host(offered: Service) -> Consultant:
    return factories.consultant(offered, user=factories.user())


@pytest.fixture
def owner(offered: Service) -> User:
    return offered.business.owner


def resource(of: Business, **fields: Any) -> Resource:
    schedule = Schedule.objects.create(business=of, timezone="UTC", follows_business=True)
    return Resource.objects.create(**{"business": of, "schedule": schedule, "name": "Room", **fields})


def week(**days: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Some weekdays, by their names in lower case; the others are not named."""
    return [{"weekday": day.upper(), "intervals": intervals} for day, intervals in days.items()]


def every_day(intervals: list[dict[str, str]]) -> list[dict[str, Any]]:
    return [{"weekday": day, "intervals": intervals} for day in WEEKDAYS]


def between(opens: str, closes: str) -> dict[str, str]:
    return {"opens": opens, "closes": closes}


def errors(answer: dict[str, Any]) -> list[dict[str, Any]]:
    (payload,) = answer.values()
    return list(payload["errors"])


def people(host: Consultant) -> dict[str, User | None]:
    """Everybody who might try, by what they are to the consultant's practice."""
    role, place = StaffMember.Role, host.business
    elsewhere = factories.consultant(factories.service(), user=factories.user())
    booked = factories.pending(host, host.services.get(), starts_at=TEN + timedelta(days=1))
    return {
        "owner": place.owner,
        "manager": factories.staff_of(place, role.MANAGER).user,
        "staff": factories.staff_of(place, role.STAFF).user,
        "own consultant": host.user,
        "other consultant": factories.consultant(host.services.get(), user=factories.user()).user,
        "other business": elsewhere.business.owner,
        "consultant elsewhere": elsewhere.user,
        "client": factories.user(booked.email),
        "nobody": None,
    }


# What is set


def test_set_weekly_hours__takes_seven_days_at_once_and_gives_them_back(
    host: Consultant, owner: User
) -> None:
    given = week(
        monday=[between("22:00", "02:00")],
        tuesday=[between("13:00", "17:00"), between("09:00", "12:00")],
        friday=[between("00:00", "24:00")],
        saturday=[between("08:00", "08:00")],
        sunday=[],
    )

    answer = ask(SET_WEEK, {"input": {"consultantId": gid(host), "week": given}}, user=owner)

    assert errors(answer) == []
    shown = answer["setWeeklyHours"]["calendar"]["weeklyHours"]
    assert shown == [
        {"weekday": "MONDAY", "intervals": [between("22:00", "02:00")]},
        {"weekday": "TUESDAY", "intervals": [between("09:00", "12:00"), between("13:00", "17:00")]},
        {"weekday": "WEDNESDAY", "intervals": []},
        {"weekday": "THURSDAY", "intervals": []},
        {"weekday": "FRIDAY", "intervals": [between("00:00", "24:00")]},
        {"weekday": "SATURDAY", "intervals": [between("08:00", "08:00")]},
        {"weekday": "SUNDAY", "intervals": []},
    ]
    rows = WeeklyHours.objects.filter(schedule=host.schedule).order_by("weekday", "opens")
    assert list(rows.values_list("weekday", "opens", "closes")) == [
        (0, 1320, 1560),
        (1, 540, 720),
        (1, 780, 1020),
        (4, 0, 1440),
        (5, 480, 1920),
    ]


def test_set_weekly_hours__again_keeps_the_very_rows(host: Consultant, owner: User) -> None:
    given = {"input": {"consultantId": gid(host), "week": every_day(NINE_TO_FIVE)}}
    before = set(host.schedule.weekly_hours.values_list("pk", flat=True))

    first, again = (ask(SET_WEEK, given, user=owner) for _ in range(2))

    assert first == again
    assert set(host.schedule.weekly_hours.values_list("pk", flat=True)) == before


def test_set_weekly_hours__of_a_resource(owner: User, offered: Service) -> None:
    room = resource(offered.business)
    given = {"resourceId": gid(room), "week": week(monday=NINE_TO_FIVE)}

    assert errors(ask(SET_WEEK, {"input": given}, user=owner)) == []
    assert str(room.schedule.weekly_hours.get()) == "Monday 09:00–17:00"


def season(host: Consultant, opens: str, first: str, last: str | None = None) -> dict[str, Any]:
    """The input for a season that is open on every day until 17:00."""
    days = every_day([between(opens, "17:00")])
    return {"input": {"consultantId": gid(host), "week": days, "validFrom": first, "validUntil": last}}


def shown_seasons(host: Consultant, on: str | None = None) -> dict[str, Any]:
    """Seasons as (first date, last date, opening time on Mondays), and the opening times of today and then."""
    found = ask(SEASONS, {"slug": host.slug, "on": on})["consultant"]["calendar"]
    rows = [(each["validFrom"], each["validUntil"], opening(each["days"])) for each in found["seasons"]]
    return {"seasons": rows, "today": opening(found["today"]), "then": opening(found["then"])}


def opening(days: list[dict[str, Any]]) -> str | None:
    assert [day["weekday"] for day in days] == WEEKDAYS
    return next((each["opens"] for each in days[0]["intervals"]), None)


def test_set_weekly_hours__of_seasons_are_shown_on_the_dates_on_which_they_count(
    host: Consultant, owner: User
) -> None:
    for given in (
        season(host, "12:00", "2030-07-01", "2030-07-14"),
        season(host, "10:00", "2030-06-01", "2030-08-31"),
        season(host, "13:00", "2030-10-01"),
        season(host, "11:00", "2029-12-01", TODAY),
    ):
        assert errors(ask(SET_WEEK, given, user=owner)) == []

    listed = [
        ("2029-12-01", TODAY, "11:00"),
        ("2030-06-01", "2030-08-31", "10:00"),
        ("2030-07-01", "2030-07-14", "12:00"),
        ("2030-10-01", None, "13:00"),
    ]
    for day, opens in [
        (None, "11:00"),
        ("2030-01-08", "09:00"),
        ("2030-06-01", "10:00"),
        ("2030-07-14", "12:00"),
        ("2030-07-15", "10:00"),
        ("2030-09-30", "09:00"),
        ("2031-10-01", "13:00"),
    ]:
        assert shown_seasons(host, day) == {"seasons": listed, "today": "11:00", "then": opens}
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        assert shown_seasons(host) == {"seasons": listed[1:], "today": "09:00", "then": "09:00"}


def test_set_weekly_hours__of_a_season_again_change_nothing_and_empty_take_it_away(
    host: Consultant, owner: User
) -> None:
    given = season(host, "10:00", "2030-06-01", "2030-08-31")
    first = ask(SET_WEEK, given, user=owner)
    kept = set(host.schedule.weekly_hours.values_list("pk", flat=True))

    assert ask(SET_WEEK, given, user=owner) == first
    assert set(host.schedule.weekly_hours.values_list("pk", flat=True)) == kept

    gone = {"consultantId": gid(host), "week": [], "validFrom": "2030-06-01"}
    assert errors(ask(SET_WEEK, {"input": gone}, user=owner)) == []
    assert shown_seasons(host, "2030-06-01") == {"seasons": [], "today": "09:00", "then": "09:00"}


def test_set_weekly_hours__of_a_season_are_what_can_be_booked(
    host: Consultant, offered: Service, owner: User
) -> None:
    ask(SET_WEEK, season(host, "15:00", "2030-01-08", "2030-01-09"), user=owner)
    slots = """query ($s: ID!, $c: ID!, $from: DateTime!, $until: DateTime!) {
      openSlots(serviceId: $s, consultantId: $c, from: $from, until: $until) { edges { node { startsAt } } } }"""

    for day, opens in [("08", "15:00"), ("09", "15:00"), ("10", "09:00")]:
        date_of = f"2030-01-{day}"
        given = {"from": f"{date_of}T00:00:00Z", "until": f"{date_of}T23:59:00Z"}
        found = ask(slots, {"s": gid(offered), "c": gid(host), **given})["openSlots"]["edges"]
        assert found[0]["node"]["startsAt"] == f"{date_of}T{opens}:00Z"
        assert shown_seasons(host, date_of)["then"] == opens


def test_weekly_hours__of_today_are_those_of_the_calendars_own_date(offered: Service) -> None:
    host = factories.consultant(offered, zone="Pacific/Kiritimati")  # the 8th begins at 10:00 UTC on the 7th
    ask(SET_WEEK, season(host, "10:00", "2030-01-08"), user=offered.business.owner)

    with time_machine.travel(TEN - timedelta(seconds=1), tick=False):
        assert shown_seasons(host)["today"] == "09:00"
    with time_machine.travel(TEN, tick=False):
        assert shown_seasons(host)["today"] == "10:00"


def test_set_date_overrides__replace_close_and_clear(host: Consultant, owner: User) -> None:
    days = [
        {"date": "2030-01-08", "intervals": [between("18:00", "20:00")]},
        {"date": "2030-01-09", "intervals": []},
    ]
    named = {"consultantId": gid(host)}

    answer = ask(SET_DATES, {"input": {**named, "days": days}}, user=owner)
    cleared = ask(SET_DATES, {"input": {**named, "clear": ["2030-01-08"]}}, user=owner)

    assert answer["setDateOverrides"]["calendar"]["dateOverrides"] == days
    assert cleared["setDateOverrides"]["calendar"]["dateOverrides"] == days[1:]
    assert DateOverride.objects.get().opens is None


def test_set_date_overrides__again_change_nothing(host: Consultant, owner: User) -> None:
    days = [{"date": TODAY, "intervals": NINE_TO_FIVE}, {"date": "2030-01-09", "intervals": []}]
    given = {"input": {"consultantId": gid(host), "days": days, "clear": ["2030-01-20"]}}

    first = ask(SET_DATES, given, user=owner)
    rows = list(DateOverride.objects.order_by("pk").values_list("pk", flat=True))

    assert ask(SET_DATES, given, user=owner) == first
    assert list(DateOverride.objects.order_by("pk").values_list("pk", flat=True)) == rows


def test_set_date_overrides__open_a_day_whose_night_skips_an_hour(offered: Service, owner: User) -> None:
    host = factories.consultant(offered, zone="Europe/Warsaw", hours=(9, 10))
    offered.horizon = 200
    offered.save()
    days = [{"date": "2030-03-31", "intervals": [between("01:00", "04:00")]}]
    slots = 'query ($s: ID!, $c: ID!) { openSlots(serviceId: $s, consultantId: $c, from: "2030-03-30T22:00:00Z", until: "2030-03-31T22:00:00Z") { edges { node { startsAt } } } }'  # noqa: E501

    assert errors(ask(SET_DATES, {"input": {"consultantId": gid(host), "days": days}}, user=owner)) == []

    found = ask(slots, {"s": gid(offered), "c": gid(host)})["openSlots"]["edges"]
    assert [edge["node"]["startsAt"] for edge in found] == ["2030-03-31T00:00:00Z", "2030-03-31T01:00:00Z"]


def test_add_time_off__between_two_instants_and_again_is_one_row(host: Consultant, owner: User) -> None:
    given = {
        "consultantId": gid(host),
        "startsAt": "2030-01-08T10:00:00Z",
        "endsAt": "2030-01-08T12:00:00Z",
        "note": "Dentist",
    }

    first, again = (ask(ADD, {"input": given}, user=owner)["addTimeOff"] for _ in range(2))

    assert first["errors"] == []
    assert first["timeOff"]["note"] == "Dentist"
    assert again == first
    assert TimeOff.objects.count() == 1


def test_add_time_off__of_whole_days_is_from_local_midnight_to_local_midnight(offered: Service) -> None:
    host = factories.consultant(offered, zone="Europe/Warsaw")
    given = {"consultantId": gid(host), "firstDay": "2030-03-31", "lastDay": "2030-03-31"}

    row = ask(ADD, {"input": given}, user=offered.business.owner)["addTimeOff"]["timeOff"]

    # The clock skips an hour on that day: it has 23.
    assert (row["startsAt"], row["endsAt"]) == ("2030-03-30T23:00:00Z", "2030-03-31T22:00:00Z")


def test_add_time_off__key_gives_the_same_row_even_with_another_since(host: Consultant, owner: User) -> None:
    given = {"consultantId": gid(host), "firstDay": TODAY, "lastDay": TODAY, "idempotencyKey": "k"}
    first = ask(ADD, {"input": given}, user=owner)["addTimeOff"]

    again = ask(ADD, {"input": given}, user=owner)["addTimeOff"]
    other = ask(ADD, {"input": {**given, "lastDay": "2030-01-09"}}, user=owner)

    assert again == first
    assert errors(other)[0]["code"] == "IDEMPOTENCY_MISMATCH"
    assert TimeOff.objects.count() == 1


def test_add_time_off__key_shows_nothing_to_whoever_left_since(host: Consultant) -> None:
    staff = factories.staff_of(host.business).user
    given = {"consultantId": gid(host), "firstDay": TODAY, "lastDay": TODAY, "idempotencyKey": "k"}
    assert errors(ask(ADD, {"input": given}, user=staff)) == []
    TimeOff.objects.update(note="Surgery")
    StaffMember.objects.all().delete()

    body = post(ADD, {"input": given}, user=staff)

    assert code_of(body) == "FORBIDDEN"
    assert "Surgery" not in str(body)


def test_remove_time_off__gives_the_time_back(host: Consultant, owner: User) -> None:
    given = {"consultantId": gid(host), "firstDay": TODAY, "lastDay": TODAY}
    row = ask(ADD, {"input": given}, user=owner)["addTimeOff"]["timeOff"]

    assert errors(ask(REMOVE, {"input": {"timeOffId": row["id"]}}, user=owner)) == []
    assert not TimeOff.objects.exists()
    assert errors(ask(REMOVE, {"input": {"timeOffId": row["id"]}}, user=owner))[0]["code"] == "NOT_FOUND"


def test_set_opening_hours__empty_week_is_open_always(offered: Service, owner: User) -> None:
    given = {"businessId": gid(offered.business), "week": week(monday=NINE_TO_FIVE)}

    set_ = ask(OPEN, {"input": given}, user=owner)["setOpeningHours"]
    assert set_["business"]["openingHours"][0] == {"weekday": "MONDAY", "intervals": NINE_TO_FIVE}
    assert str(OpeningHours.objects.get()) == "Monday 09:00–17:00"

    ask(OPEN, {"input": {**given, "week": []}}, user=owner)
    assert not OpeningHours.objects.exists()


def test_set_closed_days__add_rename_and_remove(offered: Service, owner: User) -> None:
    named = {"businessId": gid(offered.business)}
    add = [{"date": "2030-12-25", "name": "Christmas"}, {"date": "2030-12-26", "name": ""}]

    ask(CLOSE, {"input": {**named, "add": add}}, user=owner)
    kept = set(ClosedDay.objects.values_list("pk", flat=True))
    renamed = [{"date": "2030-12-26", "name": "Boxing Day"}]
    ask(CLOSE, {"input": {**named, "add": renamed}}, user=owner)
    assert set(ClosedDay.objects.values_list("pk", flat=True)) == kept

    answer = ask(CLOSE, {"input": {**named, "remove": ["2030-12-25"]}}, user=owner)["setClosedDays"]
    assert answer["business"]["closedDays"] == renamed


# What is refused


@pytest.mark.parametrize(
    ("days", "message", "field"),
    [
        (
            week(monday=[between("22:00", "02:00")], tuesday=[between("01:00", "03:00")]),
            "Monday 22:00–02:00 and Tuesday 01:00–03:00 overlap.",
            ["week", "1", "intervals", "0"],
        ),
        (
            week(monday=[between("01:00", "03:00")], sunday=[between("22:00", "02:00")]),
            "Sunday 22:00–02:00 and Monday 01:00–03:00 overlap.",
            ["week", "1", "intervals", "0"],
        ),
        (
            week(friday=[between("09:00", "12:00"), between("11:59", "13:00")]),
            "Friday 09:00–12:00 and Friday 11:59–13:00 overlap.",
            ["week", "0", "intervals", "1"],
        ),
        (
            week(monday=NINE_TO_FIVE) + week(monday=[]),
            "A week has each of its seven days once.",
            ["week", "1", "weekday"],
        ),
        (
            week(monday=[between("9:00", "10:00")]),
            "“9:00” is no time such as 09:00; 24:00 is midnight at the end of the day.",
            ["week", "0", "intervals", "0"],
        ),
        (
            week(monday=[between("24:00", "10:00")]),
            "An interval opens at 23:59 at the latest; 24:00 is the next day's 00:00.",
            ["week", "0", "intervals", "0"],
        ),
    ],
    ids=[
        "over midnight",
        "over the week's end",
        "within a day",
        "weekday twice",
        "no time",
        "opens at 24:00",
    ],
)
@pytest.mark.parametrize("name", ["setWeeklyHours", "setOpeningHours"])
def test_weeks__that_make_no_sense_are_refused_in_words(
    host: Consultant, owner: User, name: str, days: Any, message: str, field: list[str]
) -> None:
    weekly = name == "setWeeklyHours"
    named = {"consultantId": gid(host)} if weekly else {"businessId": gid(host.business)}
    before = host.schedule.weekly_hours.count()

    answer = ask(SET_WEEK if weekly else OPEN, {"input": {**named, "week": days}}, user=owner)

    assert errors(answer) == [{"code": "VALIDATION_FAILED", "message": message, "field": field}]
    assert answer[name]["touchedBookings"] == []
    assert (host.schedule.weekly_hours.count(), OpeningHours.objects.count()) == (before, 0)


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (None, "2030-08-31", "validUntil"),
        ("2030-08-31", "2030-08-30", "validUntil"),
        ("2029-06-01", "2030-01-06", "validUntil"),
        ("2036-01-01", None, "validFrom"),
        (TODAY, "2036-01-01", "validUntil"),
    ],
    ids=["no beginning", "backwards", "over", "begins far ahead", "ends far ahead"],
)
def test_set_weekly_hours__of_a_season_that_makes_no_sense_are_refused(
    host: Consultant, owner: User, first: Any, last: str, field: str
) -> None:
    (error,) = errors(ask(SET_WEEK, season(host, "10:00", first, last), user=owner))

    assert (error["code"], error["field"]) == ("VALIDATION_FAILED", [field])
    assert host.schedule.weekly_hours.filter(opens=540, valid_from=None).count() == 7
    assert host.schedule.weekly_hours.count() == 7


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"days": [{"date": "2030-01-06", "intervals": []}]}, ["days", "0", "date"]),
        ({"clear": ["2030-01-06"]}, ["clear", "0"]),
        ({"days": [{"date": "2036-01-01", "intervals": []}]}, ["days", "0", "date"]),
        ({"days": [{"date": TODAY, "intervals": []}], "clear": [TODAY]}, ["days"]),
        ({"clear": [str(date(2030, 1, 7) + timedelta(days=day)) for day in range(367)]}, ["days"]),
        (
            {"days": [{"date": TODAY, "intervals": [between("22:00", "02:00"), between("23:00", "24:00")]}]},
            ["days", "0", "intervals", "1"],
        ),
        (
            {"days": [{"date": TODAY, "intervals": [between("noon", "24:00")]}]},
            ["days", "0", "intervals", "0"],
        ),
    ],
    ids=["over", "cleared and over", "far ahead", "twice", "too many", "overlap", "no time"],
)
def test_set_date_overrides__that_make_no_sense_are_refused(
    host: Consultant, owner: User, given: dict[str, Any], field: list[str]
) -> None:
    (error,) = errors(ask(SET_DATES, {"input": {"consultantId": gid(host), **given}}, user=owner))

    assert (error["code"], error["field"]) == ("VALIDATION_FAILED", field)
    assert not DateOverride.objects.exists()


def test_set_date_overrides__night_before_an_overridden_date_is_no_clash(
    host: Consultant, owner: User
) -> None:
    days = [
        {"date": TODAY, "intervals": [between("22:00", "02:00")]},
        {"date": "2030-01-08", "intervals": [between("01:00", "03:00")]},
    ]

    assert errors(ask(SET_DATES, {"input": {"consultantId": gid(host), "days": days}}, user=owner)) == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "startsAt"),
        ({"startsAt": "2030-01-08T10:00:00Z"}, "startsAt"),
        ({"firstDay": TODAY}, "startsAt"),
        (
            {"startsAt": "2030-01-08T10:00:00Z", "endsAt": "2030-01-08T11:00:00Z", "firstDay": TODAY},
            "startsAt",
        ),
        ({"startsAt": "2030-01-08T10:00:00Z", "endsAt": "2030-01-08T10:00:00Z"}, "endsAt"),
        ({"startsAt": "2030-01-08T10:00:30Z", "endsAt": "2030-01-08T11:00:00Z"}, "startsAt"),
        ({"startsAt": "2030-01-07T07:00:00Z", "endsAt": "2030-01-07T08:00:00Z"}, "endsAt"),
        ({"startsAt": "2030-01-07T07:00:00Z", "endsAt": "2040-01-07T08:00:00Z"}, "endsAt"),
        ({"firstDay": "2030-01-09", "lastDay": "2030-01-08"}, "lastDay"),
        ({"firstDay": "2030-01-01", "lastDay": "2030-01-06"}, "lastDay"),
        ({"firstDay": TODAY, "lastDay": TODAY, "note": "x" * 201}, "note"),
        ({"firstDay": "0001-01-01", "lastDay": TODAY}, "firstDay"),
        ({"startsAt": "1980-01-01T00:00:00Z", "endsAt": "2030-01-08T10:00:00Z"}, "startsAt"),
    ],
    ids=[
        "no time",
        "no end",
        "no last day",
        "both",
        "empty",
        "seconds",
        "over",
        "far",
        "backwards",
        "days over",
        "note",
        "first of all days",
        "long ago",
    ],
)
def test_add_time_off__that_makes_no_sense_is_refused(
    host: Consultant, owner: User, given: dict[str, Any], field: str
) -> None:
    (error,) = errors(ask(ADD, {"input": {"consultantId": gid(host), **given}}, user=owner))

    assert (error["code"], error["field"]) == ("VALIDATION_FAILED", [field])
    assert not TimeOff.objects.exists()


def test_set_closed_days__that_make_no_sense_are_refused(offered: Service, owner: User) -> None:
    named = {"businessId": gid(offered.business)}
    for given, field in [
        ({"add": [{"date": "2030-01-06"}]}, ["add", "0", "date"]),
        ({"add": [{"date": TODAY, "name": "x" * 101}]}, ["add", "0", "name"]),
        ({"add": [{"date": TODAY}], "remove": [TODAY]}, ["add"]),
    ]:
        (error,) = errors(ask(CLOSE, {"input": {**named, **given}}, user=owner))
        assert (error["code"], error["field"]) == ("VALIDATION_FAILED", field)
    assert not ClosedDay.objects.exists()


@pytest.mark.parametrize("which", ["none", "both", "unknown"])
def test_calendars__are_named_in_exactly_one_way(host: Consultant, owner: User, which: str) -> None:
    named = {
        "none": {},
        "both": {"consultantId": gid(host), "resourceId": gid(resource(host.business))},
        "unknown": {"consultantId": write_id("Consultant", 999_999)},
    }[which]

    (error,) = errors(ask(SET_WEEK, {"input": {**named, "week": []}}, user=owner))

    assert error["code"] == ("NOT_FOUND" if which == "unknown" else "VALIDATION_FAILED")
    assert host.schedule.weekly_hours.count() == 7


@pytest.mark.parametrize("name", ["setWeeklyHours", "setDateOverrides", "addTimeOff"])
def test_calendars__of_deleted_resources_are_not_found(host: Consultant, owner: User, name: str) -> None:
    room = resource(host.business, is_active=False)
    document, given = {
        "setWeeklyHours": (SET_WEEK, {"week": every_day(NINE_TO_FIVE)}),
        "setDateOverrides": (SET_DATES, {"clear": [TODAY]}),
        "addTimeOff": (ADD, {"firstDay": TODAY, "lastDay": TODAY}),
    }[name]

    (error,) = errors(ask(document, {"input": {"resourceId": gid(room), **given}}, user=owner))

    assert (error["code"], error["field"]) == ("NOT_FOUND", ["resourceId"])
    assert not room.schedule.weekly_hours.exists()


# Who may


@pytest.mark.parametrize("name", ["setWeeklyHours", "a season", "setDateOverrides", "addTimeOff"])
def test_calendars__are_changed_by_staff_and_by_whose_they_are(host: Consultant, name: str) -> None:
    document, given = {
        "setWeeklyHours": (SET_WEEK, {"week": every_day(NINE_TO_FIVE)}),
        "a season": (SET_WEEK, {"week": every_day(NINE_TO_FIVE), "validFrom": "2030-06-01"}),
        "setDateOverrides": (SET_DATES, {"clear": [TODAY]}),
        "addTimeOff": (ADD, {"firstDay": "2030-02-01", "lastDay": "2030-02-01"}),
    }[name]

    answers = {
        who: post(document, {"input": {"consultantId": gid(host), **given}}, user=user)
        for who, user in people(host).items()
    }

    allowed = {"owner", "manager", "staff", "own consultant"}
    assert {who for who, body in answers.items() if "errors" not in body} == allowed
    for who in allowed:
        (payload,) = answers[who]["data"].values()
        assert payload["errors"] == []
    refused = {who: code_of(body) for who, body in answers.items() if who not in allowed}
    assert refused.pop("nobody") == "UNAUTHENTICATED"
    assert set(refused.values()) == {"FORBIDDEN"}


def test_resources_calendar__is_changed_by_staff_alone(host: Consultant) -> None:
    room = resource(host.business)
    given = {"input": {"resourceId": gid(room), "week": []}}

    allowed = {who for who, user in people(host).items() if "errors" not in post(SET_WEEK, given, user=user)}

    assert allowed == {"owner", "manager", "staff"}


@pytest.mark.parametrize("name", ["setOpeningHours", "setClosedDays"])
def test_practices_hours__are_changed_by_owner_and_managers(host: Consultant, name: str) -> None:
    document, given = {
        "setOpeningHours": (OPEN, {"week": []}),
        "setClosedDays": (CLOSE, {"remove": ["2030-02-01"]}),
    }[name]

    answers = {
        who: post(document, {"input": {"businessId": gid(host.business), **given}}, user=user)
        for who, user in people(host).items()
    }

    assert {who for who, body in answers.items() if "errors" not in body} == {"owner", "manager"}
    assert code_of(answers["nobody"]) == "UNAUTHENTICATED"
    unknown = {"input": {"businessId": write_id("Business", 999_999), **given}}
    assert errors(ask(document, unknown, user=host.business.owner))[0]["code"] == "NOT_FOUND"


def test_remove_time_off__of_others_is_as_if_it_were_not_there(host: Consultant) -> None:
    row = TimeOff.objects.create(schedule=host.schedule, starts_at=TEN, ends_at=TEN + timedelta(hours=1))
    given = {"input": {"timeOffId": gid(row)}}
    everybody = people(host)

    for who in ("other consultant", "other business", "consultant elsewhere", "client"):
        assert errors(ask(REMOVE, given, user=everybody[who]))[0]["code"] == "NOT_FOUND"
    assert code_of(post(REMOVE, given)) == "UNAUTHENTICATED"
    assert errors(ask(REMOVE, given, user=everybody["own consultant"])) == []


def test_time_off__is_shown_to_those_who_may_change_the_calendar(host: Consultant) -> None:
    TimeOff.objects.create(
        schedule=host.schedule, starts_at=TEN, ends_at=TEN + timedelta(hours=1), note="Dentist"
    )
    document = "query ($slug: String!) { consultant(slug: $slug) { calendar { timeOff { note } } } }"

    seen = {
        who: ask(document, {"slug": host.slug}, user=user)["consultant"]["calendar"]["timeOff"]
        for who, user in people(host).items()
    }

    allowed = {"owner", "manager", "staff", "own consultant"}
    assert {who for who, rows in seen.items() if rows == [{"note": "Dentist"}]} == allowed
    assert {who for who, rows in seen.items() if rows is None} == set(seen) - allowed


# What is touched


def everything() -> dict[str, list[dict[str, Any]]]:
    """The rows that no change of hours may touch."""
    return {kind.__name__: list(kind.objects.order_by("pk").values()) for kind in (Slot, Booking, Payment)}


def test_touched_bookings__are_listed_with_moves_and_nothing_of_them_changes(
    host: Consultant, offered: Service, owner: User
) -> None:
    factories.paying(host, offered, starts_at=TEN)
    factories.pending(host, offered, starts_at=TEN + timedelta(days=1))
    touched = Booking.objects.get(starts_at=TEN)
    before = everything()
    given = {"consultantId": gid(host), "startsAt": "2030-01-07T09:00:00Z", "endsAt": "2030-01-07T15:00:00Z"}

    answer = ask(ADD, {"input": given}, user=owner)["addTimeOff"]

    moves = ["2030-01-07T15:00:00Z", "2030-01-07T16:00:00Z", "2030-01-08T09:00:00Z"]
    assert answer["touchedCount"] == 1
    assert answer["touchedBookings"] == [
        {"booking": {"id": gid(touched)}, "suggestedSlots": [{"startsAt": start} for start in moves]}
    ]
    assert everything() == before


@pytest.mark.parametrize(
    ("document", "given"),
    [
        (SET_WEEK, {"week": every_day([between("10:30", "17:00")])}),
        (SET_WEEK, {"week": every_day([between("10:30", "17:00")]), "validFrom": TODAY, "validUntil": TODAY}),
        (SET_DATES, {"days": [{"date": TODAY, "intervals": []}]}),
        (SET_DATES, {"days": [{"date": TODAY, "intervals": [between("08:00", "10:59")]}]}),
        (ADD, {"startsAt": "2030-01-07T10:59:00Z", "endsAt": "2030-01-07T11:00:00Z"}),
    ],
    ids=["hours", "season", "closed date", "other hours", "time off"],
)
def test_touched_bookings__of_each_change_of_a_calendar(
    host: Consultant, offered: Service, owner: User, document: str, given: dict[str, Any]
) -> None:
    booking = factories.pending(host, offered)

    (payload,) = ask(document, {"input": {"consultantId": gid(host), **given}}, user=owner).values()

    assert payload["errors"] == []
    assert [row["booking"]["id"] for row in payload["touchedBookings"]] == [gid(booking)]


def test_touched_bookings__of_a_season_are_those_within_it_and_its_end_gives_their_time_back(
    host: Consultant, offered: Service, owner: User
) -> None:
    first, _ = (factories.pending(host, offered, starts_at=TEN + timedelta(days=days)) for days in (1, 2))
    before = everything()
    given = season(host, "12:00", "2030-01-08", "2030-01-08")

    answer = ask(SET_WEEK, given, user=owner)["setWeeklyHours"]
    gone = ask(SET_WEEK, {"input": {**given["input"], "week": []}}, user=owner)["setWeeklyHours"]

    moves = [{"startsAt": f"2030-01-08T{hour}:00:00Z"} for hour in (12, 13, 14)]
    assert answer["touchedCount"] == 1
    assert answer["touchedBookings"] == [{"booking": {"id": gid(first)}, "suggestedSlots": moves}]
    assert (gone["touchedCount"], gone["errors"]) == (0, [])
    assert everything() == before


def test_touched_bookings__leave_out_what_touches_is_over_or_cancelled(
    host: Consultant, offered: Service, owner: User
) -> None:
    factories.pending(host, offered)
    gone = factories.pending(host, offered, starts_at=TEN + timedelta(hours=2))
    staff = factories.staff_of(offered.business)
    factories.services.cancel_as(booking_id=gone.pk, viewer=staff, now=NOW)
    given = {"consultantId": gid(host), "startsAt": "2030-01-07T11:00:00Z", "endsAt": "2030-01-07T17:00:00Z"}

    assert ask(ADD, {"input": given}, user=owner)["addTimeOff"]["touchedCount"] == 0
    with time_machine.travel(TEN + timedelta(minutes=5), tick=False):
        whole = {"consultantId": gid(host), "firstDay": TODAY, "lastDay": TODAY}
        assert ask(ADD, {"input": whole}, user=owner)["addTimeOff"]["touchedCount"] == 0


def test_touched_bookings__on_published_slots_only_by_what_takes_time_away(
    host: Consultant, offered: Service, owner: User
) -> None:
    Slot.objects.create(
        schedule=host.schedule,
        starts_at=TEN,
        ends_at=TEN + timedelta(hours=1),
        is_published=True,
    )
    booking = factories.pending(host, offered)
    named = {"consultantId": gid(host)}

    closed = ask(SET_WEEK, {"input": {**named, "week": []}}, user=owner)["setWeeklyHours"]
    away = ask(ADD, {"input": {**named, "firstDay": TODAY, "lastDay": TODAY}}, user=owner)["addTimeOff"]

    assert closed["touchedBookings"] == []
    assert [row["booking"]["id"] for row in away["touchedBookings"]] == [gid(booking)]


def test_touched_bookings__of_a_practice_are_those_of_all_its_calendars(
    host: Consultant, offered: Service, owner: User
) -> None:
    other = factories.consultant(offered)
    pair = [factories.pending(each, offered) for each in (host, other)]
    elsewhere = factories.service()
    factories.pending(factories.consultant(elsewhere), elsewhere)
    named = {"businessId": gid(offered.business)}

    shut = ask(CLOSE, {"input": {**named, "add": [{"date": TODAY}]}}, user=owner)["setClosedDays"]
    ask(CLOSE, {"input": {**named, "remove": [TODAY]}}, user=owner)
    late = ask(OPEN, {"input": {**named, "week": every_day([between("11:00", "17:00")])}}, user=owner)

    for payload in (shut, late["setOpeningHours"]):
        assert [row["booking"]["id"] for row in payload["touchedBookings"]] == [gid(row) for row in pair]
        assert all(len(row["suggestedSlots"]) == 3 for row in payload["touchedBookings"])


# What it costs


def statements(call: Callable[[], Any]) -> int:
    call()
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured.captured_queries)


def test_calendars__take_as_many_statements_for_1_and_3_rows(offered: Service) -> None:
    ClosedDay.objects.create(business=offered.business, date=date(2030, 1, 9), name="Strike")
    manager = factories.staff_of(offered.business).user
    asked = {"from": "2030-01-08", "until": "2030-01-09"}
    counts = []
    for rows in (1, 2):
        for _ in range(rows):
            schedule = factories.consultant(offered).schedule
            june = {"weekday": 6, "opens": 600, "closes": 720, "valid_from": date(2030, 6, 1)}
            WeeklyHours.objects.create(schedule=schedule, **june)
            DateOverride.objects.create(schedule=schedule, date=date(2030, 1, 8))
            DateOverride.objects.create(schedule=schedule, date=date(2030, 1, 10))
            TimeOff.objects.create(schedule=schedule, starts_at=TEN, ends_at=TEN + timedelta(days=1))
            TimeOff.objects.create(schedule=schedule, starts_at=TEN, ends_at=TEN + timedelta(hours=1))
        counts.append(statements(lambda: ask(SHOWN, asked, user=manager)))

    shown = [edge["node"] for edge in ask(SHOWN, asked, user=manager)["consultants"]["edges"]]
    assert len(shown) == 3
    for each in shown:
        assert each["calendar"]["dateOverrides"] == [{"date": "2030-01-08", "intervals": []}]
        assert [one["validFrom"] for one in each["calendar"]["seasons"]] == ["2030-06-01"]
        assert each["calendar"]["june"] == [{"intervals": []}] * 6 + [{"intervals": [{"opens": "10:00"}]}]
        assert each["calendar"]["timeOff"] == [{"startsAt": "2030-01-07T10:00:00Z", "note": ""}]
        assert each["business"]["closedDays"] == [{"date": "2030-01-09", "name": "Strike"}]
    assert counts[0] == counts[1]


def test_touched_bookings__take_as_many_statements_for_1_and_3_rows(
    host: Consultant, offered: Service, owner: User
) -> None:
    given = {"input": {"consultantId": gid(host), "week": []}}
    counts = []
    for rows in (1, 2):
        for _ in range(rows):
            start = TEN + timedelta(days=Booking.objects.count())
            ask(SET_WEEK, {"input": {**given["input"], "week": every_day(NINE_TO_FIVE)}}, user=owner)
            factories.pending(host, offered, starts_at=start)
        counts.append(statements(lambda: ask(SET_WEEK, given, user=owner)))

    assert ask(SET_WEEK, given, user=owner)["setWeeklyHours"]["touchedCount"] == 3
    assert counts[0] == counts[1]
