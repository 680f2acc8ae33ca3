"""Who is told what after which move: one table, and the one function that queues from it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models

from bookings.booking import calendars, links, wishes
from bookings.booking.models import Booking, BookingEvent
from bookings.booking.rights import Operation, kind_may
from bookings.booking.states import ActorKind, Move, Status
from bookings.catalogue.models import Service
from bookings.common.calendar_file import Method
from bookings.common.languages import source
from bookings.common.links import link_to
from bookings.common.money import Money
from bookings.notifications.invitations import METHODS
from bookings.notifications.services import queue_message

_MONEY = ("amount", "deposit", "on_site", "refund", "kept", "at_practice")
"""The facts that the table of rights may hide."""


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
    stood = Status.CONFIRMED in {event.from_status, event.to_status}
    for recipient, template in TABLE.get(Move(event.move), {}).items():
        if recipient is Recipient.CONSULTANT and not stood:
            continue
        tell(
            booking,
            recipient,
            template,
            key=f"event:{event.pk}",
            now=now,
            secrets=secrets if recipient is Recipient.CLIENT else None,
            context=context,
            sequence=booking.calendar_sequence if stood else None,
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
    sequence: int | None = None,
    expires_at: datetime | None = None,
) -> None:
    """Queue one message about a booking; the same key is queued once. Nobody without an address is told.

    expires_at: from when on it is not sent any more.
    sequence: of the calendar file that it brings, where it is a message that does; None: it brings none.
    """
    address = _address(booking, recipient)
    if not address:
        return
    file, link = _calendar(booking, recipient, template, sequence)
    queue_message(
        key=f"{key}:{recipient.value}:{template}",
        template=template,
        recipient=address,
        context={**_told_to(recipient, booking, context or {}), **file},
        secrets={**(secrets or {}), **link},
        locale=_locale(booking, recipient),
        timezone=booking.client_timezone if recipient is Recipient.CLIENT else booking.timezone,
        booking_id=booking.pk,
        expires_at=expires_at,
        now=now,
    )


def _calendar(
    booking: Booking, recipient: Recipient, template: str, sequence: int | None
) -> tuple[dict[str, Any], dict[str, str]]:
    """Give what the row keeps for its calendar file, and the secret of it: where an online session takes place."""
    method = METHODS.get(template)
    if sequence is None or method is None or booking.starts_at is None:
        return {}, {}
    for_host = recipient is Recipient.CONSULTANT
    file = {"calendar": calendars.told(booking, for_host=for_host, sequence=sequence)}
    is_told = bool(booking.meeting_url) and method is not Method.CANCEL
    return file, {"meeting_url": booking.meeting_url} if is_told else {}


def facts(booking: Booking) -> dict[str, Any]:
    """Give what every message may say of a booking: plain values, no private text."""
    return {
        "acknowledgement_id": booking.acknowledgement_id,
        "full_name": booking.full_name,
        "business_name": booking.business.name,
        "service_name": booking.service.name,
        "consultant_name": booking.consultant.full_name if booking.consultant else "",
        "anyone": _is_for_anyone(booking),
        "resource_name": booking.resource.name if booking.resource else "",
        "meeting_platform": _platform(booking),
        "starts_at": _iso(booking.starts_at),
        "ends_at": _iso(booking.ends_at),
        "amount": str(Money(booking.price, booking.currency)) if booking.price else "",
        **_parts(booking),
        "deadline": _iso(booking.deadline_at),
        "status_label": source(Status(booking.status).label),
        **_wish(booking),
    }


def _told_to(recipient: Recipient, booking: Booking, context: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a message tells, without the money where the table of rights hides it."""
    told = {**facts(booking), **context}
    if recipient is Recipient.CLIENT:
        told["page"] = f"{link_to(links.STATUS)}?id={booking.acknowledgement_id}"
    hidden = recipient is Recipient.CONSULTANT and not kind_may(ActorKind.CONSULTANT, Operation.SEE_MONEY)
    return {**told, **dict.fromkeys(_MONEY, "")} if hidden else told


def _parts(booking: Booking) -> dict[str, str]:
    """Give what of the price is paid online as a deposit, and what on site; nothing of a free booking."""
    deposit, on_site = booking.deposit, booking.price - booking.deposit
    asked_on_site = deposit or booking.payment_mode == Booking.PaymentMode.ON_SITE
    return {
        "deposit": str(Money(deposit, booking.currency)) if deposit else "",
        "on_site": str(Money(on_site, booking.currency)) if asked_on_site and on_site > 0 else "",
    }


def _is_for_anyone(booking: Booking) -> bool:
    """Tell whether somebody will still be chosen; once a request is over nobody will."""
    waits = booking.status in {Status.DRAFT, Status.PENDING}
    return waits and booking.consultant_id is None and booking.service.holds != Service.Holds.RESOURCE


def _wish(booking: Booking) -> dict[str, str]:
    """Give what was wished where there is no time yet; the words are found when the message is sent."""
    wish = wishes.of(booking)
    if wish is None or not wishes.waits(booking):
        return {}
    told = {
        "preferred_date": wish.date.isoformat(),
        "preferred_period": wish.period.value,
        "preferred_zone": booking.timezone,
    }
    if wish.from_ is not None and wish.until is not None:
        told |= {"preferred_from": f"{wish.from_:%H:%M}", "preferred_until": f"{wish.until:%H:%M}"}
    return told


def _address(booking: Booking, recipient: Recipient) -> str:
    if recipient is Recipient.CLIENT:
        return booking.email
    if recipient is Recipient.CONSULTANT:
        user = booking.consultant.user if booking.consultant else None
        return user.email if user else ""
    return booking.business.email or booking.business.owner.email


def _platform(booking: Booking) -> str:
    """Give by what the client would like to meet, as the code has it; nothing for no wish."""
    wished = booking.meeting_platform
    return source(Booking.MeetingPlatform(wished).label) if wished else ""


def _locale(booking: Booking, recipient: Recipient) -> str:
    """Give the locale of whoever is told: the client's own, or that of the account that is written to."""
    if recipient is Recipient.CLIENT:
        return booking.locale
    consultant = booking.consultant if recipient is Recipient.CONSULTANT else None
    return (consultant.user if consultant and consultant.user else booking.business.owner).locale


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
