"""The client pays while the time to pay ends: confirmed with the money, or lapsed without it. Nothing between."""

from datetime import timedelta

import pytest

from bookings.booking import services
from bookings.booking.models import Booking
from bookings.booking.states import Status
from bookings.payments import sandbox
from bookings.payments.models import Payment, Refund, SandboxCheckout
from bookings.slots.models import Occupation
from tests import factories
from tests.factories import TEN, later
from tests.invariants import check_invariants
from tests.races.steps import overtake
from tests.races.threads import race
from tests.witness import history, told

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 20
LAST_MOMENT = timedelta(microseconds=1)


def payer(payment, moment):
    """Press "Pay", then bring the webhook's word; gives whether the bank took the money."""

    def act():
        taken = sandbox.settle_checkout(
            reference=payment.reference, status=SandboxCheckout.Status.SUCCESS, now=moment
        )
        services.settle(payment_id=payment.pk, now=moment)
        return taken

    return act


def timer(booking):
    return lambda: services.lapse(booking_id=booking.pk, now=booking.pay_by)


def paying_until_pay_by(host, offered, place=0):
    """An attempt whose end is the end of the time to pay."""
    payment = factories.paying(host, offered, starts_at=TEN + timedelta(days=place))
    Booking.objects.filter(pk=payment.booking_id).update(deadline_at=payment.booking.pay_by)
    Payment.objects.filter(pk=payment.pk).update(expires_at=payment.booking.pay_by)
    SandboxCheckout.objects.filter(reference=payment.reference).update(expires_at=payment.booking.pay_by)
    payment.refresh_from_db()
    payment.booking.refresh_from_db()
    return payment


def assert_paid_or_lapsed(payment, *, taken):
    booking = payment.booking
    booking.refresh_from_db()
    payment.refresh_from_db()
    if taken:
        assert (booking.status, payment.status) == (Status.CONFIRMED, Payment.Status.SUCCEEDED)
    else:  # closed by us, or heard from the bank that it is
        assert booking.status == Status.EXPIRED
        assert payment.status in {Payment.Status.CLOSED, Payment.Status.FAILED}
        assert not Occupation.objects.filter(slot__starts_at=booking.starts_at).exists()
    assert payment.confirms_booking == taken
    assert len(told(booking)) == len(set(told(booking)))
    assert not Refund.objects.filter(payment=payment).exists()


@pytest.mark.prove
@pytest.mark.busy
def test_pay_and_expire__at_once_are_one_of_the_two(host, offered):
    for place in range(ROUNDS):
        payment = paying_until_pay_by(host, offered, place)
        booking = payment.booking

        run = race([payer(payment, booking.pay_by - LAST_MOMENT), timer(booking)])

        assert (run.accidents, run.refusals) == ([], [])
        assert_paid_or_lapsed(payment, taken=run.ends[0])
    check_invariants()


@pytest.mark.prove
@pytest.mark.busy
def test_start_payment_and_expire__at_once_never_leave_an_attempt_that_nobody_ends(host, offered):
    for place in range(ROUNDS):
        booking = factories.approved(host, offered, starts_at=TEN + timedelta(days=place))
        client = factories.client_of(booking)

        run = race(
            [
                lambda b=booking, viewer=client: services.start_payment(
                    booking_id=b.pk, viewer=viewer, now=b.pay_by - LAST_MOMENT
                ),
                timer(booking),
            ]
        )

        assert run.accidents == []
        assert set(run.refusals) <= {"INVALID_TRANSITION", "PAYMENT_PROVIDER_ERROR"}
        services.lapse(booking_id=booking.pk, now=booking.pay_by)
        booking.refresh_from_db()
        assert booking.status == Status.EXPIRED
        assert not Payment.objects.filter(booking=booking, status__in=Payment.OPEN_STATUSES).exists()
    check_invariants()


def test_pay__while_the_timer_is_about_to_close_the_attempt_confirms(host, offered, monkeypatch):
    payment = paying_until_pay_by(host, offered)
    booking = payment.booking

    run = overtake(
        monkeypatch,
        slow=timer(booking),
        at="bookings.booking.services.expire.end_attempt",
        quick=payer(payment, booking.pay_by - LAST_MOMENT),
    )

    assert (run.accidents, run.ends) == ([], [True, True])
    assert_paid_or_lapsed(payment, taken=True)
    check_invariants()


def test_expire__after_the_money_and_before_its_webhook_confirms(host, offered, monkeypatch):
    """The timer asks the bank, and the webhook that comes after it has nothing left to do."""
    payment = paying_until_pay_by(host, offered)
    booking = payment.booking

    run = overtake(
        monkeypatch,
        slow=payer(payment, booking.pay_by - LAST_MOMENT),
        at="bookings.booking.services.settle",
        quick=timer(booking),
    )

    assert (run.accidents, run.ends) == ([], [True, True])
    assert_paid_or_lapsed(payment, taken=True)
    assert history(booking).count(Status.CONFIRMED) == 1
    check_invariants()


def test_pay__right_after_the_timer_closed_the_attempt_takes_no_money(host, offered, monkeypatch):
    payment = paying_until_pay_by(host, offered)
    booking = payment.booking

    run = overtake(
        monkeypatch,
        slow=timer(booking),
        at="bookings.booking.services.expire.end_attempt",
        after=True,
        quick=payer(payment, booking.pay_by - LAST_MOMENT),
    )

    assert (run.accidents, run.ends) == ([], [True, False])
    assert_paid_or_lapsed(payment, taken=False)
    check_invariants()


def test_start_payment__overtaken_by_the_timer_is_refused(host, offered, monkeypatch):
    booking = factories.approved(host, offered)
    client = factories.client_of(booking)

    run = overtake(
        monkeypatch,
        slow=lambda: services.start_payment(
            booking_id=booking.pk, viewer=client, now=booking.pay_by - LAST_MOMENT
        ),
        at="bookings.booking.services.pay._new_attempt",
        quick=timer(booking),
    )

    assert (run.accidents, run.refusals) == ([], ["INVALID_TRANSITION"])
    assert history(booking)[-1] == Status.EXPIRED
    assert not Payment.objects.exists()
    check_invariants()


def test_start_payment__overtaken_before_its_checkout_keeps_no_money(host, offered, monkeypatch):
    """The timer ends an attempt of which the bank has not heard; what the bank takes later goes back."""
    booking = factories.approved(host, offered)
    client = factories.client_of(booking)

    run = overtake(
        monkeypatch,
        slow=lambda: services.start_payment(booking_id=booking.pk, viewer=client, now=later(minutes=1)),
        at="bookings.booking.services.pay._with_checkout",
        quick=timer(booking),
    )

    assert (run.accidents, run.refusals) == ([], [])
    assert history(booking)[-1] == Status.EXPIRED
    payment = Payment.objects.get()
    assert payment.status == Payment.Status.CLOSED
    assert payer(payment, later(minutes=2))() is True
    assert Refund.objects.get().amount == payment.amount
    assert history(booking)[-1] == Status.EXPIRED
    check_invariants()
