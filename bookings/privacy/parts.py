"""The rows of each part of an export, newest first. Values are plain: texts, numbers, ISO 8601 instants."""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from django.db.models import Model, Q, QuerySet

from bookings.accounts.models import RefreshToken, Registration, RoleRequest, ServiceKey, User
from bookings.accounts.viewer import Viewer
from bookings.booking.models import Booking, BookingNote
from bookings.businesses.models import (
    BlockedSender,
    Business,
    CorporateClient,
    StaffInvitation,
    StaffMember,
)
from bookings.consultants.models import Consultant
from bookings.favourites.models import Favourite
from bookings.feeds.models import CalendarFeed
from bookings.limits.models import LimitRefusal
from bookings.notifications.models import MailRefusal, OutboxMessage
from bookings.payments.models import Payment, Receipt
from bookings.payments.receipt_links import link_to_receipt
from bookings.privacy.person import Person
from bookings.reviews.models import Review
from bookings.verification.models import AccessToken, Challenge

Row = dict[str, Any]
CHUNK = 100
"""How many rows are in memory at once."""


def account(person: Person) -> Iterator[Row]:
    """The account's row, without password and secrets."""
    for user in User.objects.filter(pk=person.user_id or 0).select_related("security_answer"):
        answer = getattr(user, "security_answer", None)
        yield {
            **columns(user, "email", "full_name", "phone", "role", "timezone", "locale"),
            **columns(user, "email_verified_at", "created_at", "last_login", "is_active"),
            "hasPicture": bool(user.picture),
            "mayOpenAdmin": user.is_staff or Viewer(user=user).works_somewhere,
            "securityQuestion": answer.question if answer else None,
        }


def sessions(person: Person) -> Iterator[Row]:
    """Log-ins and how they were prolonged."""
    rows = RefreshToken.objects.filter(user=person.user_id or 0).order_by("-pk")
    return _each(rows, "family", "user_agent", "created_at", "expires_at", "rotated_at", "revoked_at")


def role_requests(person: Person) -> Iterator[Row]:
    """Roles that were asked for."""
    rows = RoleRequest.objects.filter(user=person.user_id or 0).order_by("-pk")
    return _each(rows, "role", "status", "reason", "created_at", "decided_at")


def service_keys(person: Person) -> Iterator[Row]:
    """Keys for programs."""
    rows = ServiceKey.objects.filter(owner=person.user_id or 0).order_by("-pk")
    return _each(rows, "name", "prefix", "scopes", "created_at", "expires_at", "revoked_at", "last_used_at")


def calendar_feeds(person: Person) -> Iterator[Row]:
    """Calendars that other programs subscribe to."""
    rows = CalendarFeed.objects.filter(created_by=person.user_id or 0).select_related("consultant")
    for feed in rows.order_by("-pk").iterator(CHUNK):
        told = columns(feed, "created_at", "last_read_at", "revoked_at")
        yield {"consultant": feed.consultant.full_name if feed.consultant else None, **told}


def work(person: Person) -> Iterator[Row]:
    """Practices owned, staff memberships and profiles."""
    user_id = person.user_id or 0
    for business in Business.objects.filter(owner=user_id).order_by("pk"):
        yield {"practice": business.name, "as": "OWNER"}
    for member in StaffMember.objects.filter(user=user_id).select_related("business").order_by("pk"):
        yield {"practice": member.business.name, "as": member.role}
    profiles = (
        Consultant.objects.filter(user=user_id).select_related("business").prefetch_related("languages")
    )
    for profile in profiles.order_by("pk"):
        told = columns(profile, "full_name", "slug", "specialisation", "bio", "practising_since")
        told["languages"] = sorted(language.code for language in profile.languages.all())
        yield {"practice": profile.business.name, "as": "CONSULTANT", **told}


def favourites(person: Person) -> Iterator[Row]:
    """Practices and consultants that the account keeps at hand."""
    rows = Favourite.objects.filter(user=person.user_id or 0).select_related(
        "business", "consultant__business"
    )
    for kept in rows.order_by("-pk"):
        yield {
            "practice": kept.business.name if kept.business else None,
            "consultant": kept.consultant.full_name if kept.consultant else None,
            **columns(kept, "created_at"),
        }


def bookings(person: Person) -> Iterator[Row]:
    """Bookings, with what happened and what was told; internal notes are counted."""
    rows = (
        person.bookings.select_related("business", "service", "consultant", "resource", "follows")
        .prefetch_related("events", "notes")
        .order_by("-pk")
    )
    for booking in rows.iterator(CHUNK):
        yield _booking(booking)


def payments(person: Person) -> Iterator[Row]:
    """Attempts to pay, with what went back."""
    rows = (
        Payment.objects.filter(booking__in=person.bookings)
        .select_related("booking")
        .prefetch_related("refunds")
        .order_by("-pk")
    )
    for payment in rows.iterator(CHUNK):
        yield {
            "booking": payment.booking.acknowledgement_id,
            **columns(payment, "provider", "reference", "amount", "currency", "status", "live"),
            **columns(payment, "paid_amount", "paid_currency", "paid_at", "created_at", "closed_at"),
            "refunds": [
                columns(refund, "amount", "reason", "status", "created_at", "done_at")
                for refund in sorted(payment.refunds.all(), key=lambda row: row.pk)
            ],
        }


def receipts(person: Person) -> Iterator[Row]:
    """Receipts made out to the address, also of bookings that were erased since: they are kept as the law asks."""
    rows = Receipt.objects.filter(buyer_email=person.email if person.reaches_bookings else "")
    for receipt in rows.exclude(buyer_email="").order_by("-pk").iterator(CHUNK):
        yield {
            "number": receipt.label,
            **columns(
                receipt, "kind", "issued_at", "amount", "currency", "tax_rate", "tax_amount", "details"
            ),
            "page": link_to_receipt(receipt.pk),
        }


def messages(person: Person) -> Iterator[Row]:
    """Mails to the address."""
    rows = (
        OutboxMessage.objects.filter(recipient__iexact=person.email).select_related("booking").order_by("-pk")
    )
    if not person.reaches_bookings:
        rows = rows.filter(booking__isnull=True)
    for message in rows.iterator(CHUNK):
        yield {
            "booking": message.booking.acknowledgement_id if message.booking else None,
            **columns(message, "template", "recipient", "status", "created_at", "sent_at"),
            **columns(message, "delivered_at", "bounced_at", "bounce_reason", "complained_at"),
        }


def reviews(person: Person) -> Iterator[Row]:
    """Reviews of their sessions."""
    rows = Review.objects.filter(booking__in=person.bookings).select_related("booking__business")
    for review in rows.order_by("-pk").iterator(CHUNK):
        where = {"practice": review.booking.business.name, "booking": review.booking.acknowledgement_id}
        said = columns(review, "rating", "comment", "author_name", "created_at")
        yield {**where, **said, **columns(review, "reply", "replied_at", "hidden_at")}


def proofs(person: Person) -> Iterator[Row]:
    """Links and codes, then access tokens."""
    challenges = of_mailbox(Challenge.objects.all(), person)
    yield from _each(challenges, "purpose", "created_at", "link_expires_at", "consumed_at", "tries")
    tokens = of_mailbox(AccessToken.objects.all(), person)
    yield from _each(tokens, "purposes", "created_at", "expires_at", "revoked_at")


def registrations(person: Person) -> Iterator[Row]:
    """Accounts asked for."""
    rows = of_mailbox(Registration.objects.all(), person)
    return _each(rows, "full_name", "role", "locale", "timezone", "created_at", "expires_at")


def invitations(person: Person) -> Iterator[Row]:
    """Invitations to work for a practice."""
    for row in of_mailbox(StaffInvitation.objects.select_related("business"), person):
        times = columns(row, "role", "created_at", "expires_at", "accepted_at", "withdrawn_at")
        yield {"practice": row.business.name, **times}


def blocks(person: Person) -> Iterator[Row]:
    """Blocks of the very address; the practice's reason is internal."""
    for row in blocks_of(person):
        yield {"practice": row.business.name, **columns(row, "created_at")}


def refused_mails(person: Person) -> Iterator[Row]:
    """Kinds of mail that the mailbox wants no more."""
    rows = MailRefusal.objects.filter(address_digest=person.digest if person.reaches_bookings else "")
    return _each(rows.order_by("-pk"), "kind", "cause", "created_at")


def limits_hit(person: Person) -> Iterator[Row]:
    """Limits that refused the account or, where it was proven, the mailbox."""
    mine = Q(user=person.user_id or 0)
    if person.reaches_bookings:
        mine |= Q(mailbox=person.digest)
    rows = LimitRefusal.objects.filter(mine).order_by("-pk")
    return _each(rows, "limit", "network", "times", "first_at", "last_at", "until")


def corporate_contacts(person: Person) -> Iterator[Row]:
    """Companies with which practices deal through the person; what staff noted is internal."""
    rows = of_mailbox(CorporateClient.objects.select_related("business"), person)
    for row in rows.iterator(CHUNK):
        told = columns(row, "company", "contact_name", "email", "phone", "created_at")
        yield {"practice": row.business.name, **told}


def _booking(booking: Booking) -> Row:
    notes = sorted(booking.notes.all(), key=lambda note: note.pk)
    told = [note for note in notes if note.kind == BookingNote.Kind.REASON]
    return {
        "id": booking.acknowledgement_id,
        "practice": booking.business.name,
        "service": booking.service.name,
        "consultant": booking.consultant.full_name if booking.consultant else None,
        "resource": booking.resource.name if booking.resource else None,
        "follows": booking.follows.acknowledgement_id if booking.follows else None,
        **columns(booking, "status", "email", "full_name", "phone", "client_timezone", "locale", "mode"),
        **columns(booking, "meeting_platform"),
        **columns(booking, "payment_mode", "message", "intake", "starts_at", "ends_at", "timezone", "seats"),
        **columns(booking, "preferred_date", "preferred_period", "preferred_from", "preferred_until"),
        **columns(
            booking, "price", "discount", "deposit", "currency", "meeting_url", "created_at", "updated_at"
        ),
        "consent": {"version": booking.consent_version, "agreedAt": _plain(booking.consented_at)},
        "timeline": [
            columns(event, "move", "from_status", "to_status", "actor_kind", "at")
            for event in sorted(booking.events.all(), key=lambda row: row.sequence)
        ],
        "told": [columns(note, "text", "created_at") for note in told if note.text],
        "internalNotes": len(notes) - len(told),
    }


def blocks_of(person: Person) -> QuerySet[BlockedSender]:
    """Give the blocks of the very address."""
    email = person.email if person.reaches_bookings else ""
    rows = BlockedSender.objects.filter(kind=BlockedSender.Kind.ADDRESS, value=email)
    return rows.select_related("business").order_by("-pk")


def of_mailbox(rows: QuerySet[Any], person: Person) -> QuerySet[Any]:
    """Narrow rows to those of the address, newest first; none where it was never proven."""
    return rows.filter(email=person.email if person.reaches_bookings else "").order_by("-pk")


def _each(rows: QuerySet[Any], *names: str) -> Iterator[Row]:
    for row in rows.iterator(CHUNK):
        yield columns(row, *names)


def columns(row: Model, *names: str) -> Row:
    """Give some columns under the names that the API would give them."""
    return {_camel(name): _plain(getattr(row, name)) for name in names}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str | list | dict):
        return value
    return value.isoformat() if isinstance(value, datetime | date | time) else str(value)
