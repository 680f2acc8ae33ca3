"""People whose time is sold: saved through the service, with a calendar of their own."""

import copy
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import ForeignKey, Q
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from bookings.accounts.models import User
from bookings.admin.availability.preview import LeadsToCalendar, Previewed
from bookings.admin.desk import viewer_of
from bookings.admin.offer import OfOffer, blamed, check_services, zone_field
from bookings.admin.pictures import WithPicture
from bookings.admin.theme import ModelAdmin
from bookings.admin.touched import name_still_to_come
from bookings.common import clock
from bookings.consultants import services
from bookings.consultants.languages import read_languages
from bookings.consultants.models import Consultant
from bookings.schedules.models import Schedule

_CALLED = {**services.COLUMNS, **services.AT_DESK, **services.OF_THE_SCHEDULE}
_CAP = "at most; empty: any number."


class ConsultantForm(forms.ModelForm):
    """What is asked of a consultant; the hours are on their calendar's page."""

    # Not `languages`: that is the row's own relation, which a page that only shows would try to print.
    spoken = forms.CharField(
        label="Languages",
        required=False,
        max_length=400,
        widget=UnfoldAdminTextInputWidget,
        help_text="In which they work, such as: en, pl, pt-BR. What stands here replaces what stood before.",
    )
    timezone = zone_field("their")
    max_per_day = forms.IntegerField(
        required=False, widget=UnfoldAdminIntegerFieldWidget, help_text=f"Bookings a day, {_CAP}"
    )
    max_per_week = forms.IntegerField(
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=f"Bookings a week, Monday to Sunday, {_CAP}",
    )

    class Meta:
        model = Consultant
        fields = (
            "business", "full_name", "slug", "user", "specialisation", "practising_since", "bio", "is_active",
            "services",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            calendar = self.instance.schedule
            self.initial.update({column: getattr(calendar, column) for column in services.OF_THE_SCHEDULE})
            codes = self.instance.languages.order_by("code").values_list("code", flat=True)
            self.initial["spoken"] = ", ".join(codes)
        elif "slug" in self.fields:
            self.fields["slug"].required = False
            self.fields["slug"].help_text = "The name in addresses; empty: of the full name."

    def clean(self) -> dict[str, Any]:
        """Hold the answers to the rules of the service, and the services to those of the same practice."""
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        is_new = self.instance.pk is None
        business = answers.get("business") if is_new else self.instance.business
        check_services(self, business)
        if self.errors or business is None:
            return answers
        if is_new:
            row = Consultant(
                business=business, schedule=Schedule(business=business, timezone=business.timezone)
            )
        else:
            row = copy.copy(self.instance)
            row.schedule = copy.copy(self.instance.schedule)
        with blamed(self, {**_CALLED, "spoken": "languages"}):
            services.apply(row, self.changes(), now=clock.now())
            read_languages(self.named_languages())
        return answers

    def named_languages(self) -> list[str]:
        """Give the tags that were written, between commas."""
        return [tag for tag in self.cleaned_data.get("spoken", "").split(",") if tag.strip()]

    def changes(self) -> dict[str, Any]:
        """Give the answers as the service takes them; no zone leaves the one that is there."""
        given = {column: self.cleaned_data[column] for column in _CALLED if column in self.cleaned_data}
        if not given.get("timezone"):
            given.pop("timezone", None)
        return given


@admin.register(Consultant)
class ConsultantAdmin(Previewed, LeadsToCalendar, WithPicture, OfOffer, ModelAdmin):
    """People whose time is sold."""

    form = ConsultantForm
    list_display = (
        "full_name",
        "business",
        "specialisation",
        "practising_since",
        "rating_average",
        "is_active",
    )
    list_filter = ("is_active",)
    list_select_related = ("business",)
    search_fields = ("full_name", "slug", "business__name", "user__email")
    autocomplete_fields = ("business", "user", "services")
    change_form_template = "admin/bookings/hosted/change_form.html"
    fieldsets = (
        (None, {"fields": ("business", "full_name", "specialisation", "services", "is_active")}),
        ("Profile", {"classes": ("tab",), "fields": ("slug", "practising_since", "spoken", "bio")}),
        ("Calendar", {"classes": ("tab",), "fields": ("timezone", ("max_per_day", "max_per_week"))}),
        ("Account", {"classes": ("tab",), "fields": ("user",)}),
    )

    @admin.display(description="Languages")
    def spoken(self, obj: Consultant) -> str:
        """Give the tags for whoever only reads the page."""
        return ", ".join(obj.languages.order_by("code").values_list("code", flat=True))

    def get_readonly_fields(self, request: HttpRequest, obj: Consultant | None = None) -> tuple[str, ...]:
        """Keep somebody with their practice."""
        return ("business",) if obj is not None else ()

    def get_autocomplete_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Look accounts up for the platform's people alone; a practice chooses among its own."""
        fields = tuple(super().get_autocomplete_fields(request))
        return fields if viewer_of(request).is_admin else tuple(name for name in fields if name != "user")

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer accounts of people who work for the practices: of nobody else does a practice learn the address."""
        viewer = viewer_of(request)
        if db_field.name == "user" and not viewer.is_admin:
            own = viewer.business_ids
            known = (
                Q(staff_of__business__in=own) | Q(owned_businesses__in=own) | Q(consultants__business__in=own)
            )
            kwargs["queryset"] = User.objects.filter(known).distinct().order_by("email")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Consultant | None = None
    ) -> dict[str, Sequence[str]]:
        """Propose the name in addresses of somebody new."""
        return {} if obj is not None else {"slug": ("full_name",)}

    def schedules_of(self, row: Consultant) -> list[int]:
        """Give the calendar."""
        return [row.schedule_id]

    def save_model(self, request: HttpRequest, obj: Consultant, form: Any, change: bool) -> None:
        """Save through the service, with the calendar of a new one, and say which bookings that touches."""
        saved = services.save_consultant(
            viewer=viewer_of(request),
            changes=form.changes(),
            consultant_id=obj.pk if change else None,
            business_id=obj.business_id,
            service_ids=[row.pk for row in form.cleaned_data["services"]],
            languages=form.named_languages(),
            now=clock.now(),
        )
        obj.pk, obj.schedule, obj.slug = saved.pk, saved.schedule, saved.slug
        if change and not saved.is_active and "is_active" in form.changed_data:
            name_still_to_come(request, saved)
