"""Slots published and withdrawn in the admin, many at once: seen first, each practice its own."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from bookings.businesses.models import StaffMember
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.schedules.models import TimeOff
from bookings.slots.models import Slot
from tests import factories
from tests.admin.desk import logged_in, page_of, platform_admin, read
from tests.admin.pages import agree, fields_of, words_of
from tests.factories import NOW, TEN
from tests.witness import everything

pytestmark = pytest.mark.django_db(transaction=True)

ANEW = "changed since you looked"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def host() -> Consultant:
    return factories.consultant(factories.service(name="Talk", buffer_after=15), full_name="Mira Novak")


def at(host: Consultant, act: str) -> str:
    return reverse(f"admin:bookings_schedule_{act}", args=[host.schedule_id])


def member(host: Consultant) -> Client:
    user = factories.staff_of(host.business, StaffMember.Role.STAFF).user
    assert user is not None
    return logged_in(user)


def ask(client: Client, address: str, **typed: Any) -> str:
    answer = client.post(address, typed)
    assert answer.status_code == 200
    return answer.content.decode()


def wanted(**typed: Any) -> dict[str, Any]:
    """Mondays and Wednesdays of three weeks, at ten and at six in the evening, for eight."""
    days = {"first": "2030-01-07", "last": "2030-01-27", "weekdays": ["0", "2"]}
    return {**days, "times": ["10:00", "", "18:00"], "minutes": "60", "seats": "8", **typed}


def publish(host: Consultant, *starts: datetime) -> list[Slot]:
    return [
        Slot.objects.create(
            schedule=host.schedule, starts_at=start, ends_at=start + timedelta(hours=1), is_published=True
        )
        for start in starts
    ]


def test_publish__shows_what_would_open_and_what_stands_against_the_rest(host: Consultant) -> None:
    booking = factories.pending(host, host.services.get())
    TimeOff.objects.create(
        schedule=host.schedule,
        starts_at=datetime(2030, 1, 9, tzinfo=UTC),
        ends_at=datetime(2030, 1, 10, tzinfo=UTC),
    )
    client = member(host)
    before = everything()

    preview = ask(client, at(host, "publish"), **wanted())

    assert everything() == before
    words = words_of(preview)
    assert "Nothing is published yet." in words
    assert "9 slots, 72 seats" in words
    assert "5 open time outside the hours." in words
    assert "4 lie within the hours" in words
    assert "Mon 14 Jan 2030 10:00–11:00 (8 seats), 18:00–19:00 (8 seats)" in words
    assert "What stands against 3 others" in words
    assert "Mon 7 Jan 2030, 10:00 Booked time overlaps it, buffers included." in words
    assert "Wed 9 Jan 2030, 18:00 The calendar has time off then." in words
    assert f'href="{page_of(booking)}"' in preview

    done = agree(client, at(host, "publish"), preview)

    assert "Mira Novak: 9 slots published." in done
    rows = Slot.objects.filter(is_published=True)
    assert {(row.capacity, row.published_service) for row in rows} == {(8, None)}
    assert rows.count() == 9


def test_publish__of_what_changed_meanwhile_shows_it_anew(host: Consultant) -> None:
    client = member(host)
    preview = ask(client, at(host, "publish"), **wanted())
    assert "12 slots" in preview
    booking = factories.pending(host, host.services.get())

    anew = agree(client, at(host, "publish"), preview)

    assert ANEW in anew
    assert booking.acknowledgement_id in anew
    assert not Slot.objects.filter(is_published=True).exists()
    assert "11 slots published." in agree(client, at(host, "publish"), anew)
    again = agree(client, at(host, "publish"), anew)
    assert ANEW in again
    assert "Nothing: something stands against every one of these slots." in words_of(again)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"times": ["9"]}, "“9” is no time such as 09:00"),
        ({"times": []}, "This field is required."),
        ({"minutes": ""}, "Without a service, say how long a session is."),
        ({"last": "2030-01-01"}, "`until` is `from` or later"),
        ({"last": "2031-12-31", "weekdays": [], "times": ["10:00", "18:00"]}, "At most 1000 slots"),
        ({"seats": "0"}, "greater than or equal to 1"),
    ],
)
def test_publish__refuses_what_the_api_refuses(host: Consultant, typed: dict[str, Any], words: str) -> None:
    page = ask(member(host), at(host, "publish"), **wanted(**typed))

    assert words in words_of(page)
    assert "Nothing is published yet." not in page
    assert not Slot.objects.exists()


def test_publish__for_a_service_takes_its_length_and_seats_and_no_other_practices(host: Consultant) -> None:
    client, service = member(host), host.services.get()
    typed = wanted(service=str(service.pk), minutes="", seats="")
    other = factories.service()

    agree(client, at(host, "publish"), ask(client, at(host, "publish"), **typed))
    foreign = ask(client, at(host, "publish"), **{**typed, "service": str(other.pk)})

    assert {(row.published_service, row.capacity) for row in Slot.objects.all()} == {(service, 1)}
    assert "Select a valid choice" in foreign


def test_publish__names_the_day_on_which_the_clock_changes_and_the_time_that_it_skips() -> None:
    host = factories.consultant(factories.service(), zone="Europe/Warsaw", full_name="Mira Novak")
    days = {"first": "2030-03-29", "last": "2030-04-02", "weekdays": []}

    words = words_of(ask(member(host), at(host, "publish"), **wanted(**days, times=["02:30", "10:00"])))

    assert "Sun 31 Mar 2030: the clock goes forward by 60 minutes" in words
    assert "Sun 31 Mar 2030, 02:30 The clock skips this time on this date." in words
    assert "9 slots" in words


def test_form__comes_back_from_the_preview_as_it_was_filled_in(host: Consultant) -> None:
    client = member(host)
    preview = ask(client, at(host, "publish"), **wanted())

    form = client.post(at(host, "publish"), {**wanted(), "_edit": "1"}).content.decode()

    assert "18:00" in preview
    assert 'value="18:00"' in form
    assert fields_of(form)["last"] == "2030-01-27"
    assert not Slot.objects.exists()


def test_withdraw__shows_what_would_close_and_which_bookings_stay(host: Consultant) -> None:
    ten, eleven, beyond = publish(host, TEN, TEN + timedelta(hours=2), TEN + timedelta(days=7))
    booking = factories.pending(host, host.services.get())
    client = member(host)
    before = everything()

    preview = ask(client, at(host, "withdraw"), first="2030-01-07", last="2030-01-13")

    assert everything() == before
    words = words_of(preview)
    assert "2 slots would be offered no more." in words
    assert "They keep their time on 1 of these slots." in words
    assert booking.acknowledgement_id in words

    done = agree(client, at(host, "withdraw"), preview)

    assert "Mira Novak: 2 slots withdrawn." in done
    assert list(Slot.objects.filter(is_published=True)) == [beyond]
    assert Slot.objects.get(pk=ten.pk).seats_taken == 1
    booking.refresh_from_db()
    assert (booking.status, booking.slot_id) == ("PENDING", ten.pk)
    assert Slot.objects.filter(pk=eleven.pk, is_published=False).exists()


def test_withdraw__of_what_somebody_booked_meanwhile_shows_it_anew(host: Consultant) -> None:
    publish(host, TEN)
    client = member(host)
    preview = ask(client, at(host, "withdraw"), first="2030-01-07", last="2030-01-13")
    assert "Nobody holds any of them." in preview
    booking = factories.pending(host, host.services.get())

    anew = agree(client, at(host, "withdraw"), preview)

    assert ANEW in anew
    assert booking.acknowledgement_id in anew
    assert Slot.objects.get().is_published


def test_withdraw__of_days_without_any_offers_no_button(host: Consultant) -> None:
    page = ask(member(host), at(host, "withdraw"), first="2030-01-07", last="2030-01-13")

    assert "Nothing: no slot is published there." in page
    assert 'class="button default"' not in page
    turned = ask(member(host), at(host, "withdraw"), first="2030-01-13", last="2030-01-07")
    assert "comes after `from`" in turned


@pytest.mark.parametrize("act", ["publish", "withdraw"])
def test_pages__are_those_of_ones_own_calendars(host: Consultant, act: str) -> None:
    publish(host, TEN + timedelta(days=1))
    host.user = factories.user()
    host.save(update_fields=["user"])
    colleague = factories.consultant(host.services.get(), user=factories.user())
    stranger = factories.staff_of(factories.business(), StaffMember.Role.OWNER).user
    assert host.user is not None
    assert colleague.user is not None
    assert stranger is not None

    assert logged_in(host.user).get(at(host, act)).status_code == 200
    assert platform_admin().get(at(host, act)).status_code == 200
    for other in (colleague.user, stranger):
        client = logged_in(other)
        assert client.get(at(host, act)).status_code == 404
        assert client.post(at(host, act), wanted(seen="x")).status_code == 404
    client = Client()
    client.force_login(factories.user())
    assert client.get(at(host, act)).status_code == 302
    assert Slot.objects.count() == 1


def test_publish__in_a_rooms_calendar_takes_as_many_seats_as_it_has_room_for() -> None:
    machine = factories.service(holds=Service.Holds.RESOURCE, seats=2)
    room = factories.resource(machine, name="<b>Sauna</b>")
    address = reverse("admin:bookings_schedule_publish", args=[room.schedule_id])
    client = platform_admin()

    many = ask(client, address, **wanted(service=str(machine.pk), minutes="", seats="3"))
    right = ask(client, address, **wanted(service=str(machine.pk), minutes="", seats="2"))

    assert "From 1 to 2 seats can be published here." in many
    assert "12 slots, 24 seats" in right
    assert "<b>Sauna" not in right + read(client, address)
