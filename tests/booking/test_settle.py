"""What the provider says becomes the booking's move, once. The sandbox's ledger stands for the bank."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bookings.booking import services
from bookings.booking.services.settle import end_attempt
from bookings.booking.states import Status
from bookings.common.errors import ErrorCode
from bookings.common.money import Money
from bookings.payments import sandbox
from bookings.payments import services as paying
from bookings.payments.models import Payment, Refund, SandboxCheckout
from bookings.payments.providers.base import ProviderUnavailable
from bookings.payments.providers.sandbox import SandboxProvider
from tests import factories
from tests.factories import NOW, TEN, later
from tests.invariants import check_invariants
from tests.witness import everything, history, refusal, told

PAID, FAILED = SandboxCheckout.Status.SUCCESS, SandboxCheckout.Status.FAILED


@pytest.fixture
def payment(host, offered):
    return factories.paying(host, offered)


def client_chooses(payment, status=PAID, *, now=NOW):
    assert sandbox.settle_checkout(reference=payment.reference, status=status, now=now)


def bank_says(payment, **columns):
    """Change the bank's own books, as no client can."""
    SandboxCheckout.objects.filter(reference=payment.reference).update(**columns)


def settle(payment, *, now=NOW):
    services.settle(payment_id=payment.pk, now=now)
    payment.refresh_from_db()
    payment.booking.refresh_from_db()
    return payment.booking


def test_settle__money_that_had_gone_back_before_we_heard_of_it_confirms_nothing(payment):
    client_chooses(payment)
    sandbox.refund_checkout(
        checkout_id=SandboxCheckout.objects.get(reference=payment.reference).pk,
        amount_minor=6000,
        key="somebody else's",
        now=NOW,
    )

    booking = settle(payment)

    assert (booking.status, payment.status) == (Status.APPROVED, Payment.Status.FAILED)
    assert not Refund.objects.exists()
    check_invariants()


def test_settle__paid_confirms(payment):
    client_chooses(payment)

    booking = settle(payment)

    assert (booking.status, booking.deadline_at) == (Status.CONFIRMED, None)
    assert (payment.status, payment.confirms_booking) == (Payment.Status.SUCCEEDED, True)
    assert (str(payment.paid), payment.paid_at) == ("60.00 EUR", NOW)
    event = booking.events.get(move="CONFIRM_PAYMENT")
    assert (event.actor_kind, event.actor_id, event.data) == ("PROVIDER", "sandbox", {"payment": payment.pk})
    assert told(booking)[-2:] == [("confirmed", booking.email), ("receipt", booking.email)]
    check_invariants()


def test_settle__twice_is_harmless(payment):
    client_chooses(payment)
    settle(payment)
    before = everything()

    settle(payment, now=later(minutes=5))

    assert everything() == before


def test_settle__open_attempt_changes_nothing(payment):
    before = everything()

    settle(payment)

    assert everything() == before


def test_settle__failed_attempt_gives_approved_back(payment):
    client_chooses(payment, FAILED)

    booking = settle(payment)

    assert (booking.status, booking.deadline_at) == (Status.APPROVED, booking.pay_by)
    assert (payment.status, payment.failure_code) == (Payment.Status.FAILED, "failed")
    assert booking.events.get(move="FAIL_PAYMENT").actor_kind == "PROVIDER"
    assert told(booking)[-1] == ("payment_failed", booking.email)
    before = everything()
    settle(payment)
    assert everything() == before


@pytest.mark.parametrize(
    "books",
    [{"amount_minor": 5999}, {"amount_minor": 6001}, {"currency": "USD"}],
    ids=["too little", "too much", "other currency"],
)
def test_settle__money_that_is_not_what_was_asked_is_refunded_and_confirms_nothing(payment, books):
    bank_says(payment, **books)
    client_chooses(payment)

    booking = settle(payment)

    refund = Refund.objects.get()
    assert booking.status == Status.APPROVED
    assert (payment.status, payment.confirms_booking) == (Payment.Status.SUCCEEDED, False)
    assert (refund.reason, refund.money) == (Refund.Reason.MISMATCH, payment.paid)
    assert payment.refunded_amount == payment.paid_amount
    assert ("refunded", booking.email) in told(booking)
    check_invariants()
    before = everything()
    settle(payment)
    assert everything() == before


@pytest.mark.parametrize("lie", [{"reference": "SW-another"}, {"live": True}])
def test_settle__answer_about_something_else_confirms_nothing(payment, monkeypatch, lie):
    ask = SandboxProvider.ask
    client_chooses(payment)
    monkeypatch.setattr(SandboxProvider, "ask", lambda self, reference: replace(ask(self, reference), **lie))

    booking = settle(payment)

    assert booking.status == Status.APPROVED
    assert Refund.objects.get().reason == Refund.Reason.MISMATCH


def test_settle__success_of_an_attempt_that_failed_before_confirms(payment):
    client_chooses(payment, FAILED)
    settle(payment)
    bank_says(payment, status=PAID, paid_at=NOW)

    booking = settle(payment)

    assert (booking.status, payment.failure_code) == (Status.CONFIRMED, "")
    assert history(booking)[-2:] == ["APPROVED", "CONFIRMED"]
    check_invariants()


def test_settle__success_after_the_deadline_confirms_what_has_not_expired(payment):
    client_chooses(payment)

    assert settle(payment, now=later(hours=3)).status == Status.CONFIRMED


def test_settle__success_of_an_expired_booking_is_refunded_and_revives_nothing(payment):
    assert services.expire_due(now=TEN) == 1
    bank_says(payment, status=PAID, paid_at=TEN)

    booking = settle(payment, now=TEN)

    assert (booking.status, booking.slot_id) == (Status.EXPIRED, None)
    assert Refund.objects.get().reason == Refund.Reason.LATE
    assert payment.refunded_amount == Decimal(60)
    assert told(booking)[-1] == ("refunded", booking.email)
    check_invariants()


def test_settle__second_success_is_refunded_and_the_first_stays(payment, host):
    later_attempt = services.start_payment(
        booking_id=payment.booking_id, viewer=factories.client_of(payment.booking), now=later(minutes=30)
    )
    client_chooses(later_attempt, now=later(minutes=31))
    assert settle(later_attempt, now=later(minutes=31)).status == Status.CONFIRMED
    bank_says(payment, status=PAID, paid_at=NOW)

    booking = settle(payment, now=later(minutes=32))

    later_attempt.refresh_from_db()
    assert booking.status == Status.CONFIRMED
    assert (later_attempt.confirms_booking, later_attempt.refunded_amount) == (True, 0)
    assert (payment.confirms_booking, payment.refunded_amount) == (False, Decimal(60))
    assert Refund.objects.get().reason == Refund.Reason.DUPLICATE
    check_invariants()


def test_settle__success_of_an_older_attempt_confirms_while_a_newer_one_is_open(payment):
    newer = services.start_payment(
        booking_id=payment.booking_id, viewer=factories.client_of(payment.booking), now=later(minutes=30)
    )
    bank_says(payment, status=PAID, paid_at=NOW)
    assert settle(payment, now=later(minutes=31)).status == Status.CONFIRMED

    client_chooses(newer, now=later(minutes=32))
    settle(newer, now=later(minutes=32))

    assert Refund.objects.get().payment == newer
    assert Refund.objects.get().reason == Refund.Reason.DUPLICATE
    check_invariants()


def test_settle__success_of_a_booking_confirmed_on_site_is_refunded(payment, offered):
    client_chooses(payment, FAILED)
    settle(payment)
    staff = factories.staff_of(offered.business)
    services.confirm_unpaid(booking_id=payment.booking_id, viewer=staff, now=NOW)
    bank_says(payment, status=PAID, paid_at=NOW)

    assert settle(payment).status == Status.CONFIRMED
    assert Refund.objects.get().reason == Refund.Reason.LATE
    check_invariants()


def test_settle__refund_goes_back_through_the_provider(payment):
    services.expire_due(now=TEN)
    bank_says(payment, status=PAID, paid_at=TEN)
    settle(payment, now=TEN)

    assert paying.run_due_refunds(now=TEN.replace(minute=1)) == 1

    assert Refund.objects.get().status == Refund.Status.SUCCEEDED
    assert SandboxCheckout.objects.get(reference=payment.reference).refunded_minor == 6000


def test_settle__provider_that_does_not_answer_changes_nothing(payment, monkeypatch):
    def silent(*_):
        raise ProviderUnavailable("no answer")

    client_chooses(payment)
    before = everything()
    with monkeypatch.context() as patch:
        patch.setattr(SandboxProvider, "ask", silent)
        error = refusal(services.settle, payment_id=payment.pk, now=NOW)

    assert error.code == ErrorCode.PAYMENT_PROVIDER_ERROR
    assert everything() == before
    assert settle(payment).status == Status.CONFIRMED


def test_settle__unknown_payment_is_not_found(db):
    assert refusal(services.settle, payment_id=1, now=NOW).code == ErrorCode.NOT_FOUND


def test_end_attempt__closes_it_at_the_provider_too(payment):
    end_attempt(payment_id=payment.pk, now=NOW)

    payment.refresh_from_db()
    payment.booking.refresh_from_db()
    checkout = SandboxCheckout.objects.get()
    assert (payment.status, checkout.status) == (Payment.Status.CLOSED, SandboxCheckout.Status.CLOSED)
    assert payment.booking.status == Status.APPROVED
    assert payment.booking.events.get(move="FAIL_PAYMENT").actor_kind == "SYSTEM"
    assert not sandbox.settle_checkout(reference=payment.reference, status=PAID, now=NOW)
    before = everything()
    end_attempt(payment_id=payment.pk, now=NOW)
    assert everything() == before


def test_end_attempt__that_was_paid_confirms_instead(payment):
    client_chooses(payment)

    end_attempt(payment_id=payment.pk, now=NOW)

    payment.booking.refresh_from_db()
    assert payment.booking.status == Status.CONFIRMED


def test_end_attempt__provider_that_cannot_close_leaves_it_open(payment, monkeypatch):
    def silent(*_):
        raise ProviderUnavailable("no answer")

    before = everything()
    monkeypatch.setattr(SandboxProvider, "close", silent)

    error = refusal(end_attempt, payment_id=payment.pk, now=NOW)

    assert error.code == ErrorCode.PAYMENT_PROVIDER_ERROR
    assert everything() == before


def test_end_attempt__money_that_a_provider_still_takes_afterwards_confirms_or_goes_back(
    payment, monkeypatch
):
    monkeypatch.setattr(SandboxProvider, "close", SandboxProvider.ask)  # as one that has no way to close
    end_attempt(payment_id=payment.pk, now=NOW)
    payment.refresh_from_db()
    assert payment.status == Payment.Status.CLOSED

    client_chooses(payment)

    assert settle(payment).status == Status.CONFIRMED
    check_invariants()


def test_settle__amounts_are_compared_as_money(payment):
    client_chooses(payment)
    settle(payment)

    assert payment.asked == Money(Decimal("60"), "EUR") == payment.paid
