"""Giving money back from the admin: asked twice, done once, by those who may, of their own practice's money."""

from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from bookings.businesses.models import StaffMember
from bookings.payments.models import Payment, Refund
from tests import factories
from tests.admin.desk import host_of, logged_in, member_of, page_of, platform_admin, read
from tests.admin.pages import fields_of
from tests.factories import NOW
from tests.lifecycle import confirmed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def payment() -> Payment:
    service = factories.service()
    return Payment.objects.get(booking=confirmed(factories.consultant(service), service))


def address(payment: Payment) -> str:
    return reverse("admin:bookings_payment_refund", args=[payment.pk])


def filled(client: Client, payment: Payment, **answers: str) -> dict[str, str]:
    """The form as it opens, with answers."""
    fields = fields_of(read(client, address(payment)))
    return {**fields, "reason": "It was cold.", **answers}


def post(client: Client, payment: Payment, fields: dict[str, str]) -> str:
    answer = client.post(address(payment), fields, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_refund__is_asked_for_twice_and_done_once(payment: Payment) -> None:
    client = member_of(payment.booking)

    sure = post(client, payment, filled(client, payment, amount="12.5"))
    asked = Refund.objects.count()
    fields = fields_of(sure)
    done = post(client, payment, fields)
    again = post(client, payment, fields)

    assert "Give 12.50 EUR back?" in sure
    assert asked == 0
    assert "12.50 EUR of" in done
    assert "12.50 EUR of" in again
    refund = Refund.objects.get()
    assert (refund.amount, refund.reason, refund.note) == (12.5, "STAFF", "It was cold.")


def test_refund__without_an_amount_is_of_what_was_left_when_it_was_shown(payment: Payment) -> None:
    client = member_of(payment.booking)

    sure = post(client, payment, filled(client, payment))
    post(client, payment, fields_of(sure))

    assert "Give 60.00 EUR back?" in sure
    assert Refund.objects.get().amount == 60


def test_refund__amount_is_sent_as_it_was_typed(payment: Payment) -> None:
    """A browser's field for numbers sends nothing for what it cannot read, and nothing means all."""
    page = member_of(payment.booking).get(address(payment)).content.decode()

    assert 'name="amount" inputmode="decimal"' in page
    assert 'type="number"' not in page


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"amount": "60.01"}, "60.00 EUR at most"),
        ({"amount": "0.001"}, "Give an amount of EUR"),
        ({"amount": "-1"}, "Give an amount of EUR"),
        ({"amount": "NaN"}, "Enter a number"),
        ({"amount": "12,50"}, "Enter a number"),
        ({"reason": " "}, "This field is required"),
    ],
)
def test_refund__that_makes_no_sense_is_asked_again(
    payment: Payment, answers: dict[str, str], said: str
) -> None:
    client = member_of(payment.booking)

    page = post(client, payment, filled(client, payment, **answers))

    assert said in page
    assert "back?" not in page
    assert not Refund.objects.exists()


def test_refund__of_more_than_is_left_by_then_is_refused_by_the_service(payment: Payment) -> None:
    client = member_of(payment.booking)
    fields = fields_of(post(client, payment, filled(client, payment)))
    Payment.objects.update(refunded_amount=20)

    page = post(client, payment, fields)

    assert "more than what is left" in page
    assert not Refund.objects.exists()


def test_refund__text_from_people_is_inert(payment: Payment) -> None:
    client = member_of(payment.booking)

    page = post(client, payment, filled(client, payment, reason='"><script>x</script>'))

    assert "<script>x" not in page


def test_refund__needs_the_forms_own_token(payment: Payment) -> None:
    client = member_of(payment.booking)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies

    assert strict.post(address(payment), {"reason": "x", "key": "k", "sure": "yes"}).status_code == 403
    assert not Refund.objects.exists()


def test_refund__is_not_for_others(payment: Payment) -> None:
    booking = payment.booking
    stranger = factories.staff_of(factories.business(), StaffMember.Role.OWNER).user
    assert stranger is not None
    for client in (member_of(booking, StaffMember.Role.STAFF), host_of(booking), logged_in(stranger)):
        assert client.get(address(payment)).status_code == 404
        given = {"reason": "x", "key": "k", "sure": "yes"}
        assert client.post(address(payment), given).status_code == 404
    assert Client().get(address(payment)).status_code == 302
    assert not Refund.objects.exists()


def test_refund__is_offered_where_it_can_be_made(payment: Payment) -> None:
    manager, staff = member_of(payment.booking), member_of(payment.booking, StaffMember.Role.STAFF)
    here = f'href="{address(payment)}"'

    assert here in read(manager, page_of(payment.booking))
    assert here not in read(staff, page_of(payment.booking))
    own = reverse("admin:bookings_payment_change", args=[payment.pk])
    assert here in read(platform_admin(), own)
    Payment.objects.update(refunded_amount=60)
    assert here not in read(manager, page_of(payment.booking))
    assert here not in read(platform_admin(), own)


def test_refund__is_shown_with_who_and_why(payment: Payment) -> None:
    client = member_of(payment.booking)
    post(client, payment, fields_of(post(client, payment, filled(client, payment))))
    reader = factories.staff_of(payment.booking.business).user
    assert reader is not None
    reader.user_permissions.set(Permission.objects.filter(codename="view_refund"))

    page = read(logged_in(reader), reverse("admin:bookings_refund_change", args=[Refund.objects.get().pk]))

    assert "It was cold." in page


def test_attempt_without_money__has_no_such_page() -> None:
    service = factories.service()
    attempt = factories.paying(factories.consultant(service), service)

    assert platform_admin().get(address(attempt)).status_code == 404
