"""What the worker runs: nudges that carry one primary key, and the sweeps that find what is due.

Standing on top of every topic, this is also where a provider's event gets from the inbox to its booking.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from bookings.booking import services as booking
from bookings.common import clock
from bookings.notifications import delivery
from bookings.payments import services as payments
from bookings.payments.models import Payment
from bookings.retention import services as retention

log = logging.getLogger(__name__)


def deliver_message(pk: int) -> None:
    """Send one message of the outbox, if it is still due."""
    delivery.deliver(pk)


def process_provider_event(pk: int) -> None:
    """Carry one provider's event to the booking that it pays for."""
    _process_event(pk, clock.now())


def run_refund(pk: int) -> None:
    """Ask a provider for one refund."""
    payments.run_refund(pk, now=clock.now())


def purge() -> None:
    """Forget what has served its purpose."""
    forgotten = retention.purge(now=clock.now())
    log.info("purged %s", ", ".join(f"{count} {kind}" for kind, count in forgotten.items()))


def _process_event(pk: int, now: datetime) -> bool:
    """Ask the provider about the payment that an event names; failures are tried again later."""
    event = payments.claim_event(pk, now=now)
    if event is None:
        return False
    payment = Payment.objects.filter(provider=event.provider, reference=event.reference).first()
    if payment is None:
        payments.finish_event(event_id=event.pk, outcome="no_such_payment", now=now)
        return True
    try:
        booking.settle(payment_id=payment.pk, now=now)
    except Exception as error:  # whatever went wrong, the event stays due and is tried again
        payments.fail_event(event_id=event.pk, error=error, now=now)
        raise
    payments.hasten_refunds(payment_id=payment.pk, now=now)
    payments.finish_event(event_id=event.pk, outcome="settled", now=now)
    return True


def sweep_events(now: datetime) -> int:
    """Process the events whose nudge was lost or whose last try failed."""
    handled = 0
    for pk in payments.due_events(now=now):
        try:
            handled += _process_event(pk, now)
        except Exception:  # it is recorded on the event; the others must not wait for it
            log.exception("event %s could not be processed", pk)
    return handled


SWEEPS: Mapping[str, Callable[[datetime], int]] = {
    "deadlines": lambda now: booking.expire_due(now=now),
    "completions": lambda now: booking.complete_due(now=now),
    "warnings": lambda now: booking.warn_due(now=now),
    "outbox": delivery.deliver_due,
    "provider_events": sweep_events,
    "refunds": lambda now: payments.run_due_refunds(now=now),
}
"""What the worker does every second; each gives how many rows it handled."""

DAILY: Mapping[str, str] = {"purge": "bookings.tasks.purge"}
"""What the worker runs once a day: names of schedules and the tasks' dotted paths."""
