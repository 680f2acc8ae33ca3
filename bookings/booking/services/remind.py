"""Reminding clients of what is confirmed and near."""

import logging
from datetime import datetime

from django.db import transaction

from bookings.booking import links, messages, policies, reminders
from bookings.booking.locks import lock_row
from bookings.booking.messages import Recipient
from bookings.booking.models import Booking
from bookings.booking.policies import Actor
from bookings.booking.states import TABLE, ActorKind, Move, Status
from bookings.common.errors import DomainError
from bookings.common.links import link_to
from bookings.notifications import refusals
from bookings.verification import services as verification
from bookings.verification.models import Challenge

log = logging.getLogger(__name__)

AT_ONCE = 100


def remind_due(*, now: datetime) -> int:
    """Queue the reminders that are due, a bounded number, each booking in a transaction of its own; gives how many.

    Of several that are overdue the nearest goes out alone, and none once the session began.
    """
    due = Booking.objects.filter(status=Status.CONFIRMED, remind_at__lte=now).order_by("remind_at", "pk")
    handled = 0
    for pk in list(due.values_list("pk", flat=True)[:AT_ONCE]):
        try:
            handled += _remind(pk, now)
        except Exception:  # one that cannot be reminded of now must not hold up the others
            log.exception("booking %s could not be reminded of", pk)
    return handled


def _remind(booking_id: int, now: datetime) -> bool:
    """Lock, look again, queue and note when the next one is due; a move meanwhile has said something else."""
    with transaction.atomic():
        booking = lock_row(booking_id)
        if booking.remind_at is None or booking.remind_at > now:
            return False
        minutes = reminders.due(booking, now)
        if minutes is not None and booking.starts_at is not None and _is_wanted(booking):
            messages.tell(
                booking,
                Recipient.CLIENT,
                reminders.TEMPLATE,
                key=f"booking:{booking.pk}:{booking.calendar_sequence}:{booking.starts_at:%Y%m%dT%H%M%SZ}:{minutes}",
                now=now,
                secrets=_links(booking, now),
                expires_at=booking.starts_at,
            )
        booking.remind_at = reminders.next_at(booking, booking.status, now)
        booking.save(update_fields=["remind_at"])
        return minutes is not None


def _is_wanted(booking: Booking) -> bool:
    """Tell whether there is a mailbox, and it wants reminders; the outbox asks again when the mail leaves."""
    return bool(booking.email) and refusals.wants(booking.email, refusals.Kind.REMINDERS)


def _links(booking: Booking, now: datetime) -> dict[str, str]:
    """Give where the session takes place, if online, and where its client cancels it, while they may.

    Whoever was mailed a proof that is still good keeps it, as a new one would end it: they are told so instead. The
    booking is locked, and so does whoever asks for such a proof.
    """
    client = Actor(ActorKind.CLIENT)
    given = {}
    if booking.mode == Booking.Mode.ONLINE and booking.meeting_url:
        given["link"] = booking.meeting_url
    try:
        policies.refuse_at_wrong_time(booking, TABLE[Move.CANCEL], client, now)
    except DomainError:
        return given
    if verification.is_open(purpose=Challenge.Purpose.CANCEL_BOOKING, subject=booking.subject, now=now):
        return {**given, "status_link": link_to(links.STATUS)}
    issued = verification.issue_challenge(
        purpose=Challenge.Purpose.CANCEL_BOOKING,
        subject=booking.subject,
        email=booking.email,
        not_after=policies.last_moment(booking, client),
        now=now,
    )
    return {**given, "cancel_link": link_to(links.CANCEL, token=issued.token)}
