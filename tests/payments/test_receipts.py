"""Receipts: once each, numbered by practice and year without a gap, with the tax that was in the money."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from bookings.businesses.models import Business
from bookings.common.money import Money
from bookings.payments import services
from bookings.payments.models import Payment, Receipt, ReceiptCounter, Refund
from bookings.payments.providers.base import PaymentState, ProviderPayment
from tests import factories
from tests.factories import NOW, later
from tests.payments import bank

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(attempt):
    """Money of 60 EUR that came in, with 23 percent of tax in it."""
    return comes_in(attempt)


def comes_in(attempt):
    told = ProviderPayment(
        reference=attempt.reference, state=PaymentState.PAID, amount=attempt.asked, live=False, paid_at=NOW
    )
    services.record_success(payment=attempt, told=told, now=NOW)
    Payment.objects.filter(pk=attempt.pk).update(tax_rate=23)
    return Payment.objects.get(pk=attempt.pk)


def another(business):
    """Money of another booking of the same practice."""
    offered = factories.service(business)
    booking = factories.approved(factories.consultant(offered), offered)
    return comes_in(
        services.open_attempt(
            booking_id=booking.pk,
            amount=Money(booking.price, booking.currency),
            provider_name="sandbox",
            expires_at=later(minutes=30),
            now=NOW,
        )
    )


def issue(payment, *, now=NOW, **details):
    place = Business.objects.get(pk=payment.booking.business_id)
    return services.issue_receipt(
        payment=payment, business=place, buyer_email="carla@example.org", details=details, now=now
    )


def given_back(payment, amount, key):
    """A refund that its provider has done."""
    money = Money(Decimal(amount), payment.paid.currency)
    refund = services.request_refund(
        payment=payment, amount=money, reason=Refund.Reason.STAFF, key=key, now=NOW
    )
    Refund.objects.filter(pk=refund.pk).update(status=Refund.Status.SUCCEEDED, done_at=NOW)
    refund.refresh_from_db()
    return refund


def test_issue_receipt__says_how_much_came_in_and_the_tax_in_it(paid):
    receipt = issue(paid, service="Talk")

    receipt.refresh_from_db()
    assert (receipt.kind, receipt.label, receipt.issued_at) == ("PAYMENT", "2030-000001", NOW)
    assert (str(receipt.money), receipt.tax_rate, receipt.tax_amount) == ("60.00 EUR", 23, Decimal("11.22"))
    assert (receipt.details, receipt.buyer_email) == ({"service": "Talk"}, "carla@example.org")
    assert receipt.refund is None


def test_issue_receipt__again_gives_the_same_as_it_was(paid):
    first = issue(paid, service="Talk")

    again = issue(paid, service="Another name since", now=later(days=400))

    assert (again.pk, again.label, again.details) == (first.pk, first.label, {"service": "Talk"})
    assert ReceiptCounter.objects.get().last == 1


def test_issue_receipt__counts_on_and_each_practice_by_itself(paid):
    place = paid.booking.business

    labels = [issue(payment).label for payment in (paid, another(place), another(place))]
    elsewhere = issue(another(factories.business())).label

    assert labels == ["2030-000001", "2030-000002", "2030-000003"]
    assert elsewhere == "2030-000001"


def test_issue_receipt__counts_from_one_in_each_year_of_the_practices_calendar(paid):
    place = paid.booking.business
    Business.objects.filter(pk=place.pk).update(timezone="Pacific/Auckland")
    eleven, noon = datetime(2030, 12, 31, 10, 59, tzinfo=UTC), datetime(2030, 12, 31, 11, 0, tzinfo=UTC)

    labels = [issue(paid, now=eleven).label, issue(another(place), now=noon).label]

    assert labels == ["2030-000001", "2031-000001"]


def test_issue_receipt__rolled_back_leaves_its_number_to_the_next(paid):
    place, other = paid.booking.business, another(paid.booking.business)
    issue(other)

    with transaction.atomic():
        lost = issue(paid).number
        transaction.set_rollback(True)

    assert lost == 2

    assert not Receipt.objects.filter(payment=paid).exists()
    assert [issue(paid).number, issue(another(place)).number] == [2, 3]


def test_issue_receipt__for_nothing_is_a_bug(attempt):
    with pytest.raises(ValueError, match="money that came in"):
        issue(attempt)


@pytest.mark.parametrize("same", ["payment", "number"])
def test_receipts__are_once_each_whoever_writes_them(paid, same):
    issued = issue(paid)
    other = another(paid.booking.business)
    columns = {"payment": paid, "number": 2} if same == "payment" else {"payment": other, "number": 1}

    with pytest.raises(IntegrityError), transaction.atomic():
        Receipt.objects.create(
            business=issued.business, year=2030, amount=60, currency="EUR", issued_at=NOW, **columns
        )


def test_issue_refund_receipt__corrects_the_first_in_parts_that_sum_up(paid):
    issue(paid, service="Talk", left="5.00 EUR", method="CARD")

    parts = [
        services.issue_refund_receipt(refund=given_back(paid, amount, f"part:{number}"), now=later(hours=1))
        for number, amount in enumerate(["19.99", "19.99", "20.02"])
    ]

    assert [part.label for part in parts] == ["2030-000002", "2030-000003", "2030-000004"]
    assert {(part.kind, part.tax_rate, part.buyer_email) for part in parts} == {
        ("REFUND", 23, "carla@example.org")
    }
    assert sum(part.tax_amount for part in parts) == Decimal("11.22")
    assert parts[0].details == {
        "service": "Talk",
        "left": "",
        "method": "CARD",
        "corrects": "2030-000001",
        "provider_reference": "",
    }


def test_issue_refund_receipt__again_gives_the_same(paid):
    issue(paid)
    refund = given_back(paid, "10", "once")
    first = services.issue_refund_receipt(refund=refund, now=NOW)

    assert services.issue_refund_receipt(refund=refund, now=later(days=1)) == first
    assert ReceiptCounter.objects.get().last == 2


def test_issue_refund_receipt__of_money_that_had_none_is_none(paid):
    assert services.issue_refund_receipt(refund=given_back(paid, "60", "late"), now=NOW) is None
    assert not ReceiptCounter.objects.exists()


def test_issue_refund_receipt__of_what_is_not_done_is_a_bug(paid):
    issue(paid)
    refund = services.request_refund(
        payment=paid, amount=paid.paid, reason=Refund.Reason.STAFF, key="open", now=NOW
    )

    with pytest.raises(ValueError, match="money that went back"):
        services.issue_refund_receipt(refund=refund, now=NOW)


@pytest.mark.parametrize(("answer", "issued"), [(bank.DONE, 1), (bank.FAILED, 0), (bank.PENDING, 0)])
def test_run_refund__issues_in_the_transaction_that_ends_it(paid, monkeypatch, answer, issued):
    issue(paid)
    refund = services.request_refund(
        payment=paid, amount=paid.paid, reason=Refund.Reason.STAFF, key="all", now=NOW
    )
    monkeypatch.setattr(bank.Bank, "answers", [answer])
    monkeypatch.setattr("bookings.payments.selectors.provider", lambda name, account=None: bank.Bank())

    services.run_refund(
        refund.pk,
        now=NOW,
        when_done=lambda done: (
            done.status == Refund.Status.SUCCEEDED and services.issue_refund_receipt(refund=done, now=NOW)
        ),
    )

    assert Receipt.objects.filter(refund=refund).count() == issued
