"""The admin's first page: what needs a person now, of one's own practices alone, and the list behind each section."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.accounts.models import RoleRequest
from bookings.booking.models import Booking
from bookings.businesses.models import StaffMember
from bookings.notifications.models import OutboxMessage
from bookings.payments.models import Payment, Refund
from bookings.reviews.models import Review
from tests import factories
from tests.admin.desk import logged_in, platform_admin, read
from tests.admin.waiting import (
    NOON,
    SECTIONS,
    at,
    difference,
    home,
    host_of_practice,
    id_of,
    mail,
    owner_of,
    part,
    refund,
    request,
    review,
    rows_behind,
    to_mark,
    today,
)
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)

ROLE = StaffMember.Role


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.mark.parametrize("key", SECTIONS)
def test_section__shows_what_is_one_s_own_and_leads_to_the_list_of_it(key: str) -> None:
    make, told, nothing = SECTIONS[key]
    host, elsewhere = host_of_practice(), host_of_practice()
    before = home(owner_of(host))
    booking = make(host)
    owner, other = owner_of(host), owner_of(elsewhere)

    shown, empty = part(home(owner), key), part(home(other), key)
    everything = part(home(platform_admin()), key)

    assert nothing in part(before, key)
    assert told(booking) in shown
    assert nothing not in shown
    assert '<span class="number">1</span>' in shown
    assert nothing in empty
    assert booking.acknowledgement_id not in home(other)
    assert told(booking) in everything
    if key != "events":
        assert host.business.name in everything
    listed = rows_behind(owner, shown)
    assert told(booking) in listed or booking.acknowledgement_id in listed


@pytest.mark.parametrize("key", SECTIONS)
def test_list_behind__leaves_out_what_the_section_does(key: str) -> None:
    make, told, _ = SECTIONS[key]
    host, elsewhere = host_of_practice(), host_of_practice()
    mine, other = make(host), make(elsewhere)
    done = factories.approved(host, host.services.get(), **at(72))
    owner = owner_of(host)

    listed = rows_behind(owner, part(home(owner), key))

    assert told(mine) in listed or mine.acknowledgement_id in listed
    assert other.acknowledgement_id not in listed
    assert done.acknowledgement_id not in listed


def test_roles_asked_for__are_the_platform_admin_s_alone() -> None:
    asking = factories.user("ines@example.org", full_name="Ines Ito")
    boss = platform_admin()
    empty = part(home(boss), "roles")
    RoleRequest.objects.create(user=asking, role="CONSULTANT", created_at=NOW)
    RoleRequest.objects.create(user=factories.user(), role="CONSULTANT", status="GRANTED")

    page = part(home(boss), "roles")

    assert "Nobody asks for a role." in empty
    assert "ines@example.org" in page
    assert '<span class="number">1</span>' in page
    assert "ines@example.org" in rows_behind(boss, page)
    assert 'id="now-roles"' not in home(owner_of(host_of_practice()))


def test_sections__are_those_of_one_s_duties() -> None:
    host = host_of_practice()
    for make, _, _ in SECTIONS.values():
        make(host)
    front = logged_in(factories.staff_of(host.business, ROLE.STAFF).user)

    page = home(front)

    assert [key for key in SECTIONS if f'id="now-{key}"' in page] == ["today", "requests", "over", "mails"]
    assert "How it goes" not in page


def test_consultant__sees_their_own_and_no_money() -> None:
    host = host_of_practice(user=factories.user())
    colleague = factories.consultant(host.services.get(), hours=(0, 24))
    own, other = request(host), request(colleague)
    difference(host)
    assert host.user is not None

    page = home(logged_in(host.user))

    assert own.acknowledgement_id in part(page, "requests")
    assert other.acknowledgement_id not in page
    assert 'id="now-payments"' not in page
    assert f"How it goes: {host.full_name}" in page
    assert "Money in" not in page


def test_lists__without_the_right_to_open_them_are_no_links() -> None:
    host = host_of_practice()
    booking = mail(host)
    manager = logged_in(factories.staff_of(host.business).user)

    page = part(home(manager), "mails")

    assert booking.acknowledgement_id in page
    links = re.findall(r'<p class="all"><a href="([^"]+)"', page)
    assert all(manager.get(link).status_code == 200 for link in links)


def test_requests__are_told_oldest_first_with_the_time_left() -> None:
    host = host_of_practice()
    service = host.services.get()
    factories.pending(host, service, now=NOW + timedelta(hours=1), **at(60))
    first = factories.pending(host, service, now=NOW, **at(72))
    soon = factories.pending(host, service, now=NOW + timedelta(hours=2), **at(3))

    page = part(home(owner_of(host)), "requests")

    assert page.index(id_of(first)) < page.index(id_of(soon))
    assert "lapses in 1 d 20 h" in page
    assert '<strong class="flag">lapses in 1 h 0 min</strong>' in page


def test_requests__beyond_the_first_are_counted_and_linked() -> None:
    host = host_of_practice()
    for _ in range(7):
        request(host)

    page = part(home(owner_of(host)), "requests")

    assert page.count("MS-") == 5
    assert "Show all 7" in page


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("UTC", ["07:00", "20:00"]),
        ("Pacific/Auckland", ["09:00", "22:30"]),  # noon in UTC is the 8th there, since an hour
        ("America/Los_Angeles", ["12:00"]),
    ],
)
def test_today__is_each_practice_s_own_day(zone: str, expected: list[str]) -> None:
    host = host_of_practice()
    host.business.timezone = zone
    host.business.save()
    host.services.update(step=30)
    starts = [datetime(2030, 1, 7, 7, tzinfo=UTC), datetime(2030, 1, 7, 20, tzinfo=UTC)]
    starts += [datetime(2030, 1, 8, 9, 30, tzinfo=UTC), datetime(2030, 1, 8, 11, 30, tzinfo=UTC)]
    for start in starts:
        factories.approved(host, host.services.get(), starts_at=start, now=NOW - timedelta(hours=12))
    owner = owner_of(host)

    section = part(home(owner), "today")
    listed = rows_behind(owner, section)

    told = re.findall(r"(\d\d:\d\d) – ", section)
    assert sorted(told) == sorted(expected)
    assert all((row in section) == (row in listed) for row in map(id_of, Booking.objects.all()))


def test_today__of_several_practices_is_the_day_of_each() -> None:
    made = {}
    for zone in ("America/Los_Angeles", "Pacific/Auckland"):
        host = host_of_practice()
        host.business.timezone = zone
        host.business.save()
        host.services.update(step=30)
        made[zone] = factories.approved(
            host, host.services.get(), **at(-0.5)
        )  # 01:30 there; 22:30 of yesterday
    boss = platform_admin()

    section = part(home(boss), "today")
    listed = rows_behind(boss, section)

    shown = {zone: id_of(booking) in section for zone, booking in made.items()}
    assert shown == {"America/Los_Angeles": True, "Pacific/Auckland": False}
    assert shown == {zone: id_of(booking) in listed for zone, booking in made.items()}


def test_today__puts_what_is_over_last_and_misses_the_link() -> None:
    host = host_of_practice()
    done, later = to_mark(host), today(host)
    Booking.objects.filter(pk=later.pk).update(mode="ONLINE")
    owner = owner_of(host)

    page = part(home(owner), "today")
    Booking.objects.filter(pk=later.pk).update(meeting_url="https://meet.example/x")

    assert page.index(id_of(later)) < page.index(id_of(done))
    assert page.count("meeting link missing") == 1
    assert "meeting link missing" not in home(owner)


def test_refunds__refused_ones_leave_when_other_money_went_back_or_time_passed() -> None:
    host = host_of_practice()
    shown = [refund(host), refund(host), refund(host)]
    Refund.objects.update(status="FAILED", needs_person=False, done_at=NOW, created_at=NOW)
    instead = Payment.objects.get(booking=shown[1])
    Refund.objects.create(payment=instead, amount=5, reason="STAFF", key="again", next_attempt_at=NOON)
    Refund.objects.filter(payment__booking=shown[2]).update(done_at=NOW - timedelta(days=31))

    page = part(home(owner_of(host)), "refunds")

    assert [id_of(booking) in page for booking in shown] == [True, False, False]


def test_reviews_and_mails__of_long_ago_are_let_be() -> None:
    host = host_of_practice()
    review(host)
    mail(host)
    Review.objects.update(created_at=NOON - timedelta(days=31))
    OutboxMessage.objects.update(created_at=NOON - timedelta(days=15))

    page = home(owner_of(host))

    assert "Every review of late has its answer." in part(page, "reviews")
    assert "Every mail left, and none came back." in part(page, "mails")


def test_text_from_people__is_shown_as_text() -> None:
    host = host_of_practice(full_name="<script>alert(1)</script>")
    factories.pending(host, host.services.get(), full_name="<img src=x onerror=alert(2)>", **at(4))

    page = read(owner_of(host), reverse("admin:index"))

    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(2)&gt;" in page


def test_statements__are_as_many_for_three_rows_as_for_one() -> None:
    host = host_of_practice()
    boss, owner = platform_admin(), owner_of(host)

    def counted(client: Client) -> int:
        home(client)
        with CaptureQueriesContext(connection) as queries:
            home(client)
        return len(queries)

    for make, _, _ in SECTIONS.values():
        make(host)
    of_one = counted(boss), counted(owner)
    for make, _, _ in SECTIONS.values():
        make(host)
        make(host_of_practice())
    assert (counted(boss), counted(owner)) == of_one
    assert max(of_one) <= 45


def test_recent_actions__stay() -> None:
    host = host_of_practice()
    booking = request(host)
    owner = owner_of(host)
    owner.post(reverse("admin:bookings_booking_note", args=[booking.pk]), {"note": "Called."})

    assert "Recent actions" in home(owner)
