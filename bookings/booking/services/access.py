"""Opening one booking to whoever reads its mailbox."""

from datetime import datetime

from bookings.booking import links
from bookings.booking.models import Booking
from bookings.common.errors import DomainError, ErrorCode
from bookings.common.links import link_to
from bookings.verification import services as verification
from bookings.verification.models import Challenge

ACCESS_PURPOSES = ["view", "pay", "review"]


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
    judge: verification.Judge | None = None,
) -> verification.Passed:
    """Use up a mailed link's token, or the code of one booking. Raises the CHALLENGE_ errors.

    judge: looks at a right proof before it is used up.
    """
    if token is not None:
        return verification.pass_by_token(purpose=purpose, token=token, judge=judge, now=now)
    return verification.pass_by_code(
        purpose=purpose, subject=f"booking:{booking_id or 0}", code=code, judge=judge, now=now
    )


def look(
    *,
    purpose: Challenge.Purpose,
    now: datetime,
    token: str | None = None,
    code: str = "",
    booking_id: int | None = None,
) -> Booking:
    """Give the booking that a proof opens and leave the proof as good as it was; a code costs one of its tries.

    Raises the CHALLENGE_ errors.
    """
    seen: list[verification.Passed] = []

    def keep(passed: verification.Passed) -> None:
        seen.append(passed)
        raise DomainError(ErrorCode.CHALLENGE_EXPIRED)  # told only of a code whose link lives on

    try:
        pass_challenge(purpose=purpose, now=now, token=token, code=code, booking_id=booking_id, judge=keep)
    except DomainError:
        if not seen or (token is None and seen[0].challenge.code_expires_at <= now):
            raise
    subject = seen[0].subject.removeprefix("booking:")
    return Booking.objects.select_related("service", "consultant").get(pk=int(subject))


def payment_link(*, booking: Booking, now: datetime) -> str:
    """Give a fresh link, for the client's mailbox alone, from which an approved booking can be paid."""
    issued = verification.issue_challenge(
        purpose=Challenge.Purpose.BOOKING_ACCESS,
        subject=booking.subject,
        email=booking.email,
        not_after=booking.pay_by,
        now=now,
    )
    return link_to(links.PAY, token=issued.token)


def review_link(*, booking: Booking, now: datetime) -> str:
    """Give a fresh link, for the client's mailbox alone, from which a session that took place can be reviewed."""
    issued = verification.issue_challenge(
        purpose=Challenge.Purpose.BOOKING_ACCESS, subject=booking.subject, email=booking.email, now=now
    )
    return link_to(links.REVIEW, token=issued.token)
