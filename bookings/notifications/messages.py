"""The table of messages. A new one is an entry here and its two templates, mail/<name>.txt and .html.

All of them tell somebody of their own booking or account, so none carries List-Unsubscribe. One that a person can do
without brings that header and what stands behind it (docs/adr/0015).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LANGUAGES = ("en",)
"""In which the texts exist. Another locale reads the first, wholly, dates included."""


@dataclass(frozen=True)
class Message:
    """One message: its subject, its heading, the words on its button, and the secrets it cannot do without.

    A subject shows on locked screens and in logs: the acknowledgement id may stand in it, names,
    services and practices may not.
    """

    subject: str | Promise
    heading: str | Promise
    button: str | Promise = ""
    secrets: tuple[str, ...] = ()


MESSAGES: dict[str, Message] = {
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
    ),
    "approved_pay_by": Message(
        subject=_("Approved, please pay: %(acknowledgement_id)s"),
        heading=_("Approved. Please pay to keep your time"),
        button=_("Pay now"),
        secrets=("link",),
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
    ),
    "cancelled": Message(
        subject=_("Cancelled: %(acknowledgement_id)s"),
        heading=_("Your booking is cancelled"),
    ),
    "rescheduled": Message(
        subject=_("Your booking %(acknowledgement_id)s has moved"),
        heading=_("Your booking has moved"),
    ),
    "completed": Message(
        subject=_("Thank you: %(acknowledgement_id)s"),
        heading=_("Thank you for coming"),
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
    ),
    "consultant_moved": Message(
        subject=_("Moved: %(acknowledgement_id)s"),
        heading=_("A session of yours has moved"),
    ),
    "consultant_released": Message(
        subject=_("No longer yours: %(acknowledgement_id)s"),
        heading=_("Another consultant takes this session"),
    ),
    "expired": Message(
        subject=_("Your request %(acknowledgement_id)s has lapsed"),
        heading=_("Your request has lapsed"),
        button=_("Book again"),
    ),
    "refunded": Message(
        subject=_("Your money for %(acknowledgement_id)s is on its way back"),
        heading=_("Your money is on its way back"),
        button=_("See my booking"),
    ),
    "consultant_confirmed": Message(
        subject=_("New confirmed booking %(acknowledgement_id)s"),
        heading=_("You have a new confirmed booking"),
        button=_("Open the booking"),
    ),
    "session_stolen": Message(
        subject=_("You were logged out to keep your account safe"),
        heading=_("You were logged out to keep your account safe"),
    ),
    "staff_about_to_lapse": Message(
        subject=_("A request is about to lapse: %(acknowledgement_id)s"),
        heading=_("A request is about to lapse"),
        button=_("Open the request"),
    ),
    "staff_refund_needs_person": Message(
        subject=_("A refund needs you: %(acknowledgement_id)s"),
        heading=_("A refund did not go through"),
        button=_("Open the booking"),
    ),
    "staff_request_waits": Message(
        subject=_("A request waits for an answer: %(acknowledgement_id)s"),
        heading=_("A request waits for an answer"),
        button=_("Open the request"),
    ),
}


def check(name: str, context: Mapping[str, Any], secrets: Mapping[str, Any]) -> None:
    """Refuse, where it is queued, what could never be rendered. Raises ValueError."""
    message = MESSAGES.get(name)
    if message is None:
        raise ValueError(f"there is no message {name!r}")
    lacking = [secret for secret in message.secrets if not secrets.get(secret)]
    if lacking:
        raise ValueError(f"{name} lacks {', '.join(lacking)}")
    link = secrets.get("link") or context.get("link")
    if link and not str(link).startswith(("http://", "https://")):
        raise ValueError("a link in a mail is http or https")
