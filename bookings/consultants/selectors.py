"""Reading consultants."""

from django.db.models import QuerySet

from bookings.consultants.models import Consultant


def in_use() -> QuerySet[Consultant]:
    """Give the consultants that take bookings; others are reached only through what was booked before."""
    return Consultant.objects.filter(is_active=True, business__is_active=True)
