"""The table of messages about bookings: to clients, to consultants, to practices."""

from django.utils.translation import gettext_lazy as _

from bookings.notifications.entries import Audience, Message
from bookings.notifications.models import MailRefusal

BOOKING_MESSAGES: dict[str, Message] = {
    "verify_booking": Message(
        subject=_("Confirm your request %(acknowledgement_id)s"),
        heading=_("One more step: confirm your request"),
        button=_("Confirm my request"),
        secrets=("code", "link"),
    ),
    "request_received": Message(
        subject=_("We have your request %(acknowledgement_id)s"),
        heading=_("We have your request"),
        button=_("See my request"),
        opens_booking=True,
    ),
    "approved_pay_by": Message(
        subject=_("Approved, please pay: %(acknowledgement_id)s"),
        heading=_("Approved. Please pay to keep your time"),
        button=_("Pay now"),
        secrets=("link",),
    ),
    "price_lowered": Message(
        subject=_("A lower price for %(acknowledgement_id)s"),
        heading=_("Your booking costs less now"),
        button=_("Pay now"),
    ),
    "rejected": Message(
        subject=_("About your request %(acknowledgement_id)s"),
        heading=_("This request could not be accepted"),
        button=_("Choose another time"),
        secrets=("reason",),
    ),
    "payment_failed": Message(
        subject=_("The payment did not go through: %(acknowledgement_id)s"),
        heading=_("The payment did not go through"),
        button=_("Try again"),
    ),
    "confirmed": Message(
        subject=_("Your booking %(acknowledgement_id)s is confirmed"),
        heading=_("Your booking is confirmed"),
        button=_("See my booking"),
        opens_booking=True,
    ),
    "cancelled": Message(
        subject=_("Cancelled: %(acknowledgement_id)s"),
        heading=_("Your booking is cancelled"),
        wish_heading=_("Your request is cancelled"),
    ),
    "rescheduled": Message(
        subject=_("Your booking %(acknowledgement_id)s has moved"),
        heading=_("Your booking has moved"),
    ),
    "completed": Message(
        subject=_("Thank you: %(acknowledgement_id)s"),
        heading=_("Thank you for coming"),
        button=_("Review the session"),
        secrets=("link",),
        refusable=MailRefusal.Kind.REVIEW_REQUESTS,
    ),
    "meeting_link": Message(
        subject=_("The link to your session %(acknowledgement_id)s"),
        heading=_("The link to your session"),
        button=_("Open the session"),
        secrets=("link",),
    ),
    "confirm_cancellation": Message(
        subject=_("Cancel %(acknowledgement_id)s? Please confirm"),
        heading=_("Please confirm that you want to cancel"),
        button=_("Cancel my booking"),
        secrets=("code", "link"),
    ),
    "booking_access": Message(
        subject=_("Open your booking %(acknowledgement_id)s"),
        heading=_("Open your booking"),
        button=_("Open my booking"),
        secrets=("code", "link"),
    ),
    "consultant_cancelled": Message(
        subject=_("Cancelled: %(acknowledgement_id)s"),
        heading=_("A session of yours was cancelled"),
        audience=Audience.CONSULTANT,
    ),
    "consultant_moved": Message(
        subject=_("Moved: %(acknowledgement_id)s"),
        heading=_("A session of yours has moved"),
        audience=Audience.CONSULTANT,
    ),
    "consultant_released": Message(
        subject=_("No longer yours: %(acknowledgement_id)s"),
        heading=_("Another consultant takes this session"),
        audience=Audience.CONSULTANT,
    ),
    "expired": Message(
        subject=_("Your request %(acknowledgement_id)s has lapsed"),
        heading=_("Your request has lapsed"),
        button=_("Book again"),
    ),
    "receipt": Message(
        subject=_("Your receipt for %(acknowledgement_id)s"),
        heading=_("Your receipt"),
        button=_("Open the receipt"),
        secrets=("link",),
    ),
    "refund_receipt": Message(
        subject=_("Your refund receipt for %(acknowledgement_id)s"),
        heading=_("Your refund receipt"),
        button=_("Open the receipt"),
        secrets=("link",),
    ),
    "refunded": Message(
        subject=_("Your money for %(acknowledgement_id)s is on its way back"),
        heading=_("Your money is on its way back"),
        button=_("See my booking"),
        opens_booking=True,
    ),
    "consultant_confirmed": Message(
        subject=_("New confirmed booking %(acknowledgement_id)s"),
        heading=_("You have a new confirmed booking"),
        button=_("Open the booking"),
        audience=Audience.CONSULTANT,
        opens_booking=True,
    ),
    "reminder": Message(
        subject=_("Reminder: %(acknowledgement_id)s"),
        heading=_("Your session is near"),
        button=_("Open the session"),
        refusable=MailRefusal.Kind.REMINDERS,
    ),
    "staff_about_to_lapse": Message(
        subject=_("A request is about to lapse: %(acknowledgement_id)s"),
        heading=_("A request is about to lapse"),
        button=_("Open the request"),
        wish_subject=_("A request without a time is about to lapse: %(acknowledgement_id)s"),
        wish_heading=_("A request without a time is about to lapse"),
        audience=Audience.PRACTICE,
        opens_booking=True,
    ),
    "staff_payment_differs": Message(
        subject=_("A payment needs you: %(acknowledgement_id)s"),
        heading=_("The payment provider says otherwise than our books"),
        button=_("Open the booking"),
        audience=Audience.PRACTICE,
        opens_booking=True,
    ),
    "staff_refund_needs_person": Message(
        subject=_("A refund needs you: %(acknowledgement_id)s"),
        heading=_("A refund did not go through"),
        button=_("Open the booking"),
        audience=Audience.PRACTICE,
        opens_booking=True,
    ),
    "staff_request_waits": Message(
        subject=_("A request waits for an answer: %(acknowledgement_id)s"),
        heading=_("A request waits for an answer"),
        button=_("Open the request"),
        wish_subject=_("A request waits for a time: %(acknowledgement_id)s"),
        wish_heading=_("A request waits for a time"),
        audience=Audience.PRACTICE,
        opens_booking=True,
    ),
}
