"""Sections of the office: money that a person must look at, mails that did not arrive, who asks, what clients say."""

from typing import Any

from django.db.models import Case, When
from django.utils.text import Truncator

from bookings.accounts import roles
from bookings.accounts.models import RoleRequest
from bookings.admin.bookings import wording
from bookings.admin.home.rows import Desk, Row, Section, read
from bookings.booking import services, waiting
from bookings.notifications.models import OutboxMessage
from bookings.notifications.outcomes import words_of
from bookings.payments.models import Difference, ProviderEvent, Refund
from bookings.reviews import selectors as reviews
from bookings.reviews.models import Review


def differences(desk: Desk) -> Section:
    """Give where a provider says otherwise of a payment."""
    first = Case(When(kind=Difference.Kind.DISPUTE, then=0), default=1)
    rows = waiting.differences(desk.viewer).select_related("payment__booking__business")

    def tell(row: Difference) -> Row:
        facts = [
            str(row.payment.asked),
            row.payment.reference,
            *services.details_of(row),
            *desk.of(row.payment.booking),
        ]
        is_dispute = row.kind == Difference.Kind.DISPUTE
        name, kind = row.payment.booking.acknowledgement_id, row.get_kind_display()
        return Row(
            name,
            desk.page_of(row.payment.booking),
            facts if is_dispute else [kind, *facts],
            kind if is_dispute else "",
        )

    count, told = read(rows.order_by(first, "found_at", "pk"), tell)
    return Section(
        "payments",
        "Payments to look at",
        "Chargebacks first, then where a provider says otherwise than these books.",
        "Nothing differs from what the providers say.",
        count,
        told,
        desk.list_of(Difference, status__exact=Difference.Status.OPEN),
    )


def refunds(desk: Desk) -> Section:
    """Give the refunds that do not go on by themselves."""
    rows = waiting.refunds(desk.viewer, now=desk.now).select_related("payment__booking__business")

    def tell(row: Refund) -> Row:
        booking = row.payment.booking
        facts = [str(row.money), row.get_reason_display(), row.payment.reference, *desk.of(booking)]
        flag = row.get_status_display() if row.status == Refund.Status.FAILED else ""
        return Row(booking.acknowledgement_id, desk.page_of(booking), facts, flag)

    count, told = read(rows.order_by("created_at", "pk"), tell)
    return Section(
        "refunds",
        "Refunds left to a person",
        f"A refused one stands here for {waiting.REFUSED_LATELY.days} days, or until other money goes back.",
        "Every refund goes on by itself.",
        count,
        told,
        desk.list_of(Refund, left="mine"),
    )


def events(desk: Desk) -> Section:
    """Give the providers' events that were given up."""
    rows = waiting.events(desk.viewer).defer("body").order_by("received_at", "pk")

    def tell(row: ProviderEvent) -> Row:
        facts = [row.kind, row.reference, wording.at(row.received_at, "UTC")]
        return Row(row.provider, desk.page_of(row), [fact for fact in facts if fact])

    count, told = read(rows, tell)
    return Section(
        "events",
        "Providers’ events given up",
        "They can be processed again.",
        "Every event of a payment provider was dealt with.",
        count,
        told,
        desk.list_of(ProviderEvent, stands="mine"),
    )


def mails(desk: Desk) -> Section:
    """Give the mails that did not reach anybody."""
    rows = waiting.undelivered(desk.viewer, now=desk.now).defer("secrets", "context")

    def tell(row: OutboxMessage) -> Row:
        booking: Any = row.booking  # these are about one
        facts = [
            row.template.replace("_", " "),
            row.recipient,
            wording.at(row.created_at, booking.business.timezone),
        ]
        return Row(
            booking.acknowledgement_id, desk.page_of(booking), [*facts, *desk.of(booking)], words_of(row)
        )

    count, told = read(rows.select_related("booking__business").order_by("-created_at", "-pk"), tell)
    return Section(
        "mails",
        "Mails that did not arrive",
        f"About bookings, of the last {waiting.LATELY.days} days: somebody has to be told in another way.",
        "Every mail left, and none came back.",
        count,
        told,
        desk.list_of(OutboxMessage, undelivered="lately"),
    )


def role_requests(desk: Desk) -> Section:
    """Give who asks to be a consultant or a business owner."""

    def tell(row: RoleRequest) -> Row:
        facts = [row.user.full_name, row.get_role_display(), wording.at(row.created_at, "UTC")]
        return Row(row.user.email, desk.page_of(row), [fact for fact in facts if fact])

    count, told = read(roles.waiting(desk.viewer), tell)
    return Section(
        "roles",
        "Roles asked for",
        "The oldest first.",
        "Nobody asks for a role.",
        count,
        told,
        desk.list_of(RoleRequest, status__exact=RoleRequest.Status.WAITING),
    )


def unanswered(desk: Desk) -> Section:
    """Give the reviews to which nobody said anything."""
    rows = reviews.unanswered(desk.viewer, now=desk.now).select_related("business", "consultant")

    def tell(row: Review) -> Row:
        facts = [row.author_name, str(row.consultant or ""), Truncator(row.comment).chars(80)]
        facts += [row.business.name] if desk.names_practices else []
        return Row(f"{row.rating} of 5 stars", desk.page_of(row), [fact for fact in facts if fact])

    count, told = read(rows.order_by("rating", "-created_at", "-pk"), tell)
    return Section(
        "reviews",
        "Reviews without an answer",
        f"Of the last {reviews.LATELY.days} days, the fewest stars first.",
        "Every review of late has its answer.",
        count,
        told,
        desk.list_of(Review, answer="waits"),
    )
