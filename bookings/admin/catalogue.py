"""Practices, services, consultants, schedules and slots."""

from django.contrib import admin
from django.http import HttpRequest

from bookings.businesses.models import Business, Category, StaffMember
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.schedules.models import Schedule, WeeklyHours
from bookings.slots.models import Occupation, Slot


class ReadOnly:
    """For rows that only services may write."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nobody adds one by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nobody edits one by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nobody deletes one by hand."""
        return False


class StaffInline(admin.TabularInline):
    """Who works for the practice."""

    model = StaffMember
    extra = 0
    autocomplete_fields = ("user",)


class WeeklyHoursInline(admin.TabularInline):
    """When the schedule is open."""

    model = WeeklyHours
    extra = 0
    ordering = ("weekday", "opens")


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    """Kinds of practices."""

    list_display = ("name", "slug")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}


@admin.register(Business)
class BusinessAdmin(admin.ModelAdmin):
    """Practices and their policies."""

    list_display = ("name", "category", "city", "owner", "is_active")
    list_filter = ("is_active", "category")
    list_select_related = ("category", "owner")
    search_fields = ("name", "slug", "city", "owner__email")
    autocomplete_fields = ("owner", "category")
    prepopulated_fields = {"slug": ("name",)}
    inlines = (StaffInline,)


@admin.register(Service)
class ServiceAdmin(admin.ModelAdmin):
    """What is sold."""

    list_display = (
        "name",
        "business",
        "duration",
        "price",
        "currency",
        "seats",
        "needs_approval",
        "is_active",
    )
    list_filter = ("is_active", "needs_approval", "location_kind", "payment_policy")
    list_select_related = ("business",)
    search_fields = ("name", "business__name")
    autocomplete_fields = ("business",)


@admin.register(Consultant)
class ConsultantAdmin(admin.ModelAdmin):
    """People whose time is sold."""

    list_display = ("full_name", "business", "specialisation", "is_active")
    list_filter = ("is_active",)
    list_select_related = ("business",)
    search_fields = ("full_name", "slug", "business__name", "user__email")
    autocomplete_fields = ("business", "user", "services", "schedule")
    prepopulated_fields = {"slug": ("full_name",)}


@admin.register(Schedule)
class ScheduleAdmin(admin.ModelAdmin):
    """Calendars and their weekly hours."""

    list_display = ("__str__", "consultant", "business", "timezone")
    list_select_related = ("consultant", "business")
    search_fields = ("consultant__full_name", "business__name")
    autocomplete_fields = ("business",)
    inlines = (WeeklyHoursInline,)


@admin.register(Slot)
class SlotAdmin(ReadOnly, admin.ModelAdmin):
    """Published and taken times."""

    list_display = ("starts_at", "ends_at", "schedule", "service", "seats_taken", "capacity", "is_published")
    list_filter = ("is_published",)
    list_select_related = ("schedule", "service")
    search_fields = ("schedule__consultant__full_name", "service__name")
    date_hierarchy = "starts_at"


@admin.register(Occupation)
class OccupationAdmin(ReadOnly, admin.ModelAdmin):
    """Time in use."""

    list_display = ("busy_from", "busy_until", "schedule", "slot")
    list_select_related = ("schedule", "slot")
    search_fields = ("schedule__consultant__full_name",)
    date_hierarchy = "busy_from"
