"""Opening one booking to whoever reads its mailbox."""

from datetime import datetime

from bookings.booking import links
from bookings.booking.models import Booking
from bookings.verification import services as verification
from bookings.verification.models import Challenge

ACCESS_PURPOSES = ["view", "pay"]


def grant_access(*, passed: verification.Passed, now: datetime) -> tuple[Booking, str]:
    """Give whoever passed a challenge an access token to its booking."""
    booking = Booking.objects.get(pk=int(passed.subject.removeprefix("booking:")))
    access, _ = verification.grant_access(
        subject=passed.subject, email=passed.email, purposes=ACCESS_PURPOSES, now=now
    )
    return booking, access


def pass_challenge(
    *,
    purpose: Challenge.Purpose,
    now: datetime,
    token: str | None = None,
    code: str = "",
    booking_id: int | None = None,
) -> verification.Passed:
    """Use up a mailed link's token, or the code of one booking. Raises the CHALLENGE_ errors."""
    if token is not None:
        return verification.pass_by_token(purpose=purpose, token=token, now=now)
    return verification.pass_by_code(
        purpose=purpose, subject=f"booking:{booking_id or 0}", code=code, now=now
    )


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
