"""Dragging a session in the calendar: what the server makes of it, and what it says where it refuses."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from bookings.booking import services
from bookings.booking.models import Booking
from bookings.businesses.models import StaffMember
from bookings.common import clock
from tests import factories
from tests.admin.desk import confirmed, draft, host_of, logged_in, member_of, pending
from tests.factories import NOW, TEN
from tests.witness import refusal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def address(booking: Booking) -> str:
    return reverse("admin:bookings_booking_calendar_drop", args=[booking.pk])


def dropped(client: Client, booking: Booking, to: str, **sent: Any) -> Any:
    """The answer to a drop by somebody who sees the booking as it is."""
    usual = {"to": to, "seen": str(booking.events.count()), "zone": booking.business.timezone}
    return client.post(address(booking), {**usual, **sent})


def start_of(booking: Booking) -> datetime | None:
    return Booking.objects.get(pk=booking.pk).starts_at


def in_london(*, hours: tuple[int, int] = (0, 24), **fields: Any) -> Booking:
    """A session at noon of the first Monday, in a practice on London's clock."""
    service = factories.service(factories.business(timezone="Europe/London"), horizon=400, step=30)
    host = factories.consultant(service, zone="Europe/London", hours=hours)
    return factories.pending(host, service, starts_at=NOW.replace(hour=12), **fields)


def test_drop__moves_the_session_and_says_so_with_the_way_back() -> None:
    booking = confirmed()
    client = member_of(booking)

    answer = dropped(client, booking, "2030-01-07T14:00")

    assert answer.status_code == 200
    assert start_of(booking) == NOW.replace(hour=14)
    assert answer.json() == {
        "words": f"{booking.acknowledgement_id} was moved to Mon 7 Jan 2030, 14:00.",
        "seen": booking.events.count(),
        "back": "2030-01-07T10:00:00+00:00",
    }
    assert LogEntry.objects.filter(object_id=str(booking.pk), change_message__contains="14:00").count() == 1
    assert list(get_messages(answer.wsgi_request)) == []


def test_drop__can_be_taken_back() -> None:
    booking = pending()
    client = member_of(booking)
    told = dropped(client, booking, "2030-01-07T14:00").json()

    answer = dropped(client, booking, told["back"], seen=told["seen"])

    assert answer.status_code == 200
    assert start_of(booking) == TEN


def test_drop__on_another_session_is_refused_with_the_next_open_times() -> None:
    service = factories.service()
    host = factories.consultant(service)
    booking = factories.pending(host, service)
    factories.pending(host, service, starts_at=TEN + timedelta(hours=2))
    client = member_of(booking)

    answer = dropped(client, booking, "2030-01-07T12:00")

    told = answer.json()
    assert (answer.status_code, told["kind"]) == (409, "refused")
    assert "was not moved to Mon 7 Jan 2030, 12:00" in told["words"]
    assert "Another session" in told["words"]
    assert [each["words"] for each in told["next"]] == [
        "Mon 7 Jan 2030, 13:00",
        "Mon 7 Jan 2030, 14:00",
        "Mon 7 Jan 2030, 15:00",
    ]
    assert told["override"] == ""
    assert start_of(booking) == TEN

    assert dropped(client, booking, told["next"][0]["to"]).status_code == 200
    assert start_of(booking) == NOW.replace(hour=13)


def test_drop__outside_of_hours_leads_put_it_there_all_the_same() -> None:
    booking = pending()
    client = member_of(booking, StaffMember.Role.MANAGER)
    told = dropped(client, booking, "2030-01-07T19:00").json()
    assert "open hours" in told["words"]
    assert start_of(booking) == TEN

    answer = dropped(client, booking, told["override"], override="yes")

    assert answer.status_code == 200
    assert start_of(booking) == NOW.replace(hour=19)


def test_drop__who_may_not_override_is_neither_offered_it_nor_let() -> None:
    booking = pending()
    client = member_of(booking, StaffMember.Role.STAFF)

    assert dropped(client, booking, "2030-01-07T19:00").json()["override"] == ""
    assert dropped(client, booking, "2030-01-07T19:00", override="yes").status_code == 409
    assert start_of(booking) == TEN


def test_drop__override_never_goes_over_another_session() -> None:
    service = factories.service()
    host = factories.consultant(service)
    booking = factories.pending(host, service)
    factories.pending(host, service, starts_at=TEN + timedelta(hours=2))

    assert dropped(member_of(booking), booking, "2030-01-07T12:00", override="yes").status_code == 409
    assert start_of(booking) == TEN


def test_drop__of_a_session_that_somebody_moved_meanwhile_is_refused() -> None:
    booking = pending()
    client, seen = member_of(booking), booking.events.count()
    staff = factories.staff_of(booking.business)
    services.reschedule(booking_id=booking.pk, viewer=staff, starts_at=NOW.replace(hour=15), now=clock.now())

    answer = dropped(client, booking, "2030-01-07T14:00", seen=seen)

    assert (answer.status_code, answer.json()["kind"]) == (409, "stale")
    assert "Somebody changed this booking meanwhile" in answer.json()["words"]
    assert start_of(booking) == NOW.replace(hour=15)


def test_drop__sent_twice_moves_once() -> None:
    booking = pending()
    client, seen = member_of(booking), booking.events.count()

    answers = [dropped(client, booking, "2030-01-07T14:00", seen=seen) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 409]
    assert booking.events.count() == seen + 1


def test_reschedule__what_the_mover_saw_is_looked_at_under_the_locks() -> None:
    booking = pending()
    staff = factories.staff_of(booking.business)
    seen = booking.events.count()
    given = {"booking_id": booking.pk, "viewer": staff, "now": NOW, "seen": seen}
    services.reschedule(**given, starts_at=NOW.replace(hour=15))

    error = refusal(services.reschedule, **given, starts_at=NOW.replace(hour=14))

    assert error.code == "ALREADY_DECIDED"
    assert start_of(booking) == NOW.replace(hour=15)


def test_drop__of_another_practices_session_is_not_found() -> None:
    mine, other = pending(), pending()

    assert dropped(member_of(mine), other, "2030-01-07T14:00").status_code == 404
    assert start_of(other) == TEN


def test_drop__of_what_is_nobodys_to_move_is_refused() -> None:
    service = factories.service()
    booking = factories.pending(factories.consultant(service), service)
    staff = factories.staff_of(booking.business)
    services.cancel_as(booking_id=booking.pk, viewer=staff, reason="No", now=clock.now())

    answer = dropped(member_of(booking), booking, "2030-01-07T14:00")

    assert (answer.status_code, answer.json()["kind"]) == (403, "forbidden")


def test_drop__consultant_moves_their_own_session_and_no_other() -> None:
    service = factories.service()
    mine = factories.pending(factories.consultant(service), service)
    other = factories.pending(factories.consultant(service), service)
    client = host_of(mine)

    assert dropped(client, mine, "2030-01-07T14:00").status_code == 200
    assert dropped(client, other, "2030-01-07T14:00").status_code == 404


def test_drop__is_posted_by_staff_with_the_pages_token() -> None:
    booking = pending()
    client = member_of(booking)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies.update(client.cookies)
    outsider = logged_in(factories.user(booking.email))

    assert client.get(address(booking)).status_code == 405
    assert dropped(strict, booking, "2030-01-07T14:00").status_code == 403
    assert dropped(Client(), booking, "2030-01-07T14:00").status_code == 302
    assert dropped(outsider, booking, "2030-01-07T14:00").status_code == 404
    assert start_of(booking) == TEN


@pytest.mark.parametrize(
    "sent",
    [
        {"to": ""},
        {"to": "tomorrow"},
        {"to": "2030-13-07T10:00"},
        {"to": "0001-01-01T00:00"},
        {"to": "9999-12-31T23:59+00:00"},
        {"to": "2030-01-07T14:00\0"},
        {"seen": ""},
        {"seen": "-1"},
        {"seen": "9" * 30},
        {"seen": "²"},
    ],
)
def test_drop__what_is_no_time_or_no_version_is_refused_as_wrong(sent: dict[str, str]) -> None:
    booking = pending()

    answer = dropped(member_of(booking), booking, **{"to": "2030-01-07T14:00", **sent})

    assert (answer.status_code, answer.json()["kind"]) == (400, "wrong")
    assert start_of(booking) == TEN


def test_drop__on_a_page_that_was_drawn_on_another_clock_is_stale() -> None:
    booking = pending()

    answer = dropped(member_of(booking), booking, "2030-01-07T14:00", zone="Asia/Tokyo")

    assert (answer.status_code, answer.json()["kind"]) == (409, "stale")


def test_drop__a_draft_moves_too_though_no_calendar_shows_it() -> None:
    booking = draft()

    assert dropped(member_of(booking), booking, "2030-01-07T14:00").status_code == 200


def test_drop__into_the_hour_that_the_clock_skips_is_refused_in_words() -> None:
    booking = in_london()

    answer = dropped(member_of(booking), booking, "2030-03-31T01:30")

    told = answer.json()
    assert (answer.status_code, told["kind"]) == (409, "refused")
    assert told["words"].startswith("01:30 does not exist on Sun 31 Mar 2030 in Europe/London")
    assert "from 01:00 to 02:00" in told["words"]
    assert [each["to"] for each in told["next"]] == [
        "2030-03-31T01:00:00+00:00",
        "2030-03-31T01:30:00+00:00",
        "2030-03-31T02:00:00+00:00",
    ]
    assert told["next"][0]["words"] == "Sun 31 Mar 2030, 02:00"
    assert start_of(booking) == NOW.replace(hour=12)


def test_drop__after_the_clock_is_put_forward_keeps_the_walls_time() -> None:
    booking = in_london()

    assert dropped(member_of(booking), booking, "2030-04-01T09:00").status_code == 200
    assert start_of(booking) == datetime.fromisoformat("2030-04-01T08:00+00:00")


def test_drop__into_the_hour_that_comes_twice_asks_which() -> None:
    booking = in_london()
    client = member_of(booking)

    answer = dropped(client, booking, "2030-10-27T01:30")

    told = answer.json()
    assert (answer.status_code, told["kind"]) == (409, "which")
    assert told["words"].startswith("01:30 comes twice on Sun 27 Oct 2030")
    assert [each["words"] for each in told["next"]] == ["The first: 01:30 (UTC+1)", "The second: 01:30 (UTC)"]
    assert start_of(booking) == NOW.replace(hour=12)

    assert dropped(client, booking, told["next"][1]["to"]).status_code == 200
    assert start_of(booking) == datetime.fromisoformat("2030-10-27T01:30+00:00")
