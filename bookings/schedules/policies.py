"""Who may change a calendar."""

from bookings.accounts.viewer import Viewer
from bookings.businesses import policies
from bookings.businesses.policies import Duty
from bookings.common.errors import Forbidden
from bookings.schedules.models import Schedule


def may_change(viewer: Viewer, schedule: Schedule) -> bool:
    """Tell whether somebody may change a calendar: staff whose duty it is, and the consultant whose own it is."""
    if policies.may(viewer, Duty.CALENDARS, schedule.business_id):
        return True
    return Schedule.objects.filter(pk=schedule.pk, consultant__in=viewer.consultant_ids).exists()


def require_change(viewer: Viewer, schedule: Schedule) -> None:
    """Refuse whoever may not change a calendar. Raises UNAUTHENTICATED, FORBIDDEN."""
    viewer.require_user()
    if not may_change(viewer, schedule):
        raise Forbidden
