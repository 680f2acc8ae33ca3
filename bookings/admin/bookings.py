"""Bookings: to read and search, and to approve or decline through the services."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest

from bookings.accounts.models import User
from bookings.accounts.viewer import Viewer
from bookings.admin.catalogue import ReadOnly
from bookings.booking import selectors, services
from bookings.booking.models import Booking, BookingEvent, BookingNote, Claim
from bookings.common import clock
from bookings.common.errors import DomainError


class MoveForm(ActionForm):
    """What a bulk move may want to know."""

    reason = forms.CharField(required=False, max_length=2000, label="Reason (when declining)")


class EventInline(ReadOnly, admin.TabularInline):
    """What happened."""

    model = BookingEvent
    fields = ("at", "move", "from_status", "to_status", "actor_kind", "actor_id")
    readonly_fields = fields
    ordering = ("sequence",)
    extra = 0


class NoteInline(ReadOnly, admin.TabularInline):
    """Reasons and notes."""

    model = BookingNote
    fields = ("created_at", "kind", "author", "text")
    readonly_fields = fields
    extra = 0


@admin.register(Booking)
class BookingAdmin(ReadOnly, admin.ModelAdmin):
    """Every booking that the person logged in may see; the status moves by actions alone."""

    list_display = (
        "acknowledgement_id",
        "status",
        "full_name",
        "email",
        "service",
        "consultant",
        "starts_at",
    )
    list_filter = ("status", "mode", "payment_mode")
    list_select_related = ("service", "consultant")
    search_fields = ("acknowledgement_id", "full_name", "email", "phone")
    date_hierarchy = "starts_at"
    inlines = (EventInline, NoteInline)
    actions = ("approve", "decline")
    action_form = MoveForm

    def get_queryset(self, request: HttpRequest) -> QuerySet[Booking]:
        """Show what this person may see."""
        return selectors.visible_to(_viewer(request)).order_by("-created_at", "-pk")

    def has_view_permission(self, request: HttpRequest, obj: Booking | None = None) -> bool:
        """Staff see the bookings that `visible_to` gives them, without Django's own permissions."""
        return request.user.is_active and request.user.is_staff

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the section to the same people."""
        return self.has_view_permission(request)

    @admin.action(description="Approve")
    def approve(self, request: HttpRequest, queryset: QuerySet[Booking]) -> None:
        """Approve each by the service."""
        _each(
            request,
            queryset,
            lambda booking: services.approve(booking_id=booking.pk, viewer=_viewer(request), now=clock.now()),
        )

    @admin.action(description="Decline")
    def decline(self, request: HttpRequest, queryset: QuerySet[Booking]) -> None:
        """Decline each by the service, with the reason of the form."""
        reason = request.POST.get("reason", "")
        _each(
            request,
            queryset,
            lambda booking: services.reject(
                booking_id=booking.pk, viewer=_viewer(request), reason=reason, now=clock.now()
            ),
        )


@admin.register(BookingEvent)
class BookingEventAdmin(ReadOnly, admin.ModelAdmin):
    """What happened to all bookings."""

    list_display = ("at", "booking", "move", "from_status", "to_status", "actor_kind", "actor_id")
    list_filter = ("move", "actor_kind")
    list_select_related = ("booking",)
    search_fields = ("booking__acknowledgement_id",)
    date_hierarchy = "at"


@admin.register(Claim)
class ClaimAdmin(ReadOnly, admin.ModelAdmin):
    """Clients' places."""

    list_display = ("business", "email", "place")
    list_select_related = ("business",)
    search_fields = ("email", "business__name")


def _viewer(request: HttpRequest) -> Viewer:
    return Viewer(user=request.user if isinstance(request.user, User) else None)


def _each(request: HttpRequest, queryset: QuerySet[Booking], move: Callable[[Booking], Any]) -> None:
    """Move each booking by itself and tell how it went."""
    moved = 0
    for booking in queryset:
        try:
            move(booking)
        except DomainError as error:
            messages.error(request, f"{booking.acknowledgement_id}: {error.message}")
        else:
            moved += 1
    if moved:
        messages.success(request, f"{moved} moved.")
