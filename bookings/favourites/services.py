"""Keeping practices and consultants at hand, and letting go of them."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext

from bookings.accounts.locks import lock_account
from bookings.accounts.viewer import Viewer
from bookings.businesses import selectors as businesses
from bookings.businesses.models import Business
from bookings.common.errors import DomainError, ErrorCode, Unauthenticated, invalid
from bookings.consultants import selectors as consultants
from bookings.consultants.models import Consultant
from bookings.favourites.models import Favourite

MOST = 200
"""Of one account; more is nobody's choice any more."""


@dataclass(frozen=True)
class Kept:
    """What was asked about, and whether it is a favourite from now on."""

    row: Business | Consultant
    is_kept: bool


def toggle(
    *,
    viewer: Viewer,
    now: datetime,
    business_id: int | None = None,
    consultant_id: int | None = None,
    keep: bool | None = None,
) -> Kept:
    """Keep a practice or a consultant where the account does not yet, and let go where it does; exactly one is named.

    keep: which of the two is meant; as it is so already, nothing changes. Two at once follow each other. What is out of
    use is let go, and not kept anew. Raises UNAUTHENTICATED, NOT_FOUND, VALIDATION_FAILED.
    """
    user = viewer.require_account()
    with transaction.atomic():
        if lock_account(user.pk) is None:
            raise Unauthenticated
        mine = Favourite.objects.filter(user=user)
        kept = (
            mine.filter(**_named(business_id, consultant_id)).select_related("business", "consultant").first()
        )
        wanted = kept is None if keep is None else keep
        if kept is not None:
            if not wanted:
                mine.filter(pk=kept.pk).delete()
            return Kept(_row_of(kept), wanted)
        row = _in_use(business_id, consultant_id)
        if wanted:
            _keep(row, mine, user.pk, now)
    return Kept(row, wanted)


def _named(business_id: int | None, consultant_id: int | None) -> dict[str, int | None]:
    """Give the one column that is asked about. Raises VALIDATION_FAILED for none and for both."""
    if (business_id is None) == (consultant_id is None):
        raise invalid("businessId", gettext("Name a practice or a consultant."))
    return {"business": business_id} if business_id is not None else {"consultant": consultant_id}


def _row_of(kept: Favourite) -> Business | Consultant:
    row = kept.business or kept.consultant
    if row is None:
        raise ValueError("a favourite is of one thing")
    return row


def _in_use(business_id: int | None, consultant_id: int | None) -> Business | Consultant:
    """Give what is asked about, if it can be booked. Raises NOT_FOUND."""
    if business_id is not None:
        found: Business | Consultant | None = businesses.in_use().filter(pk=business_id).first()
    else:
        found = consultants.in_use().filter(pk=consultant_id or 0).first()
    if found is None:
        raise DomainError(
            ErrorCode.NOT_FOUND, field=["businessId" if business_id is not None else "consultantId"]
        )
    return found


def _keep(row: Business | Consultant, mine: QuerySet[Favourite], user_id: int, now: datetime) -> None:
    """Add a favourite of a locked account. Raises VALIDATION_FAILED for one too many."""
    if mine.count() >= MOST:
        raise DomainError(
            ErrorCode.VALIDATION_FAILED,
            gettext("At most %(most)s favourites can be kept. Let go of one first.") % {"most": MOST},
        )
    named = {"business": row} if isinstance(row, Business) else {"consultant": row}
    Favourite.objects.create(user_id=user_id, created_at=now, **named)
