"""Rooms and machines: each practice's own people see and change theirs, through the services."""

import copy
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from bookings.admin.availability.preview import LeadsToCalendar, Previewed
from bookings.admin.desk import viewer_of
from bookings.admin.offer import OfOffer, blamed, check_services, places, zone_field
from bookings.admin.theme import ModelAdmin
from bookings.admin.touched import name_still_to_come
from bookings.common import clock
from bookings.common.rows import fill
from bookings.resources import services
from bookings.resources.models import Resource


class ResourceForm(forms.ModelForm):
    """What is asked of a resource; its hours are on its calendar's page."""

    timezone = zone_field("its")

    class Meta:
        model = Resource
        fields = ("business", "name", "description", "capacity", "is_available", "services")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            self.initial["timezone"] = self.instance.schedule.timezone

    def clean(self) -> dict[str, Any]:
        """Hold the answers to the rules of the service, and the services to those of the same practice."""
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        is_new = self.instance.pk is None
        check_services(self, answers.get("business") if is_new else self.instance.business)
        changed = {column: answers[column] for column in services.COLUMNS if column in answers}
        if not self.errors:
            with blamed(self, services.COLUMNS):
                fill(copy.copy(self.instance), changed, called=services.COLUMNS)
                if not is_new:
                    services.check_capacity(self.instance, changed["capacity"], clock.now())
        return answers


@admin.register(Resource)
class ResourceAdmin(Previewed, LeadsToCalendar, OfOffer, ModelAdmin):
    """Rooms and machines. A deleted one that was ever booked is hidden, with all that was booked kept."""

    form = ResourceForm
    show_full_result_count = False
    list_display = ("name", "business", "capacity", "is_available")
    list_filter = ("is_available",)
    list_select_related = ("business",)
    search_fields = ("name", "business__name")
    ordering = ("name", "pk")
    autocomplete_fields = ("services",)
    change_form_template = "admin/bookings/hosted/change_form.html"
    fieldsets = (
        (None, {"fields": ("business", "name", "description", "capacity", "services", "is_available")}),
        ("Calendar", {"classes": ("tab",), "fields": ("timezone",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Resource]:
        """Show what is not deleted of the practices whose offer this person may change."""
        shown = super().get_queryset(request).filter(is_active=True)
        return shown.filter(business__in=places(viewer_of(request)))

    def schedules_of(self, row: Resource) -> list[int]:
        """Give the calendar."""
        return [row.schedule_id]

    def save_model(self, request: HttpRequest, obj: Resource, form: Any, change: bool) -> None:
        """Save through the service, with the calendar of a new one."""
        answers = form.cleaned_data
        changes = {column: answers[column] for column in services.COLUMNS if column in answers}
        if answers.get("timezone"):
            changes["timezone"] = answers["timezone"]
        saved = services.save_resource(
            viewer=viewer_of(request),
            changes=changes,
            resource_id=obj.pk if change else None,
            business_id=obj.business_id,
            service_ids=[row.pk for row in answers["services"]],
            now=clock.now(),
        )
        obj.pk, obj.schedule = saved.pk, saved.schedule
        if change and not saved.is_available and "is_available" in form.changed_data:
            name_still_to_come(request, saved)

    def delete_model(self, request: HttpRequest, obj: Resource) -> None:
        """Delete through the service, and say who still counts on it."""
        resource = services.delete_resource(viewer=viewer_of(request), resource_id=obj.pk)
        name_still_to_come(request, resource)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Resource]) -> None:
        """Delete each through the service."""
        for resource in queryset:
            self.delete_model(request, resource)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Name what goes: the resources alone, whatever was booked with them."""
        rows = [str(resource) for resource in objs]
        return rows, {"resources": len(rows)}, set(), []
