"""Who is told what after which move: one table, and the one function that queues from it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models

from bookings.booking.models import Booking, BookingEvent
from bookings.booking.states import Move, Status
from bookings.common.money import Money
from bookings.notifications.services import queue_message


class Recipient(models.TextChoices):
    """Whom a message is for."""

    CLIENT = "client"
    CONSULTANT = "consultant"
    STAFF = "staff"


TABLE: Mapping[Move, Mapping[Recipient, str]] = {
    Move.DRAFT: {Recipient.CLIENT: "verify_booking"},
    Move.VERIFY: {Recipient.CLIENT: "request_received", Recipient.STAFF: "staff_request_waits"},
    Move.APPROVE: {Recipient.CLIENT: "approved_pay_by"},
    Move.REJECT: {Recipient.CLIENT: "rejected"},
    Move.FAIL_PAYMENT: {Recipient.CLIENT: "payment_failed"},
    Move.CONFIRM_PAYMENT: {Recipient.CLIENT: "confirmed", Recipient.CONSULTANT: "consultant_confirmed"},
    Move.CONFIRM_UNPAID: {Recipient.CLIENT: "confirmed", Recipient.CONSULTANT: "consultant_confirmed"},
    Move.COMPLETE: {Recipient.CLIENT: "completed"},
    Move.CANCEL: {Recipient.CLIENT: "cancelled", Recipient.CONSULTANT: "consultant_cancelled"},
    Move.RESCHEDULE: {Recipient.CLIENT: "rescheduled", Recipient.CONSULTANT: "consultant_moved"},
    Move.REASSIGN: {Recipient.CLIENT: "rescheduled", Recipient.CONSULTANT: "consultant_moved"},
    Move.EXPIRE: {Recipient.CLIENT: "expired"},
}


def announce(
    booking: Booking,
    event: BookingEvent,
    *,
    now: datetime,
    secrets: Mapping[str, str] | None = None,
    context: Mapping[str, Any] | None = None,
) -> None:
    """Queue what the table holds for an event, inside its transaction. Of chained moves only the last is announced.

    `secrets` (codes, links, reasons) go to the client's message alone. A draft that lapses or moves says nothing:
    its address was never proven. Consultants hear of what becomes or was confirmed.
    """
    unproven = event.from_status == Status.DRAFT and event.move in {Move.EXPIRE, Move.RESCHEDULE}
    if unproven:
        return
    for recipient, template in TABLE.get(Move(event.move), {}).items():
        if recipient is Recipient.CONSULTANT and Status.CONFIRMED not in {event.from_status, event.to_status}:
            continue
        tell(
            booking,
            recipient,
            template,
            key=f"event:{event.pk}",
            now=now,
            secrets=secrets if recipient is Recipient.CLIENT else None,
            context=context,
        )


def tell(
    booking: Booking,
    recipient: Recipient,
    template: str,
    *,
    key: str,
    now: datetime,
    secrets: Mapping[str, str] | None = None,
    context: Mapping[str, Any] | None = None,
) -> None:
    """Queue one message about a booking; the same key is queued once. Nobody without an address is told."""
    address = _address(booking, recipient)
    if not address:
        return
    queue_message(
        key=f"{key}:{recipient.value}:{template}",
        template=template,
        recipient=address,
        context={**facts(booking), **(context or {})},
        secrets=dict(secrets or {}),
        locale=booking.locale if recipient is Recipient.CLIENT else "en",
        timezone=booking.client_timezone if recipient is Recipient.CLIENT else booking.timezone,
        booking_id=booking.pk,
        now=now,
    )


def facts(booking: Booking) -> dict[str, Any]:
    """Give what every message may say of a booking: plain values, no private text."""
    return {
        "acknowledgement_id": booking.acknowledgement_id,
        "full_name": booking.full_name,
        "business_name": booking.business.name,
        "service_name": booking.service.name,
        "consultant_name": booking.consultant.full_name if booking.consultant else "",
        "starts_at": _iso(booking.starts_at),
        "ends_at": _iso(booking.ends_at),
        "amount": str(Money(booking.price, booking.currency)) if booking.price else "",
        "deadline": _iso(booking.deadline_at),
        "status_label": str(Status(booking.status).label),
    }


def _address(booking: Booking, recipient: Recipient) -> str:
    if recipient is Recipient.CLIENT:
        return booking.email
    if recipient is Recipient.CONSULTANT:
        user = booking.consultant.user if booking.consultant else None
        return user.email if user else ""
    return booking.business.email or booking.business.owner.email


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
