"""Drafting: somebody says what they want and when. Nothing is held until the mailbox is proven."""

from datetime import datetime

from bookings.accounts.addresses import read_email
from bookings.availability import services as time
from bookings.booking import claims, links, machine, messages
from bookings.booking.models import Booking
from bookings.booking.policies import Actor
from bookings.booking.services.asked import asked, insert, row
from bookings.booking.services.request import DraftRequest, check_texts
from bookings.booking.states import ActorKind, Move
from bookings.common.idempotency import Once, transaction_once
from bookings.common.links import link_to
from bookings.verification import services as verification
from bookings.verification.models import Challenge


def draft(*, request: DraftRequest, now: datetime, once: Once | None = None, through: str = "") -> Booking:
    """Record a request and mail its challenge (one link, one code). Gives the DRAFT.

    Says nothing of what is known of the address, and holds no time. through: the service key that drafts, for the
    event.
    Raises VALIDATION_FAILED, CONSENT_REQUIRED, NOT_FOUND (service or whoever is named), SLOT_UNAVAILABLE, and
    AlreadyDone for a replay of `once`.
    """
    email = read_email(request.email)
    check_texts(request)
    wanted = asked(request, now)
    terms = wanted.terms
    with transaction_once(once, now=now) as outcome:
        if request.starts_at is not None:
            time.require_open(terms=terms, hosts=wanted.hosts, start=request.starts_at, now=now)
        booking = insert(row(wanted, email, now))
        event = machine.record(
            booking=booking, move=Move.DRAFT, before="", actor=Actor(ActorKind.CLIENT, through), now=now
        )
        issued = verification.issue_challenge(
            purpose=Challenge.Purpose.VERIFY_BOOKING,
            subject=booking.subject,
            email=email,
            not_after=booking.deadline_at,
            is_new=True,
            now=now,
        )
        full = claims.is_full(
            business_id=booking.business_id, email=email, allowed=booking.business.max_active_bookings
        )
        messages.announce(
            booking,
            event,
            now=now,
            secrets={"code": issued.code, "link": link_to(links.VERIFY, token=issued.token)},
            context={"has_active_booking": full},
        )
        outcome.made(booking.pk)
    return booking
