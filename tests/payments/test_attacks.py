"""Attacks on the money, one a test: each of these once went through."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from bookings.accounts.models import User
from bookings.booking import services as booking_services
from bookings.booking.models import Booking
from bookings.booking.services import expire
from bookings.businesses.models import Business, StaffMember
from bookings.common.money import Money
from bookings.payments import services
from bookings.payments.comparing import Finding, Repair
from bookings.payments.models import Difference, Payment, ProviderEvent, Receipt, Refund
from bookings.payments.providers.base import (
    PaymentState,
    ProviderPayment,
    ProviderRefund,
    ProviderUnavailable,
    RefundState,
)
from tests import factories
from tests.admin.desk import LIST, host_of
from tests.factories import NOW, PASSWORD, later
from tests.payments import till

pytestmark = pytest.mark.django_db


def comes_in(attempt: Payment, fee: str = "1.50") -> Payment:
    told = ProviderPayment(
        attempt.reference, PaymentState.PAID, False, attempt.asked, fee=Money(Decimal(fee), "EUR")
    )
    services.record_success(payment=attempt, told=told, now=NOW)
    return Payment.objects.get(pk=attempt.pk)


def another() -> Payment:
    """An attempt to pay for a booking of another practice."""
    offered = factories.service()
    booking = factories.approved(factories.consultant(offered), offered)
    return services.open_attempt(
        booking_id=booking.pk,
        amount=Money(booking.price, booking.currency),
        provider_name="sandbox",
        expires_at=later(minutes=30),
        now=NOW,
    )


# What is hidden in the admin is not told by what a list is narrowed to


def test_fee__is_not_guessed_by_narrowing_the_list(client, attempt):
    payment = comes_in(attempt)
    user = User.objects.create_user("sam@example.org", PASSWORD, is_staff=True)
    StaffMember.objects.create(business=payment.booking.business, user=user, role=StaffMember.Role.STAFF)
    user.user_permissions.add(Permission.objects.get(codename="view_payment"))
    client.force_login(user)

    pages = [
        client.get(reverse("admin:bookings_payment_changelist"), {"fee_amount__gte": least})
        for least in ("1.50", "1.51")
    ]

    assert [page.status_code for page in pages] == [400, 400]


def test_price__is_not_guessed_by_a_consultant_who_may_not_see_it(booking):
    consultant = host_of(booking)

    pages = [consultant.get(reverse(LIST), {"price__gte": least}) for least in ("60", "61")]

    assert [page.status_code for page in pages] == [400, 400]
    assert consultant.get(reverse(LIST), {"starts_at__year": booking.starts_at.year}).status_code == 200
    assert Booking.objects.get(pk=booking.pk).price == 60


# The inbox


def test_events__of_an_account_have_a_bound(client, monkeypatch, settings):
    till.install(monkeypatch)
    settings.RATE_LIMITS = {"provider_event": "3/hour"}
    hostile, other = (till.account(factories.business(), key) for key in (till.KEY, till.OTHER))

    told = [
        till.deliver(client, till.written(f"evt_{n}"), key=till.KEY, account=hostile.public_id)
        for n in range(4)
    ]

    assert told == [200, 200, 200, 429]
    assert till.deliver(client, till.written("evt_9"), key=till.OTHER, account=other.public_id) == 200
    assert till.deliver(client, till.written("evt_9")) == 200
    assert ProviderEvent.objects.filter(account=hostile).count() == 3


def test_events__of_an_account_count_by_their_size(client, monkeypatch, settings):
    till.install(monkeypatch)
    settings.RATE_LIMITS = {"provider_event": "8/hour"}
    own = till.account(factories.business())
    large = till.written("evt_1", note="x" * 64 * 1024)

    first = till.deliver(client, large, key=till.KEY, account=own.public_id)
    second = till.deliver(client, large, key=till.KEY, account=own.public_id)

    assert (first, second) == (200, 429)


def test_events__that_are_forged_use_up_nothing_of_the_bound(client, monkeypatch, settings):
    till.install(monkeypatch)
    settings.RATE_LIMITS = {"provider_event": "1/hour"}
    own = till.account(factories.business())

    forged = [
        till.deliver(client, till.written(f"evt_{n}"), key=till.OTHER, account=own.public_id)
        for n in range(3)
    ]

    assert forged == [400, 400, 400]
    assert till.deliver(client, till.written("evt_9"), key=till.KEY, account=own.public_id) == 200


# Refunds


def test_external_refund__of_one_payment_is_not_taken_for_another_s(attempt):
    payments = [comes_in(attempt), comes_in(another())]
    told = ProviderRefund(RefundState.SUCCEEDED, "4711", amount=Money(Decimal(20), "EUR"))
    finding = Finding(Difference.Kind.FOREIGN_REFUND, {}, Repair.RECORD, told=told)

    refunds = [services.repair_refund(payment=payment, finding=finding, now=NOW) for payment in payments]

    assert [refund.payment_id for refund in refunds] == [payment.pk for payment in payments]
    assert list(Payment.objects.order_by("pk").values_list("refunded_amount", flat=True)) == [20, 20]


def test_refund_receipts__never_sum_up_to_more_than_went_back(attempt):
    """A refund that was done and came back, and the one after it."""
    payment = comes_in(attempt)
    Payment.objects.filter(pk=payment.pk).update(tax_rate=23)
    services.issue_receipt(
        payment=payment, business=payment.booking.business, buyer_email="", details={}, now=NOW
    )
    first = refunded(payment, "20", "first")
    services.issue_refund_receipt(refund=first, now=NOW)
    finding = Finding(
        Difference.Kind.OTHER_REFUND,
        repair=Repair.FAIL,
        refund=first,
        told=ProviderRefund(RefundState.FAILED, "re_1"),
    )
    services.repair_refund(payment=Payment.objects.get(pk=payment.pk), finding=finding, now=NOW)

    rest = services.issue_refund_receipt(refund=refunded(payment, "15", "second"), now=NOW)
    more = services.issue_refund_receipt(refund=refunded(payment, "45", "third"), now=NOW)

    back = Receipt.objects.filter(kind=Receipt.Kind.REFUND)
    assert rest is None
    assert more.amount == 40
    assert sum(receipt.amount for receipt in back) == 60
    assert sum(receipt.tax_amount for receipt in back) == Decimal("11.22")


def refunded(payment: Payment, amount: str, key: str) -> Refund:
    refund = services.request_refund(
        payment=Payment.objects.get(pk=payment.pk),
        amount=Money(Decimal(amount), "EUR"),
        reason=Refund.Reason.STAFF,
        key=key,
        now=NOW,
    )
    Refund.objects.filter(pk=refund.pk).update(status=Refund.Status.SUCCEEDED, done_at=NOW)
    refund.refresh_from_db()
    return refund


# The worker


def test_deadlines__of_an_account_that_does_not_answer_hold_up_no_other_practice(monkeypatch):
    """However many attempts a practice has open by keys that were withdrawn, and however long ago they ended."""
    monkeypatch.setattr(expire, "AT_ONCE", 5)
    till.install(monkeypatch)
    stuck = [in_till(minutes=n) for n in range(6)]
    monkeypatch.setattr(till.Till, "merchants", {till.PLATFORM: "platform"})
    offered = factories.service()
    other = factories.paying(factories.consultant(offered), offered, now=later(minutes=9)).booking

    expire.expire_due(now=later(hours=1))

    other.refresh_from_db()
    assert other.status == "APPROVED"
    assert all(Booking.objects.get(pk=booking.pk).status == "PAYMENT_PENDING" for booking in stuck)


def test_deadlines__that_fail_each_time_do_not_keep_the_others_of_their_account_waiting(monkeypatch):
    till.install(monkeypatch)
    broken = [in_till(minutes=n) for n in range(4)]
    fine = in_till(minutes=4)
    ask = till.Till.ask

    def asked(self, attempt):
        if Payment.objects.get(reference=attempt.reference).booking in broken:
            raise ProviderUnavailable("what cannot be read")
        return ask(self, attempt)

    monkeypatch.setattr(till.Till, "ask", asked)

    for second in range(5):
        expire.expire_due(now=later(hours=1, seconds=second))

    fine.refresh_from_db()
    assert fine.status == "APPROVED"


def in_till(**passed) -> Booking:
    """A booking that is being paid by its practice's own keys, all of the same practice."""
    place = Business.objects.filter(payment_accounts__isnull=False).first() or factories.business()
    if not place.payment_accounts.exists():
        till.account(place)
    offered = factories.service(place)
    booking = factories.approved(factories.consultant(offered), offered, now=NOW)
    booking_services.start_payment(
        booking_id=booking.pk, viewer=factories.client_of(booking), now=later(**passed)
    )
    return booking
