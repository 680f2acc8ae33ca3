"""Hours, dates and time off in the admin: as a clock shows them, under the same rules, each practice its own."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.accounts.models import User
from bookings.businesses.models import Business, ClosedDay, OpeningHours, StaffMember
from bookings.consultants.models import Consultant
from bookings.schedules.models import DateOverride, Schedule, TimeOff, WeeklyHours
from tests import factories
from tests.admin.desk import logged_in, page_of, platform_admin, read
from tests.admin.pages import fields_of, rows_of, send
from tests.factories import NOW
from tests.schema.client import ask, gid

pytestmark = pytest.mark.django_db(transaction=True)

WEEK = "weeklyHours { weekday intervals { opens closes } }"
SET_WEEK = (
    "mutation ($input: SetWeeklyHoursInput!) "
    f"{{ setWeeklyHours(input: $input) {{ calendar {{ {WEEK} }} errors {{ code }} }} }}"
)
SEASONS = """
query ($slug: String!) { consultant(slug: $slug) { calendar {
  seasons { validFrom validUntil days { intervals { opens closes } } }
} } }
"""
SHOW_WEEK = f"query ($slug: String!) {{ consultant(slug: $slug) {{ calendar {{ {WEEK} }} }} }}"
SAVED = "was changed successfully"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def host() -> Consultant:
    return factories.consultant(factories.service(), user=factories.user(), zone="Europe/Warsaw")


def calendar_of(host: Consultant) -> str:
    return reverse("admin:bookings_schedule_change", args=[host.schedule_id])


def practice_page(place: Business) -> str:
    return reverse("admin:bookings_business_change", args=[place.pk])


def member(place: Business, role: StaffMember.Role = StaffMember.Role.STAFF) -> Client:
    user = factories.staff_of(place, role).user
    assert user is not None
    return logged_in(user)


def blank(fields: dict[str, str], prefix: str) -> int:
    """The number of the row that the page's script would add to an inline."""
    return len(rows_of(fields, prefix))


def test_monday__is_monday_from_the_api_to_the_form_and_back(host: Consultant) -> None:
    night = [{"opens": "22:00", "closes": "02:00"}]
    given = {"consultantId": gid(host), "week": [{"weekday": "MONDAY", "intervals": night}]}
    ask(SET_WEEK, {"input": given}, user=host.business.owner)
    client = member(host.business)

    fields = fields_of(read(client, calendar_of(host)))
    (row,) = [row for row in rows_of(fields, "weekly_hours") if row["id"]]
    page = send(client, calendar_of(host), {**fields, "weekly_hours-0-closes": "03:00"})

    assert (row["weekday"], row["opens"], row["closes"]) == ("0", "22:00", "02:00")
    assert SAVED in page
    shown = ask(SHOW_WEEK, {"slug": host.slug})["consultant"]["calendar"]["weeklyHours"]
    assert shown[0] == {"weekday": "MONDAY", "intervals": [{"opens": "22:00", "closes": "03:00"}]}
    assert all(day["intervals"] == [] for day in shown[1:])


def season_rows(number: int, *days: tuple[int, str, str], first: str, last: str) -> dict[str, str]:
    """What somebody types into the rows of weekly hours from that number on: (weekday, opens, closes)."""
    fields = {}
    for place, (weekday, opens, closes) in enumerate(days):
        row = f"weekly_hours-{number + place}"
        fields |= {f"{row}-weekday": str(weekday), f"{row}-opens": opens, f"{row}-closes": closes}
        fields |= {f"{row}-valid_from": first, f"{row}-valid_until": last}
    return fields


def test_seasons__go_from_the_form_to_the_api_and_back(host: Consultant) -> None:
    client = member(host.business)
    usual = list(WeeklyHours.objects.order_by("pk").values())
    fields = fields_of(read(client, calendar_of(host)))
    summer = season_rows(
        blank(fields, "weekly_hours"),
        (0, "22:00", "02:00"),
        (1, "09:00", "12:00"),
        first="2030-06-01",
        last="2030-08-31",
    )

    assert SAVED in send(client, calendar_of(host), {**fields, **summer})

    (shown,) = ask(SEASONS, {"slug": host.slug})["consultant"]["calendar"]["seasons"]
    assert (shown["validFrom"], shown["validUntil"]) == ("2030-06-01", "2030-08-31")
    assert [day["intervals"] for day in shown["days"]][:3] == [
        [{"opens": "22:00", "closes": "02:00"}],
        [{"opens": "09:00", "closes": "12:00"}],
        [],
    ]
    rows = list(WeeklyHours.objects.order_by("pk").values())
    fields = fields_of(read(client, calendar_of(host)))
    saved = [row for row in rows_of(fields, "weekly_hours") if row["id"]]
    assert [(row["weekday"], row["valid_from"]) for row in saved] == [
        *((str(day), "") for day in range(7)),
        ("0", "2030-06-01"),
        ("1", "2030-06-01"),
    ]
    assert SAVED in send(client, calendar_of(host), fields)
    assert list(WeeklyHours.objects.order_by("pk").values()) == rows

    gone = {f"weekly_hours-{number}-DELETE": "on" for number in (7, 8)}
    assert SAVED in send(client, calendar_of(host), {**fields, **gone})
    assert list(WeeklyHours.objects.order_by("pk").values()) == usual


def test_seasons__that_are_over_are_left_out_and_left_alone(host: Consultant) -> None:
    june = {"weekday": 0, "valid_from": date(2029, 6, 1), "valid_until": date(2029, 8, 31)}
    over = WeeklyHours.objects.create(schedule=host.schedule, opens=600, closes=720, **june)
    client = member(host.business)
    fields = fields_of(read(client, calendar_of(host)))
    number = blank(fields, "weekly_hours")
    again = season_rows(number, (1, "10:00", "12:00"), first="2029-06-01", last="2030-08-31")

    assert number == 7
    assert SAVED in send(client, calendar_of(host), fields)
    page = send(client, calendar_of(host), {**fields, **again})

    assert "Season from 2029-06-01: all its rows end on the same date" in page
    assert "these end 2029-08-31 and 2030-08-31." in page
    assert WeeklyHours.objects.exclude(valid_from=None).get() == over


def test_seasons__are_twelve_at_most(host: Consultant) -> None:
    for day in range(1, 13):
        WeeklyHours.objects.create(
            schedule=host.schedule, weekday=0, opens=600, closes=720, valid_from=date(2030, 6, day)
        )
    client = member(host.business)
    fields = fields_of(read(client, calendar_of(host)))
    number = blank(fields, "weekly_hours")

    page = send(
        client,
        calendar_of(host),
        {**fields, **season_rows(number, (1, "10:00", "12:00"), first="2030-07-01", last="")},
    )

    assert "A calendar has at most 12 seasons that are not over." in page
    assert WeeklyHours.objects.count() == 19
    more = season_rows(number, (1, "10:00", "12:00"), first="2030-06-12", last="")
    assert SAVED in send(client, calendar_of(host), {**fields, **more})


def test_seasons__name_the_bookings_that_they_touch() -> None:
    offered = factories.service()
    host = factories.consultant(offered)
    booking = factories.pending(host, offered)
    client = member(host.business)
    fields = fields_of(read(client, calendar_of(host)))
    today = season_rows(7, (0, "12:00", "17:00"), first="2030-01-07", last="2030-01-07")

    page = send(client, calendar_of(host), {**fields, **today})

    assert "They stand as they are" in page
    assert booking.acknowledgement_id in page


def test_calendar__sent_back_as_it_was_changes_no_row(host: Consultant) -> None:
    schedule = host.schedule
    WeeklyHours.objects.filter(schedule=schedule, weekday=0).update(opens=0, closes=1440)
    WeeklyHours.objects.filter(schedule=schedule, weekday=6).update(opens=1320, closes=1440)
    WeeklyHours.objects.filter(schedule=schedule, weekday=4).update(opens=600, closes=2040)
    WeeklyHours.objects.filter(schedule=schedule, weekday=5).delete()
    DateOverride.objects.create(schedule=schedule, date=date(2030, 1, 8))
    DateOverride.objects.create(schedule=schedule, date=date(2030, 1, 9), opens=1380, closes=1500)
    start = datetime(2030, 3, 30, 23, tzinfo=UTC)
    TimeOff.objects.create(schedule=schedule, starts_at=start, ends_at=start + timedelta(hours=23))
    before = [list(kind.objects.order_by("pk").values()) for kind in (WeeklyHours, DateOverride, TimeOff)]
    client = member(host.business)

    page = send(client, calendar_of(host), fields_of(read(client, calendar_of(host))))

    assert SAVED in page
    assert before == [
        list(kind.objects.order_by("pk").values()) for kind in (WeeklyHours, DateOverride, TimeOff)
    ]


def test_calendar__takes_many_rows_at_once_on_its_own_clock(host: Consultant) -> None:
    client = member(host.business)
    WeeklyHours.objects.filter(schedule=host.schedule).delete()
    fields = fields_of(read(client, calendar_of(host)))
    for weekday in range(7):
        row = f"weekly_hours-{weekday}"
        fields |= {f"{row}-weekday": str(weekday), f"{row}-opens": "08:00", f"{row}-closes": "24:00"}
    fields |= {"date_overrides-0-date": "2030-01-08"}
    fields |= {
        "date_overrides-1-date": "2030-01-09",
        "date_overrides-1-opens": "18:00",
        "date_overrides-1-closes": "20:00",
    }
    fields |= {
        "time_off-0-starts_at_0": "2030-07-01",
        "time_off-0-starts_at_1": "09:00",
        "time_off-0-ends_at_0": "2030-07-02",
        "time_off-0-ends_at_1": "00:00",
        "time_off-0-note": "Dentist",
    }

    assert SAVED in send(client, calendar_of(host), fields)

    week = WeeklyHours.objects.filter(schedule=host.schedule).order_by("weekday")
    assert list(week.values_list("weekday", "opens", "closes")) == [(day, 480, 1440) for day in range(7)]
    dates = DateOverride.objects.order_by("date").values_list("date", "opens", "closes")
    assert list(dates) == [(date(2030, 1, 8), None, None), (date(2030, 1, 9), 1080, 1200)]
    off = TimeOff.objects.get()
    assert (off.starts_at, off.ends_at) == (
        datetime(2030, 7, 1, 7, tzinfo=UTC),
        datetime(2030, 7, 1, 22, tzinfo=UTC),
    )
    shown = fields_of(read(client, calendar_of(host)))
    assert shown["time_off-0-starts_at_1"] == "09:00"


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (
            {"weekly_hours-0-opens": "22:00", "weekly_hours-0-closes": "10:00"},
            "Monday 22:00–10:00 and Tuesday 09:00–17:00 overlap.",
        ),
        (
            {"weekly_hours-6-opens": "22:00", "weekly_hours-6-closes": "10:00"},
            "Sunday 22:00–10:00 and Monday 09:00–17:00 overlap.",
        ),
        ({"weekly_hours-0-opens": "9"}, "“9” is no time such as 09:00"),
        ({"weekly_hours-0-opens": "24:00"}, "An interval opens at 23:59 at the latest"),
        (
            {"date_overrides-0-date": "2030-01-08", "date_overrides-0-opens": "09:00"},
            "Give both times, or none where the date is closed.",
        ),
        (
            {
                "date_overrides-0-date": "2030-01-08",
                "date_overrides-1-date": "2030-01-08",
                "date_overrides-1-opens": "09:00",
                "date_overrides-1-closes": "10:00",
            },
            "2030-01-08 is closed: it has no other rows.",
        ),
        (
            {
                "date_overrides-0-date": "2030-01-08",
                "date_overrides-0-opens": "09:00",
                "date_overrides-0-closes": "11:00",
                "date_overrides-1-date": "2030-01-08",
                "date_overrides-1-opens": "10:00",
                "date_overrides-1-closes": "12:00",
            },
            "2030-01-08 09:00–11:00 and 2030-01-08 10:00–12:00 overlap.",
        ),
        ({"date_overrides-0-date": "2030-01-06"}, "2030-01-06 is over."),
        (
            season_rows(7, (0, "22:00", "10:00"), (1, "09:00", "17:00"), first="2030-06-01", last=""),
            "Season from 2030-06-01: Monday 22:00–10:00 and Tuesday 09:00–17:00 overlap.",
        ),
        (
            season_rows(7, (0, "09:00", "10:00"), first="2030-06-01", last="2030-08-31")
            | season_rows(8, (1, "09:00", "10:00"), first="2030-06-01", last=""),
            "Season from 2030-06-01: all its rows end on the same date; these end 2030-08-31 and never.",
        ),
        (
            season_rows(7, (0, "20:00", "21:00"), first="", last="2030-08-31"),
            "Hours that end on a date begin on one.",
        ),
        (
            season_rows(7, (0, "20:00", "21:00"), first="2030-08-31", last="2030-08-30"),
            "2030-08-30 comes before 2030-08-31, when these hours begin.",
        ),
        (season_rows(7, (0, "20:00", "21:00"), first="2029-06-01", last="2030-01-06"), "2030-01-06 is over."),
        (
            season_rows(7, (0, "20:00", "21:00"), first="2036-01-01", last=""),
            "2036-01-01 is more than 5 years ahead.",
        ),
        (
            {
                "time_off-0-starts_at_0": "2030-01-08",
                "time_off-0-starts_at_1": "09:00",
                "time_off-0-ends_at_0": "2030-01-08",
                "time_off-0-ends_at_1": "09:00",
            },
            "Time off ends after it starts.",
        ),
        (
            {
                f"time_off-{number}-{name}_{part}": value
                for number in (0, 1)
                for name, day in (("starts_at", "2030-01-08"), ("ends_at", "2030-01-09"))
                for part, value in ((0, day), (1, "09:00"))
            },
            "2030-01-08 09:00 is the start of the same time off twice.",
        ),
        (
            {
                "time_off-0-starts_at_0": "0001-01-01",
                "time_off-0-starts_at_1": "00:00",
                "time_off-0-ends_at_0": "2030-01-08",
                "time_off-0-ends_at_1": "09:00",
            },
            "This began more than 366 days ago.",
        ),
    ],
    ids=[
        "midnight",
        "sunday",
        "no time",
        "24:00",
        "one time",
        "closed and open",
        "date",
        "over",
        "season's midnight",
        "season of two ends",
        "season without beginning",
        "season backwards",
        "season over",
        "season far ahead",
        "time off",
        "time off twice",
        "time off since ever",
    ],
)
def test_calendar__refuses_what_the_api_refuses(host: Consultant, rows: dict[str, str], words: str) -> None:
    client = member(host.business)
    before = list(WeeklyHours.objects.values())

    page = send(client, calendar_of(host), {**fields_of(read(client, calendar_of(host))), **rows})

    assert words in page
    assert SAVED not in page
    assert list(WeeklyHours.objects.values()) == before
    assert not DateOverride.objects.exists()
    assert not TimeOff.objects.exists()


def test_calendar__refuses_a_time_off_that_is_there_already(host: Consultant) -> None:
    time = {"starts_at": datetime(2030, 1, 8, 8, tzinfo=UTC), "ends_at": datetime(2030, 1, 8, 9, tzinfo=UTC)}
    TimeOff.objects.create(schedule=host.schedule, **time)
    client = member(host.business)
    fields = fields_of(read(client, calendar_of(host)))
    for name in ("starts_at_0", "starts_at_1", "ends_at_0", "ends_at_1"):
        fields[f"time_off-1-{name}"] = fields[f"time_off-0-{name}"]

    page = send(client, calendar_of(host), fields)

    assert SAVED not in page
    assert "2030-01-08 09:00 is the start of the same time off twice." in page
    assert TimeOff.objects.count() == 1


def test_calendar__names_the_bookings_that_lie_where_it_is_closed_now() -> None:
    offered = factories.service()
    host = factories.consultant(offered)
    booking = factories.pending(host, offered)
    client = member(host.business)
    fields = fields_of(read(client, calendar_of(host)))
    number = blank(fields, "date_overrides")

    page = send(client, calendar_of(host), {**fields, f"date_overrides-{number}-date": "2030-01-07"})

    assert "They stand as they are" in page
    assert f'<a href="{page_of(booking)}">{booking.acknowledgement_id}</a>' in page
    booking.refresh_from_db()
    assert booking.status == "PENDING"


def test_practice__has_opening_hours_and_closed_days_and_names_what_they_touch() -> None:
    offered = factories.service()
    booking = factories.pending(factories.consultant(offered), offered)
    place = offered.business
    client = member(place, StaffMember.Role.MANAGER)
    address = practice_page(place)
    fields = fields_of(read(client, address)) | {
        "opening_hours-0-weekday": "0",
        "opening_hours-0-opens": "08:00",
        "opening_hours-0-closes": "20:00",
        "closed_days-0-date": "2030-01-07",
        "closed_days-0-name": "Strike",
    }

    page = send(client, address, fields)

    assert SAVED in page
    assert booking.acknowledgement_id in page
    assert str(OpeningHours.objects.get()) == "Monday 08:00–20:00"
    assert ClosedDay.objects.get().name == "Strike"
    clash = {
        "opening_hours-1-weekday": "0",
        "opening_hours-1-opens": "19:00",
        "opening_hours-1-closes": "21:00",
    }
    again = send(client, address, {**fields_of(read(client, address)), **clash})
    assert "Monday 08:00–20:00 and Monday 19:00–21:00 overlap." in again
    assert OpeningHours.objects.count() == 1


def test_practice__is_changed_by_managers_save_what_is_its_owners(host: Consultant) -> None:
    place = host.business
    manager, staff = (member(place, role) for role in (StaffMember.Role.MANAGER, StaffMember.Role.STAFF))
    rows = {"closed_days-0-date": "2030-02-01", "name": "Renamed", "is_active": ""}

    refused = staff.post(practice_page(place), {**fields_of(read(manager, practice_page(place))), **rows})
    assert refused.status_code == 403
    assert not ClosedDay.objects.exists()

    assert SAVED in send(
        manager, practice_page(place), {**fields_of(read(manager, practice_page(place))), **rows}
    )
    place.refresh_from_db()
    assert (place.name, place.is_active, ClosedDay.objects.count()) == ("Renamed", True, 1)


def test_pages__are_those_of_ones_own_practice_whatever_rights_were_given(host: Consultant) -> None:
    other = factories.consultant(factories.service(), user=factories.user())
    colleague = factories.consultant(host.services.get())
    user = factories.staff_of(other.business, StaffMember.Role.OWNER).user
    assert isinstance(user, User)
    models = ("schedule", "business", "service", "consultant")
    user.user_permissions.set(
        Permission.objects.filter(
            codename__in=[f"{may}_{name}" for may in ("view", "change") for name in models]
        )
    )
    client = logged_in(user)
    strange = {"schedule": host.schedule_id, "business": host.business_id, "consultant": host.pk}
    own = {"schedule": other.schedule_id, "business": other.business_id, "consultant": other.pk}
    strange["service"], own["service"] = host.services.get().pk, other.services.get().pk

    for name in models:
        address = f"admin:bookings_{name}_change"
        assert client.get(reverse(address, args=[own[name]])).status_code == 200
        assert client.get(reverse(address, args=[strange[name]])).status_code == 302
        assert f"/{name}/{strange[name]}/change/" not in read(
            client, reverse(f"admin:bookings_{name}_changelist")
        )
        assert client.post(reverse(address, args=[strange[name]]), {}).status_code == 302

    assert host.user is not None
    consultant = logged_in(host.user)
    assert consultant.get(calendar_of(host)).status_code == 200
    assert consultant.get(calendar_of(colleague)).status_code == 302
    assert consultant.get(practice_page(host.business)).status_code == 302


def test_calendar__zone_and_caps_are_for_those_who_say_what_is_offered(host: Consultant) -> None:
    changes = {"timezone": "Asia/Tokyo", "max_per_day": "2"}
    for role, expected in [
        (StaffMember.Role.STAFF, ("Europe/Warsaw", None)),
        (StaffMember.Role.MANAGER, ("Asia/Tokyo", 2)),
    ]:
        client = member(host.business, role)
        send(client, calendar_of(host), {**fields_of(read(client, calendar_of(host))), **changes})
        row = Schedule.objects.get(pk=host.schedule_id)
        assert (row.timezone, row.max_per_day) == expected


def test_calendar__page_takes_as_many_statements_for_1_and_3_rows(host: Consultant) -> None:
    client = platform_admin()
    counts = []
    for rows in (1, 2):
        for _ in range(rows):
            day = date(2030, 2, 1) + timedelta(days=DateOverride.objects.count())
            DateOverride.objects.create(schedule=host.schedule, date=day)
        read(client, calendar_of(host))
        with CaptureQueriesContext(connection) as told:
            read(client, calendar_of(host))
        counts.append(len(told.captured_queries))
    assert counts[0] == counts[1]
