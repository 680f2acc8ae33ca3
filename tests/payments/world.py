"""What must be true after any fault, once all that was due was worked off."""

from datetime import datetime
from decimal import Decimal

import pytest

from bookings import tasks
from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.booking.states import Status
from bookings.common.money import Money
from bookings.payments.models import Payment, ProviderEvent, Refund
from tests import factories
from tests.factories import NOW, TEN, later
from tests.invariants import check_invariants
from tests.payments.faulty import UNHEARD, Bank, Fault
from tests.payments.faulty_provider import post
from tests.witness import history, told

THURSDAY = TEN.replace(day=TEN.day + 3)
"""A start with more notice than any policy wants."""
SOON = later(minutes=1)
FULL = 6000
"""What a session costs, in minor units."""
MOST_TURNS = 200
USUAL = {Fault.TIMEOUT_BEFORE, Fault.TIMEOUT_AFTER}
unheard = pytest.mark.parametrize(
    "fault",
    [
        pytest.param(
            fault,
            id=fault.name.lower(),
            marks=[] if fault in USUAL else [pytest.mark.prove, pytest.mark.busy],
        )
        for fault in UNHEARD
    ],
)
"""Seen from here a 500 and nonsense are timeouts by another name; what tells them apart is the wire's to prove."""


def start(booking: Booking, now: datetime = NOW) -> Payment:
    return services.start_payment(booking_id=booking.pk, viewer=factories.client_of(booking), now=now)


def cancel(booking: Booking, viewer: Viewer, now: datetime = SOON) -> Booking:
    return services.cancel_as(booking_id=booking.pk, viewer=viewer, now=now)


def expire(now: datetime) -> int:
    return services.expire_due(now=now)


def run_refunds(now: datetime) -> int:
    return tasks.SWEEPS["refunds"](now)


def status_of(booking: Booking) -> str:
    return Booking.objects.get(pk=booking.pk).status


def confirm(booking: Booking, now: datetime = NOW) -> Payment:
    """The client comes back from the page and says that it is paid."""
    return services.confirm_payment(booking_id=booking.pk, viewer=factories.client_of(booking), now=now)


def deliver(bank: Bank) -> None:
    """Bring all events that wait to the inbox, in their order."""
    waiting, bank.events[:] = bank.events[:], []
    for raw in waiting:
        assert post(raw) == 200


def paid(bank: Bank, booking: Booking) -> Payment:
    """The booking, confirmed by money of which the event came."""
    payment = start(booking)
    assert bank.pay(payment.reference)
    deliver(bank)
    work_off()
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED
    return payment


def work_off(now: datetime = SOON) -> datetime:
    """Let the worker turn, with the clock going on to what is due next, until nothing is; gives the time then."""
    for _ in range(MOST_TURNS):
        events = ProviderEvent.objects.filter(processed_at__isnull=True, next_attempt_at__isnull=False)
        refunds = Refund.objects.filter(status__in=Refund.UNFINISHED, next_attempt_at__isnull=False)
        due = [
            *events.values_list("next_attempt_at", flat=True),
            *refunds.values_list("next_attempt_at", flat=True),
        ]
        if not due:
            return now
        now = max(now, min(due))
        for name in ("provider_events", "refunds"):
            tasks.SWEEPS[name](now)
    pytest.fail("the worker never came to rest")


def books() -> dict[str, int]:
    """What came in online less what went back, by our own rows, in minor units of each currency."""
    sums: dict[str, Decimal] = {}
    online = Payment.objects.exclude(provider=Payment.ON_SITE)
    for payment in online.filter(status=Payment.Status.SUCCEEDED):
        back = payment.refunds.exclude(status=Refund.Status.FAILED).values_list("amount", flat=True)
        currency = payment.paid.currency
        sums[currency] = sums.get(currency, Decimal(0)) + payment.paid_amount - sum(back, Decimal(0))
    return {currency: Money(amount, currency).minor for currency, amount in sums.items()}


def settled_world(bank: Bank, booking: Booking, *, status: Status, held: int, now: datetime = SOON) -> None:
    """Work off what is due; then the books are the bank's, and the booking and its mails as they must be.

    held: what we keep of the client's money, in minor units.
    """
    work_off(now)
    assert not ProviderEvent.objects.filter(processed_at__isnull=True).exists(), "an event was given up"
    assert not Refund.objects.filter(status__in=Refund.UNFINISHED).exists(), "a refund was given up"
    assert books() == bank.balance()
    assert sum(books().values()) == held
    booking.refresh_from_db()
    assert booking.status == status
    confirmations = history(booking).count(Status.CONFIRMED)
    mails = [template for template, _ in told(booking)]
    assert (confirmations, mails.count("confirmed")) in {(0, 0), (1, 1)}
    assert confirmations == 1 or status != Status.CONFIRMED
    assert bank.inside == [], "a transaction was open while the bank was asked"
    check_invariants()
