"""Mailing a fresh link and code for a booking. Whoever asks learns nothing: the answer is always the same.

So is the work. Where there is nothing to mail, a challenge is issued that nobody can pass and a message to nobody is
queued, by the same statements; both are purged.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from bookings.accounts.addresses import read_email
from bookings.booking import links, messages, refund_policy, selectors
from bookings.booking.locks import lock_row
from bookings.booking.models import Booking
from bookings.booking.policies import OPENED_BY_MAIL, Actor, last_moment
from bookings.booking.services.expire import lapse
from bookings.booking.states import TABLE, ActorKind, Move, Status
from bookings.common.errors import DomainError
from bookings.common.links import link_to
from bookings.common.secrecy import keyed_digest
from bookings.common.text import can_be_kept
from bookings.notifications.services import queue_nothing
from bookings.payments import selectors as payments
from bookings.verification import services as verification
from bookings.verification.models import Challenge

LISTED = 6
"""How many bookings of an address a mail names, the one that it opens among them."""
_NO_BOOKING = 0
"""A primary key that no row has."""


@dataclass(frozen=True)
class _Proof:
    """In which statuses a proof makes sense, by which mail it goes out, and to which page its link leads."""

    statuses: frozenset[Status]
    template: str
    page: str


_VERIFY, _CANCEL, _ACCESS = (
    Challenge.Purpose.VERIFY_BOOKING,
    Challenge.Purpose.CANCEL_BOOKING,
    Challenge.Purpose.BOOKING_ACCESS,
)
_PROOFS: Mapping[Challenge.Purpose, _Proof] = {
    _VERIFY: _Proof(TABLE[Move.VERIFY].sources, "verify_booking", links.VERIFY),
    _CANCEL: _Proof(TABLE[Move.CANCEL].sources, "confirm_cancellation", links.CANCEL),
    _ACCESS: _Proof(OPENED_BY_MAIL, "booking_access", links.ACCESS),
}


def resend_verification(*, acknowledgement_id: str, now: datetime) -> None:
    """Mail a draft's link and code anew, at most once a minute; the older ones die."""
    _mail(selectors.by_acknowledgement(acknowledgement_id), _VERIFY, about=acknowledgement_id, now=now)


def request_cancellation(*, acknowledgement_id: str, now: datetime) -> None:
    """Mail the proof with which the client cancels."""
    _mail(selectors.by_acknowledgement(acknowledgement_id), _CANCEL, about=acknowledgement_id, now=now)


def request_access(*, acknowledgement_id: str, now: datetime) -> None:
    """Mail the proof that opens the booking."""
    _mail(selectors.by_acknowledgement(acknowledgement_id), _ACCESS, about=acknowledgement_id, now=now)


def request_access_by_address(*, email: str, now: datetime) -> None:
    """Mail the proof that opens an address's newest booking, with the ids of those before it.

    Raises VALIDATION_FAILED where this is no address.
    """
    address = read_email(email)
    found = selectors.newest_of(address, number=LISTED)
    others = [booking.acknowledgement_id for booking in found[1:]]
    _mail(found[0] if found else None, _ACCESS, about=address, now=now, context={"others": others})


def mail_proof(
    booking: Booking,
    purpose: Challenge.Purpose,
    *,
    now: datetime,
    context: Mapping[str, Any] | None = None,
) -> None:
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
        secrets={"code": issued.code, "link": link_to(proof.page, token=issued.token)},
        context=context,
    )


def _mail(
    found: Booking | None,
    purpose: Challenge.Purpose,
    *,
    about: str,
    now: datetime,
    context: Mapping[str, Any] | None = None,
) -> None:
    """Mail a booking's proof, or nobody's, in as many steps; `about` is what the caller named."""
    booking_id = found.pk if found is not None and found.email else _NO_BOOKING
    lapse(booking_id=booking_id, now=now)
    with transaction.atomic():
        booking = _to_prove(booking_id, purpose, now)
        money = _money(booking, now) if purpose is _CANCEL else {}
        subject = booking.subject if booking is not None else _nobodys(about)
        if verification.is_recent(purpose=purpose, subject=subject, now=now):
            return
        if booking is not None:
            mail_proof(booking, purpose, now=now, context={**(context or {}), **money})
        else:
            _mail_nobody(purpose, subject, now)


def _to_prove(booking_id: int, purpose: Challenge.Purpose, now: datetime) -> Booking | None:
    """Give the booking, locked, where a proof of it makes sense now. Its slot is not touched, so not locked either."""
    try:
        booking = lock_row(booking_id)
    except DomainError:
        return None
    not_after = _not_after(booking, purpose)
    sensible = booking.status in _PROOFS[purpose].statuses and (not_after is None or now < not_after)
    return booking if sensible else None


def _mail_nobody(purpose: Challenge.Purpose, subject: str, now: datetime) -> None:
    """Issue a challenge whose secrets nobody gets, and queue a message to nobody."""
    issued = verification.issue_challenge(purpose=purpose, subject=subject, email="", now=now)
    link = link_to(_PROOFS[purpose].page, token=issued.token)
    queue_nothing(
        key=f"challenge:{issued.challenge.pk}", secrets={"code": issued.code, "link": link}, now=now
    )


def _money(booking: Booking | None, now: datetime) -> dict[str, str]:
    """Give what the mail says that would go back now; asked of nothing for nobody, so that it takes as long."""
    payment = payments.confirming(booking.pk if booking is not None else _NO_BOOKING)
    offer = refund_policy.offer(booking, now, payment) if booking is not None else None
    if offer is None:
        return {}
    return {
        "refund": str(offer.refund) if offer.refund.amount > 0 else "",
        "paid": str(offer.paid),
        "refund_until": offer.until.isoformat(),
    }


def _nobodys(about: str) -> str:
    """Give the subject of proofs of what is not there: from it nobody reads what was asked for."""
    text = about.strip().upper() if can_be_kept(about) else ""
    return f"{verification.NOBODYS}{keyed_digest('nobody', text)[:40]}"


def _not_after(booking: Booking, purpose: Challenge.Purpose) -> datetime | None:
    if purpose is Challenge.Purpose.VERIFY_BOOKING:
        return booking.deadline_at
    if purpose is Challenge.Purpose.CANCEL_BOOKING and booking.starts_at is not None:
        return last_moment(booking, Actor(ActorKind.CLIENT))
    return None
