"""When each calendar is open, one page a calendar: its week, dates, time off and slots, for those who may change it."""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from bookings.admin.availability.overview import overview
from bookings.admin.availability.preview import Previewed
from bookings.admin.availability.publishing import WithSlots
from bookings.admin.availability.shown import whose
from bookings.admin.desk import may_enter, viewer_of
from bookings.admin.hours import (
    DateIntervalForm,
    DatesFormSet,
    SeasonIntervalForm,
    SeasonsFormSet,
    TimeOffForm,
    TimeOffFormSet,
)
from bookings.admin.offer import SaysRefusals
from bookings.admin.theme import ModelAdmin, TabularInline
from bookings.businesses import policies
from bookings.businesses.policies import Duty
from bookings.common import clock
from bookings.common.zones import zone
from bookings.schedules import selectors
from bookings.schedules.models import DateOverride, Schedule, TimeOff, WeeklyHours
from bookings.slots.selectors import changeable


class OfCalendar:
    """Rows on a calendar's page: whoever has the page may change them, without Django's own permissions."""

    extra = 0
    tab = True
    hide_title = True
    classes: ClassVar[Any] = ("time-rows",)

    def has_view_permission(self, request: HttpRequest, obj: Schedule | None = None) -> bool:
        """Let staff in; which calendars have a page for them is the page's to say."""
        return may_enter(request)

    def has_add_permission(self, request: HttpRequest, obj: Schedule | None = None) -> bool:
        """Let the same people add rows."""
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Schedule | None = None) -> bool:
        """Let the same people change rows."""
        return self.has_view_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Schedule | None = None) -> bool:
        """Let the same people delete rows."""
        return self.has_view_permission(request)


class WeeklyHoursInline(OfCalendar, TabularInline):
    """When the calendar is open every week: the usual one, then season by season."""

    model = WeeklyHours
    form = SeasonIntervalForm
    formset = SeasonsFormSet
    fields = ("weekday", "opens", "closes", "valid_from", "valid_until")
    verbose_name = "interval"
    verbose_name_plural = "Week"
    ordering = (F("valid_from").asc(nulls_first=True), "weekday", "opens")

    def get_queryset(self, request: HttpRequest) -> QuerySet[WeeklyHours]:
        """Leave out seasons that are over; a day more, since dates are of any zone."""
        rows: QuerySet[WeeklyHours] = super().get_queryset(request)
        yesterday = clock.now().date() - timedelta(days=1)
        return rows.filter(Q(valid_until=None) | Q(valid_until__gte=yesterday))


class DateOverrideInline(OfCalendar, TabularInline):
    """What is open on some dates instead, from today on."""

    model = DateOverride
    form = DateIntervalForm
    formset = DatesFormSet
    fields = ("date", "opens", "closes")
    ordering = ("date", "opens")
    verbose_name = "date"
    verbose_name_plural = "Dates"

    def get_queryset(self, request: HttpRequest) -> QuerySet[DateOverride]:
        """Leave out dates that are over; a day more, since dates are of any zone."""
        rows: QuerySet[DateOverride] = super().get_queryset(request)
        return rows.filter(date__gte=clock.now().date() - timedelta(days=1))


class TimeOffInline(OfCalendar, TabularInline):
    """Times in which nothing can be booked."""

    model = TimeOff
    form = TimeOffForm
    formset = TimeOffFormSet
    fields = ("starts_at", "ends_at", "note")
    verbose_name = "time off"
    verbose_name_plural = "Time off"
    ordering = ("starts_at", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TimeOff]:
        """Leave out what is over."""
        rows: QuerySet[TimeOff] = super().get_queryset(request)
        return rows.filter(ends_at__gt=clock.now())


class ScheduleForm(forms.ModelForm):
    """A calendar's zone and caps, named as people name them."""

    class Meta:
        labels = {
            "timezone": "Time zone",
            "follows_business": "Open with the practice",
            "max_per_day": "Bookings a day",
            "max_per_week": "Bookings a week",
        }


@admin.register(Schedule)
class ScheduleAdmin(Previewed, WithSlots, SaysRefusals, ModelAdmin):
    """When calendars are open. Its times are those of the calendar's own wall clock."""

    form = ScheduleForm
    change_form_template = "admin/bookings/schedule/change_form.html"
    list_display = ("whose", "business", "timezone")
    list_select_related = ("consultant", "resource", "business")
    search_fields = ("consultant__full_name", "resource__name", "business__name")
    autocomplete_fields = ("business",)
    show_full_result_count = False
    fields = ("business", ("timezone", "follows_business"), ("max_per_day", "max_per_week"))
    inlines = (WeeklyHoursInline, DateOverrideInline, TimeOffInline)

    @admin.display(description="Whose calendar", ordering=Coalesce("consultant__full_name", "resource__name"))
    def whose(self, schedule: Schedule) -> str:
        """Name the consultant or the resource."""
        return whose(schedule)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Schedule]:
        """Show the calendars that this person may change."""
        rows: QuerySet[Schedule] = super().get_queryset(request)
        return rows.filter(pk__in=changeable(viewer_of(request)).values("pk"))

    def has_view_permission(self, request: HttpRequest, obj: Schedule | None = None) -> bool:
        """Let staff in; which calendars there are for them is the queryset's to say."""
        return may_enter(request)

    def has_change_permission(self, request: HttpRequest, obj: Schedule | None = None) -> bool:
        """Let the same people change hours."""
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds one by hand: a calendar comes with its consultant or resource."""
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the section to the same people."""
        return self.has_view_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Schedule | None = None) -> tuple[str, ...]:
        """Keep a calendar with its practice, and its zone and caps with those who say what is offered."""
        if obj is None:
            return ()
        if policies.may(viewer_of(request), Duty.OFFER, obj.business_id):
            return ("business",)
        return ("business", "timezone", "follows_business", "max_per_day", "max_per_week")

    def name_of(self, row: Schedule) -> str:
        """Say whose it is."""
        return f"Availability of {whose(row)}"

    def schedules_of(self, row: Schedule) -> list[int]:
        """Give the calendar itself."""
        return [row.pk]

    def lock_time(self, row: Schedule) -> None:
        """Lock the practice, then the calendar."""
        super().lock_time(row)
        selectors.lock([row.pk])

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Say what the list is for."""
        return super().changelist_view(request, {"title": "Availability", **(extra_context or {})})

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        """Show and read instants on the calendar's wall clock."""
        calendar = ModelAdmin.get_object(self, request, object_id)
        with timezone.override(zone(calendar.timezone) if calendar is not None else None):
            answer = super().change_view(request, object_id, *args, **kwargs)
            return answer.render() if hasattr(answer, "render") else answer

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *given: Any, **more: Any
    ) -> Any:
        """Show the calendar at a glance above its forms."""
        row = context.get("original")
        if row is not None:
            host: Any = getattr(row, "consultant", None) or getattr(row, "resource", None)
            may = host and self.admin_site.get_model_admin(type(host)).has_view_permission(request, host)
            context |= {
                "title": self.name_of(row),
                "subtitle": None,
                "seen": overview(row, clock.now()),
                "host": host,
                "host_page": may
                and reverse(f"admin:bookings_{host._meta.model_name}_change", args=[host.pk]),
            }
        return super().render_change_form(request, context, *given, **more)
