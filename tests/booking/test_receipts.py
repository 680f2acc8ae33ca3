"""Who gets a receipt, what stands on it, and the one mail that brings it."""

from decimal import Decimal

import pytest
import time_machine
from django.core import mail
from django.db import transaction

from bookings import tasks
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.booking.services.receipts import give_receipt
from bookings.booking.states import Status
from bookings.businesses.models import StaffMember
from bookings.common.money import Money
from bookings.notifications.delivery import deliver_due
from bookings.notifications.models import OutboxMessage
from bookings.payments import sandbox
from bookings.payments import services as paying
from bookings.payments.models import Payment, Receipt, Refund, SandboxCheckout
from bookings.payments.receipt_links import link_to_receipt
from tests import factories, lifecycle
from tests.factories import NOW, TEN, later
from tests.invariants import check_invariants
from tests.witness import everything, told

pytestmark = pytest.mark.django_db
Cash = Payment.Method.CASH


def receipts_of(booking):
    return list(Receipt.objects.filter(payment__booking=booking).order_by("pk"))


def mails_of(booking):
    return [template for template, _ in told(booking) if template.endswith("receipt")]


def pays(payment, *, now=NOW):
    sandbox.settle_checkout(reference=payment.reference, status=SandboxCheckout.Status.SUCCESS, now=now)
    services.settle(payment_id=payment.pk, now=now)
    return Booking.objects.get(pk=payment.booking_id)


def gives_back(payment, amount, key="k"):
    """Money that goes back, taken to its end by the worker."""
    refund = paying.request_refund(
        payment=payment,
        amount=Money(Decimal(amount), payment.paid.currency),
        reason=Refund.Reason.STAFF,
        key=key,
        now=NOW,
    )
    with time_machine.travel(later(minutes=1), tick=False):
        tasks.run_refund(refund.pk)
    refund.refresh_from_db()
    assert refund.status == Refund.Status.SUCCEEDED
    return refund


def test_settle__gives_a_receipt_of_what_was_sold(host, offered):
    place = offered.business
    type(place).objects.filter(pk=place.pk).update(
        tax_rate=23, tax_number="PL1", address="Quay 1", city="Gdańsk", country="PL", timezone="Europe/Warsaw"
    )
    place.refresh_from_db()
    payment = factories.paying(host, offered, full_name="Carla Client", email="carla@example.org")

    booking = pays(payment)

    (receipt,) = receipts_of(booking)
    payment.refresh_from_db()
    assert (receipt.business_id, receipt.payment_id, receipt.label) == (place.pk, payment.pk, "2030-000001")
    assert (str(receipt.money), receipt.tax_rate, receipt.tax_amount) == ("60.00 EUR", 23, Decimal("11.22"))
    assert receipt.buyer_email == "carla@example.org"
    assert receipt.details == {
        "seller": {
            "name": place.name,
            "address": "Quay 1",
            "city": "Gdańsk",
            "country": "PL",
            "email": "",
            "tax_number": "PL1",
        },
        "buyer": {"name": "Carla Client"},
        "service": offered.name,
        "acknowledgement_id": booking.acknowledgement_id,
        "starts_at": "2030-01-07T11:00:00+01:00",
        "ends_at": "2030-01-07T12:00:00+01:00",
        "timezone": "Europe/Warsaw",
        "seats": 1,
        "price": "60.00 EUR",
        "discount": "",
        "left": "",
        "paid_at": "2030-01-07T09:00:00+01:00",
        "purpose": "PRICE",
        "method": payment.method,
        "provider": "sandbox",
        "reference": payment.reference,
        "provider_reference": payment.provider_payment_id,
        "live": False,
    }
    check_invariants()


def test_settle__twice_gives_one_receipt_and_one_mail(host, offered):
    payment = factories.paying(host, offered)
    booking = pays(payment)
    before = everything()

    services.settle(payment_id=payment.pk, now=later(minutes=5))
    payment.refresh_from_db()
    with transaction.atomic():
        give_receipt(booking=booking, payment=payment, now=later(minutes=6))

    assert everything() == before
    assert (len(receipts_of(booking)), mails_of(booking)) == (1, ["receipt"])


def test_settle__tells_of_a_deposit_and_what_is_left(host, offered):
    type(offered).objects.filter(pk=offered.pk).update(deposit_percent=25)
    offered.refresh_from_db()

    booking = pays(factories.paying(host, offered))

    (receipt,) = receipts_of(booking)
    shown = {name: receipt.details[name] for name in ("purpose", "price", "left")}
    assert shown == {"purpose": "DEPOSIT", "price": "60.00 EUR", "left": "45.00 EUR"}
    assert str(receipt.money) == "15.00 EUR"


@pytest.mark.parametrize(
    "columns",
    [{"amount_minor": 100}, {"amount_minor": 99999}, {"currency": "USD"}],
    ids=["less", "more", "other"],
)
def test_settle__money_that_is_not_what_was_asked_gets_none(host, offered, columns):
    payment = factories.paying(host, offered)
    SandboxCheckout.objects.filter(reference=payment.reference).update(**columns)

    booking = pays(payment)

    assert Refund.objects.filter(payment=payment).exists()
    assert (receipts_of(booking), mails_of(booking)) == ([], [])


def test_settle__money_that_comes_too_late_gets_none_nor_does_its_refund(host, offered):
    payment = factories.paying(host, offered)
    SandboxCheckout.objects.filter(reference=payment.reference).update(expires_at=TEN)
    services.lapse(booking_id=payment.booking_id, now=payment.booking.pay_by)
    SandboxCheckout.objects.filter(reference=payment.reference).update(status="OPEN")

    booking = pays(payment, now=later(minutes=1))
    with time_machine.travel(later(days=1), tick=False):
        tasks.run_refund(Refund.objects.get(payment=payment).pk)

    assert Refund.objects.get(payment=payment).status == Refund.Status.SUCCEEDED
    assert (booking.status, receipts_of(booking), mails_of(booking)) == (Status.EXPIRED, [], [])


def test_record_on_site_payment__gives_a_receipt_each(host, offered):
    type(offered).objects.filter(pk=offered.pk).update(deposit_percent=50)
    offered.refresh_from_db()
    booking = pays(factories.paying(host, offered))
    staff = factories.staff_of(offered.business)

    services.record_on_site_payment(
        booking_id=booking.pk, viewer=staff, method=Cash, amount=Decimal(20), now=TEN
    )
    services.record_on_site_payment(booking_id=booking.pk, viewer=staff, method=Cash, now=TEN)

    deposit, part, rest = receipts_of(booking)
    assert [receipt.number for receipt in (deposit, part, rest)] == [1, 2, 3]
    assert [str(receipt.money) for receipt in (deposit, part, rest)] == [
        "30.00 EUR",
        "20.00 EUR",
        "10.00 EUR",
    ]
    assert [receipt.details["left"] for receipt in (deposit, part, rest)] == ["30.00 EUR", "10.00 EUR", ""]
    assert {part.details["method"], rest.details["method"]} == {"CASH"}
    assert (rest.details["purpose"], rest.details["live"]) == ("ON_SITE", True)
    assert mails_of(booking) == ["receipt"] * 3
    check_invariants()


def test_run_refund__corrects_the_receipt_and_mails_once(host, offered):
    booking = lifecycle.confirmed(host, offered)
    refund = gives_back(Payment.objects.get(booking=booking), "12.50")

    with time_machine.travel(later(hours=1), tick=False):
        tasks.run_refund(refund.pk)
    with transaction.atomic():
        services.refund_ended(refund)

    sold, back = receipts_of(booking)
    assert (back.kind, back.refund_id, back.label) == ("REFUND", refund.pk, "2030-000002")
    assert (str(back.money), back.details["corrects"]) == ("12.50 EUR", sold.label)
    assert (back.details["seller"], back.details["buyer"]) == (sold.details["seller"], sold.details["buyer"])
    assert mails_of(booking) == ["receipt", "refund_receipt"]


def test_cancel__gives_the_receipt_of_the_refund_once_it_is_done(host, offered):
    booking = lifecycle.confirmed(host, offered)
    services.cancel_as(booking_id=booking.pk, viewer=factories.staff_of(offered.business), now=NOW)
    assert mails_of(booking) == ["receipt"]

    tasks.SWEEPS["refunds"](later(minutes=1))

    assert [str(receipt.money) for receipt in receipts_of(booking)] == ["60.00 EUR", "60.00 EUR"]
    assert mails_of(booking) == ["receipt", "refund_receipt"]
    check_invariants()


def test_refund_payment__of_money_paid_on_site_gives_its_receipt_at_once(host, offered):
    booking = factories.approved(host, offered)
    owner = factories.staff_of(offered.business, StaffMember.Role.OWNER)
    services.confirm_unpaid(booking_id=booking.pk, viewer=owner, now=NOW)
    payment = services.record_on_site_payment(booking_id=booking.pk, viewer=owner, method=Cash, now=NOW)

    services.refund_payment(
        payment_id=payment.pk, viewer=owner, reason="Counted twice.", amount=Decimal(10), now=NOW
    )

    sold, back = receipts_of(booking)
    assert (sold.kind, back.kind, str(back.money)) == ("PAYMENT", "REFUND", "10.00 EUR")
    assert back.details["method"] == "CASH"


def test_refund_ended__of_a_refund_that_failed_gives_none(host, offered):
    booking = lifecycle.confirmed(host, offered)
    payment = Payment.objects.get(booking=booking)
    refund = payment.refunds.create(amount=10, reason="STAFF", key="k", status=Refund.Status.FAILED)

    services.refund_ended(refund)

    assert len(receipts_of(booking)) == 1


def test_refund_ended__of_an_erased_booking_keeps_the_buyer_and_mails_nobody(host, offered):
    booking = lifecycle.ended(services.complete)(host, offered, email="carla@example.org")
    payment = Payment.objects.get(booking=booking)
    services.erase(booking_id=booking.pk, now=later(days=1))

    gives_back(payment, "60")

    _, back = receipts_of(booking)
    assert (back.buyer_email, back.details["buyer"]) == ("carla@example.org", {"name": "Carla Client"})
    assert not OutboxMessage.objects.filter(booking=booking, template="refund_receipt").exists()


def test_mail__says_what_was_paid_and_leads_to_the_page(host, offered):
    place = offered.business
    type(place).objects.filter(pk=place.pk).update(tax_rate=23, tax_number="PL1", name="Harbour <Practice>")
    place.refresh_from_db()
    booking = pays(factories.paying(host, offered))
    gives_back(Payment.objects.get(booking=booking), "10")

    deliver_due(later(minutes=10))

    sold, back = receipts_of(booking)
    sent = {message.subject: message for message in mail.outbox}
    first = sent[f"Your receipt for {booking.acknowledgement_id}"]
    second = sent[f"Your refund receipt for {booking.acknowledgement_id}"]
    html = first.alternatives[0][0]
    for part in (
        "60.00 EUR",
        "2030-000001",
        "PL1",
        "11.22 EUR",
        "(23 %)",
        link_to_receipt(sold.pk),
        offered.name,
    ):
        assert part in first.body
        assert part in html
    assert "Harbour &lt;Practice&gt;" in html
    assert "Status:" not in first.body
    for part in ("10.00 EUR", "2030-000002", "corrects receipt 2030-000001", link_to_receipt(back.pk)):
        assert part in second.body


def test_mail__keeps_the_address_of_the_page_as_a_secret(host, offered):
    booking = pays(factories.paying(host, offered))

    row = OutboxMessage.objects.get(booking=booking, template="receipt")

    (receipt,) = receipts_of(booking)
    assert row.secrets == {"link": link_to_receipt(receipt.pk)}
    assert "/receipts/" not in str(row.context)
    deliver_due(later(minutes=10))
    row.refresh_from_db()
    assert (row.status, row.secrets) == ("SENT", {})
