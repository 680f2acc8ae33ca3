"""What the calendar draws: which sessions, to whom, in which range, and what of them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.admin.bookings import calendar_feed
from bookings.booking.models import Booking
from bookings.businesses.models import ClosedDay, OpeningHours, StaffMember
from bookings.slots.models import Slot
from tests import factories, lifecycle
from tests.admin.desk import confirmed, draft, host_of, logged_in, member_of, pending, platform_admin
from tests.booking import shapes
from tests.factories import NOW, TEN

pytestmark = pytest.mark.django_db(transaction=True)

EVENTS = "admin:bookings_booking_calendar_events"


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def asked(client: Client, place: Any, **query: Any) -> Any:
    """The answer to a week's question, or to what is asked instead."""
    usual = {"business": str(place.pk), "start": "2030-01-07", "end": "2030-01-14"}
    return client.get(reverse(EVENTS), {**usual, **query})


def drawn(client: Client, place: Any, **query: Any) -> dict[str, Any]:
    answer = asked(client, place, **query)
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content)


def ids(client: Client, place: Any, **query: Any) -> list[int]:
    return [int(event["id"]) for event in drawn(client, place, **query)["events"]]


def test_feed__tells_of_a_session_what_the_page_draws_and_nothing_else() -> None:
    booking = pending(full_name="Ana <b>x</b>", phone="+48 600 100 200", message="Panic attacks")

    answer = asked(member_of(booking), booking.business)

    event = answer.json()["events"][0]
    assert event == {
        "id": str(booking.pk),
        "title": "Ana <b>x</b>",
        "url": reverse("admin:bookings_booking_change", args=[booking.pk]),
        "start": "2030-01-07T10:00:00",
        "end": "2030-01-07T11:00:00",
        "editable": True,
        "at": "2030-01-07T10:00:00+00:00",
        "hours": "10:00 – 11:00",
        "repeated": False,
        "status": "PENDING",
        "service": booking.service.name,
        "whose": str(booking.consultant),
        "hosts": [str(booking.consultant)],
        "seen": booking.events.count(),
    }
    for private in (booking.email, "600 100 200", "Panic"):
        assert private not in answer.content.decode()


def test_feed__name_is_told_to_whom_the_table_of_rights_lets_see_it(monkeypatch: pytest.MonkeyPatch) -> None:
    booking = pending(full_name="Ana Client")
    client = member_of(booking, StaffMember.Role.STAFF)
    rights = calendar_feed.selectors.rights.RIGHTS
    narrowed = {**rights, calendar_feed.Operation.SEE_CLIENT: frozenset({StaffMember.Role.OWNER})}
    monkeypatch.setattr(calendar_feed.selectors.rights, "RIGHTS", narrowed)

    assert drawn(client, booking.business)["events"][0]["title"] == booking.acknowledgement_id


def test_feed__of_another_practice_is_not_found() -> None:
    mine, other = pending(), pending()
    client = member_of(mine)

    assert asked(client, other.business).status_code == 404
    assert asked(client, other.business, business="").status_code == 404
    assert asked(client, other.business, business="9" * 40).status_code == 404
    assert asked(client, mine.business, consultant=str(other.consultant_id)).status_code == 400
    assert ids(client, mine.business) == [mine.pk]
    assert ids(platform_admin(), other.business) == [other.pk]


def test_feed__consultant_sees_their_own_sessions() -> None:
    service = factories.service()
    mine = factories.pending(factories.consultant(service), service)
    other = factories.pending(factories.consultant(service), service)
    client = host_of(mine)

    assert ids(client, service.business) == [mine.pk]
    assert asked(client, service.business, consultant=str(other.consultant_id)).status_code == 400


def test_feed__client_with_a_desk_elsewhere_sees_nothing_of_their_own_booking() -> None:
    booking = pending()

    assert asked(logged_in(factories.user(booking.email)), booking.business).status_code == 404


def test_feed__is_read_alone() -> None:
    booking = pending()

    assert member_of(booking).post(reverse(EVENTS)).status_code == 405


@pytest.mark.parametrize(
    ("start", "end", "status"),
    [
        ("2030-01-07", "2030-01-08", 200),
        ("2030-01-01", "2030-03-04", 200),
        ("2030-01-01", "2030-03-05", 400),
        ("2030-01-07", "2030-01-07", 400),
        ("2030-01-08", "2030-01-07", 400),
        ("2030-01-07T00:00:00", "2030-01-14T00:00:00", 200),
        ("", "2030-01-07", 400),
        ("2030-01-07", "", 400),
        ("2030-13-07", "2030-01-08", 400),
        ("0001-01-01", "0001-01-02", 400),
        ("9999-12-30", "9999-12-31", 400),
        ("2030-01-07\0", "2030-01-08", 400),
        ("' OR 1=1", "x", 400),
    ],
)
def test_feed__has_one_to_sixty_two_days(start: str, end: str, status: int) -> None:
    booking = pending()

    assert asked(member_of(booking), booking.business, start=start, end=end).status_code == status


@pytest.mark.parametrize(
    ("start", "end", "there"),
    [
        ("2030-01-06", "2030-01-07", False),
        ("2030-01-07", "2030-01-08", True),
        ("2030-01-08", "2030-01-09", False),
    ],
)
def test_feed__days_are_those_of_the_practices_clock(start: str, end: str, there: bool) -> None:
    service = factories.service(factories.business(timezone="America/New_York"))
    host = factories.consultant(service, hours=(0, 24))
    late = datetime(2030, 1, 8, 4, 30, tzinfo=UTC)  # 23:30 of the 7th in New York
    booking = factories.pending(host, service, starts_at=late - timedelta(minutes=30))

    found = ids(member_of(booking), service.business, start=start, end=end)

    assert (booking.pk in found) is there


def test_feed__session_past_midnight_touches_both_days() -> None:
    service = factories.service(duration=120)
    booking = factories.pending(
        factories.consultant(service, hours=(0, 24)), service, starts_at=NOW.replace(hour=23)
    )
    client = member_of(booking)

    assert ids(client, service.business, start="2030-01-08", end="2030-01-09") == [booking.pk]
    assert drawn(client, service.business)["events"][0]["hours"] == "23:00 – 8 Jan 01:00"


def test_feed__narrows_to_consultants_and_rooms() -> None:
    service = factories.service()
    hosts = [factories.consultant(service) for _ in range(3)]
    first, second, third = (factories.pending(host, service) for host in hosts)
    sauna = factories.service(service.business, holds="RESOURCE")
    room = shapes.room(service.business)
    room.services.add(sauna)
    fourth = factories.pending(room, sauna)
    client, place = member_of(first), service.business
    one, two = str(hosts[0].pk), str(hosts[1].pk)

    assert set(ids(client, place)) == {first.pk, second.pk, third.pk, fourth.pk}
    assert set(ids(client, place, consultant=[one, two])) == {first.pk, second.pk}
    assert ids(client, place, resource=str(room.pk)) == [fourth.pk]
    assert ids(client, place, consultant=one, resource=str(room.pk)) == []


def test_feed__has_drafts_never_and_what_is_over_where_it_is_asked_for() -> None:
    unproven = draft()
    assert ids(member_of(unproven), unproven.business, over="on") == []
    service = factories.service()
    rejected = lifecycle.rejected(factories.consultant(service), service)
    client = member_of(rejected)

    assert ids(client, service.business) == []
    found = drawn(client, service.business, over="on")["events"]
    assert [(event["status"], event["editable"]) for event in found] == [("REJECTED", False)]


def test_feed__only_what_somebody_may_move_can_be_dragged() -> None:
    booking = confirmed()
    assert drawn(member_of(booking), booking.business)["events"][0]["editable"] is True

    with time_machine.travel(TEN + timedelta(hours=1), tick=False):
        assert drawn(member_of(booking), booking.business)["events"][0]["editable"] is False


def test_feed__opening_hours_without_closed_days_are_open() -> None:
    place = factories.service().business
    for weekday in (0, 1):
        OpeningHours.objects.create(business=place, weekday=weekday, opens=540, closes=1020)
    ClosedDay.objects.create(business=place, date="2030-01-08")

    found = drawn(platform_admin(), place)

    assert found["open"] == [{"start": "2030-01-07T09:00:00", "end": "2030-01-07T17:00:00"}]
    assert found["changes"] == []


def test_feed__open_is_when_one_of_the_chosen_is_in_one_of_the_rooms() -> None:
    service = factories.service(holds="BOTH")
    early = factories.consultant(service, hours=(8, 12))
    late = factories.consultant(service, hours=(14, 18))
    room = shapes.room(service.business)
    for weekday in range(7):
        room.schedule.weekly_hours.create(weekday=weekday, opens=600, closes=960)
    client, day = platform_admin(), {"end": "2030-01-08"}

    def opened(**query: Any) -> list[str]:
        found = drawn(client, service.business, **day, **query)["open"]
        return [f"{each['start'][11:16]}-{each['end'][11:16]}" for each in found]

    both = [str(early.pk), str(late.pk)]
    assert opened(consultant=both) == ["08:00-12:00", "14:00-18:00"]
    assert opened(resource=str(room.pk)) == ["10:00-16:00"]
    assert opened(consultant=both, resource=str(room.pk)) == ["10:00-12:00", "14:00-16:00"]
    assert opened() == ["00:00-00:00"]


def test_feed__time_off_is_not_open_and_a_published_slot_is() -> None:
    service = factories.service()
    host = factories.consultant(service)
    host.schedule.time_off.create(starts_at=NOW.replace(hour=12), ends_at=NOW.replace(hour=13))
    Slot.objects.create(
        schedule=host.schedule,
        starts_at=NOW.replace(hour=20),
        ends_at=NOW.replace(hour=21),
        capacity=1,
        is_published=True,
    )

    found = drawn(platform_admin(), service.business, end="2030-01-08", consultant=str(host.pk))["open"]

    assert [(each["start"][11:16], each["end"][11:16]) for each in found] == [
        ("09:00", "12:00"),
        ("13:00", "17:00"),
        ("20:00", "21:00"),
    ]


def test_feed__says_where_it_does_not_hold_all(monkeypatch: pytest.MonkeyPatch) -> None:
    service = factories.service()
    for _ in range(3):
        booking = factories.pending(factories.consultant(service), service)
    client = member_of(booking)
    assert drawn(client, service.business)["more"] == 0
    monkeypatch.setattr(calendar_feed, "MOST", 2)

    found = drawn(client, service.business)

    assert (found["more"], len(found["events"])) == (2, 2)


@pytest.mark.parametrize("who", ["member", "host", "admin"])
def test_feed__takes_as_many_statements_for_three_sessions_as_for_one(who: str) -> None:
    service = factories.service()
    host = factories.consultant(service)
    booking = factories.pending(host, service)
    clients = {"member": member_of, "host": host_of, "admin": lambda _: platform_admin()}
    client = clients[who](booking)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert drawn(client, service.business)
        return len(captured)

    statements()  # the first of a minute notes that the log-in is in use
    first = statements()
    for hours in (1, 2):
        factories.pending(host, service, starts_at=TEN + timedelta(hours=hours))

    assert statements() == first <= 9


def test_feed__an_erased_persons_session_is_named_by_its_id() -> None:
    booking = pending()
    Booking.objects.filter(pk=booking.pk).update(full_name="")

    assert drawn(member_of(booking), booking.business)["events"][0]["title"] == booking.acknowledgement_id
