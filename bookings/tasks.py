"""What the worker runs: nudges that carry one primary key, and the sweeps that find what is due.

Standing on top of every topic, this is also where a provider's event gets from the inbox to its booking.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from bookings.booking import services as booking
from bookings.booking.locks import lock_row
from bookings.booking.services.differences import note_payment_difference
from bookings.common import clock
from bookings.directory import services as directory
from bookings.notifications import delivery
from bookings.payments import matching, sandbox
from bookings.payments import services as payments
from bookings.payments.models import Difference, Payment, ProviderEvent
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
    payments.run_refund(pk, now=clock.now(), when_done=booking.refund_ended, lock_first=lock_row)


def refresh_listing(pk: int) -> None:
    """Look anew at what searches find of one practice that changed, unless another look saw the change."""
    directory.refresh_behind(business_id=pk, now=clock.now())


def purge() -> None:
    """Forget what has served its purpose."""
    forgotten = retention.purge(now=clock.now())
    log.info("purged %s", ", ".join(f"{count} {kind}" for kind, count in forgotten.items()))


def _process_event(pk: int, now: datetime) -> bool:
    """Ask the provider about the payment that an event names; failures are tried again later."""
    event = payments.claim_event(pk, now=now)
    if event is None:
        return False
    try:
        outcome = _outcome_of(event, now)
    except Exception as error:  # whatever went wrong, the event stays due and is tried again
        payments.fail_event(event_id=event.pk, error=error, now=now)
        raise
    if outcome:
        payments.finish_event(event_id=event.pk, outcome=outcome, now=now)
    return True


def _outcome_of(event: ProviderEvent, now: datetime) -> str:
    """Do what an event gives reason for, and give in a short code what came of it; nothing where it waits."""
    payment = matching.named_by(event)
    if payment is None:
        if not matching.may_be_ours(event):
            return "not_ours"
        return "" if payments.await_payment(event=event, now=now) else "no_such_payment"
    payments.note_payment(event=event, payment=payment)
    before = payment.status
    after = booking.settle(payment_id=payment.pk, now=now)
    followed = payments.hasten_refunds(payment_id=payment.pk, now=now)
    if event.is_dispute:
        note_payment_difference(payment=after, kind=Difference.Kind.DISPUTE, data=_dispute(event), now=now)
        return "disputed"
    if after.status == before:
        return "refund_followed" if followed else "settled"
    if after.status == Payment.Status.SUCCEEDED:
        return "confirmed" if after.confirms_booking else "refunded"
    return "ended"


def _dispute(event: ProviderEvent) -> dict[str, str]:
    """Give what is known of a dispute, by which the same event, had again, is told from another."""
    own = f"{event.account.public_id}:" if event.account is not None else ""
    return {"event": event.kind, "event_id": event.event_id.removeprefix(own)}


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
    "reminders": lambda now: booking.remind_due(now=now),
    "outbox": delivery.deliver_due,
    "provider_events": sweep_events,
    "refunds": lambda now: payments.run_due_refunds(
        now=now, when_done=booking.refund_ended, lock_first=lock_row
    ),
    "sandbox": lambda now: sandbox.arrive_due(now=now),
    "reconciliation": lambda now: booking.reconcile_due(now=now),
    "directory": lambda now: directory.refresh_due(now=now),
    "directory_changes": lambda now: directory.refresh_changed(now=now),
}
"""What the worker does every second, or as PACES says; each gives how many rows it handled."""

PACES: Mapping[str, float] = {"reconciliation": 60.0, "directory": 2.0, "directory_changes": 60.0}
"""Seconds between two turns of the sweeps that need not look every second; what is due stands in the rows."""

DAILY: Mapping[str, str] = {"purge": "bookings.tasks.purge"}
"""What the worker runs once a day: names of schedules and the tasks' dotted paths."""
