"""The block list of a practice: addresses and domains from which it takes no bookings.

It is asked once a mailbox was proven, never before: a stranger who drafts learns nothing of it.
"""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import DomainNameValidator
from django.db import transaction
from django.utils.translation import gettext

from bookings.accounts.addresses import read_email
from bookings.accounts.viewer import Viewer
from bookings.businesses import policies
from bookings.businesses.models import BlockedSender
from bookings.businesses.policies import Duty
from bookings.businesses.staff import lock_practice
from bookings.common.addresses import normalise_email
from bookings.common.errors import DomainError, ErrorCode, invalid
from bookings.common.rows import fill
from bookings.common.text import can_be_kept

MOST_BLOCKED = 1000
"""Entries of one practice's list."""

_is_domain = DomainNameValidator(accept_idna=False)


@dataclass(frozen=True)
class Sender:
    """Whom to block: one address, or all of a domain and of those below it."""

    kind: BlockedSender.Kind
    value: str


def address(text: str) -> Sender:
    """Read one address. Raises VALIDATION_FAILED."""
    return Sender(BlockedSender.Kind.ADDRESS, read_email(text, field="address"))


def domain(text: str) -> Sender:
    """Read a domain as a person may write it, `@` or `*.` before it. Raises VALIDATION_FAILED."""
    bare = text.strip().removeprefix("*").removeprefix("@").removeprefix(".").removesuffix(".")
    _, _, value = normalise_email(f"x@{bare}").partition("@")
    try:
        _is_domain(value if can_be_kept(text) else "")
    except ValidationError:
        raise invalid("domain", gettext("This is no domain, such as example.org.")) from None
    return Sender(BlockedSender.Kind.DOMAIN, value)


def block(*, business_id: int, sender: Sender, note: str, viewer: Viewer, now: datetime) -> BlockedSender:
    """Take no more bookings from a sender. One that is on the list already gets the new note.

    Bookings that they have stand. Raises UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, VALIDATION_FAILED.
    """
    viewer.require_user()
    with transaction.atomic():
        business = lock_practice(business_id)
        policies.require(viewer, Duty.CLIENTS, business.pk)
        row = business.blocked_senders.filter(value=sender.value).first()
        if row is None:
            if business.blocked_senders.count() >= MOST_BLOCKED:
                raise invalid(
                    "businessId",
                    gettext("A block list has %(most_blocked)s entries at most.")
                    % {"most_blocked": MOST_BLOCKED},
                )
            row = BlockedSender(
                business=business,
                kind=sender.kind,
                value=sender.value,
                created_by=viewer.account,
                created_at=now,
            )
        fill(row, {"note": note}, called={})
        row.save()
    return row


def unblock(*, blocked_id: int, viewer: Viewer) -> BlockedSender:
    """Take a sender off the list, and give the row as it was.

    Raises UNAUTHENTICATED, and NOT_FOUND for what is not there or not shown.
    """
    viewer.require_user()
    with transaction.atomic():
        row = BlockedSender.objects.select_for_update().filter(pk=blocked_id).first()
        if row is None or not policies.may(viewer, Duty.CLIENTS, row.business_id):
            raise DomainError(ErrorCode.NOT_FOUND, field=["id"])
        key = row.pk
        row.delete()
        row.pk = key
    return row
