"""What can be done to a booking: one module a verb."""

from bookings.booking.services.access import grant_access
from bookings.booking.services.approve import approve
from bookings.booking.services.confirm_payment import confirm_payment
from bookings.booking.services.confirm_unpaid import confirm_unpaid
from bookings.booking.services.draft import DraftRequest, draft
from bookings.booking.services.expire import expire_due, lapse
from bookings.booking.services.pay import start_payment
from bookings.booking.services.reject import reject
from bookings.booking.services.settle import settle
from bookings.booking.services.verify import verify

__all__ = [
    "DraftRequest",
    "approve",
    "confirm_payment",
    "confirm_unpaid",
    "draft",
    "expire_due",
    "grant_access",
    "lapse",
    "reject",
    "settle",
    "start_payment",
    "verify",
]
