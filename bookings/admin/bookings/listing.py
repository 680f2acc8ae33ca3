"""The list of bookings: what narrows it, its columns, and what it says of what it leaves out."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bookings.admin.bookings import wording
from bookings.admin.bookings.filters import (
    ChosenField,
    CityFilter,
    CompanyFilter,
    DaysFilter,
    OfferedRows,
    Shown,
    StartFilter,
    StatusFilter,
    with_city,
    with_number,
)
from bookings.admin.lookups import OfferedLookups
from bookings.booking.models import Booking
from bookings.booking.states import Status

VIEWS: tuple[tuple[str, str], ...] = (
    ("", "All"),
    ("status=PENDING", "To answer"),
    ("start=today", "Today"),
    ("start=week", "Next 7 days"),
    ("start=wished", "Without a time"),
)
"""What is asked for most: the query of an address, and what it is called."""


class Listing(OfferedLookups):
    """The part of the bookings' admin that lists them."""

    list_display = ("client", "status_label", "starts", "what", "paid_so_far")
    list_display_links = ("client",)
    list_filter = (
        StatusFilter,
        StartFilter,
        ("starts_at", DaysFilter),
        ("service", OfferedRows),
        ("consultant", OfferedRows),
        ("resource", OfferedRows),
        CompanyFilter,
        ("mode", ChosenField),
        ("payment_mode", ChosenField),
        ("preferred_period", ChosenField),
        CityFilter,
    )
    list_filter_submit = True
    list_fullwidth = True
    list_disable_select_all = True  # what is moved at once is what is seen
    list_select_related = ("service", "consultant", "resource")
    list_before_template = "admin/bookings/booking/list_before.html"
    show_full_result_count = False  # `Shown` counts, without drafts
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("acknowledgement_id", "full_name", "email", "phone")
    search_help_text = "Id, name, e-mail, phone or city"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Shown]:
        """Leave drafts out, and say so."""
        return Shown

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Let an address name the two ends of the days as well."""
        return lookup in {"starts_at_from", "starts_at_to"} or super().lookup_allowed(lookup, value, request)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list. An address with empty answers, as the filters' form makes it, is made a short one first."""
        if request.method == "GET" and "" in request.GET.values():
            short = request.GET.copy()
            for name in [name for name, values in short.lists() if not any(values)]:
                del short[name]
            return HttpResponseRedirect(f"{request.path}?{short.urlencode()}")
        here = request.GET.urlencode()
        views = [{"query": query, "label": label, "here": query == here} for query, label in VIEWS]
        answer: HttpResponse = super().changelist_view(
            request, {"views": views, "title": "Bookings", **(extra_context or {})}
        )
        return answer

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Booking], search_term: str
    ) -> tuple[QuerySet[Booking], bool]:
        """Search by id, name, address and telephone number, and by a city's whole name where answers may be read."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        found = with_number(queryset, found, search_term)
        return with_city(request, queryset, found, search_term), may_repeat

    @admin.display(description="Client", ordering="full_name")
    def client(self, booking: Booking) -> SafeString:
        """Give who comes, over the booking's id."""
        return _two(booking.full_name or "No name", booking.acknowledgement_id)

    @admin.display(description="Status", ordering="status")
    def status_label(self, booking: Booking) -> SafeString:
        """Give the status in words, beside its colour."""
        status = Status(booking.status)
        return format_html('<span class="status status-{}">{}</span>', status.value, status.label)

    @admin.display(description="When", ordering="starts_at")
    def starts(self, booking: Booking) -> str:
        """Give the start on the practice's clock, or the wish for one."""
        return wording.start_or_wish(booking)

    @admin.display(description="What", ordering="service__name")
    def what(self, booking: Booking) -> SafeString:
        """Give the service over whose time it takes."""
        return _two(booking.service.name, wording.whose(booking))


def _two(first: str, second: str) -> SafeString:
    return format_html('<span class="two"><span>{}</span><small>{}</small></span>', first, second)
