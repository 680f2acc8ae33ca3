"""Corporate clients: companies for whose people staff book. Receipts are made out to them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from bookings.accounts.addresses import read_email
from bookings.accounts.viewer import Viewer
from bookings.businesses import policies
from bookings.businesses.models import CorporateClient
from bookings.businesses.policies import Duty
from bookings.businesses.staff import lock_practice
from bookings.common.errors import DomainError, ErrorCode, invalid
from bookings.common.idempotency import Once, transaction_once
from bookings.common.rows import fill
from bookings.common.text import can_be_kept

COLUMNS: Mapping[str, str] = {
    "company": "company",
    "contact_name": "contactName",
    "email": "email",
    "phone": "phone",
    "tax_number": "taxNumber",
    "address": "address",
    "note": "note",
    "is_active": "isActive",
}
"""What can be changed, and the name under which clients of the API know it."""

MOST_CLIENTS = 10_000
"""Of one practice."""
LONGEST_NOTE = 5000
LONGEST_SEARCH = 100
_SEARCHED = ("company", "contact_name", "email", "tax_number")


def save_corporate_client(
    *,
    viewer: Viewer,
    changes: Mapping[str, Any],
    now: datetime,
    client_id: int | None = None,
    business_id: int | None = None,
    once: Once | None = None,
) -> CorporateClient:
    """Add a corporate client to a practice, or change one. Bookings and receipts keep what they say.

    changes: values by column (COLUMNS); what is not there stays. A new one needs a company, and a contact with name
    and address. Raises UNAUTHENTICATED, FORBIDDEN, NOT_FOUND (also for another practice's), VALIDATION_FAILED,
    IDEMPOTENCY_MISMATCH, AlreadyDone.
    """
    place_id = _place_of(viewer, client_id, business_id)
    with transaction_once(once, now=now) as outcome:
        business = lock_practice(place_id)
        if client_id is None:
            policies.require(viewer, Duty.COMPANIES, business.pk)
            if business.corporate_clients.count() >= MOST_CLIENTS:
                raise invalid(
                    "businessId",
                    _("A practice has %(most)s corporate clients at most.") % {"most": MOST_CLIENTS},
                )
            row = CorporateClient(business=business, created_at=now)
        else:
            row = CorporateClient.objects.select_for_update(no_key=True).get(pk=client_id)
        apply(row, changes)
        row.save()
        outcome.made(row.pk)
    return row


def apply(row: CorporateClient, changes: Mapping[str, Any]) -> None:
    """Set what is to change, held to all rules. It is not saved. Raises VALIDATION_FAILED."""
    given = {column: changes[column] for column in COLUMNS if column in changes}
    if given.get("email"):
        given["email"] = read_email(given["email"])
    if given.get("note") is not None and len(given["note"].strip()) > LONGEST_NOTE:
        raise invalid("note", _("This has %(most)s characters at most.") % {"most": LONGEST_NOTE})
    fill(row, given, called=COLUMNS)


def visible_to(viewer: Viewer) -> QuerySet[CorporateClient]:
    """Give the corporate clients of the practices where the viewer has the duty."""
    if viewer.is_admin:
        return CorporateClient.objects.all()
    places = [pk for pk in viewer.business_ids if policies.may(viewer, Duty.COMPANIES, pk)]
    return CorporateClient.objects.filter(business__in=places)


def found(rows: QuerySet[CorporateClient], search: str) -> QuerySet[CorporateClient]:
    """Narrow to those of whose company, contact, address or tax number this is a part; an empty text keeps all."""
    text = search.strip()
    if not can_be_kept(text) or len(text) > LONGEST_SEARCH:
        return rows.none()
    if not text:
        return rows
    said = Q()
    for column in _SEARCHED:
        said |= Q(**{f"{column}__icontains": text})
    return rows.filter(said)


def to_book_for(*, client_id: int, business_id: int) -> CorporateClient:
    """Give the client on whose behalf staff book in a practice.

    Raises NOT_FOUND for another practice's, VALIDATION_FAILED for one that is out of use.
    """
    row = CorporateClient.objects.filter(pk=client_id, business=business_id).first()
    if row is None:
        raise DomainError(ErrorCode.NOT_FOUND, field=["corporateClientId"])
    if not row.is_active:
        raise invalid("corporateClientId", _("This corporate client is out of use."))
    return row


def _place_of(viewer: Viewer, client_id: int | None, business_id: int | None) -> int:
    """Give the practice of what is saved. Raises UNAUTHENTICATED, NOT_FOUND, VALIDATION_FAILED."""
    viewer.require_user()
    if client_id is None:
        if business_id is None:
            raise invalid("businessId", _("Say which practice it belongs to."))
        return business_id
    row = visible_to(viewer).filter(pk=client_id).first()
    if row is None:
        raise DomainError(ErrorCode.NOT_FOUND, field=["id"])
    if business_id not in {None, row.business_id}:
        raise invalid("businessId", _("A corporate client stays with its practice."))
    return row.business_id
