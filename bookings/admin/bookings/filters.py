"""What narrows the list of bookings."""

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

from bookings.accounts.viewer import Viewer
from bookings.admin.desk import viewer_of
from bookings.booking.models import Booking
from bookings.booking.states import Status
from bookings.businesses.models import Business
from bookings.businesses.zones import zone
from bookings.common import clock


class StatusFilter(admin.SimpleListFilter):
    """By status; drafts, which nobody has proven yet, only where they are asked for."""

    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Give everything, and each status."""
        return [("all", "All, drafts too"), *((status.value, str(status.label)) for status in Status)]

    def choices(self, changelist: ChangeList) -> Any:
        """Say what the first choice leaves out."""
        first, *others = super().choices(changelist)
        return [{**first, "display": "All but drafts"}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Booking]) -> QuerySet[Booking]:
        """Narrow."""
        if self.value() is None:
            return queryset.exclude(status=Status.DRAFT)
        return queryset if self.value() == "all" else queryset.filter(status=self.value())


class StartFilter(admin.SimpleListFilter):
    """By the day of the start, on the practice's calendar."""

    title = "start"
    parameter_name = "start"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Give the days that are asked for most; the rest is the line of dates above the list."""
        return [
            ("today", "Today"),
            ("tomorrow", "Tomorrow"),
            ("week", "Today and the next 6 days"),
            ("past", "Before today"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Booking]) -> QuerySet[Booking]:
        """Narrow to days from midnight to midnight."""
        wanted = self.value()
        days = {"today": (0, 1), "tomorrow": (1, 2), "week": (0, 7)}
        if wanted in days:
            first, last = (_midnight(viewer_of(request), ahead) for ahead in days[wanted])
            return queryset.filter(starts_at__gte=first, starts_at__lt=last)
        if wanted == "past":
            return queryset.filter(starts_at__lt=_midnight(viewer_of(request), 0))
        return queryset


def _midnight(viewer: Viewer, days_ahead: int) -> datetime:
    """Give a midnight of the practice, or of UTC for somebody with practices in several zones or in none."""
    zones = set(Business.objects.filter(pk__in=viewer.business_ids).values_list("timezone", flat=True))
    zones |= set(
        Business.objects.filter(consultants__in=viewer.consultant_ids).values_list("timezone", flat=True)
    )
    here = zone(zones.pop() if len(zones) == 1 else "UTC")
    day = clock.now().astimezone(here).date() + timedelta(days=days_ahead)
    return datetime.combine(day, time(), here)
