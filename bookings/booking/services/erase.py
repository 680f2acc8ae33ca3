"""Erasing a person from a booking. What it was, when, and what it cost stays; who it was goes."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from bookings.booking.locks import lock_booking
from bookings.booking.models import Booking
from bookings.booking.policies import SYSTEM
from bookings.booking.services.ending import end
from bookings.booking.states import ACTIVE, Move, Status
from bookings.common.errors import DomainError, ErrorCode
from bookings.notifications.forgetting import forget_mentions, forget_recipient
from bookings.notifications.models import OutboxMessage
from bookings.payments.services import forget_bodies, forget_notes
from bookings.verification.models import AccessToken, Challenge

_GONE = {"email": "", "full_name": "", "phone": "", "message": "", "meeting_url": "", "locale": "en"}


def erase(*, booking_id: int, now: datetime) -> bool:
    """Erase in one transaction whom a booking was for and what they and the practice wrote; False where nobody is left.

    Status, times, prices, events, payments and refunds stay. A draft lapses first. Raises NOT_FOUND, and
    ACCOUNT_IN_USE for a booking that is neither over nor cancelled.
    """
    with transaction.atomic():
        booking = lock_booking(booking_id)
        if booking.status in ACTIVE:
            raise DomainError(
                ErrorCode.ACCOUNT_IN_USE, gettext("A booking is still active. Cancel it first.")
            )
        if booking.erased_at is not None and not booking.email:
            return False
        if booking.status == Status.DRAFT:
            end(booking=booking, move=Move.EXPIRE, actor=SYSTEM, now=now)
        told = OutboxMessage.objects.filter(booking=booking)
        if booking.email:
            forget_recipient(told.filter(recipient=booking.email))
        forget_mentions(told.exclude(recipient=""))
        Challenge.objects.filter(subject=booking.subject).delete()
        AccessToken.objects.filter(subject=booking.subject).delete()
        booking.notes.exclude(text="").update(text="")
        booking.discounts.exclude(reason="").update(reason="")
        forget_bodies(booking_id=booking.pk)
        forget_notes(booking_id=booking.pk)
        _empty(booking, now)
    return True


def erase_answers(*, booking_id: int) -> bool:
    """Erase a finished booking's intake answers and message alone; False where there is nothing to erase."""
    with transaction.atomic():
        booking = lock_booking(booking_id)
        if booking.status in ACTIVE | {Status.DRAFT} or not (booking.message or booking.intake):
            return False
        Booking.objects.filter(pk=booking.pk).update(message="", intake={}, city_digest="")
    return True


def _empty(booking: Booking, now: datetime) -> None:
    """Write the columns; the client's zone becomes the booking's own."""
    columns = {
        **_GONE,
        "intake": {},
        "city_digest": "",
        "client_timezone": booking.timezone,
        "erased_at": now,
    }
    Booking.objects.filter(pk=booking.pk).update(**columns)
    for name, value in columns.items():
        setattr(booking, name, value)
