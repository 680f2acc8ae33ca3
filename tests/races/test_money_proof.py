"""The money's races left to chance: everybody at once, again and again, and it has one effect each time."""

from datetime import timedelta

import pytest

from bookings import tasks
from bookings.booking import services
from bookings.booking.states import Status
from bookings.payments.models import Payment, Refund
from tests import factories
from tests.factories import later
from tests.payments.faulty import Fault
from tests.payments.world import (
    FULL,
    THURSDAY,
    cancel,
    confirm,
    deliver,
    paid,
    run_refunds,
    settled_world,
    start,
)
from tests.races.threads import race
from tests.witness import history

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.prove, pytest.mark.busy]

ROUNDS = 15


def event_worker():
    return lambda: tasks.SWEEPS["provider_events"](later(minutes=1))


def test_money__heard_of_by_everybody_while_the_practice_calls_off(bank, host, offered, staff):
    """Webhook, client, timer and cancellation: it is confirmed, then cancelled, and all of it goes back."""
    for place in range(ROUNDS):
        starts_at = THURSDAY + timedelta(days=place)
        booking = factories.approved(host, offered, starts_at=starts_at)
        payment = start(booking)
        assert bank.pay(payment.reference)
        deliver(bank)

        run = race(
            [
                event_worker(),
                lambda b=booking: confirm(b),
                lambda b=booking: services.lapse(booking_id=b.pk, now=later(minutes=30)),
                lambda b=booking: cancel(b, staff),
            ]
        )

        assert (run.accidents, run.refusals) == ([], [])
        assert history(booking)[-2:] == [Status.CONFIRMED, Status.CANCELLED]
        settled_world(bank, booking, status=Status.CANCELLED, held=0)
        assert Refund.objects.filter(payment=payment).count() == 1


def test_money__paid_while_the_time_to_pay_ends_and_the_practice_calls_off(bank, host, offered, staff):
    for place in range(ROUNDS):
        booking = factories.approved(host, offered, starts_at=THURSDAY + timedelta(days=place))
        payment = start(booking)

        def pay(reference=payment.reference):
            took = bank.pay(reference)
            deliver(bank)
            event_worker()()
            return took

        run = race(
            [
                pay,
                lambda b=booking: services.lapse(booking_id=b.pk, now=later(hours=24)),
                lambda b=booking: cancel(b, staff, later(hours=23)),
            ]
        )

        assert run.accidents == []
        assert set(run.refusals) <= {"INVALID_TRANSITION"}
        ends = Status.EXPIRED if run.refusals else Status.CANCELLED
        settled_world(bank, booking, status=ends, held=0, now=later(hours=24))


def test_start_payment__in_two_tabs_at_once_opens_one_page(bank, host, offered):
    for place in range(ROUNDS):
        booking = factories.approved(host, offered, starts_at=THURSDAY + timedelta(days=place))

        run = race([lambda b=booking: start(b)] * 2)

        assert (run.accidents, run.refusals) == ([], [])
        assert len({payment.reference for payment in run.results}) == 1
        assert Payment.objects.filter(booking=booking).count() == 1
        assert len(bank.pages) == place + 1
        settled_world(bank, booking, status=Status.PAYMENT_PENDING, held=0)


def test_money__of_two_attempts_at_once_confirms_with_one_and_returns_the_other(bank, host, offered):
    for place in range(ROUNDS):
        booking = factories.approved(host, offered, starts_at=THURSDAY + timedelta(days=place))
        first = start(booking)
        bank.will("close", Fault.CANNOT)
        second = start(booking, later(minutes=31))
        assert bank.pay(first.reference)
        assert bank.pay(second.reference)

        run = race(
            [
                lambda one=one: services.settle(payment_id=one.pk, now=later(minutes=32))
                for one in (first, second)
            ]
        )

        assert (run.accidents, run.refusals) == ([], [])
        assert Payment.objects.filter(booking=booking, confirms_booking=True).count() == 1
        assert Refund.objects.get(payment__booking=booking).reason == Refund.Reason.DUPLICATE
        settled_world(bank, booking, status=Status.CONFIRMED, held=FULL * (place + 1), now=later(minutes=32))


def test_cancel__by_two_at_once_gives_back_once(bank, host, offered, staff):
    for place in range(ROUNDS):
        booking = factories.approved(host, offered, starts_at=THURSDAY + timedelta(days=place))
        paid(bank, booking)

        run = race([lambda b=booking: cancel(b, staff)] * 2)

        assert (run.accidents, run.refusals) == ([], ["INVALID_TRANSITION"])
        settled_world(bank, booking, status=Status.CANCELLED, held=0)
        assert Refund.objects.filter(payment__booking=booking).count() == 1


def test_refund__taken_up_by_many_at_once_is_asked_for_once(bank, host, offered, staff):
    for place in range(ROUNDS):
        booking = factories.approved(host, offered, starts_at=THURSDAY + timedelta(days=place))
        paid(bank, booking)
        cancel(booking, staff)

        run = race([lambda: run_refunds(later(minutes=2))] * 4)

        assert (run.accidents, sum(run.results)) == ([], 1)
        assert bank.called("refund") == place + 1
        settled_world(bank, booking, status=Status.CANCELLED, held=0)
