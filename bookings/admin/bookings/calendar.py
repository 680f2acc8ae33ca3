"""The calendar of a practice: its page, what the page draws, and what a drag does."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_POST

from bookings.accounts.viewer import Viewer
from bookings.admin.bookings import wall
from bookings.admin.bookings.calendar_choice import (
    MOST_FOUND,
    Wrong,
    choose,
    consultants_of,
    found_by_name,
    number,
    places,
    resources_of,
)
from bookings.admin.bookings.calendar_drop import Drop
from bookings.admin.bookings.calendar_feed import days, feed
from bookings.admin.desk import viewer_of
from bookings.admin.theme import ModelAdmin
from bookings.booking import selectors
from bookings.booking.policies import YEARS
from bookings.booking.states import Status
from bookings.businesses.models import Business
from bookings.common import clock
from bookings.common.zones import zone

VIEWS = (("day", "Day"), ("week", "Week"), ("month", "Month"), ("list", "List"), ("people", "Who"))
MARKS = {
    Status.PENDING: "?",
    Status.APPROVED: "✓",
    Status.PAYMENT_PENDING: "…",
    Status.CONFIRMED: "●",
    Status.COMPLETED: "■",
    Status.NO_SHOW: "✕",
    Status.CANCELLED: "–",
    Status.REJECTED: "!",
    Status.EXPIRED: "○",
}
"""What stands for a status where there is no room for its name, and beside it where there is."""
PAGE = "admin/bookings/booking/calendar.html"


class Calendars(ModelAdmin):
    """The part of the bookings' admin that is a calendar."""

    def get_urls(self) -> list[URLPattern]:
        """Add the addresses of the page, of what it draws, and of a drag."""
        guard = self.admin_site.admin_view
        name = "bookings_booking_calendar"
        events, drop = require_GET(self.calendar_events), require_POST(self.calendar_drop)
        return [
            path("calendar/", guard(self.calendar_view), name=name),
            path("calendar/events/", guard(events), name=f"{name}_events"),
            path("calendar/<int:pk>/drop/", guard(drop), name=f"{name}_drop"),
            *super().get_urls(),
        ]

    def calendar_view(self, request: HttpRequest) -> HttpResponse:
        """Show the calendar of one practice; ask an admin for which, by name."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        viewer = viewer_of(request)
        business = _business(viewer, request.GET.get("business", ""))
        shown = _searched(viewer, request) if business is None else _of(viewer, business, request)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": "Calendar",
            "may_add": self.has_add_permission(request),
            **shown,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, PAGE, context)

    def calendar_events(self, request: HttpRequest) -> HttpResponse:
        """Give what the page draws in a range of days; 400 for a range or a choice that is none."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        viewer, given = viewer_of(request), request.GET
        business = places(viewer).filter(pk=number(given.get("business", "")) or 0).first()
        if business is None:
            raise Http404
        choice = choose(viewer, business, given)
        if choice.wrong:
            return JsonResponse({"words": choice.wrong[0]}, status=400)
        try:
            first, last = days(given.get("start", ""), given.get("end", ""))
        except Wrong as wrong:
            return JsonResponse({"words": str(wrong)}, status=400)
        return JsonResponse(feed(viewer, choice, first, last, clock.now()))

    def calendar_drop(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Move a booking to where it was dropped, or say why not; 404 for one that this person may not see."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        viewer, given = viewer_of(request), request.POST
        shown = ("business", "service", "consultant__schedule__business", "resource__schedule__business")
        booking = selectors.visible_to(viewer).select_related(*shown).filter(pk=pk).first()
        if booking is None:
            raise Http404
        sent = {name: given.get(name, "") for name in ("to", "seen", "zone")}
        answer = Drop(booking, viewer, clock.now(), **sent, override=given.get("override") == "yes").make()
        if answer.status == 200:
            self.log_change(request, booking, f"Reschedule, in the calendar: {answer.told['words']}")
        return JsonResponse(answer.told, status=answer.status)


def _business(viewer: Viewer, said: str) -> Business | None:
    """Give the practice that is asked for, or the first of this person's; None where there is one to be searched."""
    rows = places(viewer).order_by("name", "pk")
    named = rows.filter(pk=number(said) or 0).first()
    if named is not None or not viewer.is_admin:
        return named or rows.first()
    few = list(rows[:2])
    return few[0] if len(few) == 1 else None


def _searched(viewer: Viewer, request: HttpRequest) -> dict[str, Any]:
    """Give what a search for a practice's name found; nothing for somebody who works nowhere."""
    name = request.GET.get("practice", "")[:200].strip()
    found = found_by_name(viewer, name) if viewer.is_admin else []
    return {
        "business": None,
        "searches": viewer.is_admin,
        "practice": name,
        "found": found,
        "more": len(found) == MOST_FOUND,
    }


def _of(viewer: Viewer, business: Business, request: HttpRequest) -> dict[str, Any]:
    """Give what the page of one practice needs; what its address should not say counts as not said."""
    here = zone(business.timezone)
    choice = choose(viewer, business, request.GET)
    today = wall.shown(clock.now(), here).date()
    day = _day(request.GET.get("date", ""), today)
    view = request.GET.get("view", "")
    mine = [] if viewer.is_admin else list(places(viewer).order_by("name", "pk"))
    return {
        "business": business,
        "mine": mine if len(mine) > 1 else [],
        "searches": viewer.is_admin,
        "zone": here.key,
        "now": wall.text(clock.now(), here),
        "view": view if view in dict(VIEWS) else "",
        "day": day.isoformat(),
        "consultants": _ticked(consultants_of(viewer, business), choice.consultants),
        "resources": _ticked(resources_of(business), choice.resources),
        "over": choice.over,
        "legend": [(status.value, status.label, mark) for status, mark in MARKS.items()],
        "list": f"{reverse('admin:bookings_booking_changelist')}?{_of_day(day)}",
    }


def _ticked(rows: Any, chosen: list[Any]) -> list[tuple[Any, bool]]:
    keys = {row.pk for row in chosen}
    return [(row, row.pk in keys) for row in rows]


def _of_day(day: date) -> str:
    """Give how the list of bookings is asked for a day's."""
    return urlencode(dict.fromkeys(("starts_at_from", "starts_at_to"), day.isoformat()))


def _day(text: str, today: date) -> date:
    """Read the day of an address; today for none, for what is no day, and for one out of all range."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if day.year in YEARS else today
