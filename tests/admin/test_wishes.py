"""Wishes, anybody's time and rooms at the admin's desk: what is shown, asked and answered."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.booking.wishes import Period, Wish
from bookings.businesses.models import StaffMember
from bookings.catalogue.models import Service
from bookings.notifications.models import OutboxMessage
from tests import factories
from tests.admin.desk import (
    LIST,
    act,
    host_of,
    logged_in,
    member_of,
    move_of,
    page_of,
    press,
    read,
    status_of,
)
from tests.admin.pages import words_of
from tests.booking import shapes
from tests.factories import NOW, TEN
from tests.witness import everything

pytestmark = pytest.mark.django_db(transaction=True)

TOMORROW_AT_TEN = TEN + timedelta(days=1)
WISHED = "wished: Tuesday 8 January 2030, in the morning"


@pytest.fixture(autouse=True)
def travel() -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def asked(page: str) -> set[str]:
    """The questions of a move's page."""
    inside = page.partition('class="answers')[2].partition("</form>")[0]
    return set(re.findall(r'name="(\w+)"', inside)) - {"csrfmiddlewaretoken", "seen", "answered"}


def offered_times(page: str) -> list[str]:
    """The open times that can be chosen, as they are read."""
    return re.findall(r'name="opening"[^>]*>\s*([^<]*?)\s*</label>', page)


def epoch(moment: Any) -> str:
    return str(int(moment.timestamp()))


def test_list__tells_wishes_rooms_and_anybody_s_time() -> None:
    place = factories.business()
    talk = factories.service(place)
    machine = factories.service(place, holds=Service.Holds.RESOURCE)
    shapes.host_of(talk)
    room = shapes.room(place, machine)
    wish = shapes.draft(talk, wish=shapes.MORNING)
    thing = shapes.draft(machine, starts_at=TEN, resource_id=room.pk)
    client = member_of(wish)

    page = read(client, reverse(LIST), status="all")

    rows = {
        booking.pk: re.sub(r"<[^>]+>", " ", row)
        for row in re.findall(r"<tr\b.*?</tr>", page, re.DOTALL)
        for booking in (wish, thing)
        if booking.acknowledgement_id in row
    }
    assert WISHED in rows[wish.pk]
    assert "anyone" in rows[wish.pk]
    assert "Mon 7 Jan 2030, 10:00 UTC" in rows[thing.pk]
    assert "Room 3" in rows[thing.pk]
    assert "anyone" not in rows[thing.pk]


def test_list__narrows_to_what_has_no_time_yet() -> None:
    offered = factories.service()
    host = shapes.host_of(offered)
    wish = shapes.pending(offered, wish=shapes.MORNING)
    timed = shapes.pending(offered, starts_at=TEN, consultant_id=host.pk)

    page = read(member_of(wish), reverse(LIST), start="wished")

    assert (wish.acknowledgement_id in page, timed.acknowledgement_id in page) == (True, False)


def test_list__takes_as_many_statements_for_three_rows_as_for_one() -> None:
    place = factories.business()
    offered = factories.service(place, holds=Service.Holds.BOTH)
    shapes.room(place, offered)
    shapes.host_of(offered)
    client = member_of(shapes.pending(offered, starts_at=TEN))
    once = statements_of_the_list(client)
    for hours in (1, 2):
        shapes.pending(offered, starts_at=TEN + timedelta(hours=hours))

    assert statements_of_the_list(client) == once


def statements_of_the_list(client: Client) -> int:
    read(client, reverse(LIST))
    with CaptureQueriesContext(connection) as made:
        read(client, reverse(LIST))
    return len(made)


@pytest.mark.parametrize(
    ("shape", "shown"),
    [
        ("wish_for_anyone", ["anyone", f"{WISHED} (UTC)"]),
        ("wish_for_a_consultant", ["Mira Novak", f"{WISHED} (UTC)"]),
        ("with_anyone", ["anyone", "Mon 7 Jan 2030, 10:00 – 11:00 UTC (UTC)"]),
        ("of_a_room", ["Room 3", "Mon 7 Jan 2030, 10:00 – 11:00 UTC (UTC)"]),
        ("in_a_room", ["Mira Novak", "Mon 7 Jan 2030, 10:00 – 11:00 UTC (UTC)"]),
    ],
)
def test_page__tells_who_what_and_when(shape: str, shown: list[str]) -> None:
    booking = shapes.SHAPES[shape](shapes.draft)
    client = member_of(booking)

    for page in (read(client, page_of(booking)), read(client, move_of(booking, "cancel"))):
        assert [text for text in shown if text not in page] == []
        assert "None" not in page.partition('id="content-main"')[2]


def test_approve__offers_the_open_times_within_the_wish() -> None:
    booking = shapes.wish_for_anyone(shapes.pending)

    page = press(member_of(booking), booking, "approve")

    assert asked(page) == {"consultant", "opening", "entered", "override", "price"}
    assert "Open times as wished (UTC)" in page
    assert offered_times(page) == [f"Tue 8 Jan 2030, {hour}:00 UTC" for hour in ("09", "10", "11")]


def test_approve__gives_a_wish_the_length_that_is_chosen() -> None:
    offered = factories.service(max_duration=120)
    shapes.host_of(offered)
    booking = shapes.pending(offered, wish=shapes.MORNING)
    client = member_of(booking)
    page = press(client, booking, "approve")
    assert asked(page) == {"consultant", "opening", "entered", "minutes", "override", "price"}
    assert "From 60 to 120, and the price with it. Empty: 60." in page
    for minutes in ("59", "121"):
        refused = press(client, booking, "approve", entered="2030-01-08T10:00", minutes=minutes)
        assert "Ensure this value is" in refused
    assert status_of(booking) == "PENDING"

    press(client, booking, "approve", entered="2030-01-08T10:00", minutes="90")

    booking.refresh_from_db()
    assert booking.starts_at
    assert booking.ends_at
    assert (booking.status, booking.ends_at - booking.starts_at) == ("APPROVED", timedelta(minutes=90))
    assert booking.price == 90


def test_approve__of_a_time_that_was_asked_for_asks_for_no_length() -> None:
    offered = factories.service(max_duration=120)
    booking = shapes.pending(offered, starts_at=TEN, consultant_id=shapes.host_of(offered).pk)

    assert asked(press(member_of(booking), booking, "approve")) == {"entered", "override", "price"}


def test_approve__offers_the_next_open_times_where_the_wish_has_none() -> None:
    offered = factories.service()
    shapes.host_of(offered)
    evening = Wish(shapes.MORNING.date, Period.EVENING)  # the practice closes at 17:00
    booking = shapes.pending(offered, wish=evening)

    page = press(member_of(booking), booking, "approve")

    assert "Next open times (UTC)" in page
    assert offered_times(page)[0] == "Mon 7 Jan 2030, 09:00 UTC"


def test_approve__of_a_wish_wants_a_time_and_takes_whoever_is_free() -> None:
    booking = shapes.wish_for_anyone(shapes.pending)
    client = member_of(booking)

    assert "Choose a time, or enter one." in press(client, booking, "approve", entered="")
    assert status_of(booking) == "PENDING"
    press(client, booking, "approve", opening=epoch(TOMORROW_AT_TEN))

    booking.refresh_from_db()
    assert (booking.status, booking.starts_at) == ("APPROVED", TOMORROW_AT_TEN)
    assert booking.consultant == booking.service.consultants.get()


def test_approve__gives_a_wish_to_the_consultant_who_is_chosen() -> None:
    booking = shapes.wish_for_anyone(shapes.pending)
    chosen = shapes.host_of(booking.service, full_name="Olga Other")
    client = member_of(booking)
    assert "Whichever is free" in read(client, move_of(booking, "approve"))

    press(client, booking, "approve", entered="2030-01-08T10:00", consultant=str(chosen.pk))

    booking.refresh_from_db()
    assert (booking.consultant, booking.starts_at) == (chosen, TOMORROW_AT_TEN)


def test_approve__of_a_time_that_is_not_open_names_others_and_asks_again() -> None:
    booking = shapes.wish_for_anyone(shapes.pending)
    client = member_of(booking)

    page = press(client, booking, "approve", entered="2030-01-08T20:00")
    assert "The next open times are below." in page
    assert offered_times(page)[0] == "Wed 9 Jan 2030, 09:00 UTC"
    assert status_of(booking) == "PENDING"

    press(client, booking, "approve", entered="2030-01-08T20:00", override="on")
    booking.refresh_from_db()
    assert (booking.status, booking.starts_at) == ("APPROVED", TOMORROW_AT_TEN + timedelta(hours=10))


def test_approve__may_change_the_time_that_was_asked_for() -> None:
    offered = factories.service()
    client_asked = shapes.pending(offered, starts_at=TEN, consultant_id=shapes.host_of(offered).pk)
    client = member_of(client_asked)
    page = press(client, client_asked, "approve")
    assert (asked(page), "Empty: the time stays." in page) == ({"entered", "override", "price"}, True)

    press(client, client_asked, "approve", entered="2030-01-07T14:00")

    client_asked.refresh_from_db()
    assert (client_asked.status, client_asked.starts_at) == ("APPROVED", TEN + timedelta(hours=4))


def test_approve__consultant_answers_a_wish_for_them() -> None:
    booking = shapes.wish_for_a_consultant(shapes.pending)
    client = host_of(booking)
    assert asked(press(client, booking, "approve")) == {"opening", "entered"}

    press(client, booking, "approve", opening=epoch(TOMORROW_AT_TEN))

    assert status_of(booking) == "APPROVED"


def test_approve__of_many_leaves_wishes_alone_and_says_why() -> None:
    offered = factories.service()
    host = shapes.host_of(offered)
    wish = shapes.pending(offered, wish=shapes.MORNING)
    timed = shapes.pending(offered, starts_at=TEN, consultant_id=host.pk)

    page = act(member_of(wish), "approve", wish, timed)

    assert f"{wish.acknowledgement_id} Carla Client: This is a wish: give it a time." in words_of(page)
    assert (status_of(wish), status_of(timed)) == ("PENDING", "APPROVED")


def test_approve__of_a_wish_for_a_room_asks_for_the_room() -> None:
    place = factories.business()
    offered = factories.service(place, holds=Service.Holds.RESOURCE)
    shapes.room(place, offered, name="Attic")
    cellar = shapes.room(place, offered, name="Cellar")
    shapes.room(place, name="Garage")
    booking = shapes.pending(offered, wish=shapes.MORNING)
    client, junior = member_of(booking), member_of(booking, StaffMember.Role.STAFF)
    page = press(client, booking, "approve")
    assert asked(page) == {"resource", "opening", "entered", "override", "price"}
    assert asked(press(junior, booking, "approve")) == {"resource", "opening", "entered"}
    assert [name in page for name in ("Attic", "Cellar", "Garage")] == [True, True, False]

    press(client, booking, "approve", entered="2030-01-08T10:00", resource=str(cellar.pk))

    booking.refresh_from_db()
    assert (booking.resource, booking.consultant, booking.starts_at) == (cellar, None, TOMORROW_AT_TEN)


def test_reassign__of_a_room_is_to_another_room() -> None:
    booking = shapes.of_a_room(shapes.pending)
    other = shapes.room(booking.business, booking.service, name="Cellar")
    client = member_of(booking)
    assert asked(press(client, booking, "reassign")) == {"resource", "entered", "override"}
    assert "This field is required" in press(client, booking, "reassign", resource="")

    press(client, booking, "reassign", resource=str(other.pk))

    booking.refresh_from_db()
    assert (booking.resource, booking.starts_at) == (other, TEN)


def test_reassign__of_a_consultant_in_a_room_is_to_another_of_either() -> None:
    booking = shapes.in_a_room(shapes.pending)
    cellar = shapes.room(booking.business, booking.service, name="Cellar")
    olga = shapes.host_of(booking.service, full_name="Olga Other")
    client = member_of(booking)
    page = press(client, booking, "reassign")
    assert asked(page) == {"consultant", "resource", "entered", "override"}
    assert [words in page for words in ("As before: Mira Novak", "As before: Room 3")] == [True, True]
    assert "Say to whom." in press(client, booking, "reassign", consultant="", resource="")

    press(client, booking, "reassign", resource=str(cellar.pk))
    press(client, booking, "reassign", consultant=str(olga.pk))

    booking.refresh_from_db()
    assert (booking.consultant, booking.resource, booking.starts_at) == (olga, cellar, TEN)


def test_reassign__of_a_wish_wants_a_time() -> None:
    booking = shapes.wish_for_a_consultant(shapes.pending)
    olga = shapes.host_of(booking.service, full_name="Olga Other")
    client = member_of(booking)

    assert "Choose a time, or enter one." in press(client, booking, "reassign", consultant=str(olga.pk))

    booking.refresh_from_db()
    assert (booking.status, booking.starts_at) == ("PENDING", None)


def test_reject__proposes_other_times_on_the_clock_of_the_booking_s_zone() -> None:
    offered = factories.service(factories.business(timezone="Europe/Warsaw"))
    shapes.host_of(offered)
    booking = shapes.pending(offered, wish=shapes.MORNING)
    client = member_of(booking)
    assert asked(press(client, booking, "reject")) == {"reason", *(f"alternative_{n}" for n in (1, 2, 3))}

    press(
        client,
        booking,
        "reject",
        reason="Full.",
        alternative_1="2030-01-09T10:00",
        alternative_3="2030-01-10T15:30",
    )

    assert status_of(booking) == "REJECTED"
    told = OutboxMessage.objects.get(booking=booking, template="rejected").context["alternatives"]
    assert told == ["2030-01-09T10:00:00+01:00", "2030-01-10T15:30:00+01:00"]


def test_reject__refuses_to_propose_what_is_past_or_no_time() -> None:
    booking = shapes.wish_for_anyone(shapes.pending)
    client = member_of(booking)

    past = press(client, booking, "reject", reason="Full.", alternative_2="2030-01-07T07:00")
    nonsense = press(client, booking, "reject", reason="Full.", alternative_2="soon")

    assert "times that are still to come" in past
    assert "Enter a valid date/time." in nonsense
    assert status_of(booking) == "PENDING"


OUT_OF_RANGE = ["0001-01-01T00:00", "1970-12-31T23:59", "2500-01-01T00:00", "9999-12-31T23:59"]


@pytest.mark.parametrize("entered", OUT_OF_RANGE)
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "UTC", "America/New_York"])
def test_moves__refuse_dates_that_are_out_of_range(entered: str, zone: str) -> None:
    service = factories.service(factories.business(timezone=zone), max_duration=120)
    host = factories.consultant(service, zone=zone, hours=(0, 24))
    wish, booking = shapes.pending(service, wish=shapes.MORNING), factories.pending(host, service)
    client = member_of(booking)
    before = everything()

    pages = [
        press(client, wish, "approve", entered=entered, minutes="90"),
        press(client, booking, "approve", entered=entered),
        press(client, booking, "reschedule", entered=entered, override="on"),
        press(client, wish, "reject", reason="Full.", alternative_1=entered),
    ]

    assert all("This date is out of range." in page for page in pages)
    assert everything() == before


def test_strangers__to_a_wish_for_anyone_are_all_consultants() -> None:
    booking = shapes.wish_for_anyone(shapes.pending)
    consultant = booking.service.consultants.get()
    consultant.user = factories.user()
    consultant.save(update_fields=["user"])
    client = logged_in(consultant.user)

    assert client.get(move_of(booking, "approve")).status_code == 404
    assert booking.acknowledgement_id not in read(client, reverse(LIST))
