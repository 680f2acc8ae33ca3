"""A bank that takes its time holds up nobody else: no row is locked while it is asked.

Each test stops one call at the bank. Meanwhile somebody else looks for times at the same practice and books one: at
the same consultant, and of a group also a seat of the very same slot. Whoever waits for a lock fails.
"""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from bookings import tasks
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.booking.states import Status
from bookings.payments.models import Payment, Refund
from bookings.payments.providers.base import RefundState
from tests import factories
from tests.factories import NOW, later
from tests.payments.faulty import LONG, Gate
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
    work_off,
)
from tests.races.steps import Side
from tests.schema.client import ask, gid

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("postgresql")]

NO_WAITING = "SET lock_timeout = '500ms'"
OPEN_SLOTS = """
query Slots($service: ID!, $consultant: ID!, $from: DateTime!, $until: DateTime!) {
  openSlots(serviceId: $service, consultantId: $consultant, from: $from, until: $until, first: 100) {
    edges { node { startsAt seatsLeft } }
  }
}
"""


@pytest.fixture
def offered(transactional_db):
    return factories.service(seats=3)


@pytest.fixture
def booking(host, offered):
    return factories.approved(host, offered, starts_at=THURSDAY)


@pytest.fixture(autouse=True)
def impatient(transactional_db):
    """Let the others' connection give up where it would have to wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(NO_WAITING)
    with time_machine.travel(NOW):  # openSlots reads the clock
        yield
    connection.close()


def books_meanwhile(bank, host, offered, starts_at):
    """Another client's whole way to a confirmed booking, with times looked for on the way."""
    given = {
        "service": gid(offered),
        "consultant": gid(host),
        "from": starts_at.isoformat(),
        "until": (starts_at + timedelta(hours=1)).isoformat(),
    }
    found = [edge["node"]["startsAt"] for edge in ask(OPEN_SLOTS, given)["openSlots"]["edges"]]
    assert f"{starts_at:%Y-%m-%dT%H:%M:%SZ}" in found
    booking = factories.approved(host, offered, starts_at=starts_at)
    payment = start(booking)
    assert bank.pay(payment.reference)
    assert confirm(booking).confirms_booking
    return booking


def held_up(bank, host, offered, verb, act):
    """Let an act stand at a call of the bank while others book; gives how it ended."""
    gate = Gate()
    bank.will(verb, gate)
    slow = Side(act)
    slow.start()
    assert gate.entered.wait(LONG), "the bank was never asked"
    try:
        others = [
            books_meanwhile(bank, host, offered, at) for at in (THURSDAY, THURSDAY + timedelta(hours=2))
        ]
        assert slow.is_alive()
    finally:
        gate.go_on.set()
    end = slow.ended()
    assert not isinstance(end, BaseException), end
    assert {Booking.objects.get(pk=other.pk).status for other in others} == {Status.CONFIRMED}
    return end


def test_start_payment__at_a_slow_bank_holds_up_nobody(bank, host, offered, booking):
    payment = held_up(bank, host, offered, "create_checkout", lambda: start(booking))

    assert bank.pay(payment.reference)
    deliver(bank)
    settled_world(bank, booking, status=Status.CONFIRMED, held=3 * FULL)


@pytest.mark.parametrize("verb", ["ask", "close"])
def test_start_payment__that_ends_the_one_before_at_a_slow_bank_holds_up_nobody(
    bank, host, offered, booking, verb
):
    first = start(booking)

    held_up(bank, host, offered, verb, lambda: start(booking, later(minutes=31)))

    first.refresh_from_db()
    assert (first.status, len(bank.pages)) == (Payment.Status.CLOSED, 4)
    settled_world(bank, booking, status=Status.PAYMENT_PENDING, held=2 * FULL, now=later(minutes=32))


def test_confirm_payment__at_a_slow_bank_holds_up_nobody(bank, host, offered, booking):
    payment = start(booking)
    bank.pay(payment.reference)

    held_up(bank, host, offered, "ask", lambda: confirm(booking))

    settled_world(bank, booking, status=Status.CONFIRMED, held=3 * FULL)


def test_event__worked_on_at_a_slow_bank_holds_up_nobody(bank, host, offered, booking):
    payment = start(booking)
    bank.pay(payment.reference)
    deliver(bank)

    held_up(bank, host, offered, "ask", lambda: tasks.SWEEPS["provider_events"](later(minutes=1)))

    settled_world(bank, booking, status=Status.CONFIRMED, held=3 * FULL)


@pytest.mark.parametrize("verb", ["ask", "close"])
def test_cancel__at_a_slow_bank_holds_up_nobody(bank, host, offered, booking, staff, verb):
    start(booking)

    held_up(bank, host, offered, verb, lambda: cancel(booking, staff))

    settled_world(bank, booking, status=Status.CANCELLED, held=2 * FULL)


@pytest.mark.parametrize("verb", ["ask", "close"])
def test_expire__at_a_slow_bank_holds_up_nobody(bank, host, offered, booking, verb):
    start(booking)
    expired = later(minutes=30)

    held_up(bank, host, offered, verb, lambda: services.lapse(booking_id=booking.pk, now=expired))

    settled_world(bank, booking, status=Status.APPROVED, held=2 * FULL, now=expired)


def test_refund__at_a_slow_bank_holds_up_nobody(bank, host, offered, booking, staff):
    paid(bank, booking)
    cancel(booking, staff)

    held_up(bank, host, offered, "refund", lambda: run_refunds(later(minutes=2)))

    settled_world(bank, booking, status=Status.CANCELLED, held=2 * FULL)


def test_ask_refund__at_a_slow_bank_holds_up_nobody(bank, host, offered, booking, staff):
    paid(bank, booking)
    bank.refunds_begin_as = RefundState.PENDING
    cancel(booking, staff)
    run_refunds(later(minutes=2))
    bank.finish_refunds()

    held_up(bank, host, offered, "ask_refund", lambda: run_refunds(later(hours=1)))

    settled_world(bank, booking, status=Status.CANCELLED, held=2 * FULL)
    assert Refund.objects.get().status == Refund.Status.SUCCEEDED


def test_deadlines__of_others_are_swept_while_the_bank_is_slow_about_one(bank, host, offered, booking):
    """Several workers may run: one that waits for the bank keeps none of the others from its work."""
    start(booking)
    other = factories.pending(host, offered, starts_at=THURSDAY + timedelta(hours=4))

    def sweep_elsewhere():
        services.lapse(booking_id=other.pk, now=later(hours=48))

    gate = Gate()
    bank.will("ask", gate)
    slow = Side(lambda: expire(later(minutes=30)))
    slow.start()
    assert gate.entered.wait(LONG)
    sweep_elsewhere()
    gate.go_on.set()

    assert slow.ended() == 1
    assert Booking.objects.get(pk=other.pk).status == Status.EXPIRED
    work_off()
    settled_world(bank, booking, status=Status.APPROVED, held=0, now=later(minutes=30))
