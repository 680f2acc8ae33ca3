"""Bookings that are paid with Stripe, from the page to the last refund; after each our books are Stripe's."""

from decimal import Decimal

import pytest
import time_machine
from django.test import Client

from bookings.booking import services
from bookings.booking.states import Status
from bookings.common.errors import ErrorCode
from bookings.common.money import Money
from bookings.payments.models import Difference, Payment, PaymentAccount, ProviderEvent, Refund
from tests import factories
from tests.factories import NOW, later
from tests.invariants import check_invariants
from tests.payments.world import FULL, SOON, books, cancel, confirm, run_refunds, start, work_off
from tests.witness import refusal, told


@pytest.fixture
def clock():
    """The time everywhere, also at Stripe, which takes no signature and no end of a page by another."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def double(clock, stripe_double, settings):
    """Stripe takes the platform's payments."""
    settings.PAYMENT_PROVIDER = "stripe"
    settings.PAYMENT_TIMEOUTS = (2.0, 2.0)
    return stripe_double


def deliver(double):
    """Bring all events that wait to the inbox."""
    for sent in double.take_events():
        headers = double.sign(sent.raw)  # signed anew at each delivery, as the real one does
        answer = Client().post("/payments/stripe/events", sent.raw, "application/json", headers=headers)
        assert answer.status_code == 200


def paid(double, booking):
    payment = start(booking)
    double.pay(payment.reference)
    deliver(double)
    work_off()
    payment.refresh_from_db()
    return payment


def settled(double, booking, *, status, held, now=SOON):
    """Work off what is due; then the books are Stripe's, and the booking is as it must be."""
    deliver(double)
    work_off(now)
    rows = double.ledger().values()
    assert books().get("EUR", 0) == sum(row.paid - row.refunded for row in rows) == held
    booking.refresh_from_db()
    assert booking.status == status
    check_invariants()


def refunds():
    return [(row.reason, row.status) for row in Refund.objects.order_by("pk")]


def test_flow__paid_is_confirmed_with_what_it_cost(double, booking):
    payment = paid(double, booking)

    settled(double, booking, status=Status.CONFIRMED, held=FULL)
    assert (payment.method, payment.fee_amount) == (Payment.Method.CARD, Decimal("1.15"))
    assert payment.net == Money(Decimal("58.85"), "EUR")
    assert payment.provider_payment_id
    assert [template for template, _ in told(booking)].count("confirmed") == 1


def test_flow__a_page_ends_with_our_attempt_though_stripe_s_would_live_on(double, clock, booking):
    payment = start(booking)
    clock.move_to(later(minutes=30))
    services.expire_due(now=later(minutes=30))

    assert not double.pay(payment.reference)
    settled(double, booking, status=Status.APPROVED, held=0, now=later(minutes=31))
    assert double.session_of(payment.reference)["expires_at"] == later(minutes=45).timestamp()


def test_flow__paid_in_the_last_moment_confirms_instead_of_ending(double, clock, booking):
    payment = start(booking)
    clock.move_to(later(minutes=30))
    double.on_next(lambda _: double.pay(payment.reference), path="/v1/checkout/sessions/", method="GET")
    services.expire_due(now=later(minutes=30))

    settled(double, booking, status=Status.CONFIRMED, held=FULL, now=later(minutes=31))


def test_flow__a_bank_debit_is_on_its_way_for_days_and_confirms_when_it_comes(double, booking):
    payment = start(booking)
    double.hand_in(payment.reference)
    settled(double, booking, status=Status.PAYMENT_PENDING, held=0)

    double.arrive(payment.reference)

    settled(double, booking, status=Status.CONFIRMED, held=FULL)
    payment.refresh_from_db()
    assert payment.method == Payment.Method.BANK_TRANSFER


def test_flow__a_bank_debit_that_bounces_lets_the_client_pay_anew(double, booking):
    payment = start(booking)
    double.hand_in(payment.reference)
    double.bounce(payment.reference)
    settled(double, booking, status=Status.APPROVED, held=0)

    paid(double, booking)

    settled(double, booking, status=Status.CONFIRMED, held=FULL)


def test_flow__a_bank_debit_that_comes_after_its_time_confirms_or_goes_back(double, clock, booking):
    payment = start(booking)
    double.hand_in(payment.reference)
    clock.move_to(later(minutes=30))
    services.expire_due(now=later(minutes=30))
    second = start(booking, later(minutes=31))
    double.pay(second.reference)
    double.arrive(payment.reference)

    settled(double, booking, status=Status.CONFIRMED, held=FULL, now=later(minutes=32))
    assert [reason for reason, _ in refunds()] == [Refund.Reason.DUPLICATE]


@pytest.mark.parametrize(("amount", "currency"), [(FULL - 1, ""), (FULL + 1, ""), (FULL, "usd")])
def test_flow__another_amount_or_currency_is_given_back_in_full(double, booking, amount, currency):
    payment = start(booking)
    double.pay(payment.reference, amount=amount, currency=currency)

    settled(double, booking, status=Status.APPROVED, held=0)
    assert refunds() == [(Refund.Reason.MISMATCH, Refund.Status.SUCCEEDED)]


@pytest.mark.parametrize("fault", ["drop_after", "500_after", "malformed", "truncated"])
def test_flow__a_page_that_we_did_not_hear_of_is_asked_for_again_and_is_the_same(double, booking, fault):
    double.fail_next(fault, path="/v1/checkout/sessions", times=3)
    code = refusal(start, booking=booking).code
    double.faults.clear()

    payment = start(booking)
    double.pay(payment.reference)

    assert (code, len(double.sessions)) == (ErrorCode.PAYMENT_PROVIDER_ERROR, 1)
    settled(double, booking, status=Status.CONFIRMED, held=FULL)


def test_flow__confirmed_by_whoever_comes_first(double, booking):
    payment = start(booking)
    double.pay(payment.reference)
    confirm(booking)

    settled(double, booking, status=Status.CONFIRMED, held=FULL)
    assert [template for template, _ in told(booking)].count("confirmed") == 1


@pytest.mark.parametrize("after", [True, False])
def test_flow__a_refund_that_stripe_failed_inside_is_made_once(double, booking, after):
    paid(double, booking)
    double.break_next(after=after)
    cancel(booking, factories.staff_of(booking.business))
    for seconds in (2, 60, 120):
        run_refunds(later(minutes=1, seconds=seconds))
    states = refunds()
    double.forget_keys()

    settled(double, booking, status=Status.CANCELLED, held=0)
    assert states == [
        (Refund.Reason.CANCELLATION, Refund.Status.SUCCEEDED if after else Refund.Status.REQUESTED)
    ]
    assert [each["amount"] for each in double.refunds.values()] == [FULL]


@pytest.mark.parametrize("fault", ["500_before", "malformed", "drop_after", "429", "redirect"])
def test_flow__a_refund_gets_over_any_fault(double, booking, fault):
    paid(double, booking)
    double.fail_next(fault, path="/v1/refunds", times=7)
    cancel(booking, factories.staff_of(booking.business))

    settled(double, booking, status=Status.CANCELLED, held=0)
    assert len(double.refunds) == 1


def test_flow__a_refund_that_waits_is_followed_to_its_end(double, booking):
    double.refunds_are = "pending"
    paid(double, booking)
    cancel(booking, factories.staff_of(booking.business))
    work_off(SOON)
    (number,) = double.refunds
    under_way = refunds()

    double.move_refund(number, "succeeded")

    settled(double, booking, status=Status.CANCELLED, held=0)
    assert (under_way, refunds()) == (
        [(Refund.Reason.CANCELLATION, Refund.Status.PENDING)],
        [(Refund.Reason.CANCELLATION, Refund.Status.SUCCEEDED)],
    )


def test_flow__money_that_went_back_in_the_dashboard_before_we_heard_of_it_confirms_nothing(double, booking):
    payment = start(booking)
    double.pay(payment.reference)
    double.refund_there(payment.reference, FULL)

    settled(double, booking, status=Status.APPROVED, held=0)
    payment.refresh_from_db()
    assert (payment.status, payment.failure_code) == (Payment.Status.FAILED, "refunded")


def test_flow__what_staff_give_back_in_the_dashboard_is_found(double, booking):
    payment = paid(double, booking)
    double.refund_there(payment.reference, 1000)

    services.reconcile_due(now=later(days=1, minutes=10))

    settled(double, booking, status=Status.CONFIRMED, held=FULL - 1000)
    assert [reason for reason, _ in refunds()] == [Refund.Reason.EXTERNAL]


def test_flow__a_dispute_finds_its_payment_by_the_money_and_is_shown(double, booking):
    payment = paid(double, booking)
    double.dispute(payment.reference)

    settled(double, booking, status=Status.CONFIRMED, held=FULL)
    assert [(row.kind, row.payment_id) for row in Difference.objects.all()] == [
        (Difference.Kind.DISPUTE, payment.pk)
    ]


def test_flow__events_about_nothing_of_ours_are_kept_and_change_nothing(double, booking):
    double.tell({"id": "evt_1", "object": "event", "type": "customer.created", "data": {"object": {}}})

    settled(double, booking, status=Status.APPROVED, held=0)
    assert ProviderEvent.objects.get().processed_at is not None


def test_inbox__of_an_account_without_its_endpoint_s_secret_is_not_there(db, client, stripe_double):
    account = PaymentAccount.objects.create(
        business=factories.business(),
        public_id="acc1",
        provider="stripe",
        currency="EUR",
        secret_key="sk_test_abcdefghijklmnop",
        live=False,
    )
    address = "/payments/stripe/events/acc1"

    assert client.post(address, b"{}", content_type="application/json").status_code == 404

    PaymentAccount.objects.filter(pk=account.pk).update(webhook_secret="whsec_abcdefghijklmnop")
    assert client.post(address, b"{}", content_type="application/json").status_code == 400
