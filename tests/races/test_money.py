"""Who pays, who hears of it, who calls off and who counts the time, all at once: the money has one effect.

An answer of the bank may be old when it comes in. Whatever happened meanwhile stands.
"""

import json
from datetime import timedelta

import pytest
import time_machine

from bookings import tasks
from bookings.booking.states import Status
from bookings.payments.models import Payment, ProviderEvent, Refund
from bookings.payments.services.refunds import LEASE
from tests import factories
from tests.factories import NOW, later
from tests.payments.faulty import LONG, Gate
from tests.payments.faulty_provider import post
from tests.payments.world import (
    FULL,
    THURSDAY,
    cancel,
    confirm,
    deliver,
    expire,
    paid,
    run_refunds,
    settled_world,
    start,
)
from tests.races.steps import Side, Stop, overtake
from tests.witness import history

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def booking(host, offered):
    return factories.approved(host, offered, starts_at=THURSDAY)


def event_worker(now=NOW + timedelta(minutes=1)):
    return lambda: tasks.SWEEPS["provider_events"](now)


def meanwhile(bank, verb, slow, quick, *, after=True):
    """Let `quick` run from beginning to end while `slow` waits for the bank; gives both ends."""
    gate = Gate(after=after)
    bank.will(verb, gate)
    side = Side(slow)
    side.start()
    assert gate.entered.wait(LONG), "the bank was never asked"
    other = Side(quick)
    other.start()
    end = other.ended()
    gate.go_on.set()
    return side.ended(), end


@pytest.mark.parametrize("first", ["the event", "the client"])
def test_confirm_payment__and_the_event_at_once_confirm_once(bank, booking, first):
    payment = start(booking)
    bank.pay(payment.reference)
    deliver(bank)
    acts = [event_worker(), lambda: confirm(booking)]
    slow, quick = acts if first == "the event" else reversed(acts)

    ends = meanwhile(bank, "ask", slow, quick)

    assert not [end for end in ends if isinstance(end, Exception)]
    settled_world(bank, booking, status=Status.CONFIRMED, held=FULL)


def test_confirm_payment__with_an_answer_from_before_the_client_paid(bank, booking):
    payment = start(booking)

    def pay_and_hear():
        assert bank.pay(payment.reference)
        deliver(bank)
        event_worker()()

    meanwhile(bank, "ask", lambda: confirm(booking), pay_and_hear)

    settled_world(bank, booking, status=Status.CONFIRMED, held=FULL)


@pytest.mark.parametrize("minutes", [30, 24 * 60], ids=["end of the attempt", "end of the time to pay"])
def test_expire__with_an_answer_from_before_the_client_paid_confirms(bank, booking, minutes):
    """The page says that it can still be paid; it is paid; only then the timer tries to end it."""
    payment = start(booking)
    ends = later(minutes=minutes)

    meanwhile(bank, "ask", lambda: expire(ends), lambda: bank.pay(payment.reference))
    deliver(bank)

    settled_world(bank, booking, status=Status.CONFIRMED, held=FULL, now=ends)


def test_expire__with_an_ended_page_and_a_new_attempt_meanwhile_leaves_that_alone(bank, booking):
    """The timer's news is of the first attempt; the booking is paid for by the second."""
    start(booking)

    def begin_again():
        second = start(booking, later(minutes=31))
        assert bank.pay(second.reference)
        confirm(booking, later(minutes=31))

    meanwhile(bank, "close", lambda: expire(later(minutes=30)), begin_again)

    settled_world(bank, booking, status=Status.CONFIRMED, held=FULL, now=later(minutes=32))
    assert Payment.objects.filter(booking=booking).count() == 2


def test_cancel__while_another_tab_begins_to_pay_leaves_nothing_open(bank, booking, staff):
    """The cancellation found the first attempt run out, and ends the second as well."""
    start(booking)

    meanwhile(
        bank,
        "close",
        lambda: cancel(booking, staff, later(minutes=31)),
        lambda: start(booking, later(minutes=31)),
    )

    assert len(bank.pages) == 2
    assert not any(page.is_open for page in bank.pages.values())
    settled_world(bank, booking, status=Status.CANCELLED, held=0, now=later(minutes=32))


def test_cancel__overtaken_by_a_payment_that_has_just_begun_is_to_be_tried_again(
    bank, booking, staff, monkeypatch
):
    start(booking)

    run = overtake(
        monkeypatch,
        slow=lambda: cancel(booking, staff),
        at="bookings.booking.services.cancel.end_attempt",
        after=True,
        quick=lambda: start(booking, later(minutes=2)),
    )

    assert (run.accidents, run.refusals) == ([], ["PAYMENT_PROVIDER_ERROR"])
    assert bank.pay(run.results[0].reference)
    assert cancel(booking, staff, later(minutes=3)).status == Status.CANCELLED
    settled_world(bank, booking, status=Status.CANCELLED, held=0, now=later(minutes=3))


def test_start_payment__cancelled_while_its_page_is_made_gives_back_what_comes(bank, booking, staff):
    """The page was made after we had ended the attempt: nobody can end it any more, and its money goes back."""
    meanwhile(bank, "create_checkout", lambda: start(booking), lambda: cancel(booking, staff), after=False)

    payment = Payment.objects.get()
    assert bank.pay(payment.reference)
    deliver(bank)
    settled_world(bank, booking, status=Status.CANCELLED, held=0)
    assert Refund.objects.get().reason == Refund.Reason.LATE


def test_refund__whose_answer_takes_longer_than_its_lease_is_given_once(bank, booking, staff):
    paid(bank, booking)
    cancel(booking, staff)
    free = later(minutes=2) + LEASE

    meanwhile(bank, "refund", lambda: run_refunds(later(minutes=2)), lambda: run_refunds(free), after=False)

    assert bank.called("refund") == 2
    settled_world(bank, booking, status=Status.CANCELLED, held=0, now=free)


def test_event__before_the_answer_with_its_page_confirms(bank, booking):
    """The client was quicker than the bank's answer to us: the attempt is known, its page is not yet."""

    def pay_and_hear():
        assert bank.pay(Payment.objects.get().reference)
        deliver(bank)
        event_worker()()

    payment, _ = meanwhile(bank, "create_checkout", lambda: start(booking), pay_and_hear)

    assert (payment.status, history(booking)[-1]) == (Payment.Status.SUCCEEDED, Status.CONFIRMED)
    settled_world(bank, booking, status=Status.CONFIRMED, held=FULL)


@pytest.mark.only_on("postgresql")
def test_event__before_our_own_commit_waits_for_its_payment(bank, booking, monkeypatch):
    """An event of a reference that no other connection can see yet is kept, and carried out once it is there."""
    side = Side(lambda: start(booking))
    stop = Stop(monkeypatch, "bookings.payments.services.open_attempt", side=side, after=True)
    side.start()
    stop.wait_for()
    early = {"id": "evt_early", "kind": "paid", "reference": stop.result.reference}
    with time_machine.travel(NOW):
        assert post(json.dumps(early).encode()) == 200
    event_worker()()
    waiting = ProviderEvent.objects.get()
    assert not Payment.objects.exists()
    stop.go_on.set()
    payment = side.ended()

    assert (waiting.processed_at, bank.called("ask")) == (None, 0)
    assert bank.pay(payment.reference)
    bank.events.clear()  # the early one is all that we hear
    settled_world(bank, booking, status=Status.CONFIRMED, held=FULL)
