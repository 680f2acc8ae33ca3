"""Kinds of practices, and the services that they sell."""

import copy
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from bookings.admin.desk import OfPlatform, may_enter, viewer_of
from bookings.admin.offer import OfOffer, blamed
from bookings.admin.reminder_times import RemindersField
from bookings.admin.theme import ModelAdmin
from bookings.admin.tiers import TiersField
from bookings.businesses.models import Category
from bookings.businesses.selectors import in_use_of_category
from bookings.catalogue import services
from bookings.catalogue.models import Service
from bookings.common import clock


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


@admin.register(Category)
class CategoryAdmin(OfPlatform, ModelAdmin):
    """Kinds of practices: the platform's to change, and for all to choose from."""

    list_display = ("name", "slug", "practices")
    search_fields = ("name", "slug")
    ordering = ("name",)
    prepopulated_fields = {"slug": ("name",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        """Count what is of each kind."""
        rows: QuerySet[Category] = super().get_queryset(request)
        return rows.annotate(number=in_use_of_category())

    def has_view_permission(self, request: HttpRequest, obj: Category | None = None) -> bool:
        """Let staff in: practices' pages offer the kinds to be chosen, and everybody sees them anyway."""
        return may_enter(request)

    @admin.display(description="Practices in use", ordering="number")
    def practices(self, category: Any) -> int:
        """Give how many take bookings."""
        return int(category.number)


class ServiceForm(forms.ModelForm):
    """What is asked of a service; who offers it is on the pages of consultants and resources."""

    refund_tiers = TiersField(empty="the practice's")
    reminders = RemindersField()

    class Meta:
        model = Service
        fields = ("business", *services.COLUMNS, *services.AT_DESK)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None and "currency" in self.fields:
            self.initial["currency"] = ""
            self.fields["currency"].required = False
            self.fields["currency"].help_text = "Empty: the practice's."

    def clean(self) -> dict[str, Any]:
        """Hold the answers to the rules of the service."""
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return answers
        row = copy.copy(self.instance)
        if row.pk is None:
            row.business, row.currency = answers["business"], answers["business"].currency
        with blamed(self, {**services.COLUMNS, **services.AT_DESK}):
            services.apply(row, self.changes())
        return answers

    def changes(self) -> dict[str, Any]:
        """Give the answers as the service takes them; no currency is the practice's."""
        columns = (*services.COLUMNS, *services.AT_DESK)
        given = {column: self.cleaned_data[column] for column in columns if column in self.cleaned_data}
        if not given.get("currency"):
            given.pop("currency", None)
        return given


@admin.register(Service)
class ServiceAdmin(OfOffer, ModelAdmin):
    """What is sold."""

    form = ServiceForm
    list_display = (
        "name",
        "business",
        "holds",
        "duration",
        "max_duration",
        "price",
        "currency",
        "seats",
        "max_per_day",
        "max_per_week",
        "needs_approval",
        "is_active",
    )
    list_filter = (
        "is_active",
        "holds",
        "needs_approval",
        "location_kind",
        "payment_policy",
        ("max_duration", admin.EmptyFieldListFilter),
        ("max_per_day", admin.EmptyFieldListFilter),
        ("max_per_week", admin.EmptyFieldListFilter),
    )
    list_select_related = ("business",)
    search_fields = ("name", "business__name")
    autocomplete_fields = ("business",)

    def save_model(self, request: HttpRequest, obj: Service, form: Any, change: bool) -> None:
        """Save through the service."""
        saved = services.save_service(
            viewer=viewer_of(request),
            changes=form.changes(),
            service_id=obj.pk if change else None,
            business_id=obj.business_id,
            now=clock.now(),
        )
        obj.pk = saved.pk
