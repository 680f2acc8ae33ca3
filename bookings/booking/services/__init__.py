"""What can be done to a booking: one module a verb."""

from bookings.booking.services.access import grant_access, look, pass_challenge
from bookings.booking.services.again import replay_event, retry_message
from bookings.booking.services.approve import approve
from bookings.booking.services.attendance import complete, complete_due, mark_no_show, undo_no_show
from bookings.booking.services.cancel import cancel, cancel_as, cancel_to_forget, refuse_percent
from bookings.booking.services.confirm_payment import confirm_payment
from bookings.booking.services.confirm_unpaid import confirm_unpaid
from bookings.booking.services.create import Creation, create
from bookings.booking.services.differences import (
    details_of,
    note_payment_difference,
    resolve_difference,
)
from bookings.booking.services.discount import give_discount
from bookings.booking.services.draft import draft
from bookings.booking.services.erase import erase, erase_answers
from bookings.booking.services.expire import expire_due, lapse
from bookings.booking.services.follow_up import FollowedUp, FollowUp, follow_up
from bookings.booking.services.moving import openings_for
from bookings.booking.services.on_site import record_on_site_payment
from bookings.booking.services.pay import start_payment
from bookings.booking.services.proofs import (
    request_access,
    request_access_by_address,
    request_cancellation,
    resend_verification,
)
from bookings.booking.services.receipts import refund_ended
from bookings.booking.services.reconcile import Look, reconcile_due, reconcile_since
from bookings.booking.services.refund import refund_payment, retry_refund
from bookings.booking.services.reject import reject
from bookings.booking.services.remind import remind_due
from bookings.booking.services.request import DraftRequest
from bookings.booking.services.reschedule import reassign, reschedule
from bookings.booking.services.settle import settle
from bookings.booking.services.take_away import delete_business
from bookings.booking.services.update import Changes, set_meeting_link, update
from bookings.booking.services.verify import verify, verify_as
from bookings.booking.services.warn import warn_due

__all__ = [
    "Changes",
    "Creation",
    "DraftRequest",
    "FollowUp",
    "FollowedUp",
    "Look",
    "approve",
    "cancel",
    "cancel_as",
    "cancel_to_forget",
    "complete",
    "complete_due",
    "confirm_payment",
    "confirm_unpaid",
    "create",
    "delete_business",
    "details_of",
    "draft",
    "erase",
    "erase_answers",
    "expire_due",
    "follow_up",
    "give_discount",
    "grant_access",
    "lapse",
    "look",
    "mark_no_show",
    "note_payment_difference",
    "openings_for",
    "pass_challenge",
    "reassign",
    "reconcile_due",
    "reconcile_since",
    "record_on_site_payment",
    "refund_ended",
    "refund_payment",
    "refuse_percent",
    "reject",
    "remind_due",
    "replay_event",
    "request_access",
    "request_access_by_address",
    "request_cancellation",
    "reschedule",
    "resend_verification",
    "resolve_difference",
    "retry_message",
    "retry_refund",
    "set_meeting_link",
    "settle",
    "start_payment",
    "undo_no_show",
    "update",
    "verify",
    "verify_as",
    "warn_due",
]
