"""What happened to all bookings, and the places that clients hold."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from bookings.admin.catalogue import ReadOnly
from bookings.admin.desk import viewer_of
from bookings.admin.theme import ModelAdmin
from bookings.booking import selectors
from bookings.booking.models import BookingEvent, Claim


@admin.register(BookingEvent)
class BookingEventAdmin(ReadOnly, ModelAdmin):
    """What happened to all bookings."""

    list_display = ("at", "booking", "move", "from_status", "to_status", "actor_kind", "actor_id")
    list_filter = ("move", "actor_kind")
    list_select_related = ("booking",)
    search_fields = ("booking__acknowledgement_id",)
    date_hierarchy = "at"
    ordering = ("-at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[BookingEvent]:
        """Show the story of bookings that this person may see."""
        return super().get_queryset(request).filter(booking__in=selectors.visible_to(viewer_of(request)))


@admin.register(Claim)
class ClaimAdmin(ReadOnly, ModelAdmin):
    """Clients' places."""

    list_display = ("business", "email", "place")
    list_select_related = ("business",)
    search_fields = ("email", "business__name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Claim]:
        """Show the places in this person's practices."""
        rows, viewer = super().get_queryset(request), viewer_of(request)
        return rows if viewer.is_admin else rows.filter(business__in=viewer.business_ids)
