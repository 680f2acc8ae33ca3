"""Whom limits refused, for those whose business it is, and letting somebody try again."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from bookings.accounts.roles import require_admin
from bookings.accounts.viewer import Viewer
from bookings.businesses import policies
from bookings.businesses.policies import Duty
from bookings.common.errors import DomainError, ErrorCode
from bookings.limits import services as limits
from bookings.limits.models import LimitRefusal
from bookings.limits.policies import Limit


def visible_to(viewer: Viewer) -> QuerySet[LimitRefusal]:
    """Give the refusals that the viewer may see: all for the platform's admin.

    For others those of their own account and keys, and of the keys and payment accounts of practices where these are
    theirs to look after. Networks and mailboxes are nobody's practice.
    """
    if viewer.account is None:
        return LimitRefusal.objects.none()
    if viewer.is_admin:
        return LimitRefusal.objects.all()
    keys, payments = (
        [pk for pk in viewer.business_ids if policies.may(viewer, duty, pk)]
        for duty in (Duty.KEYS, Duty.PAYMENTS)
    )
    return LimitRefusal.objects.filter(
        Q(user=viewer.account)
        | Q(service_key__owner=viewer.account)
        | Q(service_key__business__in=keys)
        | Q(payment_account__business__in=payments)
    )


def can_be_lifted(refusal: LimitRefusal) -> bool:
    """Tell whether what was counted can be forgotten from here, and was not yet."""
    known = refusal.limit in Limit and limits.is_kept_together(Limit(refusal.limit))
    return known and refusal.lifted_at is None


def lift(*, refusal_id: int, viewer: Viewer, now: datetime) -> LimitRefusal:
    """Forget what was counted of somebody in the window that refused them, and keep who did that and when.

    For the platform's admin: a limit protects everybody. Other windows that count the same tries stay as they are.
    Raises UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, and VALIDATION_FAILED where each process counts for itself.
    """
    require_admin(viewer)
    refusal = LimitRefusal.objects.filter(pk=refusal_id).first()
    if refusal is None or refusal.limit not in Limit:
        raise DomainError(ErrorCode.NOT_FOUND, field=["id"])
    # Before it is written down, since Redis may be asked for it: a second try finds both undone, or the count gone.
    limits.let_again(Limit(refusal.limit), key=refusal.key)
    with transaction.atomic():
        LimitRefusal.objects.filter(pk=refusal.pk, lifted_at__isnull=True).update(
            lifted_at=now, lifted_by=viewer.user
        )
    refusal.refresh_from_db()
    return refusal
