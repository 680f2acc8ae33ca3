"""Refunds in the admin: taken up again by the one service, and refused in its words."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from bookings.businesses.models import StaffMember
from bookings.payments import services
from bookings.payments.models import Payment, Refund
from tests import factories
from tests.admin.desk import host_of, logged_in, member_of, platform_admin, read
from tests.factories import NOW
from tests.lifecycle import confirmed

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "admin:bookings_refund_changelist"
Role = StaffMember.Role


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def left_to_a_person(**columns: object) -> Refund:
    service = factories.service()
    payment = Payment.objects.get(booking=confirmed(factories.consultant(service), service))
    refund = services.request_refund(
        payment=payment, amount=payment.paid, reason=Refund.Reason.STAFF, key=f"k{payment.pk}", now=NOW
    )
    Refund.objects.filter(pk=refund.pk).update(**{"next_attempt_at": None, "attempts": 20, **columns})
    return refund


def try_again(client: Client, *rows: Refund) -> str:
    given = {"action": "try_again", "_selected_action": [row.pk for row in rows]}
    answer = client.post(reverse(LIST), given, follow=True)
    return answer.content.decode()


def taken_up(refund: Refund) -> bool:
    return Refund.objects.get(pk=refund.pk).attempts == 0


@pytest.mark.parametrize(("role", "may"), [(Role.OWNER, True), (Role.MANAGER, True), (Role.STAFF, False)])
def test_try_again__is_for_whom_the_table_of_rights_lets(role: Role, may: bool) -> None:
    refund = left_to_a_person()
    client = member_of(refund.payment.booking, role)

    try_again(client, refund)

    assert taken_up(refund) is may
    page = read(client, reverse("admin:bookings_refund_change", args=[refund.pk]))
    assert "Refund of 60.00 EUR for" in page


def test_try_again__reaches_nobody_elses_refund() -> None:
    mine, other = left_to_a_person(), left_to_a_person()

    page = try_again(member_of(mine.payment.booking), mine, other)

    assert "1 of 1 taken up again" in page
    assert (taken_up(mine), taken_up(other)) == (True, False)
    button = reverse("admin:bookings_refund_onward", args=[other.pk, "try_again"])
    assert member_of(mine.payment.booking).post(button).status_code == 404


def test_try_again__of_what_the_provider_refused_says_what_helps() -> None:
    refund = left_to_a_person(status="FAILED")

    page = try_again(platform_admin(), refund)

    assert "60.00 EUR for" in page
    assert "The provider refused it, and nothing went back. Ask for a new refund." in page
    assert not taken_up(refund)


def test_try_again__of_what_goes_on_by_itself_changes_nothing() -> None:
    refund = left_to_a_person(next_attempt_at=factories.later(hours=1), attempts=3)

    assert "0 of 1 taken up again" in try_again(platform_admin(), refund)
    assert not taken_up(refund)


def test_pages__are_not_for_the_booking_s_consultant_nor_for_others() -> None:
    refund = left_to_a_person()
    stranger = factories.staff_of(factories.business(), Role.OWNER).user
    assert stranger is not None
    page = reverse("admin:bookings_refund_change", args=[refund.pk])

    assert host_of(refund.payment.booking).get(page).status_code == 403
    assert logged_in(stranger).get(page).status_code == 302
