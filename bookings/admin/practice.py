"""Practices: who works there, when they are open, and on which dates they are closed."""

import copy
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from bookings.accounts.viewer import Viewer
from bookings.admin.availability.preview import Previewed
from bookings.admin.desk import is_of_platform, may_enter, viewer_of
from bookings.admin.figures import WithFigures
from bookings.admin.hours import ClosedDayForm, ClosedDaysFormSet, IntervalForm, WeekFormSet
from bookings.admin.offer import SaysRefusals, blamed
from bookings.admin.pictures import WithPicture
from bookings.admin.theme import ModelAdmin, TabularInline
from bookings.admin.tiers import TiersField
from bookings.admin.touched import name_still_to_come
from bookings.booking.services import delete_business
from bookings.businesses import facts, policies, practices
from bookings.businesses.models import Business, ClosedDay, OpeningHours, StaffMember
from bookings.businesses.policies import Duty
from bookings.catalogue.selectors import lock_offer
from bookings.common import clock
from bookings.schedules import selectors


class StaffInline(TabularInline):
    """Who works for the practice: to be seen by those whose duty it is, changed by the platform's people alone.

    Everybody else is invited; the practice's owner stays one whatever is changed here.
    """

    model = StaffMember
    extra = 0
    tab = True
    verbose_name_plural = "Who works here"
    autocomplete_fields = ("user",)

    def has_view_permission(self, request: HttpRequest, obj: Business | None = None) -> bool:
        """Show it to whoever may manage staff; Django asks without a practice before it reads the rows."""
        viewer = viewer_of(request)
        places = viewer.business_ids if obj is None else {obj.pk}
        may = any(policies.may(viewer, Duty.STAFF, pk) for pk in places)
        return super().has_view_permission(request, obj) or may

    def has_add_permission(self, request: HttpRequest, obj: Business | None = None) -> bool:
        """Keep it from practices, whatever rights somebody there was given: they would name, and read, any account."""
        return super().has_add_permission(request, obj) and is_of_platform(request)

    def has_change_permission(self, request: HttpRequest, obj: Business | None = None) -> bool:
        """Keep roles from them too: nobody there makes themselves its owner."""
        return super().has_change_permission(request, obj) and is_of_platform(request)

    def has_delete_permission(self, request: HttpRequest, obj: Business | None = None) -> bool:
        """Leave who goes to the duties, which have a service."""
        return super().has_delete_permission(request, obj) and is_of_platform(request)


class OfPractice:
    """Rows on a practice's page for those who run it, without Django's own permissions."""

    def has_view_permission(self, request: HttpRequest, obj: Business | None = None) -> bool:
        """Let staff in; which practices have a page for them is the page's to say."""
        return may_enter(request)

    def has_add_permission(self, request: HttpRequest, obj: Business | None = None) -> bool:
        """Let owner and managers add rows."""
        return _may_run(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Business | None = None) -> bool:
        """Let owner and managers change rows."""
        return _may_run(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Business | None = None) -> bool:
        """Let owner and managers delete rows."""
        return _may_run(request, obj)


class OpeningHoursInline(OfPractice, TabularInline):
    """When the practice is open every week; no row at all: always."""

    model = OpeningHours
    form = IntervalForm
    formset = WeekFormSet
    fields = ("weekday", "opens", "closes")
    extra = 0
    tab = True
    hide_title = True
    classes = ("time-rows",)
    verbose_name = "interval"
    verbose_name_plural = "Opening hours"
    ordering = ("weekday", "opens")


class ClosedDayInline(OfPractice, TabularInline):
    """Dates on which nobody there can be booked, from today on."""

    model = ClosedDay
    form = ClosedDayForm
    formset = ClosedDaysFormSet
    fields = ("date", "name")
    extra = 0
    tab = True
    hide_title = True
    classes = ("time-rows",)
    verbose_name = "closed day"
    verbose_name_plural = "Closed days"
    ordering = ("date",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ClosedDay]:
        """Leave out dates that are over; a day more, since dates are of any zone."""
        rows: QuerySet[ClosedDay] = super().get_queryset(request)
        return rows.filter(date__gte=clock.now().date() - timedelta(days=1))


class PracticeForm(forms.ModelForm):
    """What is asked of a practice, held to the rules of the service."""

    refund_tiers = TiersField(empty="all of it with 24 hours of notice, half with 12, nothing later")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None and "slug" in self.fields:
            self.fields["slug"].required = False
            self.fields["slug"].help_text = "The name in addresses; empty: of the name."

    def clean(self) -> dict[str, Any]:
        """Hold the answers to the rules of the service."""
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return answers
        row, changes = copy.copy(self.instance), self.changes()
        unchecked = set() if changes.get("slug") or row.pk is not None else {"slug"}
        if unchecked:
            changes.pop("slug", None)
        with blamed(self, _CALLED):
            facts.apply(row, changes, unchecked=unchecked)
        return answers

    def changes(self) -> dict[str, Any]:
        """Give what was changed, of a new practice every answer, as the service takes it."""
        given = dict(self.cleaned_data)
        if "category" in given:
            given["category_id"] = given["category"].pk if given["category"] else None
        asked = {"category_id" if name == "category" else name for name in self.changed_data}
        named = (column for column in facts.COLUMNS if column in given)
        return {column: given[column] for column in named if self.instance.pk is None or column in asked}


_CALLED = {**facts.COLUMNS, "category": "categoryId"}


@admin.register(Business)
class BusinessAdmin(Previewed, SaysRefusals, WithFigures, WithPicture, ModelAdmin):
    """Practices: changed through the service, by those whose duty it is. The platform's people alone add one."""

    form = PracticeForm
    change_form_template = "admin/bookings/business/change_form.html"
    list_display = ("name", "category", "city", "owner", "is_active", "stars")
    list_filter = ("is_active", "category", "country")
    list_select_related = ("category", "owner")
    search_fields = ("name", "slug", "city", "postal_code", "owner__email", "tax_number")
    autocomplete_fields = ("owner", "category")
    fieldsets = (
        (None, {"fields": ("name", "slug", "owner", "category", "is_active", "description")}),
        ("Reached by", {"classes": ("tab",), "fields": ("email", "phone", "website")}),
        (
            "Where it is",
            {
                "classes": ("tab",),
                "fields": (
                    "address",
                    "postal_code",
                    "city",
                    "country",
                    ("latitude", "longitude"),
                    "timezone",
                ),
            },
        ),
        ("Money", {"classes": ("tab",), "fields": ("currency", "tax_number", "tax_rate", "refund_tiers")}),
        ("Policies", {"classes": ("tab",), "fields": (*facts.LIFETIMES, "max_active_bookings")}),
        ("Ratings", {"classes": ("tab",), "fields": ("stars",)}),
    )
    inlines = (StaffInline, OpeningHoursInline, ClosedDayInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Business]:
        """Show the practices that this person works for."""
        rows, viewer = super().get_queryset(request), viewer_of(request)
        return rows if viewer.is_admin else rows.filter(pk__in=viewer.business_ids)

    def has_view_permission(self, request: HttpRequest, obj: Business | None = None) -> bool:
        """Let staff in; which practices there are for them is the queryset's to say."""
        return may_enter(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let the platform's people add one; everybody else opens their own by `createBusiness`."""
        return viewer_of(request).is_admin

    def has_change_permission(self, request: HttpRequest, obj: Business | None = None) -> bool:
        """Let owner and managers change what is their duty."""
        return super().has_change_permission(request, obj) or _may_run(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Business | None = None) -> bool:
        """Let its owners take away a practice; whether anything was booked there is the service's to say."""
        viewer = viewer_of(request)
        return viewer.is_admin or (obj is not None and policies.may(viewer, Duty.STANDING, obj.pk))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the section to whoever may view it."""
        return self.has_view_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Business | None = None) -> tuple[str, ...]:
        """Leave to each what is their duty, and whose it is to the platform's people: owners hand over by roles."""
        if obj is None:
            return ("stars",)
        viewer = viewer_of(request)
        kept = [column for column in facts.COLUMNS if not _may_change(viewer, column, obj)]
        shown = ["category" if column == "category_id" else column for column in kept]
        return ("stars", *shown) if viewer.is_admin else ("stars", "owner", *shown)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Take a web address without its beginning for one of the encrypted web."""
        if db_field.name == "website":
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Business | None = None
    ) -> dict[str, Sequence[str]]:
        """Propose the name in addresses of a new one."""
        return {} if obj is not None else {"slug": ("name",)}

    @admin.display(description="Rating", ordering="rating_average")
    def stars(self, business: Business) -> str:
        """Give what clients think, and how many of them said so."""
        if business.rating_average is None:
            return "–"
        return f"{business.rating_average} ({business.rating_count})"

    def schedules_of(self, row: Business) -> list[int]:
        """Give all calendars of the practice."""
        return selectors.of_business(row.pk)

    def lock_time(self, row: Business) -> None:
        """Lock the practice, then all its calendars."""
        lock_offer(row.pk)
        selectors.lock(self.schedules_of(row))

    def save_model(self, request: HttpRequest, obj: Business, form: Any, change: bool) -> None:
        """Save through the service; whose it is the platform's people say here."""
        viewer, changes, now = viewer_of(request), form.changes(), clock.now()
        if not change:
            obj.pk = practices.create_business(
                viewer=viewer, changes=changes, owner=form.cleaned_data["owner"], now=now
            ).pk
            return
        practices.update_business(viewer=viewer, business_id=obj.pk, changes=changes, now=now)
        if viewer.is_admin and "owner" in form.changed_data:
            obj.save(update_fields=["owner"])
        if changes.get("is_active") is False:
            name_still_to_come(request, obj)

    def delete_model(self, request: HttpRequest, obj: Business) -> None:
        """Delete through the service. Raises BUSINESS_IN_USE."""
        delete_business(viewer=viewer_of(request), business_id=obj.pk)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Take practices away one by one alone."""
        actions: dict[str, Any] = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Name what goes: practices in which nothing was ever booked, with what they offered."""
        rows = [str(business) for business in objs]
        return rows, {"practices": len(rows)}, set(), []


def _may_change(viewer: Viewer, column: str, business: Business) -> bool:
    return all(policies.may(viewer, duty, business.pk) for duty in policies.duties_of([column]))


def _may_run(request: HttpRequest, business: Business | None) -> bool:
    viewer = viewer_of(request)
    return viewer.is_admin or (business is not None and policies.may(viewer, Duty.PRACTICE, business.pk))
