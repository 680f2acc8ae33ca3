"""Writes of the topic, one verb a function. What they mean for a booking is the booking topic's to say."""

from bookings.payments.services.accounts import accounts_visible_to, deactivate_account, save_account
from bookings.payments.services.attempts import (
    attempt_closed,
    attempt_failed,
    checkout_created,
    confirms,
    open_attempt,
    record_success,
)
from bookings.payments.services.differences import note_difference, note_repair
from bookings.payments.services.inbox import (
    await_payment,
    claim_event,
    due_events,
    fail_event,
    finish_event,
    forget_bodies,
    note_payment,
    replay_event,
    store_event,
)
from bookings.payments.services.on_site import record_on_site
from bookings.payments.services.receipts import issue_receipt, issue_refund_receipt
from bookings.payments.services.reconcile import (
    Due,
    agreed,
    claim_look,
    due_payments,
    fill_in,
    is_open_too_long,
    payments_since,
)
from bookings.payments.services.refund_repairs import repair_refund
from bookings.payments.services.refund_requests import forget_notes, request_refund, retry_refund
from bookings.payments.services.refunds import hasten_refunds, run_due_refunds, run_refund

__all__ = [
    "Due",
    "accounts_visible_to",
    "agreed",
    "attempt_closed",
    "attempt_failed",
    "await_payment",
    "checkout_created",
    "claim_event",
    "claim_look",
    "confirms",
    "deactivate_account",
    "due_events",
    "due_payments",
    "fail_event",
    "fill_in",
    "finish_event",
    "forget_bodies",
    "forget_notes",
    "hasten_refunds",
    "is_open_too_long",
    "issue_receipt",
    "issue_refund_receipt",
    "note_difference",
    "note_payment",
    "note_repair",
    "open_attempt",
    "payments_since",
    "record_on_site",
    "record_success",
    "repair_refund",
    "replay_event",
    "request_refund",
    "retry_refund",
    "run_due_refunds",
    "run_refund",
    "save_account",
    "store_event",
]
