"""Open times where staff create a booking: the engine's, of a day, on the clock of whose time it is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from bookings.booking.models import Booking
from bookings.businesses.models import StaffMember
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.schedules.models import TimeOff
from tests import factories
from tests.admin.desk import read
from tests.admin.pages import fields_of
from tests.admin.test_creating import ADD, answers, at, chosen, create, listed, member
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def offered(db: None) -> Service:
    return factories.service(
        factories.business(timezone="Europe/Warsaw"), payment_policy=Service.PaymentPolicy.ON_SITE
    )


@pytest.fixture
def host(offered: Service) -> Consultant:
    return factories.consultant(offered, zone="Europe/Warsaw")


def test_times__of_the_day_are_the_engine_s_on_the_clock_of_whose_time_it_is(
    host: Consultant, offered: Service
) -> None:
    factories.pending(host, offered)  # at eleven
    client = member(offered)

    page = read(client, reverse(ADD), service=str(offered.pk), date="2030-01-07")

    assert "Open on Monday 7 January 2030 (Europe/Warsaw)" in page
    assert listed(page) == ["10:00", *(f"{hour}:00" for hour in range(12, 17))]  # nine is now
    assert chosen(page) == []


def test_times__without_a_day_are_those_of_the_next_day_that_has_any(
    host: Consultant, offered: Service
) -> None:
    TimeOff.objects.create(schedule=host.schedule, starts_at=NOW, ends_at=NOW + timedelta(hours=30))
    client = member(offered)

    page = read(client, reverse(ADD), service=str(offered.pk))
    assert "Open on Tuesday 8 January 2030 (Europe/Warsaw)" in page
    assert listed(page) == ["15:00", "16:00"]
    page = read(client, reverse(ADD), service=str(offered.pk), date="2030-01-07")
    assert "Nothing is open on Monday 7 January 2030." in page
    assert listed(page) == [f"Tue 8 Jan 2030, {hour}:00" for hour in (15, 16)] + ["Wed 9 Jan 2030, 09:00"]


def test_times__are_asked_for_again_with_all_that_was_typed(host: Consultant, offered: Service) -> None:
    client = member(offered)
    typed = {"full_name": "Walk In", "message": "By the <window>", "consent": "on", "date": "2030-01-09"}
    blank = fields_of(read(client, reverse(ADD)))
    del blank["approve"]

    answer = client.post(reverse(ADD), {**blank, **typed, "service": offered.pk, "show": "times"})

    kept = fields_of(answer.content.decode())
    assert {name: kept[name].strip() for name in typed} == typed
    assert "approve" not in kept
    assert (kept["key"], "errornote" in answer.content.decode()) == (blank["key"], False)
    assert listed(answer.content.decode())[0] == "09:00"
    assert not Booking.objects.exists()


@pytest.mark.parametrize("named", ["consultant", "nobody"])
def test_times__page_takes_a_start_from_its_address(host: Consultant, offered: Service, named: str) -> None:
    client = member(offered)
    query = {"starts_at": "2030-01-08T10:00"}
    query |= {"consultant": str(host.pk)} if named == "consultant" else {"service": str(offered.pk)}

    page = read(client, reverse(ADD), **query)  # the one service that the consultant offers is meant

    assert chosen(page) == [at("2030-01-08T10:00")]
    assert f'<option value="{offered.pk}" selected>' in page
    assert 'value="2030-01-08"' in page


def test_times__start_of_an_address_that_is_not_open_is_entered_or_said(
    host: Consultant, offered: Service
) -> None:
    query = {"starts_at": "2030-01-08T20:00", "service": str(offered.pk)}

    lead, desk = (
        read(member(offered, role), reverse(ADD), **query)
        for role in (StaffMember.Role.MANAGER, StaffMember.Role.STAFF)
    )

    for page in (lead, desk):
        assert "20:00 is not open on that day." in page
        assert chosen(page) == []
    entered = 'name="entered" value="2030-01-08T20:00"'
    assert (entered in lead, entered in desk) == (True, False)
    assert ["It is entered below" in page for page in (lead, desk)] == [True, False]
    for nonsense in ("soon", "9999-99-99T10:00", "0001-01-01T00:00"):
        assert read(member(offered), reverse(ADD), service=str(offered.pk), starts_at=nonsense)


def test_times__selected_start_is_kept_until_the_service_is_chosen(
    host: Consultant, offered: Service
) -> None:
    other = factories.service(offered.business)
    other.consultants.add(host)
    client = member(offered)

    page = read(client, reverse(ADD), consultant=str(host.pk), starts_at="2030-01-08T10:00")
    assert "You chose Tuesday 8 January 2030, 10:00." in page
    kept = fields_of(page)
    assert kept["date"] == "2030-01-08"
    asked = {**kept, "show": "times", "service": offered.pk}
    shown = client.post(reverse(ADD), asked).content.decode()
    later = client.post(reverse(ADD), {**asked, "date": "2030-01-09"}).content.decode()

    assert chosen(shown) == [at("2030-01-08T10:00")]
    assert (chosen(later), "is not open on that day" in later) == ([], False)


def test_times__selected_start_that_is_not_open_stays_entered_on_its_day_alone(
    host: Consultant, offered: Service
) -> None:
    other = factories.service(offered.business)
    other.consultants.add(host)
    client = member(offered)
    kept = fields_of(read(client, reverse(ADD), consultant=str(host.pk), starts_at="2030-01-08T20:00"))

    shown = client.post(reverse(ADD), {**kept, "show": "times", "service": offered.pk}).content.decode()
    again = {**fields_of(shown), "show": "times"}
    same, later, own = (
        client.post(reverse(ADD), {**again, **more}).content.decode()
        for more in ({}, {"date": "2030-01-09"}, {"entered": "2030-01-08T21:00"})
    )

    for page in (shown, same):
        assert "20:00 is not open on that day." in page
        assert 'name="entered" value="2030-01-08T20:00"' in page
    assert 'name="entered" value=' not in later
    assert 'name="entered" value="2030-01-08T21:00"' in own


def test_times__of_the_hour_that_comes_twice_are_told_apart(offered: Service) -> None:
    offered.step = 30
    offered.save()
    host = factories.consultant(offered, zone="Europe/Warsaw", hours=(1, 4))
    client = member(offered)

    with time_machine.travel(datetime(2030, 10, 26, 8, tzinfo=UTC), tick=False):
        client = member(offered)
        page = read(client, reverse(ADD), service=str(offered.pk), date="2030-10-27")
        assert listed(page)[2:6] == ["02:00 (UTC+2)", "02:30 (UTC+2)", "02:00 (UTC+1)", "02:30 (UTC+1)"]
        second = datetime(2030, 10, 27, 1, 30, tzinfo=UTC)
        create(client, **answers(host, offered, opening=str(int(second.timestamp()))))

    assert Booking.objects.get().starts_at == second
