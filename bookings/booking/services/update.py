"""Facts beside the lifecycle: who comes, a note, where an online session takes place."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext

from bookings.accounts.viewer import Viewer
from bookings.booking import messages, policies, selectors
from bookings.booking.locks import lock_booking
from bookings.booking.models import Booking, BookingNote
from bookings.booking.rights import Operation
from bookings.booking.states import ACTIVE, Status
from bookings.common.errors import DomainError, ErrorCode, Forbidden
from bookings.common.text import can_be_kept

OPEN = ACTIVE | {Status.DRAFT}
"""Finished bookings are locked: only notes can be added."""


@dataclass(frozen=True)
class Changes:
    """What to change; None leaves a fact as it is. `note` is internal and added, never replaced."""

    full_name: str | None = None
    phone: str | None = None
    message: str | None = None
    note: str | None = None


def update(*, booking_id: int, viewer: Viewer, changes: Changes, now: datetime) -> Booking:
    """Change name, telephone number or message (client, staff), or add an internal note (consultant, staff).

    Nobody writes over a message that the table of rights does not let them read.

    Raises NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, and INVALID_TRANSITION for facts of a finished booking.
    """
    actors = policies.actors_of(viewer, selectors.visible(viewer, booking_id))
    facts = _facts(changes)
    needed = {
        Operation.UPDATE: bool(facts),
        Operation.SEE_INTAKE: changes.message is not None,
        Operation.ADD_NOTE: changes.note is not None,
    }
    if not all(policies.may_in_any(actors, what) for what, is_needed in needed.items() if is_needed):
        raise Forbidden
    with transaction.atomic():
        booking = lock_booking(booking_id)
        if facts:
            if booking.status not in OPEN:
                raise DomainError(
                    ErrorCode.INVALID_TRANSITION, gettext("A finished booking is locked; notes can be added.")
                )
            for name, value in facts.items():
                setattr(booking, name, value)
            booking.updated_at = now
            booking.save(update_fields=[*facts, "updated_at"])
        if changes.note is not None:
            BookingNote.objects.create(
                booking=booking, author=viewer.user, text=_text("note", changes.note, 1, 5000), created_at=now
            )
    return booking


def set_meeting_link(*, booking_id: int, viewer: Viewer, url: str, now: datetime) -> Booking:
    """Set where an online session takes place; the booking's consultant alone may, https only.

    A client whose booking is confirmed is told. Raises NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, INVALID_TRANSITION.
    """
    actors = policies.actors_of(viewer, selectors.visible(viewer, booking_id))
    if not policies.may_in_any(actors, Operation.SET_MEETING_LINK):
        raise Forbidden
    address = _address(url)
    with transaction.atomic():
        booking = lock_booking(booking_id)
        if booking.status not in ACTIVE:
            raise DomainError(
                ErrorCode.INVALID_TRANSITION, gettext("A link is set while the session is still to come.")
            )
        booking.meeting_url, booking.updated_at = address, now
        booking.save(update_fields=["meeting_url", "updated_at"])
        if booking.status == Status.CONFIRMED:
            messages.tell(
                booking,
                messages.Recipient.CLIENT,
                "meeting_link",
                key=f"booking:{booking.pk}:meeting:{int(now.timestamp() * 1000)}",
                now=now,
                secrets={"link": address},
                sequence=booking.calendar_sequence,
            )
    return booking


def _facts(changes: Changes) -> dict[str, str]:
    """Give the columns to set, checked."""
    facts = {}
    if changes.full_name is not None:
        facts["full_name"] = _text("fullName", changes.full_name, 1, 200)
        if not facts["full_name"].isprintable():
            raise DomainError(
                ErrorCode.VALIDATION_FAILED, gettext("A name stands on one line."), field=["fullName"]
            )
    if changes.phone is not None:
        facts["phone"] = _text("phone", changes.phone, 0, 32)
    if changes.message is not None:
        facts["message"] = _text("message", changes.message, 0, 5000)
    return facts


def _text(field: str, value: str, least: int, most: int) -> str:
    text = value.strip()
    if not least <= len(text) <= most or not can_be_kept(text):
        raise DomainError(
            ErrorCode.VALIDATION_FAILED,
            gettext("This has %(least)s to %(most)s characters.") % {"least": least, "most": most},
            field=[field],
        )
    return text


def _address(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        good = parts.scheme == "https" and bool(parts.hostname) and not parts.username
    except ValueError:
        good = False
    if not good or len(url) > 500 or not url.strip().isprintable() or " " in url.strip():
        raise DomainError(
            ErrorCode.VALIDATION_FAILED, gettext("A meeting link is an https address."), field=["url"]
        )
    return url.strip()
