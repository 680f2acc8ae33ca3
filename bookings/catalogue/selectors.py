"""Reading services."""

from django.db.models import QuerySet

from bookings.catalogue.models import Service


def in_use() -> QuerySet[Service]:
    """Give the services that take bookings; others are reached only through what was booked before."""
    return Service.objects.filter(is_active=True, business__is_active=True)
