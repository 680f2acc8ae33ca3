"""What a booking's page shows: its facts, and the tables of what happened, was paid, sent and noted."""

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import Prefetch
from django.utils.text import capfirst

from bookings.accounts.viewer import Viewer
from bookings.admin.bookings import wording
from bookings.admin.refunding import may_refund
from bookings.booking import amounts, intake, policies, selectors, wishes
from bookings.booking.models import Booking
from bookings.booking.rights import Operation
from bookings.booking.states import ACTIVE, Move, Status
from bookings.catalogue.models import Service
from bookings.common import clock
from bookings.common.money import Money
from bookings.notifications import outcomes
from bookings.notifications.models import OutboxMessage
from bookings.payments.models import Payment, Refund

FIELDSETS: tuple[tuple[str, Any], ...] = (
    ("Where it stands", {"fields": ("status_in_words", "deadline", "drafted_at")}),
    ("Who", {"fields": ("full_name", "email", "phone", "seats", "company")}),
    ("What", {"fields": ("business", "service", "with_whom", "resource", "mode", "platform", "meeting_url")}),
    ("Follow-ups", {"fields": ("follows_what", "followed_by")}),
    ("When", {"fields": ("practice_time", "client_time", "wish")}),
    ("Payment", {"fields": ("payment_mode", "pay_by_when")}),
    ("Money", {"fields": ("total", "taken_off", "online", "paid", "left_to_pay")}),
    ("In an emergency", {"fields": ("contact",), "classes": ("private",)}),
    ("What the client wrote", {"fields": ("client_message", "answers"), "classes": ("private",)}),
)
NEEDS: Mapping[str, Operation] = {
    "Who": Operation.SEE_CLIENT,
    "Money": Operation.SEE_MONEY,
    "In an emergency": Operation.SEE_CONTACT,
    "What the client wrote": Operation.SEE_INTAKE,
}
"""What the table of rights must let somebody see for a part of the page."""


def fieldsets_for(viewer: Viewer, booking: Booking) -> list[tuple[str, Any]]:
    """Give the parts of a booking's page that somebody may see."""
    return [
        (name, options)
        for name, options in FIELDSETS
        if name not in NEEDS or selectors.may_see(viewer, booking, NEEDS[name])
    ]


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
        """Give the session's time in the zone of the calendar that is booked, or the wish for one."""
        return wording.span_or_wish(booking)

    @admin.display(description="Client's time")
    def client_time(self, booking: Booking) -> str:
        """Give the session's time as the client reads it."""
        return wording.span(booking, booking.client_timezone)

    @admin.display(description="Wished")
    def wish(self, booking: Booking) -> str:
        """Give what the client wished, also once there is a time."""
        return wishes.words(booking) or "–"

    @admin.display(description="With", ordering="consultant__full_name")
    def with_whom(self, booking: Booking) -> str:
        """Give the consultant, or that anyone will do."""
        if booking.consultant is not None:
            return str(booking.consultant)
        return "–" if booking.service.holds == Service.Holds.RESOURCE else "anyone"

    @admin.display(description="Would like to meet by")
    def platform(self, booking: Booking) -> str:
        """Give how the client would like to meet online."""
        return booking.get_meeting_platform_display() or "–"

    @admin.display(description="Follows up")
    def follows_what(self, booking: Booking) -> str:
        """Link the session that this one follows up."""
        return wording.linked([booking.follows] if booking.follows else [])

    @admin.display(description="Followed up by")
    def followed_by(self, booking: Booking) -> str:
        """Link the bookings that follow this one up."""
        return wording.linked(booking.follow_ups.order_by("pk"))

    @admin.display(description="Corporate client")
    def company(self, booking: Booking) -> str:
        """Give the company for which staff entered it."""
        return str(booking.corporate_client) if booking.corporate_client is not None else "–"

    @admin.display(description="Price")
    def total(self, booking: Booking) -> str:
        """Give the price with its currency."""
        return str(Money(booking.price, booking.currency))

    @admin.display(description="Taken off")
    def taken_off(self, booking: Booking) -> str:
        """Give what staff took off the price so far."""
        return str(Money(booking.discount, booking.currency)) if booking.discount else "–"

    @admin.display(description="Deposit")
    def online(self, booking: Booking) -> str:
        """Give what of the price is paid online where the rest is paid on site."""
        return str(Money(booking.deposit, booking.currency)) if booking.deposit else "–"

    @admin.display(description="Left to pay")
    def left_to_pay(self, booking: Booking) -> str:
        """Give what is still to be paid, online and on site."""
        return str(amounts.balance(booking))

    @admin.display(description="Pay by")
    def pay_by_when(self, booking: Booking) -> str:
        """Give until when it must be paid."""
        return wording.at(booking.pay_by, booking.timezone)

    @admin.display(description="Paid online")
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
        given = intake.answers(booking.intake)
        return "\n".join(f"{question}: {_said(answer)}" for question, answer in given.items()) or "–"

    @admin.display(description="Contact")
    def contact(self, booking: Booking) -> str:
        """Give whom to call."""
        given = intake.emergency_contact(booking.intake)
        if isinstance(given, dict):
            return "\n".join(f"{name}: {_said(value)}" for name, value in given.items()) or "–"
        return _said(given) if given else "–"


def headline(booking: Booking, viewer: Viewer) -> dict[str, Any]:
    """Give what stands over the page and in its title: who comes, when, and where it stands."""
    status, now = Status(booking.status), clock.now()
    known = selectors.may_see(viewer, booking, Operation.SEE_CLIENT) and booking.full_name
    client, when = known or f"Booking {booking.acknowledgement_id}", wording.span_or_wish(booking)
    over = policies.has_lapsed(booking, now)
    why = "its deadline is over." if over else f"it is {str(status.label).lower()}, and locked."
    return {
        "title": f"{client}, {wording.start_or_wish(booking)}",
        "client": client,
        "when": when,
        "whose": wording.whose(booking),
        "status": status,
        "lapses": wording.at(booking.deadline_at, booking.timezone) if booking.deadline_at else "",
        "locked": why if over or status not in {Status.DRAFT, *ACTIVE} else "it is for others, or for later.",
    }


def story(booking: Booking, viewer: Viewer) -> dict[str, Any]:
    """Give the page's tables as somebody may see them, in a fixed number of statements."""
    sent = list(_messages(booking))
    sees_money = selectors.may_see(viewer, booking, Operation.SEE_MONEY)
    notes = booking.notes.select_related("author")
    return {
        "timeline": _timeline(booking),
        "sees_money": sees_money,
        "payments": _payments(booking, viewer) if sees_money else [],
        "discounts": _discounts(booking)
        if selectors.may_see(viewer, booking, Operation.SEE_DISCOUNTS)
        else [],
        "messages_sent": sent,
        "undelivered": sum(message["lost"] for message in sent),
        "notes": [
            {
                "at": wording.at(note.created_at, booking.timezone),
                "kind": note.get_kind_display(),
                "author": (note.author.full_name or note.author.email) if note.author else "–",
                "text": note.text,
            }
            for note in selectors.notes_shown(viewer, booking, notes)
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


def _payments(booking: Booking, viewer: Viewer) -> list[dict[str, Any]]:
    refunds = Prefetch("refunds", Refund.objects.order_by("created_at", "pk").select_related("payment"))
    rows: Any = (
        booking.payments.select_related("booking").order_by("created_at", "pk").prefetch_related(refunds)
    )
    return [
        {
            "reference": payment.reference,
            "provider": payment.provider if payment.live else f"{payment.provider} (test)",
            "status": payment.get_status_display(),
            "asked": payment.asked,
            "paid": payment.paid if payment.status == Payment.Status.SUCCEEDED else "–",
            "at": wording.at(payment.paid_at or payment.created_at, booking.timezone),
            "confirms": payment.confirms_booking,
            "refundable": payment.pk if may_refund(viewer, payment) else None,
            "refunds": [
                {
                    "money": refund.money,
                    "reason": refund.get_reason_display(),
                    "status": refund.get_status_display(),
                    "failed": refund.is_left_to_a_person,
                    "at": wording.at(refund.done_at or refund.created_at, booking.timezone),
                }
                for refund in payment.refunds.all()
            ],
        }
        for payment in rows
    ]


def _discounts(booking: Booking) -> list[dict[str, Any]]:
    rows = booking.discounts.select_related("given_by").order_by("pk")
    return [
        {
            "at": wording.at(row.created_at, booking.timezone),
            "money": Money(row.amount, booking.currency),
            "who": (row.given_by.full_name or row.given_by.email) if row.given_by else "–",
            "reason": row.reason,
        }
        for row in rows
    ]


def _messages(booking: Booking) -> list[dict[str, Any]]:
    """Give what was sent, without what it said: secrets are not even read."""
    rows = OutboxMessage.objects.filter(booking=booking).defer("secrets", "context")
    return [
        {
            "message": capfirst(row.template.replace("_", " ")),
            "recipient": row.recipient,
            "became": outcomes.words_of(row),
            "became_at": [
                f"{outcome.label} {wording.at(at, booking.timezone)}"
                for outcome, at in outcomes.instants_of(row)
            ],
            "failed": outcomes.outcome_of(row) in outcomes.NEEDS_A_LOOK,
            "lost": outcomes.outcome_of(row) in outcomes.NEVER_ARRIVED,
            "attempts": row.attempts,
        }
        for row in rows.order_by("created_at", "pk")
    ]


def _said(answer: Any) -> str:
    return answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)


def _label(kind: type[Move] | type[Status], value: str) -> str:
    return str(kind(value).label) if value in kind.values else value
