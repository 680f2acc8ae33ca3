"""Everything that is known of a person, as one document that a program can read and a person can follow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookings.privacy import internal as internal_parts
from bookings.privacy import parts
from bookings.privacy.person import Person

FORMAT = "slotwell.personal-data"
VERSION = 1
"""Raised when a part changes its meaning; new parts and new keys do not raise it."""
MOST = 2000
"""Rows of one part in a document that is made while somebody waits; the newest come first."""


@dataclass(frozen=True)
class Part:
    """One part of the document: what stands in it, in words, and where its rows come from, newest first."""

    description: str | Promise
    read: Callable[[Person], Any]


PARTS: Mapping[str, Part] = {
    "account": Part(
        _("Your account: how you log in, your profile and what you want to be told."), parts.account
    ),
    "sessions": Part(
        _("Where you are, or lately were, logged in. The keys themselves are never kept."), parts.sessions
    ),
    "roleRequests": Part(_("Roles that you asked for, and what an admin said."), parts.role_requests),
    "serviceKeys": Part(
        _("Keys for programs that you made. Only what tells them apart is kept."), parts.service_keys
    ),
    "calendarFeeds": Part(
        _("Calendars that you made for other programs to read. Their secret addresses are never kept."),
        parts.calendar_feeds,
    ),
    "work": Part(_("Practices that you own or work for, and profiles of yours as a consultant."), parts.work),
    "favourites": Part(_("Practices and consultants that you keep at hand."), parts.favourites),
    "bookings": Part(
        _(
            "Every booking for this address: what was asked and agreed, what you wrote, your answers, your consent, "
            "what happened and when, and what the practice told you. Of internal notes the number is given."
        ),
        parts.bookings,
    ),
    "payments": Part(
        _("What was to be paid and was paid for your bookings, and what went back."), parts.payments
    ),
    "reviews": Part(_("What you said of sessions in public, and what was answered."), parts.reviews),
    "receipts": Part(
        _("Receipts made out to this address. The law asks that they are kept, after an erasure too."),
        parts.receipts,
    ),
    "messages": Part(
        _("Mails to this address: which, when and about what; what they said is in your mailbox."),
        parts.messages,
    ),
    "proofs": Part(
        _("Links and codes that were mailed to this address, and what they opened; not the secrets."),
        parts.proofs,
    ),
    "registrations": Part(
        _("Accounts that were asked for with this address and not proven yet."), parts.registrations
    ),
    "invitations": Part(_("Invitations of this address to work for a practice."), parts.invitations),
    "refusedMails": Part(
        _(
            "Kinds of mail that this mailbox wants no more. They are kept after an erasure too, under a digest."
        ),
        parts.refused_mails,
    ),
    "corporateContacts": Part(
        _("Companies for which practices know you as the contact."), parts.corporate_contacts
    ),
    "limitsHit": Part(
        _("Limits that lately kept you waiting: which, how often, until when."), parts.limits_hit
    ),
    "blocks": Part(_("Practices that take no bookings from this address."), parts.blocks),
}
"""The parts, in the order in which they stand in the document."""
NOT_HERE = _(
    "Not in this document: what payment and mail providers keep, for which ask them; what the server logs, which names "
    "nobody; counts against limits, which are kept under a digest for hours; and internal notes about you, which the "
    "practice gives you when you ask it, without what would harm the rights of others."
)


def export_person(
    *, email: str, now: datetime, internal: bool = False, most: int | None = MOST
) -> dict[str, Any]:
    """Give what is known of whoever reads this mailbox: plain values, texts decrypted, no secret.

    internal: with the practice's internal notes and its reasons of blocks, refunds and discounts, for the practice to
    look through before it hands them over. most: rows of each part, None for all. An unknown address gives parts
    without rows.
    """
    return export(Person.of_address(email), now=now, internal=internal, most=most)


def export(
    person: Person, *, now: datetime, internal: bool = False, most: int | None = MOST
) -> dict[str, Any]:
    """Do so for a person who was found already."""
    document: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "exportedAt": now.isoformat(),
        "address": person.email,
        "about": str(NOT_HERE),
        "parts": {name: _part(part, person, most) for name, part in PARTS.items()},
    }
    if internal:
        for name, read in internal_parts.INTERNAL.items():
            document["parts"][name] = _part(
                Part(_("Internal; look through it before you hand it over."), read), person, most
            )
    return document


def _part(part: Part, person: Person, most: int | None) -> dict[str, Any]:
    """Give the rows, and whether older ones were left out."""
    found = iter(part.read(person))
    rows = list(islice(found, most))
    return {
        "description": str(part.description),
        "complete": next(found, None) is None,
        "rows": rows,
    }
