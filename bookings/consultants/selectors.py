"""Reading consultants."""

from collections.abc import Set
from datetime import datetime

from django.db.models import Q, QuerySet

from bookings.accounts.viewer import Viewer
from bookings.catalogue.policies import require_offer
from bookings.common.errors import DomainError, ErrorCode
from bookings.common.text import can_be_kept
from bookings.common.zones import zone
from bookings.consultants.models import Consultant, ConsultantLanguage

OWN_COLUMNS = frozenset({"specialisation", "bio", "practising_since", "languages"})
"""What consultants change of themselves; the rest is their practice's to say."""
MOST_WORDS = 8
"""How many words of a search count; the rest narrow nothing."""


def in_use() -> QuerySet[Consultant]:
    """Give the consultants that take bookings; others are reached only through what was booked before."""
    return Consultant.objects.filter(is_active=True, business__is_active=True)


def who_speak(rows: QuerySet[Consultant], code: str) -> QuerySet[Consultant]:
    """Narrow consultants to those who work in a language, whichever of its countries' forms they name."""
    spoken = ConsultantLanguage.objects.filter(Q(code=code) | Q(code__startswith=f"{code}-"))
    return rows.filter(pk__in=spoken.values("consultant"))


def found_by(rows: QuerySet[Consultant], text: str) -> QuerySet[Consultant]:
    """Narrow consultants to those of whom each word of a text stands in the name or the specialisation, in any case."""
    if not can_be_kept(text):
        return rows.none()
    for word in text.split()[:MOST_WORDS]:
        rows = rows.filter(Q(full_name__icontains=word) | Q(specialisation__icontains=word))
    return rows


def years_of_experience(since: int | None, zone_name: str, now: datetime) -> int | None:
    """Give how many years have gone by, on the practice's calendar, since the year in which somebody began."""
    return None if since is None else max(0, now.astimezone(zone(zone_name)).year - since)


def to_change(viewer: Viewer, pk: int, columns: Set[str]) -> Consultant:
    """Give a consultant, in use or not, to somebody who may change these columns of them.

    Raises UNAUTHENTICATED, FORBIDDEN, NOT_FOUND.
    """
    viewer.require_user()
    consultant = Consultant.objects.select_related("schedule").filter(pk=pk).first()
    if consultant is None:
        raise DomainError(ErrorCode.NOT_FOUND, field=["id"])
    if consultant.pk not in viewer.consultant_ids or columns - OWN_COLUMNS:
        require_offer(viewer, consultant.business_id, field="id")
    return consultant


def locked(pk: int) -> Consultant:
    """Lock a consultant for this transaction, not their calendar. Raises NOT_FOUND."""
    rows = Consultant.objects.select_for_update(no_key=True, of=("self",)).select_related("schedule")
    consultant = rows.filter(pk=pk).first()
    if consultant is None:
        raise DomainError(ErrorCode.NOT_FOUND, field=["id"])
    return consultant
