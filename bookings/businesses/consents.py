"""The texts of a practice's own to which clients agree. Each has a version, and what was published never changes."""

from datetime import datetime

from django.db import transaction
from django.db.models import BigIntegerField, Exists, OuterRef, QuerySet
from django.utils.translation import gettext

from bookings.accounts.viewer import Viewer
from bookings.businesses import policies
from bookings.businesses.models import Business, ConsentText
from bookings.businesses.policies import Duty
from bookings.common.compiled import Argument, Compiled
from bookings.common.errors import DomainError, ErrorCode, invalid
from bookings.common.text import can_be_kept
from bookings.common.zones import zone

LONGEST = 5000
_LATEST = Compiled(
    lambda: ConsentText.objects.filter(business=Argument("business", BigIntegerField())).order_by("-pk")[:1]
)


def latest(business_id: int) -> ConsentText | None:
    """Give the text that a practice shows now; None where it never published one of its own."""
    return _LATEST.first(business=business_id)


def newest() -> QuerySet[ConsentText]:
    """Give the present text of every practice that has one of its own."""
    later = ConsentText.objects.filter(business=OuterRef("business"), pk__gt=OuterRef("pk"))
    return ConsentText.objects.filter(~Exists(later))


def publish(*, business_id: int, text: str, viewer: Viewer, now: datetime) -> ConsentText:
    """Publish a new text; its version is the date on the practice's calendar and a number, such as 2026-11-21.2.

    Drafts from now on need it; bookings keep the version that was shown. The same text again is the version there is.
    Raises UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, VALIDATION_FAILED.
    """
    wanted = text.strip()
    if not 1 <= len(wanted) <= LONGEST or not can_be_kept(wanted):
        raise invalid("text", gettext("A text has 1 to %(longest)s characters.") % {"longest": LONGEST})
    viewer.require_user()
    business = Business.objects.filter(pk=business_id).first()
    if business is None:
        raise DomainError(ErrorCode.NOT_FOUND, field=["businessId"])
    policies.require(viewer, Duty.PRACTICE, business.pk)
    with transaction.atomic():
        business = Business.objects.select_for_update(no_key=True).get(pk=business_id)
        newest = latest(business.pk)
        if newest is not None and newest.text == wanted:
            return newest
        day = now.astimezone(zone(business.timezone)).date().isoformat()
        number = ConsentText.objects.filter(business=business, version__startswith=f"{day}.").count() + 1
        return ConsentText.objects.create(
            business=business, version=f"{day}.{number}", text=wanted, published_at=now
        )
