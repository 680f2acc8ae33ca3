"""A draft with what belongs to it, in one transaction."""

import datetime
import hashlib
import secrets
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django_q.tasks import async_task

from bookings.booking.models import Booking, BookingEvent
from bookings.booking.states import ACTIVE
from bookings.common.ids import new_acknowledgement_id
from bookings.common.secrecy import keyed_digest
from bookings.notifications.models import OutboxMessage
from bookings.verification.models import Challenge


def draft(wanted: dict[str, Any]) -> Booking:
    """Record the request; once more under another id where somebody has that one."""
    while True:
        try:
            return _draft(wanted, timezone.now())
        except IntegrityError:
            continue


def _draft(wanted: dict[str, Any], now: datetime.datetime) -> Booking:
    """Record the request, its event, its challenge and the mail, and ask the worker for that."""
    with transaction.atomic():
        booking = _booking(wanted, now)
        BookingEvent.objects.create(
            booking=booking, sequence=1, move="draft", to_status="DRAFT", actor_kind="CLIENT", at=now
        )
        token, code = secrets.token_urlsafe(32), f"{secrets.randbelow(1_000_000):06d}"
        Challenge.objects.create(
            purpose=Challenge.Purpose.VERIFY_BOOKING,
            subject=f"booking:{booking.pk}",
            email=booking.email,
            token_hash=hashlib.sha256(token.encode()).hexdigest(),
            code_digest=keyed_digest("code", f"{booking.pk}:{code}"),
            created_at=now,
            code_expires_at=now + datetime.timedelta(minutes=10),
            link_expires_at=booking.deadline_at,
        )
        message = _message(booking, token, code, now)
        transaction.on_commit(lambda: async_task("bookings.tasks.deliver_message", message.pk))
    return booking


def _booking(wanted: dict[str, Any], now: datetime.datetime) -> Booking:
    service, consultant, start = wanted["service"], wanted["consultant"], wanted["startsAt"]
    lapses = now + (service.business.draft_lifetime or datetime.timedelta(minutes=30))
    return Booking.objects.create(
        acknowledgement_id=new_acknowledgement_id(),
        business=service.business,
        service=service,
        consultant=consultant,
        email=wanted["email"].lower(),
        full_name=wanted["fullName"],
        client_timezone=consultant.schedule.timezone,
        mode="ONLINE",
        payment_mode="ONLINE",
        consent_version="1",
        consented_at=now,
        starts_at=start,
        ends_at=start + datetime.timedelta(minutes=service.duration),
        timezone=consultant.schedule.timezone,
        duration=service.duration,
        step=service.step,
        buffer_before=service.buffer_before,
        buffer_after=service.buffer_after,
        price=service.price,
        tax_rate=service.tax_rate or Decimal(0),
        currency=service.currency,
        needs_approval=service.needs_approval,
        deadline_at=min(lapses, start),
        created_at=now,
        updated_at=now,
    )


def _message(booking: Booking, token: str, code: str, now: datetime.datetime) -> OutboxMessage:
    """Queue the mail; whether the address holds a booking already is told in it alone."""
    active = Booking.objects.filter(
        business=booking.business_id, email=booking.email, status__in=ACTIVE
    ).exists()
    return OutboxMessage.objects.create(
        key=f"draft:{booking.pk}",
        template="verify_booking",
        recipient=booking.email,
        timezone=booking.client_timezone,
        context={
            "acknowledgement_id": booking.acknowledgement_id,
            "full_name": booking.full_name,
            "business_name": booking.business.name,
            "service_name": booking.service.name,
            "consultant_name": booking.consultant.full_name if booking.consultant else "",
            "starts_at": booking.starts_at.isoformat() if booking.starts_at else None,
            "ends_at": booking.ends_at.isoformat() if booking.ends_at else None,
            "amount": f"{booking.price} {booking.currency}",
            "has_active_booking": active,
        },
        secrets={"code": code, "link": f"https://booking.example.org/verify#token={token}"},
        booking=booking,
        next_attempt_at=now + datetime.timedelta(seconds=1),
        message_id=f"<{hashlib.sha256(str(booking.pk).encode()).hexdigest()[:32]}@booking.example.org>",
        created_at=now,
    )
