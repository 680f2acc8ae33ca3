"""Lapsing: what nobody answered, proved or paid in time gives its time back."""

import logging
from collections import Counter
from datetime import datetime

from django.db import transaction
from django.db.models import FilteredRelation, Q, QuerySet

from bookings.booking import messages
from bookings.booking.locks import lock_booking
from bookings.booking.models import Booking
from bookings.booking.policies import SYSTEM, has_lapsed
from bookings.booking.services.ending import end
from bookings.booking.services.settle import end_attempt, settle
from bookings.booking.states import TABLE, Move, Status
from bookings.common.errors import DomainError, ErrorCode
from bookings.payments import selectors as payments
from bookings.payments.models import Payment

log = logging.getLogger(__name__)

AT_ONCE = 100
TRIES = 3
"""After so many failures one after the other an account's others are left for the next turn."""


def expire_due(*, now: datetime) -> int:
    """Carry out every deadline that has come, a bounded number; gives how many were handled.

    Those about which a provider is asked come last, and take the place of none that needs nobody: where it does not
    answer they stay due, however many they are. A practice's own account that fails stands in no other's way, and no
    turn begins where the one before did: some that fail each time do not keep their account's others waiting.
    """
    due = Booking.objects.filter(status__in=TABLE[Move.EXPIRE].sources, deadline_at__lte=now)
    due = due.order_by("deadline_at", "pk")
    asks = Q(status=Status.PAYMENT_PENDING)
    handled: int = sum(
        _lapses(pk, now) or 0 for pk in due.exclude(asks).values_list("pk", flat=True)[:AT_ONCE]
    )
    asked = list(_asked_of(due.filter(asks)))
    first = int(now.timestamp()) % len(asked) if asked else 0
    tried, failed = 0, Counter[tuple[str | None, int | None]]()
    for pk, provider, account in [*asked[first:], *asked[:first]]:
        whom = (provider, account)
        if tried >= AT_ONCE or failed[whom] >= TRIES:
            continue
        done = _lapses(pk, now)
        handled += done or 0
        failed[whom] = failed[whom] + 1 if done is None else 0
        tried += 1
    return handled


def _asked_of(due: QuerySet[Booking]) -> QuerySet[Booking, tuple[int, str | None, int | None]]:
    """Give bookings with whom their open attempt is asked about: the provider, and the practice's own account."""
    is_open = Q(payments__status__in=Payment.OPEN_STATUSES)
    rows = due.annotate(attempt=FilteredRelation("payments", condition=is_open))
    return rows.values_list("pk", "attempt__provider", "attempt__account")


def _lapses(pk: int, now: datetime) -> bool | None:
    """Carry out a deadline as `lapse` does; None where that was not possible now, which holds up no other."""
    try:
        return lapse(booking_id=pk, now=now)
    except Exception:  # whatever it is, the other deadlines must not wait for it
        log.exception("booking %s could not lapse", pk)
        return None


def lapse(*, booking_id: int, now: datetime) -> bool:
    """Carry out one booking's deadline, if it has come; every other move asks this first.

    An attempt to pay that is still open is asked about first: money that came in confirms, whatever the clock
    says. Else the end of the attempt gives APPROVED back, and `pay_by`, which wins ties, EXPIRED.
    Raises PAYMENT_PROVIDER_ERROR where the provider cannot be asked; then nothing moves.
    """
    booking = Booking.objects.filter(pk=booking_id).first()
    if booking is None or not _is_due(booking, now):
        return False
    attempt = payments.open_attempt_of(booking_id)
    if attempt is not None:
        settle(payment_id=attempt.pk, now=now)
        end_attempt(payment_id=attempt.pk, now=now)
    with transaction.atomic():
        booking = lock_booking(booking_id)
        if not _is_due(booking, now):
            return True
        if payments.open_attempt_of(booking_id) is not None:
            raise DomainError(ErrorCode.PAYMENT_PROVIDER_ERROR)
        event = end(booking=booking, move=Move.EXPIRE, actor=SYSTEM, now=now)
        messages.announce(booking, event, now=now)
    return True


def _is_due(booking: Booking, now: datetime) -> bool:
    return has_lapsed(booking, now) and Status(booking.status) in TABLE[Move.EXPIRE].sources
