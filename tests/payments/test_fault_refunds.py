"""Refunds that the bank does not answer, holds up, refuses at last, or is asked for twice."""

import pytest

from bookings.booking.states import Status
from bookings.payments.models import Payment, Refund
from bookings.payments.providers.base import RefundState
from tests import factories
from tests.factories import later
from tests.payments.world import FULL, THURSDAY, cancel, deliver, paid, run_refunds, settled_world, unheard


@pytest.fixture
def booking(host, offered):
    return factories.approved(host, offered, starts_at=THURSDAY)


@unheard
@pytest.mark.parametrize("times", [1, 5])
def test_refund__unheard_is_asked_for_under_its_key_and_given_once(bank, booking, staff, fault, times):
    paid(bank, booking)
    bank.will("refund", *[fault] * times)

    cancel(booking, staff)

    settled_world(bank, booking, status=Status.CANCELLED, held=0)
    assert bank.called("refund") == times + 1
    assert [page.back_minor for page in bank.pages.values()] == [FULL]


@unheard
def test_ask_refund__unheard_is_asked_again(bank, booking, staff, fault):
    paid(bank, booking)
    bank.refunds_begin_as = RefundState.PENDING
    bank.will("ask_refund", fault, fault)
    cancel(booking, staff)

    first = Refund.objects.get()
    run_refunds(later(minutes=2))
    first.refresh_from_db()
    assert first.status == Refund.Status.PENDING
    bank.finish_refunds()
    deliver(bank)

    settled_world(bank, booking, status=Status.CANCELLED, held=0)
    assert (bank.called("refund"), Refund.objects.get().status) == (1, Refund.Status.SUCCEEDED)


def test_refund__that_fails_at_last_leaves_its_money_in_the_books(bank, booking, staff):
    """A person must find another way; until then we hold what the bank holds."""
    paid(bank, booking)
    bank.refunds_begin_as = RefundState.PENDING
    cancel(booking, staff)
    run_refunds(later(minutes=2))
    reserved = Payment.objects.get().refunded_amount
    bank.finish_refunds(RefundState.FAILED)
    deliver(bank)

    settled_world(bank, booking, status=Status.CANCELLED, held=FULL)
    assert (reserved, Payment.objects.get().refunded_amount) == (60, 0)
    assert Refund.objects.get().status == Refund.Status.FAILED


def test_refund__that_waits_for_a_person_at_the_bank_is_followed_to_its_end(bank, booking, staff):
    paid(bank, booking)
    bank.refunds_begin_as = RefundState.STUCK
    cancel(booking, staff)
    run_refunds(later(minutes=2))
    between = Refund.objects.get().status
    bank.finish_refunds()
    deliver(bank)

    settled_world(bank, booking, status=Status.CANCELLED, held=0)
    assert (between, Refund.objects.get().status) == (Refund.Status.PENDING, Refund.Status.SUCCEEDED)
    assert bank.called("refund") == 1


def test_refund__taken_up_twice_at_once_is_given_once(bank, booking, staff):
    """The worker's nudge and its sweep: while the bank answers the first, the second comes."""
    paid(bank, booking)
    cancel(booking, staff)
    refund = Refund.objects.get()
    bank.will("refund", lambda: run_refunds(later(minutes=3)))

    run_refunds(later(minutes=2))

    refund.refresh_from_db()
    assert refund.status == Refund.Status.SUCCEEDED
    settled_world(bank, booking, status=Status.CANCELLED, held=0)
