"""Writes of the topic, one verb a function. What they mean for a booking is the booking topic's to say."""

from bookings.payments.services.attempts import (
    attempt_closed,
    attempt_failed,
    checkout_created,
    confirms,
    open_attempt,
    record_success,
)
from bookings.payments.services.inbox import claim_event, due_events, fail_event, finish_event, store_event
from bookings.payments.services.refunds import (
    hasten_refunds,
    request_refund,
    retry_refund,
    run_due_refunds,
    run_refund,
)

__all__ = [
    "attempt_closed",
    "attempt_failed",
    "checkout_created",
    "claim_event",
    "confirms",
    "due_events",
    "fail_event",
    "finish_event",
    "hasten_refunds",
    "open_attempt",
    "record_success",
    "request_refund",
    "retry_refund",
    "run_due_refunds",
    "run_refund",
    "store_event",
]
