"""The fault matrix over the wire: Paystack and Stripe as they are, behind all that can go wrong with a call.

What only one of them does, and all faults of a refund, stand in the tests of each provider's flow.
"""

from contextlib import suppress
from dataclasses import dataclass, field

import pytest
import time_machine
from django.test import Client

from bookings import tasks
from bookings.booking.states import Status
from bookings.common.errors import DomainError, ErrorCode
from bookings.payments import providers
from bookings.payments.models import ProviderEvent
from tests import factories
from tests.factories import NOW, later
from tests.payments.doubles.paystack import PaystackDouble
from tests.payments.doubles.server import Double
from tests.payments.doubles.stripe import StripeDouble
from tests.payments.faulty import open_blocks
from tests.payments.world import (
    FULL,
    THURSDAY,
    cancel,
    confirm,
    expire,
    settled_world,
    start,
    status_of,
)
from tests.witness import refusal

pytestmark = [pytest.mark.prove, pytest.mark.busy]
"""The same faults meet every run in process, in test_faults.py."""

FAULTS = ["timeout_before", "timeout_after", "500_before", "500_after", "malformed"]
VERBS = ["create_checkout", "ask", "close", "refund", "ask_refund", "refunds_of"]
SO_OFTEN = 20
"""More often than any call is repeated by itself."""
faults = pytest.mark.parametrize("fault", FAULTS)


@dataclass
class Wire:
    """A provider's double, seen as `settled_world` sees a bank."""

    double: Double
    name: str
    currency: str
    opens: str
    asks: str
    closes: str
    refunds: str
    inside: list[str] = field(default_factory=list)

    @property
    def events(self):
        return self.double.events

    def pay(self, reference):
        return self.double.pay(reference)

    def balance(self):
        rows = self.double.ledger().values()
        held = sum(row.paid - row.refunded for row in rows)
        return {self.currency: held} if any(row.paid for row in rows) else {}

    def deliver(self):
        for sent in self.double.take_events():
            path = f"/payments/{self.name}/events"
            answer = Client().post(path, sent.raw, "application/json", headers=self.double.sign(sent.raw))
            assert answer.status_code == 200

    def fails(self, kind, path, act):
        """Let an act meet a fault, however often it asks again, and say that it may be tried again."""
        self.double.fail_next(kind, path=path, times=SO_OFTEN)
        error = refusal(act)
        self.double.faults.clear()
        assert error.code == ErrorCode.PAYMENT_PROVIDER_ERROR


@pytest.fixture(params=["paystack", "stripe"])
def wire(request, db, settings, monkeypatch):
    """The platform's payments go there; no call stands inside a transaction."""
    paystack = request.param == "paystack"
    double = PaystackDouble() if paystack else StripeDouble()
    with double, time_machine.travel(NOW, tick=False):
        keys = {"secret_key": double.key, "webhook_secret": getattr(double, "secret", ""), "url": double.url}
        settings.PAYMENT_PROVIDER = request.param
        settings.PAYMENT_KEYS = settings.PAYMENT_KEYS | {request.param: keys}
        settings.PAYMENT_TIMEOUTS = (5.0, 0.6)
        if paystack:
            double.refunds_are = "processed"
            paths = ("/transaction/initialize", "/transaction/verify", "/transaction/verify", "/refund")
            made = Wire(double, "paystack", "NGN", *paths)
        else:
            sessions = "/v1/checkout/sessions"
            made = Wire(double, "stripe", "EUR", sessions, sessions, sessions, "/v1/refunds")
        watch(providers._PROVIDERS[request.param], made.inside, monkeypatch)
        yield made


def watch(provider, inside, monkeypatch):
    """Note each call of a provider that comes while a transaction of ours is open."""
    depth = open_blocks()

    def noted(verb, original):
        def call(*args, **kwargs):
            if open_blocks() > depth:
                inside.append(verb)
            return original(*args, **kwargs)

        return call

    for verb in VERBS:
        monkeypatch.setattr(provider, verb, noted(verb, getattr(provider, verb)))


@pytest.fixture
def booking(wire):
    currency = wire.currency
    offered = factories.service(factories.business(currency=currency), currency=currency)
    return factories.approved(factories.consultant(offered), offered, starts_at=THURSDAY)


@pytest.fixture
def staff(booking):
    return factories.staff_of(booking.business)


def started(booking):
    """A page to pay on, however often one has to ask for it."""
    for minutes in (1, 2, 3):
        with suppress(DomainError):
            return start(booking, later(minutes=minutes))
    pytest.fail("no page was ever opened")


@faults
def test_create_checkout__over_a_broken_wire_opens_a_page_in_the_end(wire, booking, fault):
    wire.fails(fault, wire.opens, lambda: start(booking))

    payment = started(booking)

    assert wire.pay(payment.reference)
    wire.deliver()
    settled_world(wire, booking, status=Status.CONFIRMED, held=FULL, now=later(minutes=4))


@faults
def test_ask__over_a_broken_wire_is_asked_again_for_the_event(wire, booking, fault):
    payment = start(booking)
    wire.pay(payment.reference)
    wire.deliver()
    wire.double.fail_next(fault, path=wire.asks, times=SO_OFTEN)

    tasks.SWEEPS["provider_events"](later(minutes=1))
    wire.double.faults.clear()
    between = status_of(booking)

    assert between == Status.PAYMENT_PENDING
    settled_world(wire, booking, status=Status.CONFIRMED, held=FULL)
    assert ProviderEvent.objects.exclude(processed_at=None).count() >= 1


@faults
def test_ask__over_a_broken_wire_changes_nothing_for_the_client_who_comes_back(wire, booking, fault):
    payment = start(booking)
    wire.pay(payment.reference)

    wire.fails(fault, wire.asks, lambda: confirm(booking))
    between = status_of(booking)
    confirm(booking)
    wire.deliver()

    assert between == Status.PAYMENT_PENDING
    settled_world(wire, booking, status=Status.CONFIRMED, held=FULL)


@faults
def test_close__over_a_broken_wire_takes_no_time_from_whom_paid(wire, booking, fault):
    """The deadline has come, and nobody hears whether the client paid: the time is kept until somebody does."""
    payment = start(booking)
    wire.pay(payment.reference)
    wire.double.fail_next(fault, path=wire.closes, times=SO_OFTEN)

    expire(later(minutes=30))
    wire.double.faults.clear()
    between = status_of(booking)
    expire(later(minutes=31))
    wire.deliver()

    assert between == Status.PAYMENT_PENDING
    settled_world(wire, booking, status=Status.CONFIRMED, held=FULL, now=later(minutes=32))


@faults
def test_refund__over_a_broken_wire_is_given_once(wire, booking, staff, fault):
    paid_by(wire, booking)
    cancel(booking, staff)
    wire.double.fail_next(fault, path=wire.refunds, times=1)

    settled_world(wire, booking, status=Status.CANCELLED, held=0)


def test_event__twice_and_forged_over_the_wire_counts_once(wire, booking):
    payment = start(booking)
    wire.pay(payment.reference)
    (sent, *others) = wire.double.take_events()
    path = f"/payments/{wire.name}/events"
    forged = Client().post(path, sent.raw + b" ", "application/json", headers=wire.double.sign(sent.raw))
    wire.double.events = [sent, sent, *others, sent]
    wire.deliver()

    assert forged.status_code == 400
    assert ProviderEvent.objects.count() == 1 + len(others)
    settled_world(wire, booking, status=Status.CONFIRMED, held=FULL)


def paid_by(wire, booking):
    payment = start(booking)
    assert wire.pay(payment.reference)
    wire.deliver()
    settled_world(wire, booking, status=Status.CONFIRMED, held=FULL)
    return payment
