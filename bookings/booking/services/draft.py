"""Drafting: somebody says what they want and when. Nothing is held until the mailbox is proven."""

from datetime import datetime

from bookings.accounts.addresses import read_email
from bookings.availability import selectors as availability
from bookings.availability import services as time
from bookings.booking import claims, links, machine, messages
from bookings.booking.models import Booking
from bookings.booking.policies import Actor
from bookings.booking.services.request import DraftRequest, check_texts, insert, offered, row
from bookings.booking.states import ActorKind, Move
from bookings.common.idempotency import Once, transaction_once
from bookings.verification import services as verification
from bookings.verification.models import Challenge


def draft(*, request: DraftRequest, now: datetime, once: Once | None = None) -> Booking:
    """Record a request and mail its challenge (one link, one code). Gives the DRAFT.

    Says nothing of what is known of the address, and holds no time.
    Raises VALIDATION_FAILED, CONSENT_REQUIRED, NOT_FOUND (service or consultant), SLOT_UNAVAILABLE, and
    AlreadyDone for a replay of `once`.
    """
    email = read_email(request.email)
    check_texts(request)
    consultant, service = offered(request)
    terms = availability.terms_of(service, seats=request.seats)
    with transaction_once(once, now=now) as outcome:
        opening = time.require_open(
            terms=terms, schedule=consultant.schedule, start=request.starts_at, now=now
        )
        ends_at = availability.moment(opening.end)
        booking = insert(row(request, email, service, consultant, ends_at, now))
        event = machine.record(
            booking=booking, move=Move.DRAFT, before="", actor=Actor(ActorKind.CLIENT), now=now
        )
        issued = verification.issue_challenge(
            purpose=Challenge.Purpose.VERIFY_BOOKING,
            subject=booking.subject,
            email=email,
            not_after=booking.deadline_at,
            now=now,
        )
        full = claims.is_full(
            business_id=booking.business_id, email=email, allowed=booking.business.max_active_bookings
        )
        messages.announce(
            booking,
            event,
            now=now,
            secrets={"code": issued.code, "link": links.page(links.VERIFY, token=issued.token)},
            context={"has_active_booking": full},
        )
        outcome.made(booking.pk)
    return booking
