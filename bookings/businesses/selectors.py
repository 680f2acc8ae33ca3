"""Reading practices."""

from django.db.models import QuerySet

from bookings.businesses.models import Business


def in_use() -> QuerySet[Business]:
    """Give the practices that take bookings; others are reached only through what was booked before."""
    return Business.objects.filter(is_active=True)
