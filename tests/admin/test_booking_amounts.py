"""A booking's money in the admin: what is taken off the price, what is paid on site, who may, and twice is once."""

import re
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from bookings.booking import services
from bookings.booking.amounts import balance
from bookings.booking.models import Booking, Discount
from bookings.businesses.models import StaffMember
from bookings.payments.models import Payment
from tests import factories
from tests.admin.desk import confirmed, host_of, member_of, page_of, pending, platform_admin, read
from tests.admin.pages import fields_of, words_of
from tests.factories import NOW
from tests.invariants import check_invariants

pytestmark = pytest.mark.django_db
LEAD, STAFF = StaffMember.Role.MANAGER, StaffMember.Role.STAFF


@pytest.fixture(autouse=True)
def travel() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def money_of(booking, slug):
    return reverse("admin:bookings_booking_money", args=[booking.pk, slug])


def offered(client, booking):
    return set(re.findall(r'action="[^"]*/money/([a-z]+)/"', read(client, page_of(booking))))


def answer(client, booking, slug, **answers):
    """Fill in the deed's page and send it; gives what comes up, and what was sent."""
    fields = {**fields_of(read(client, money_of(booking, slug))), **answers}
    return client.post(money_of(booking, slug), fields, follow=True).content.decode(), fields


def test_buttons__are_for_those_who_may_while_something_is_left():
    request, stands = pending(), confirmed()

    assert offered(member_of(request), request) == {"discount"}
    assert offered(member_of(stands), stands) == {"discount", "record"}
    assert offered(member_of(stands, STAFF), stands) == {"record"}
    assert offered(platform_admin(), stands) == {"discount", "record"}
    assert offered(host_of(stands), stands) == set()
    services.record_on_site_payment(
        booking_id=stands.pk, viewer=factories.staff_of(stands.business), method="CASH", now=NOW
    )
    assert offered(member_of(stands), stands) == set()


def test_discount__is_taken_off_and_shown_with_its_reason():
    booking = pending()
    lead = member_of(booking)

    page, _ = answer(lead, booking, "discount", percent="10", reason="A <b>friend</b>.")

    assert "It costs 54.00 EUR now." in page
    assert "A &lt;b&gt;friend&lt;/b&gt;." in page
    assert "A &lt;b&gt;friend&lt;/b&gt;." not in read(host_of(booking), page_of(booking))
    assert Booking.objects.get(pk=booking.pk).price == 54
    assert (
        "Take something off the price: It costs 54.00 EUR now."
        in LogEntry.objects.latest("pk").change_message
    )
    check_invariants()


def test_record__says_what_is_left_and_counts_it():
    booking = confirmed()
    staff = member_of(booking, STAFF)
    assert "Left to pay 60.00 EUR" in words_of(read(staff, money_of(booking, "record")))

    page, _ = answer(staff, booking, "record", amount="20", method="CARD", paid_at="2030-01-07T07:30")

    assert "20.00 EUR recorded, card." in page
    payment = Payment.objects.get(booking=booking)
    assert (payment.paid_amount, payment.method, payment.paid_at.isoformat()) == (
        20, "CARD", "2030-01-07T07:30:00+00:00",
    )  # fmt: skip
    page, _ = answer(staff, booking, "record")
    assert "40.00 EUR recorded, cash." in page
    assert balance(booking).amount == 0
    check_invariants()


def test_form__sent_twice_does_it_once():
    booking = confirmed()
    lead = member_of(booking)

    _, sent = answer(lead, booking, "record", amount="20")
    again = lead.post(money_of(booking, "record"), sent, follow=True).content.decode()

    assert "That was done already." in again
    assert Payment.objects.get(booking=booking).paid_amount == 20


@pytest.mark.parametrize(
    ("slug", "answers", "told"),
    [
        ("discount", {"reason": "So."}, "Give an amount or a percentage"),
        ("discount", {"amount": "61", "reason": "So."}, "At most 60.00 EUR can be taken off."),
        ("discount", {"amount": "0.001", "reason": "So."}, "This is no amount of EUR."),
        ("discount", {"percent": "10", "reason": " "}, "This field is required."),
        ("record", {"amount": "60.01"}, "60.00 EUR is left to pay."),
        ("record", {"paid_at": "2030-01-08T10:00"}, "It was paid by now"),
        ("record", {"method": "SHELLS"}, "Select a valid choice."),
    ],
)
def test_refusals__are_told_beside_the_answers(slug, answers, told):
    booking = confirmed()

    page, _ = answer(member_of(booking), booking, slug, **answers)

    assert told in page
    assert (Discount.objects.count(), Payment.objects.count()) == (0, 0)


def test_page__is_not_there_for_others():
    booking = confirmed()
    stranger = member_of(pending())

    for client, slug in (
        (stranger, "record"),
        (member_of(booking, STAFF), "discount"),
        (host_of(booking), "record"),
    ):
        assert client.get(money_of(booking, slug)).status_code == 404
        assert client.post(money_of(booking, slug), {"percent": "10", "reason": "So."}).status_code == 404
    assert member_of(booking).get(money_of(booking, "bonus")).status_code == 404
    assert Booking.objects.get(pk=booking.pk).discount == 0


def test_facts__tell_deposit_and_what_is_left():
    service = factories.service(deposit_percent=25, price=Decimal(80))
    booking = factories.approved(factories.consultant(service), service)

    page = words_of(read(member_of(booking), page_of(booking)))

    assert "Deposit 20.00 EUR" in page
    assert "Left to pay 80.00 EUR" in page


def test_list__tells_in_a_word_what_is_paid_to_those_who_may_see_it():
    service = factories.service(payment_policy="ON_SITE", seats=9)
    host = factories.consultant(service)
    whole, part, none = (factories.approved(host, service) for _ in range(3))
    staff = factories.staff_of(service.business)
    for booking, amount in ((whole, None), (part, Decimal(1))):
        services.record_on_site_payment(
            booking_id=booking.pk, viewer=staff, method="CASH", amount=amount, now=NOW
        )

    def told(client):
        page = read(client, reverse("admin:bookings_booking_changelist"), status="all")
        return re.findall(r"<td[^>]*field-paid_so_far[^>]*>([^<]*)<", page)

    assert told(member_of(none)) == ["not yet", "in part", "paid"]
    assert told(host_of(none)) == ["–"] * 3
