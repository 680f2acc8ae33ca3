"""What can be done to a booking: one module a verb."""

from bookings.booking.services.access import grant_access, pass_challenge
from bookings.booking.services.approve import approve
from bookings.booking.services.attendance import complete, complete_due, mark_no_show, undo_no_show
from bookings.booking.services.cancel import cancel, cancel_as, refund_due
from bookings.booking.services.confirm_payment import confirm_payment
from bookings.booking.services.confirm_unpaid import confirm_unpaid
from bookings.booking.services.create import Creation, create
from bookings.booking.services.draft import draft
from bookings.booking.services.expire import expire_due, lapse
from bookings.booking.services.pay import start_payment
from bookings.booking.services.proofs import request_access, request_cancellation, resend_verification
from bookings.booking.services.reject import reject
from bookings.booking.services.request import DraftRequest
from bookings.booking.services.reschedule import reassign, reschedule
from bookings.booking.services.settle import settle
from bookings.booking.services.update import Changes, set_meeting_link, update
from bookings.booking.services.verify import verify, verify_as
from bookings.booking.services.warn import warn_due

__all__ = [
    "Changes",
    "Creation",
    "DraftRequest",
    "approve",
    "cancel",
    "cancel_as",
    "complete",
    "complete_due",
    "confirm_payment",
    "confirm_unpaid",
    "create",
    "draft",
    "expire_due",
    "grant_access",
    "lapse",
    "mark_no_show",
    "pass_challenge",
    "reassign",
    "refund_due",
    "reject",
    "request_access",
    "request_cancellation",
    "reschedule",
    "resend_verification",
    "set_meeting_link",
    "settle",
    "start_payment",
    "undo_no_show",
    "update",
    "verify",
    "verify_as",
    "warn_due",
]
