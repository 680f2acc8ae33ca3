"""The page of a calendar: what it shows, and that nothing is saved before what it comes to was seen."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.booking.models import Booking
from bookings.businesses.models import ClosedDay, OpeningHours, StaffMember
from bookings.consultants.models import Consultant
from bookings.schedules.models import DateOverride, Schedule, TimeOff, WeeklyHours
from tests import factories
from tests.admin.desk import logged_in, page_of, platform_admin, read
from tests.admin.pages import agree, fields_of, press, words_of
from tests.factories import NOW, TEN
from tests.witness import everything

pytestmark = pytest.mark.django_db(transaction=True)

SAVED = "was changed successfully"
NOT_YET = "Nothing is saved yet."
ANEW = "Calendar or bookings changed since you looked."
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def host() -> Consultant:
    return factories.consultant(factories.service(name="Talk"), zone="Europe/Warsaw", full_name="Mira Novak")


def calendar_of(host: Consultant) -> str:
    return reverse("admin:bookings_schedule_change", args=[host.schedule_id])


def member(host: Consultant, role: StaffMember.Role = StaffMember.Role.STAFF) -> Client:
    user = factories.staff_of(host.business, role).user
    assert user is not None
    return logged_in(user)


def filled(client: Client, address: str, **typed: str) -> dict[str, Any]:
    """The fields of a page with some of them filled in; `__` stands for a dash."""
    return {**fields_of(read(client, address)), **{name.replace("__", "-"): typed[name] for name in typed}}


def booked(host: Consultant, **fields: Any) -> Booking:
    return factories.pending(host, host.services.get(), **fields)


def test_page__says_whose_it_is_and_shows_week_next_weeks_and_what_is_coming(host: Consultant) -> None:
    booked(host)
    schedule = host.schedule
    WeeklyHours.objects.filter(schedule=schedule, weekday=6).delete()
    WeeklyHours.objects.create(
        schedule=schedule, weekday=0, opens=600, closes=720, valid_from=date(2030, 6, 3)
    )
    DateOverride.objects.create(schedule=schedule, date=date(2030, 1, 9), opens=1200, closes=1500)
    begin = datetime(2030, 1, 9, 23, tzinfo=UTC)
    TimeOff.objects.create(schedule=schedule, starts_at=begin, ends_at=begin + 48 * HOUR, note="Congress")
    ClosedDay.objects.create(business=host.business, date=date(2030, 1, 15))

    page = words_of(read(member(host), calendar_of(host)))

    assert "Availability of Mira Novak" in page
    assert "The usual week Monday 09:00–17:00 Tuesday" in page
    assert "Sunday closed" in page
    assert "From Mon 3 Jun 2030 on Monday 10:00–12:00" in page
    assert "Thu 10 Jan 2030 – Fri 11 Jan 2030 Congress" in page
    assert "Mon 7 Jan 09:00–17:00 1 booked" in page
    assert "Wed 9 Jan 20:00–24:00 other hours" in page
    assert "Thu 10 Jan closed time off" in page
    assert "Tue 15 Jan closed practice closed" in page


def test_week__is_shown_before_it_is_saved_with_whom_it_touches_and_where_they_could_go(
    host: Consultant,
) -> None:
    booking = booked(host, starts_at=TEN)
    client = member(host)
    before = everything()

    preview = press(
        client, calendar_of(host), filled(client, calendar_of(host), weekly_hours__0__closes="10:30")
    )

    assert everything() == before
    assert not LogEntry.objects.exists()
    words = words_of(preview)
    assert NOT_YET in words
    assert "1 booking would lie where it is closed. It stands as it is" in words
    assert f'href="{page_of(booking)}"' in preview
    assert f'href="{reverse("admin:bookings_booking_move", args=[booking.pk, "reschedule"])}"' in preview
    assert "Tue 8 Jan 2030, 09:00 CET" in words
    assert "Mondays from 7 Jan 2030 on – 10:30–17:00" in words

    saved = agree(client, calendar_of(host), preview)

    assert SAVED in saved
    assert booking.acknowledgement_id in saved
    assert WeeklyHours.objects.get(schedule=host.schedule, weekday=0).closes == 630
    booking.refresh_from_db()
    assert (booking.status, booking.starts_at) == ("PENDING", TEN)
    assert LogEntry.objects.get().object_id == str(host.schedule_id)


def test_preview__of_more_time_names_what_opens_and_who_lies_in_open_time_again(host: Consultant) -> None:
    booked(host)
    DateOverride.objects.create(schedule=host.schedule, date=date(2030, 1, 7))
    client = member(host)

    preview = words_of(
        press(client, calendar_of(host), filled(client, calendar_of(host), date_overrides__0__DELETE="on"))
    )

    assert "No booking would lie where it is closed because of this." in preview
    assert "1 booking that lay where it was closed would lie in open time again." in preview
    assert "Mon 7 Jan 2030 09:00–17:00 –" in preview


def test_preview__tells_bookings_that_are_closed_out_already_from_those_that_would_be(
    host: Consultant,
) -> None:
    first, second = booked(host), booked(host, starts_at=TEN + timedelta(days=1))
    DateOverride.objects.create(schedule=host.schedule, date=date(2030, 1, 7))
    client = member(host)

    preview = press(
        client, calendar_of(host), filled(client, calendar_of(host), date_overrides__1__date="2030-01-08")
    )

    assert "1 booking would lie where it is closed." in words_of(preview)
    assert "1 booking lies where it is closed already" in words_of(preview)
    assert second.acknowledgement_id in preview
    assert first.acknowledgement_id not in preview


@pytest.mark.parametrize("what", ["calendar", "practice", "booking"])
def test_save__of_what_changed_meanwhile_shows_it_anew(host: Consultant, what: str) -> None:
    client = member(host)
    preview = press(
        client, calendar_of(host), filled(client, calendar_of(host), date_overrides__0__date="2030-01-07")
    )
    assert "No booking would lie where it is closed" in preview
    if what == "calendar":
        WeeklyHours.objects.filter(schedule=host.schedule, weekday=0).update(closes=720)
    elif what == "practice":
        OpeningHours.objects.create(business=host.business, weekday=0, opens=600, closes=900)
    else:
        booked(host)

    anew = agree(client, calendar_of(host), preview)

    assert ANEW in anew
    assert not DateOverride.objects.exists()
    assert ("1 booking would lie where it is closed" in anew) == (what == "booking")
    assert SAVED in agree(client, calendar_of(host), anew)
    assert DateOverride.objects.count() == 1


def test_save__without_having_seen_or_with_a_made_up_seal_saves_nothing(host: Consultant) -> None:
    client = member(host)
    fields = filled(client, calendar_of(host), date_overrides__0__date="2030-01-07")

    for seen in ("", "0" * 32):
        assert "What would change" in press(client, calendar_of(host), {**fields, "seen": seen})

    assert not DateOverride.objects.exists()


def test_save__a_quarter_of_an_hour_later_is_what_was_seen(host: Consultant) -> None:
    with time_machine.travel(TEN, tick=False) as travel:
        client = member(host)
        preview = press(
            client, calendar_of(host), filled(client, calendar_of(host), date_overrides__0__date="2030-01-07")
        )
        travel.shift(timedelta(minutes=15, seconds=7))
        assert SAVED in agree(client, calendar_of(host), preview)


def test_back__from_the_preview_brings_the_form_as_it_was_filled_in(host: Consultant) -> None:
    client = member(host)
    preview = press(
        client,
        calendar_of(host),
        filled(
            client, calendar_of(host), date_overrides__0__date="2030-01-09", weekly_hours__0__opens="08:15"
        ),
    )

    form = client.post(calendar_of(host), {**fields_of(preview), "_edit": "1"}).content.decode()

    fields = fields_of(form)
    assert (fields["date_overrides-0-date"], fields["weekly_hours-0-opens"]) == ("2030-01-09", "08:15")
    assert "errornote" not in form
    assert not DateOverride.objects.exists()


def test_save__of_a_note_alone_asks_nothing(host: Consultant) -> None:
    begin = datetime(2030, 1, 9, 23, tzinfo=UTC)
    row = TimeOff.objects.create(schedule=host.schedule, starts_at=begin, ends_at=begin + 24 * HOUR)
    client = member(host)

    page = press(
        client, calendar_of(host), filled(client, calendar_of(host), time_off__0__note="<b>Congress</b>")
    )

    assert SAVED in page
    row.refresh_from_db()
    assert row.note == "<b>Congress</b>"
    assert "<b>Congress" not in page


def test_time_off__without_times_is_whole_days_also_across_the_changing_clock(host: Consultant) -> None:
    client = member(host)
    days = {"time_off__0__starts_at_0": "2030-03-30", "time_off__0__ends_at_0": "2030-03-31"}

    preview = press(client, calendar_of(host), filled(client, calendar_of(host), **days))

    words = words_of(preview)
    assert "Sat 30 Mar 2030 – 09:00–17:00" in words
    assert (
        "Week of Mon 25 Mar 2030: on Sun 31 Mar 2030 the clock goes forward from 02:00 to 03:00: "
        "02:00–03:00 does not exist" in words
    )
    agree(client, calendar_of(host), preview)
    row = TimeOff.objects.get()
    assert (row.starts_at, row.ends_at) == (
        datetime(2030, 3, 29, 23, tzinfo=UTC),
        datetime(2030, 3, 31, 22, tzinfo=UTC),
    )


def test_preview__of_a_night_names_how_long_it_is_when_an_hour_is_lost_and_when_one_repeats(
    host: Consultant,
) -> None:
    client = member(host)
    night = {"weekly_hours__5__opens": "22:00", "weekly_hours__5__closes": "06:00"}
    night["weekly_hours__6__opens"] = "10:00"

    words = words_of(press(client, calendar_of(host), filled(client, calendar_of(host), **night)))

    assert "does not exist (open Sat 22:00 – Sun 06:00, which is 7 h then)" in words
    assert "comes twice (open Sat 22:00 – Sun 06:00, which is 9 h then)" in words


def test_practice__shows_once_what_colleagues_have_in_common_and_saves_through_the_service(
    host: Consultant,
) -> None:
    factories.consultant(host.services.get(), zone="Europe/Warsaw", full_name="Ben Okri")
    booking = booked(host)
    client = member(host, StaffMember.Role.MANAGER)
    address = reverse("admin:bookings_business_change", args=[host.business_id])
    typed = {"closed_days__0__date": "2030-01-07", "closed_days__0__name": "<i>Strike</i>"}
    before = everything()

    preview = press(client, address, filled(client, address, **typed))

    assert everything() == before
    assert "Mira Novak, Ben Okri" in preview
    assert booking.acknowledgement_id in preview
    assert SAVED in agree(client, address, preview)
    assert ClosedDay.objects.get().name == "<i>Strike</i>"
    assert "What would change" not in press(client, address, filled(client, address, description="New"))


def test_practice__out_of_use_is_said_to_be_so_once_it_is_saved(host: Consultant) -> None:
    booked(host)
    client = platform_admin()
    address = reverse("admin:bookings_business_change", args=[host.business_id])
    typed = filled(client, address, closed_days__0__date="2030-01-08")
    del typed["is_active"]

    preview = press(client, address, typed)

    assert NOT_YET in words_of(preview)
    assert "still to come" not in words_of(preview)
    assert "still to come" in words_of(agree(client, address, preview))


def test_zone__of_a_consultant_is_shown_before_it_is_saved(host: Consultant) -> None:
    client = platform_admin()
    address = reverse("admin:bookings_consultant_change", args=[host.pk])
    typed = {**filled(client, address, timezone="Asia/Tokyo"), "services": [host.services.get().pk]}

    preview = press(client, address, typed)

    assert "What would change" in preview
    assert Schedule.objects.get().timezone == "Europe/Warsaw"
    client.post(address, {**fields_of(preview), "services": [host.services.get().pk]})
    assert Schedule.objects.get().timezone == "Asia/Tokyo"


def test_pages__of_consultant_and_resource_lead_to_their_calendar(host: Consultant) -> None:
    room = factories.resource(host.services.get())
    client = platform_admin()
    for name, row in (("consultant", host), ("resource", room)):
        page = read(client, reverse(f"admin:bookings_{name}_change", args=[row.pk]))
        assert reverse("admin:bookings_schedule_change", args=[row.schedule_id]) in page
    listed = read(client, reverse("admin:bookings_schedule_changelist"))
    assert "Mira Novak" in listed
    assert room.name in listed


def test_page__takes_as_many_statements_for_three_rows_as_for_one(host: Consultant) -> None:
    client = member(host)
    read(client, calendar_of(host))
    counts = []
    for number, rows in ((0, 1), (1, 2)):
        for extra in range(rows):
            begin = datetime(2030, 2, 1 + number + extra, tzinfo=UTC)
            TimeOff.objects.create(schedule=host.schedule, starts_at=begin, ends_at=begin + HOUR)
            booked(host, starts_at=TEN + timedelta(days=number + extra))
        with CaptureQueriesContext(connection) as made:
            read(client, calendar_of(host))
        counts.append(len(made))
    assert counts[0] == counts[1]
