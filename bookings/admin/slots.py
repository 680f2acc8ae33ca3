"""Published and taken times: each practice's own people see theirs, and take published ones back."""

from datetime import datetime

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from bookings.accounts.viewer import Viewer
from bookings.admin.availability.publishing import SEEN, Withdrawal, carried, seal_of_withdrawn
from bookings.admin.availability.shown import whose
from bookings.admin.availability.slots_shown import withdrawn
from bookings.admin.bookings import wording
from bookings.admin.catalogue import ReadOnly
from bookings.admin.desk import Page, may_enter, viewer_of
from bookings.admin.theme import ModelAdmin
from bookings.admin.touched import MOST_NAMED, name_bookings
from bookings.booking import selectors as bookings
from bookings.booking.states import ACTIVE
from bookings.common.errors import DomainError
from bookings.common.rehearsal import settle
from bookings.schedules.models import Schedule
from bookings.slots import publishing, selectors
from bookings.slots.models import Occupation, Slot


class OfCalendars(ReadOnly, Page):
    """Rows of calendars, for those who may change these calendars, without Django's own permissions."""

    @admin.display(description="Whose calendar", ordering="schedule")
    def whose(self, row: Slot | Occupation) -> str:
        """Name the consultant or the resource."""
        return whose(row.schedule)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Slot | Occupation]:
        """Show the rows of calendars that this person may change."""
        rows: QuerySet[Slot | Occupation] = super().get_queryset(request)
        return rows.filter(schedule__in=selectors.changeable(viewer_of(request)).values("pk"))

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Let staff in; which rows there are for them is the queryset's to say."""
        return may_enter(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the section to the same people."""
        return self.has_view_permission(request)


@admin.register(Slot)
class SlotAdmin(OfCalendars, ModelAdmin):
    """Published and taken times."""

    list_display = ("starts", "ends", "whose", "service", "seats_taken", "capacity", "is_published")
    list_filter = ("is_published",)
    list_select_related = ("schedule__consultant", "schedule__resource", "service")
    search_fields = ("schedule__consultant__full_name", "schedule__resource__name", "service__name")
    date_hierarchy = "starts_at"
    actions = ("withdraw",)
    fields = readonly_fields = (
        "whose",
        "starts",
        "ends",
        "service",
        "seats_taken",
        "holders",
        "capacity",
        "is_published",
        "published_service",
        "created_at",
    )

    @admin.display(description="Start", ordering="starts_at")
    def starts(self, slot: Slot) -> str:
        """Give the start on the calendar's own clock."""
        return _on_its_clock(slot.schedule, slot.starts_at)

    @admin.display(description="End", ordering="ends_at")
    def ends(self, slot: Slot) -> str:
        """Give the end on the calendar's own clock."""
        return _on_its_clock(slot.schedule, slot.ends_at)

    @admin.action(description="Withdraw: offer them no more; bookings keep their time")
    def withdraw(self, request: HttpRequest, chosen: QuerySet[Slot]) -> HttpResponse | None:
        """Show which published slots would go and which bookings stay; take back what was seen."""
        viewer = viewer_of(request)

        def act() -> Withdrawal:
            published = list(chosen.filter(is_published=True).order_by("starts_at", "pk"))
            named = [(slot.schedule_id, slot.starts_at) for slot in published]
            return published, publishing.withdraw(slots=named, viewer=viewer)

        try:
            found, kept = settle(act, sealed=seal_of_withdrawn, seen=request.POST.get(SEEN, ""))
        except DomainError as error:
            self.message_user(request, f"Nothing was withdrawn. {error.message}", messages.ERROR)
            return None
        if not kept:
            return self._preview(request, found, viewer)
        LogEntry.objects.log_actions(viewer.require_user().pk, found[0], CHANGE, "Withdrawn")
        self.message_user(request, f"{found[1].count} withdrawn.", messages.SUCCESS)
        _name_held(request, viewer, found[1].held)
        return None

    def _preview(self, request: HttpRequest, found: Withdrawal, viewer: Viewer) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": "Withdraw slots",
            "found": True,
            "anew": bool(request.POST.get(SEEN)),
            "seal": seal_of_withdrawn(found),
            "carried": carried(request),
            **withdrawn(*found, viewer),
        }
        return TemplateResponse(request, "admin/bookings/schedule/withdraw.html", context)


@admin.register(Occupation)
class OccupationAdmin(OfCalendars, ModelAdmin):
    """Time in use."""

    list_display = ("since", "until", "whose", "session")
    list_select_related = ("schedule__consultant", "schedule__resource", "slot")
    search_fields = ("schedule__consultant__full_name", "schedule__resource__name")
    date_hierarchy = "busy_from"
    fields = readonly_fields = ("whose", "since", "until", "session")

    @admin.display(description="Busy from", ordering="busy_from")
    def since(self, row: Occupation) -> str:
        """Give the beginning on the calendar's own clock."""
        return _on_its_clock(row.schedule, row.busy_from)

    @admin.display(description="Busy until", ordering="busy_until")
    def until(self, row: Occupation) -> str:
        """Give the end on the calendar's own clock."""
        return _on_its_clock(row.schedule, row.busy_until)

    @admin.display(description="Session", ordering="slot__starts_at")
    def session(self, row: Occupation) -> str:
        """Give when the session starts, between its buffers, on the same clock."""
        return _on_its_clock(row.schedule, row.slot.starts_at)


def _on_its_clock(schedule: Schedule, moment: datetime) -> str:
    """Give an instant on a calendar's own wall clock, and the name of its zone."""
    return f"{wording.at(moment, schedule.timezone)} ({schedule.timezone})"


def _name_held(request: HttpRequest, viewer: Viewer, slot_ids: list[int]) -> None:
    """Say which bookings keep their time."""
    held = (
        bookings.visible_to(viewer).filter(slot__in=slot_ids, status__in=ACTIVE).order_by("starts_at", "pk")
    )
    name_bookings(request, "These bookings keep their time", list(held[:MOST_NAMED]), held.count())
