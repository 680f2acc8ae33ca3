"""No fault of the bank's, of ours or of the network's loses or invents money.

Each test ends in `settled_world`: our books are the bank's, the booking is as the domain has it, nothing is announced
twice, the audit is clean, and no call stood inside a transaction.
"""

import pytest

from bookings.booking.states import Status
from bookings.common.errors import ErrorCode
from bookings.payments.models import Payment, ProviderEvent, Refund
from tests import factories
from tests.factories import later
from tests.payments.faulty import BEFORE, Fault
from tests.payments.world import (
    FULL,
    THURSDAY,
    cancel,
    confirm,
    deliver,
    expire,
    settled_world,
    start,
    status_of,
    unheard,
)
from tests.witness import refusal


@pytest.fixture
def booking(host, offered):
    return factories.approved(host, offered, starts_at=THURSDAY)


def fails(act, *given):
    """The act meets the fault, and says that asking again may help."""
    error = refusal(lambda: act(*given))
    assert (error.code, error.retry_after) == (ErrorCode.PAYMENT_PROVIDER_ERROR, 30)


# Opening a page


@unheard
def test_create_checkout__unheard_is_asked_for_again_under_its_reference(bank, booking, fault):
    bank.will("create_checkout", fault)

    fails(start, booking)
    payment = start(booking, later(minutes=1))

    assert [reference for verb, reference in bank.calls if verb == "create_checkout"] == [
        payment.reference
    ] * 2
    assert list(bank.pages) == [payment.reference]
    assert bank.pay(payment.reference)
    deliver(bank)
    settled_world(bank, booking, status=Status.CONFIRMED, held=FULL)


@unheard
def test_create_checkout__unheard_and_never_asked_for_again_lapses(bank, booking, fault):
    bank.will("create_checkout", fault)
    fails(start, booking)

    expire(later(minutes=30))
    between = status_of(booking)
    expire(later(hours=24))

    assert between == Status.APPROVED
    assert not any(page.is_open for page in bank.pages.values())
    settled_world(bank, booking, status=Status.EXPIRED, held=0, now=later(hours=24))


def test_create_checkout__that_was_made_unheard_and_paid_confirms(bank, booking):
    bank.will("create_checkout", Fault.TIMEOUT_AFTER)
    fails(start, booking)

    assert bank.pay(Payment.objects.get().reference)
    deliver(bank)

    settled_world(bank, booking, status=Status.CONFIRMED, held=FULL)


def test_create_checkout__refused_gives_the_booking_back_to_be_tried_again(bank, booking):
    bank.will("create_checkout", Fault.REFUSED)

    fails(start, booking)

    assert status_of(booking) == Status.APPROVED
    payment = start(booking, later(minutes=1))
    assert bank.pay(payment.reference)
    deliver(bank)
    settled_world(bank, booking, status=Status.CONFIRMED, held=FULL)
    assert Payment.objects.filter(status=Payment.Status.FAILED).count() == 1


# Asking how a payment stands


@unheard
def test_ask__unheard_while_an_event_is_worked_on_is_asked_again(bank, booking, fault):
    payment = start(booking)
    bank.pay(payment.reference)
    bank.will("ask", fault, fault)
    deliver(bank)

    settled_world(bank, booking, status=Status.CONFIRMED, held=FULL)

    assert ProviderEvent.objects.get().attempts == 3


@unheard
def test_ask__unheard_for_the_client_who_comes_back_changes_nothing(bank, booking, fault):
    payment = start(booking)
    bank.pay(payment.reference)
    bank.will("ask", fault)

    fails(confirm, booking)
    between = status_of(booking)
    confirm(booking)

    assert between == Status.PAYMENT_PENDING
    settled_world(bank, booking, status=Status.CONFIRMED, held=FULL)


@unheard
def test_ask__unheard_at_the_deadline_lets_nothing_lapse(bank, booking, fault):
    """Before a timer takes the time away the bank is asked; without its answer the client may have paid."""
    payment = start(booking)
    bank.pay(payment.reference)
    bank.will("ask", fault)

    expire(later(minutes=30))
    between = status_of(booking)
    expire(later(minutes=31))

    assert between == Status.PAYMENT_PENDING
    settled_world(bank, booking, status=Status.CONFIRMED, held=FULL)


def test_ask__unheard_at_many_deadlines_holds_up_no_other(bank, booking, host, offered, monkeypatch):
    monkeypatch.setattr("bookings.booking.services.expire.AT_ONCE", 1)
    start(booking)
    request = factories.pending(host, offered, starts_at=THURSDAY.replace(hour=14))
    bank.will("ask", *[Fault.TIMEOUT_BEFORE] * 2)

    expire(later(hours=48))

    assert (status_of(booking), status_of(request)) == (Status.PAYMENT_PENDING, Status.EXPIRED)
    expire(later(hours=48))
    expire(later(hours=49))
    settled_world(bank, booking, status=Status.EXPIRED, held=0, now=later(hours=49))


@unheard
def test_ask__unheard_before_a_second_attempt_opens_none(bank, booking, fault):
    first = start(booking)
    bank.pay(first.reference)
    bank.will("ask", fault)

    fails(start, booking, later(minutes=31))

    assert list(bank.pages) == [first.reference]
    expire(later(minutes=32))
    settled_world(bank, booking, status=Status.CONFIRMED, held=FULL, now=later(minutes=32))


# Ending an attempt


@unheard
@pytest.mark.parametrize("pays", [True, False], ids=["paid meanwhile", "not paid"])
def test_close__unheard_at_a_cancellation_cancels_nothing_yet(bank, booking, staff, fault, pays):
    payment = start(booking)
    bank.will("close", fault)

    fails(cancel, booking, staff)
    between = status_of(booking)
    took = pays and bank.pay(payment.reference)
    cancel(booking, staff, later(minutes=2))

    assert (between, took) == (Status.PAYMENT_PENDING, pays and fault in BEFORE)
    assert Refund.objects.count() == int(took)
    settled_world(bank, booking, status=Status.CANCELLED, held=0)


@unheard
def test_close__unheard_at_the_deadline_is_tried_again(bank, booking, fault):
    start(booking)
    bank.will("close", fault)

    expire(later(minutes=30))
    between = status_of(booking)
    expire(later(minutes=31))

    assert (between, status_of(booking)) == (Status.PAYMENT_PENDING, Status.APPROVED)
    settled_world(bank, booking, status=Status.APPROVED, held=0, now=later(minutes=31))


@pytest.mark.parametrize("late", [later(minutes=40), later(hours=25)], ids=["in time to pay", "too late"])
def test_close__by_a_bank_that_cannot_leaves_money_that_comes_all_the_same(bank, booking, late):
    """Until `pay_by` it confirms; afterwards the booking is over, and the money goes back by itself."""
    payment = start(booking)
    bank.will("close", Fault.CANNOT)
    expire(later(minutes=30))
    expire(late)

    assert bank.pay(payment.reference)
    deliver(bank)

    if late < booking.pay_by:
        settled_world(bank, booking, status=Status.CONFIRMED, held=FULL, now=late)
    else:
        settled_world(bank, booking, status=Status.EXPIRED, held=0, now=late)
        assert Refund.objects.get().reason == Refund.Reason.LATE
