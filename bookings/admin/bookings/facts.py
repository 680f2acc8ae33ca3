"""What a booking's page shows: its facts, and the tables of what happened, was paid, sent and noted."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import Prefetch

from bookings.admin.bookings import wording
from bookings.booking import policies, selectors
from bookings.booking.models import Booking
from bookings.booking.states import Move, Status
from bookings.common import clock
from bookings.common.money import Money
from bookings.notifications.models import OutboxMessage
from bookings.payments.models import Payment, Refund

FIELDSETS: tuple[tuple[str, Any], ...] = (
    ("Where it stands", {"fields": ("status_in_words", "deadline", "drafted_at")}),
    ("Who", {"fields": ("full_name", "email", "phone", "seats")}),
    ("What", {"fields": ("business", "service", "consultant", "mode", "meeting_url")}),
    ("When", {"fields": ("practice_time", "client_time")}),
    ("Money", {"fields": ("total", "payment_mode", "pay_by_when", "paid")}),
    ("What the client wrote", {"fields": ("client_message", "answers"), "classes": ("private",)}),
)


class Facts:
    """Columns of the page, as the admin's read-only fields. Text from people stays text."""

    @admin.display(description="Status")
    def status_in_words(self, booking: Booking) -> str:
        """Give the status with its label."""
        status = Status(booking.status)
        return f"{status.label} ({status.value})"

    @admin.display(description="Lapses")
    def deadline(self, booking: Booking) -> str:
        """Give until when the status lasts."""
        when = wording.at(booking.deadline_at, booking.timezone)
        return f"{when} – the deadline is over" if policies.has_lapsed(booking, clock.now()) else when

    @admin.display(description="Drafted")
    def drafted_at(self, booking: Booking) -> str:
        """Give when it was drafted."""
        return wording.at(booking.created_at, booking.timezone)

    @admin.display(description="Practice's time")
    def practice_time(self, booking: Booking) -> str:
        """Give the session's time in the zone of the calendar that is booked."""
        return wording.span(booking, booking.timezone)

    @admin.display(description="Client's time")
    def client_time(self, booking: Booking) -> str:
        """Give the session's time as the client reads it."""
        return wording.span(booking, booking.client_timezone)

    @admin.display(description="Price")
    def total(self, booking: Booking) -> str:
        """Give the price with its currency."""
        return str(Money(booking.price, booking.currency))

    @admin.display(description="Pay by")
    def pay_by_when(self, booking: Booking) -> str:
        """Give until when it must be paid."""
        return wording.at(booking.pay_by, booking.timezone)

    @admin.display(description="Paid")
    def paid(self, booking: Booking) -> str:
        """Give what came in and confirmed the booking, and what of it goes back."""
        payment = booking.payments.filter(confirms_booking=True).first()
        if payment is None:
            return "Needs no online payment" if policies.needs_no_payment(booking) else "Nothing yet"
        back = Money(payment.refunded_amount, payment.paid.currency)
        return f"{payment.paid}, of which {back} goes back" if payment.refunded_amount else str(payment.paid)

    @admin.display(description="Message")
    def client_message(self, booking: Booking) -> str:
        """Give what the client wrote."""
        return booking.message or "–"

    @admin.display(description="Answers")
    def answers(self, booking: Booking) -> str:
        """Give the answers to the practice's questions."""
        return json.dumps(booking.intake, ensure_ascii=False, indent=2) if booking.intake else "–"


def story(booking: Booking) -> dict[str, Any]:
    """Give the page's tables, in a fixed number of statements."""
    sent = list(_messages(booking))
    return {
        "timeline": _timeline(booking),
        "payments": _payments(booking),
        "messages_sent": sent,
        "undelivered": sum(message["failed"] for message in sent),
        "notes": [
            {
                "at": wording.at(note.created_at, booking.timezone),
                "kind": note.get_kind_display(),
                "author": (note.author.full_name or note.author.email) if note.author else "–",
                "text": note.text,
            }
            for note in booking.notes.select_related("author").order_by("created_at", "pk")
        ],
    }


def _timeline(booking: Booking) -> list[dict[str, str]]:
    events = list(selectors.timeline(booking))
    names = wording.names_of(events)
    return [
        {
            "at": wording.at(event.at, booking.timezone),
            "move": _label(Move, event.move),
            "before": _label(Status, event.from_status) if event.from_status else "",
            "after": _label(Status, event.to_status),
            "who": names[event.pk],
        }
        for event in events
    ]


def _payments(booking: Booking) -> list[dict[str, Any]]:
    refunds = Prefetch("refunds", Refund.objects.order_by("created_at", "pk").select_related("payment"))
    rows: Any = booking.payments.order_by("created_at", "pk").prefetch_related(refunds)
    return [
        {
            "reference": payment.reference,
            "provider": payment.provider if payment.live else f"{payment.provider} (test)",
            "status": payment.get_status_display(),
            "asked": payment.asked,
            "paid": payment.paid if payment.status == Payment.Status.SUCCEEDED else "–",
            "at": wording.at(payment.paid_at or payment.created_at, booking.timezone),
            "confirms": payment.confirms_booking,
            "refunds": [
                {
                    "money": refund.money,
                    "reason": refund.get_reason_display(),
                    "status": refund.get_status_display(),
                    "failed": refund.status != Refund.Status.SUCCEEDED and refund.next_attempt_at is None,
                    "at": wording.at(refund.done_at or refund.created_at, booking.timezone),
                }
                for refund in payment.refunds.all()
            ],
        }
        for payment in rows
    ]


def _messages(booking: Booking) -> list[dict[str, Any]]:
    """Give what was sent, without what it said: secrets are not even read."""
    rows = OutboxMessage.objects.filter(booking=booking).defer("secrets", "context")
    return [
        {
            "template": row.template,
            "recipient": row.recipient,
            "status": row.get_status_display(),
            "failed": row.status == OutboxMessage.Status.FAILED or row.bounced_at is not None,
            "attempts": row.attempts,
            "error": row.last_error,
            "created": wording.at(row.created_at, booking.timezone),
            "sent": wording.at(row.sent_at, booking.timezone),
        }
        for row in rows.order_by("created_at", "pk")
    ]


def _label(kind: type[Move] | type[Status], value: str) -> str:
    return str(kind(value).label) if value in kind.values else value
