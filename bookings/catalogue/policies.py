"""Who may change what a practice offers: services, consultants and resources alike."""

from bookings.accounts.viewer import Viewer
from bookings.businesses import policies
from bookings.businesses.policies import Duty
from bookings.common.errors import DomainError, ErrorCode


def require_offer(viewer: Viewer, business_id: int, *, field: str) -> None:
    """Refuse whoever may not change a practice's offer.

    Raises UNAUTHENTICATED, FORBIDDEN where somebody works there and it is not their duty, and NOT_FOUND, with
    `field`, where the practice is none of theirs.
    """
    user = viewer.require_user()
    works_there = viewer.is_admin or business_id in viewer.business_ids
    of_theirs = user.consultants.filter(business=business_id, pk__in=viewer.consultant_ids)
    if not works_there and not of_theirs.exists():
        raise DomainError(ErrorCode.NOT_FOUND, field=[field])
    policies.require(viewer, Duty.OFFER, business_id)
