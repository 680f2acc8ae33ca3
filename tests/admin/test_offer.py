"""Services and consultants in the admin: under the rules of the API, saved by its services, each practice its own."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from bookings.businesses.models import Business, StaffMember
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.schedules.models import Schedule
from bookings.slots.models import Slot
from tests import factories
from tests.admin.desk import logged_in, page_of, platform_admin, read
from tests.admin.pages import fields_of, send
from tests.booking import shapes
from tests.factories import NOW, TEN
from tests.witness import everything

pytestmark = pytest.mark.django_db(transaction=True)

SAVED = "was changed successfully"
ADDED = "was added successfully"
OURS = ("LogEntry", "Session", "User")


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def place(db: None) -> Business:
    return factories.business(timezone="Europe/Warsaw", currency="PLN")


def member(place: Business, role: StaffMember.Role = StaffMember.Role.MANAGER) -> Client:
    """Somebody of the practice who was given every right over what is offered."""
    user = factories.staff_of(place, role).user
    assert user is not None
    rights = [
        f"{may}_{model}" for may in ("view", "add", "change", "delete") for model in ("service", "consultant")
    ]
    user.user_permissions.set(Permission.objects.filter(codename__in=[*rights, "view_user"]))
    return logged_in(user)


def page(row: Any, which: str = "change") -> str:
    return reverse(f"admin:bookings_{row._meta.model_name}_{which}", args=[row.pk])


def listed(kind: Any, which: str = "changelist") -> str:
    return reverse(f"admin:bookings_{kind._meta.model_name}_{which}")


def change(client: Client, row: Any, **given: Any) -> str:
    """Fill in the page of a row as it stands, with these answers, and give what comes up."""
    return send(client, page(row), {**fields_of(read(client, page(row))), **given})


def test_service__is_added_with_the_practices_currency(place: Business) -> None:
    client = member(place)
    blank = fields_of(read(client, listed(Service, "add")))
    given = {"business": place.pk, "name": " Massage ", "duration": 45, "max_duration": 90, "holds": "BOTH"}

    answer = send(client, listed(Service, "add"), {**blank, **given, "price": "120.5", "max_per_day": 4})

    assert ADDED in answer
    service = Service.objects.get()
    assert (service.name, service.currency, service.price) == ("Massage", "PLN", Decimal("120.5"))
    assert (service.duration, service.max_duration, service.holds, service.max_per_day) == (45, 90, "BOTH", 4)


def test_service__is_changed_where_it_was_changed(place: Business) -> None:
    service = factories.service(place, currency="PLN", needs_approval=False, is_active=False, horizon=30)
    (before,) = Service.objects.values()

    answer = change(member(place), service, name="Chat", draft_lifetime="02:00:00", price="99.00")

    assert SAVED in answer
    (after,) = Service.objects.values()
    assert after == {
        **before, "name": "Chat", "draft_lifetime": timedelta(hours=2), "price": Decimal(99),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"seats": 1001}, "A session has 1000 seats at most."),
        ({"notice": 730 * 1440 + 1}, "minutes of notice can be asked for."),
        ({"notice": 2**31}, "This is a number from 0 to"),
        ({"price": "0.005"}, "This is no amount of PLN."),
        ({"currency": "JPY", "price": "10.50"}, "This is no amount of JPY."),
        ({"currency": "QQQ"}, "Give the three letters (ISO 4217) of a currency in use, such as EUR."),
        ({"currency": "CLF"}, "Give the three letters (ISO 4217) of a currency in use, such as EUR."),
        ({"price": "10000000", "seats": 1000}, "All seats of the longest session together cost too much."),
        ({"max_duration": 59}, "The longest session is not shorter than the shortest."),
        ({"draft_lifetime": "-1 00:00:00"}, "This lasts from 0 to 730 days."),
        ({"pending_lifetime": "999999 00:00:00"}, "This lasts from 0 to 730 days."),
        ({"name": "\u200c"}, "This shows nothing."),
        ({"currency": ""}, "This field is required."),
        ({"holds": "BOTH"}, "What a service holds is fixed once it was asked for"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else None,
)
def test_service__bad_answers_are_shown_and_nothing_is_saved(
    place: Business, given: dict[str, Any], words: str
) -> None:
    service = factories.service(place, currency="PLN")
    factories.draft(factories.consultant(service), service)
    client = member(place)
    read(client, page(service))
    rows = everything(without=frozenset(OURS))

    answer = change(client, service, **given)

    assert words in answer
    assert SAVED not in answer
    assert everything(without=frozenset(OURS)) == rows


def test_services__list_shows_what_they_hold_how_long_and_how_many(place: Business) -> None:
    factories.service(place, name="Sauna", holds=Service.Holds.RESOURCE, max_duration=137, max_per_week=29)
    factories.service(place, name="Talk")
    client = member(place)

    shown = read(client, listed(Service))
    narrowed = read(client, listed(Service), holds__exact="RESOURCE", max_duration__isempty="0")

    assert all(words in shown for words in ("A resource&#x27;s time", ">137<", ">29<"))
    assert ("Sauna" in narrowed, ">Talk<" in narrowed) == (True, False)


def test_consultant__is_added_with_a_calendar_of_their_own(place: Business) -> None:
    client, account, offered = member(place), factories.staff_of(place).user, factories.service(place)
    shown = read(client, listed(Consultant, "add"))
    assert 'name="schedule"' not in shown
    given = {
        "business": place.pk, "full_name": "Mira Novak", "slug": "", "user": account.pk,
        "services": [offered.pk], "max_per_day": 4,
    }  # fmt: skip

    answer = send(client, listed(Consultant, "add"), {**fields_of(shown), **given})

    assert ADDED in answer
    person = Consultant.objects.select_related("schedule").get()
    assert (person.slug, person.user, list(person.services.all())) == ("mira-novak", account, [offered])
    calendar = person.schedule
    assert (calendar.business, calendar.timezone, calendar.follows_business) == (
        place,
        "Europe/Warsaw",
        False,
    )
    assert (calendar.max_per_day, calendar.max_per_week) == (4, None)


def test_consultant__is_changed_through_the_service_and_keeps_practice_and_calendar(place: Business) -> None:
    first, second = factories.service(place), factories.service(place)
    person = factories.consultant(first, user=factories.user())
    other = Schedule.objects.create(business=place, timezone="UTC")
    elsewhere = factories.business(owner=place.owner)

    answer = change(
        member(place), person, full_name=" Olga ", user="", services=[second.pk], timezone="Asia/Tokyo",
        max_per_week=9, schedule=other.pk, business=elsewhere.pk,
    )  # fmt: skip

    assert SAVED in answer
    row = Consultant.objects.select_related("schedule").get()
    assert (row.full_name, row.user, list(row.services.all())) == ("Olga", None, [second])
    assert (row.schedule.pk, row.schedule.timezone, row.schedule.max_per_week) == (
        person.schedule_id, "Asia/Tokyo", 9,
    )  # fmt: skip
    assert row.business == place


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"full_name": "\u200c"}, "This shows nothing."),
        ({"slug": ""}, "This field is required."),
        ({"slug": "taken"}, "already exists"),
        ({"timezone": "Mars"}, "no time zone"),
        ({"max_per_day": 0}, "greater than or equal to 1"),
        ({"max_per_week": 32_768}, "This is a number from 0 to 32767."),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else None,
)
def test_consultant__bad_answers_are_shown_and_nothing_is_saved(
    place: Business, given: dict[str, Any], words: str
) -> None:
    offered = factories.service(place)
    person = factories.consultant(offered)
    factories.consultant(offered, slug="taken")
    client = member(place)
    read(client, page(person))
    rows = everything(without=frozenset(OURS))

    answer = change(client, person, services=[offered.pk], **given)

    assert words in answer
    assert SAVED not in answer
    assert everything(without=frozenset(OURS)) == rows


def test_consultant__another_practices_service_is_refused(place: Business) -> None:
    person = factories.consultant(factories.service(place))
    foreign, own_other = factories.service(), factories.service(factories.business(owner=place.owner))

    for client, chosen, words in (
        (member(place), foreign, "Select a valid choice"),
        (platform_admin(), own_other, "A service of another practice is among these."),
    ):
        answer = change(client, person, services=[chosen.pk])
        assert words in answer
        assert SAVED not in answer
    assert list(person.services.all()) != []


def test_consultant__taken_out_of_use_or_moved_names_the_bookings(place: Business) -> None:
    offered = factories.service(place)
    person = factories.consultant(offered)
    booking = factories.pending(person, offered)
    client, kept = member(place), {"services": [offered.pk]}
    link = f'<a href="{page_of(booking)}">{booking.acknowledgement_id}</a>'
    gone = fields_of(read(client, page(person)))
    gone.pop("is_active")

    assert link not in change(client, person, bio="New.", **kept)
    moved = change(client, person, timezone="Asia/Tokyo", **kept)
    taken = send(client, page(person), {**gone, **kept, "timezone": "Asia/Tokyo"})

    assert "lie where it is closed now" in moved
    assert f"still to come with {person}" in taken
    assert link in moved
    assert link in taken


def test_resource__room_for_what_is_published_stays(place: Business) -> None:
    room = shapes.room(place, capacity=5, zone="Europe/Warsaw")
    Slot.objects.create(
        schedule=room.schedule, starts_at=TEN, ends_at=TEN + timedelta(hours=1), capacity=5, is_published=True
    )

    answer = change(platform_admin(), room, services=[], capacity=4)

    assert "The published slot of 2030-01-07T11:00+01:00 has 5 seats." in answer
    room.refresh_from_db()
    assert room.capacity == 5


@pytest.mark.parametrize("kind", [Service, Consultant])
def test_rows__are_those_of_ones_own_practice_and_changed_by_those_whose_duty_it_is(
    place: Business, kind: Any
) -> None:
    mine, theirs = factories.service(place, name="Mine"), factories.service(name="Theirs")
    if kind is Consultant:
        mine = factories.consultant(mine, full_name="Mine")  # type: ignore[assignment]
        theirs = factories.consultant(theirs, full_name="Theirs")  # type: ignore[assignment]
    client, junior = member(place), member(place, StaffMember.Role.STAFF)
    rows = everything(without=frozenset(OURS))

    for each in (client, junior):
        shown = read(each, listed(kind))
        assert ("Mine" in shown, "Theirs" in shown) == (True, False)
        assert each.get(page(theirs)).status_code == 302
        assert each.post(page(theirs), {"name": "X", "full_name": "X"}).status_code == 302
        assert each.get(page(mine)).status_code == 200
    assert junior.post(page(mine), {"name": "X", "full_name": "X"}).status_code == 403
    assert junior.post(page(mine, "delete"), {"post": "yes"}).status_code == 403
    foreign = {"business": theirs.business_id, "name": "X", "full_name": "X", "duration": 60}
    assert "Select a valid choice" in client.post(listed(kind, "add"), foreign).content.decode()
    own = {**foreign, "business": place.pk}
    assert "Select a valid choice" in junior.post(listed(kind, "add"), own).content.decode()
    assert everything(without=frozenset(OURS)) == rows


def test_consultant__is_no_account_of_somebody_who_does_not_work_there(place: Business) -> None:
    offered, stranger = factories.service(place), factories.user("stranger@example.org")
    client = member(place)
    blank = fields_of(read(client, listed(Consultant, "add")))
    given = {"business": place.pk, "full_name": "Mira", "user": stranger.pk, "services": [offered.pk]}

    answer = send(client, listed(Consultant, "add"), {**blank, **given})

    assert ADDED not in answer
    assert stranger.email not in answer
    assert not Consultant.objects.exists()
