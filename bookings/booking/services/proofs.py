"""Mailing a fresh link and code for a booking. Whoever asks learns nothing: the answer is always the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from bookings.booking import links, messages, selectors
from bookings.booking.locks import lock_booking
from bookings.booking.models import Booking
from bookings.booking.policies import Actor, last_moment
from bookings.booking.services.expire import lapse
from bookings.booking.states import TABLE, ActorKind, Move, Status
from bookings.verification import services as verification
from bookings.verification.models import Challenge

PAUSE = timedelta(minutes=1)
"""Between two mails of one purpose about one booking."""


@dataclass(frozen=True)
class _Proof:
    """In which statuses a proof makes sense, by which mail it goes out, and to which page its link leads."""

    statuses: frozenset[Status]
    template: str
    page: str


_PROOFS: Mapping[Challenge.Purpose, _Proof] = {
    Challenge.Purpose.VERIFY_BOOKING: _Proof(TABLE[Move.VERIFY].sources, "verify_booking", links.VERIFY),
    Challenge.Purpose.CANCEL_BOOKING: _Proof(
        TABLE[Move.CANCEL].sources, "confirm_cancellation", links.CANCEL
    ),
    Challenge.Purpose.BOOKING_ACCESS: _Proof(
        frozenset(Status) - {Status.DRAFT}, "booking_access", links.ACCESS
    ),
}


def resend_verification(*, acknowledgement_id: str, now: datetime) -> None:
    """Mail a draft's link and code anew, at most once a minute; the older ones die."""
    _mail(acknowledgement_id, Challenge.Purpose.VERIFY_BOOKING, now)


def request_cancellation(*, acknowledgement_id: str, now: datetime) -> None:
    """Mail the proof with which the client cancels."""
    _mail(acknowledgement_id, Challenge.Purpose.CANCEL_BOOKING, now)


def request_access(*, acknowledgement_id: str, now: datetime) -> None:
    """Mail the proof that opens the booking."""
    _mail(acknowledgement_id, Challenge.Purpose.BOOKING_ACCESS, now)


def mail_proof(booking: Booking, purpose: Challenge.Purpose, *, now: datetime) -> None:
    """Issue a challenge of a locked booking and queue its mail, inside the caller's transaction."""
    proof = _PROOFS[purpose]
    issued = verification.issue_challenge(
        purpose=purpose,
        subject=booking.subject,
        email=booking.email,
        not_after=_not_after(booking, purpose),
        now=now,
    )
    messages.tell(
        booking,
        messages.Recipient.CLIENT,
        proof.template,
        key=f"challenge:{issued.challenge.pk}",
        now=now,
        secrets={"code": issued.code, "link": links.page(proof.page, token=issued.token)},
    )


def _mail(acknowledgement_id: str, purpose: Challenge.Purpose, now: datetime) -> None:
    found = selectors.by_acknowledgement(acknowledgement_id)
    if found is None or not found.email:
        return
    lapse(booking_id=found.pk, now=now)
    with transaction.atomic():
        booking = lock_booking(found.pk)
        recent = Challenge.objects.filter(
            purpose=purpose, subject=booking.subject, created_at__gt=now - PAUSE
        )
        not_after = _not_after(booking, purpose)
        if (
            booking.status in _PROOFS[purpose].statuses
            and (not_after is None or now < not_after)
            and not recent.exists()
        ):
            mail_proof(booking, purpose, now=now)


def _not_after(booking: Booking, purpose: Challenge.Purpose) -> datetime | None:
    if purpose is Challenge.Purpose.VERIFY_BOOKING:
        return booking.deadline_at
    if purpose is Challenge.Purpose.CANCEL_BOOKING and booking.starts_at is not None:
        return last_moment(booking, Actor(ActorKind.CLIENT))
    return None
