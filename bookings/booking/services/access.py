"""Opening one booking to whoever reads its mailbox."""

from datetime import datetime

from bookings.booking import links
from bookings.booking.models import Booking
from bookings.verification import services as verification
from bookings.verification.models import Challenge

ACCESS_PURPOSES = ["view", "pay"]


def grant_access(*, token: str, now: datetime) -> tuple[Booking, str]:
    """Exchange the token of a mailed link for an access token to its booking.

    Raises CHALLENGE_INVALID, CHALLENGE_EXPIRED, CHALLENGE_ALREADY_USED.
    """
    passed = verification.pass_by_token(purpose=Challenge.Purpose.BOOKING_ACCESS, token=token, now=now)
    booking = Booking.objects.get(pk=int(passed.subject.removeprefix("booking:")))
    access, _ = verification.grant_access(
        subject=passed.subject, email=passed.email, purposes=ACCESS_PURPOSES, now=now
    )
    return booking, access


def payment_link(*, booking: Booking, now: datetime) -> str:
    """Give a fresh link, for the client's mailbox alone, from which an approved booking can be paid."""
    issued = verification.issue_challenge(
        purpose=Challenge.Purpose.BOOKING_ACCESS,
        subject=booking.subject,
        email=booking.email,
        not_after=booking.pay_by,
        now=now,
    )
    return links.page(links.PAY, token=issued.token)
