"""Differences in the admin: read by those who lead the practice, and marked as dealt with."""

from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.businesses.models import StaffMember
from bookings.payments.models import Difference
from tests import factories
from tests.admin.desk import logged_in, platform_admin, read
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "admin:bookings_difference_changelist"
ROLE = StaffMember.Role


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def difference(kind: str = "OTHER_AMOUNT", **fields: Any) -> Difference:
    service = factories.service()
    payment = factories.paying(factories.consultant(service), service)
    return Difference.objects.create(payment=payment, kind=kind, data={"theirs": "59.00 EUR"}, **fields)


def member_of(row: Difference, role: StaffMember.Role = ROLE.MANAGER) -> Client:
    user = factories.staff_of(row.payment.booking.business, role).user
    assert user is not None
    user.user_permissions.set(Permission.objects.filter(codename="view_difference"))
    return logged_in(user)


def act(client: Client, *rows: Difference) -> str:
    chosen = {"action": "dealt_with", "_selected_action": [str(row.pk) for row in rows]}
    return client.post(reverse(LIST), chosen, follow=True).content.decode()


def test_list__shows_what_is_known_and_is_narrowed_by_status_kind_and_practice() -> None:
    waits = difference()
    difference("MISSED_END", status="REPAIRED", ended_at=NOW)
    boss, place = platform_admin(), waits.payment.booking.business

    page = read(boss, reverse(LIST))
    assert "theirs: 59.00 EUR" in page
    for narrowed in (
        {"status__exact": "OPEN"},
        {"kind__exact": "OTHER_AMOUNT"},
        {"payment__booking__business__id__exact": str(place.pk)},
        {"q": waits.payment.reference},
    ):
        answer = boss.get(reverse(LIST), narrowed)
        assert list(answer.context["cl"].result_list) == [waits]


def test_page__is_read_and_not_written() -> None:
    row, boss = difference(), platform_admin()
    address = reverse("admin:bookings_difference_change", args=[row.pk])

    assert "theirs: 59.00 EUR" in read(boss, address)
    assert boss.post(address, {"status": "RESOLVED"}).status_code == 403
    assert boss.get(reverse("admin:bookings_difference_add")).status_code == 403


def test_dealt_with__notes_who_and_when_of_what_waits() -> None:
    row, repaired = difference(), difference(status="REPAIRED", ended_at=None)

    page = act(platform_admin(), row, repaired)

    row.refresh_from_db()
    repaired.refresh_from_db()
    assert "1 dealt with." in page
    assert (row.status, row.ended_at, row.resolved_by.email) == ("RESOLVED", NOW, "admin@example.org")
    assert (repaired.status, repaired.ended_at) == ("REPAIRED", None)


def test_lead__sees_and_ends_those_of_their_own_practice() -> None:
    mine, other = difference(), difference("DISPUTE")
    manager = member_of(mine)

    assert list(manager.get(reverse(LIST)).context["cl"].result_list) == [mine]
    assert manager.get(reverse("admin:bookings_difference_change", args=[other.pk])).status_code == 302

    act(manager, mine, other)

    assert [Difference.objects.get(pk=row.pk).status for row in (mine, other)] == ["RESOLVED", "OPEN"]


def test_staff__see_none_and_are_offered_nothing() -> None:
    row = difference()
    staff = member_of(row, ROLE.STAFF)

    answer = staff.get(reverse(LIST))

    assert list(answer.context["cl"].result_list) == []
    act(staff, row)
    row.refresh_from_db()
    assert row.status == "OPEN"


def test_list__takes_as_many_statements_for_one_row_as_for_four() -> None:
    boss = platform_admin()
    difference()
    read(boss, reverse(LIST))

    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            read(boss, reverse(LIST))
        return len(seen)

    alone = statements()
    for _ in range(3):
        difference()

    assert statements() == alone
