"""Whose picture somebody may set."""

from bookings.accounts.models import User
from bookings.accounts.viewer import Viewer
from bookings.businesses import policies
from bookings.businesses.models import Business
from bookings.businesses.policies import Duty
from bookings.common.errors import Forbidden
from bookings.consultants.models import Consultant

Pictured = User | Consultant | Business
"""What may have a picture."""


def may_set(viewer: Viewer, pictured: Pictured) -> bool:
    """Tell whether a person may set and remove this picture. No service key may: it has no face of its own."""
    person = viewer.account
    if person is None or not person.is_active or person.deleted_at is not None:
        return False
    if isinstance(pictured, User):
        return pictured.pk == person.pk
    if isinstance(pictured, Consultant):
        return pictured.user_id == person.pk or policies.may(viewer, Duty.PICTURES, pictured.business_id)
    return policies.may(viewer, Duty.PICTURES, pictured.pk)


def require(viewer: Viewer, pictured: Pictured) -> None:
    """Refuse whoever may not. Raises FORBIDDEN."""
    if not may_set(viewer, pictured):
        raise Forbidden
