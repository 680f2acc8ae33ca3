"""What narrows the list of bookings."""

import string
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import F, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Replace
from django.http import HttpRequest
from django.utils.dateparse import parse_date
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    DropdownFilter,
    RangeDateFilter,
    RelatedDropdownFilter,
)

from bookings.accounts.viewer import Viewer
from bookings.admin.desk import viewer_of
from bookings.admin.theme import ModelAdmin, Rows, dress
from bookings.booking import selectors, waiting
from bookings.booking.intake import city_digest, city_of
from bookings.booking.models import Booking
from bookings.booking.policies import YEARS
from bookings.booking.rights import Operation
from bookings.booking.states import Status
from bookings.businesses import corporate
from bookings.businesses.models import Business
from bookings.common import clock
from bookings.common.zones import zone

NEWEST = 200
"""Bookings whose answers are read for the cities that are offered."""
MOST_COMPANIES = 100
"""Offered to be chosen; an address may name any other."""
LONGEST_KEY = 18
LEAST_DIGITS = 5
"""Of a telephone number that is searched for by its digits alone."""
BETWEEN_DIGITS = " -./()"
"""How people group the digits of one."""
DAYS: dict[str, tuple[int | None, int]] = {
    "today": (0, 1),
    "tomorrow": (1, 2),
    "week": (0, 7),
    "past": (None, 0),
}
"""The first day of each choice and the day after its last, counted from today; None: since ever."""


ALL = "all"
"""The choice of a status that leaves nothing out, drafts neither."""


class Choice(forms.Form):
    """One filter as a plain list to choose from, with what the address names even where it is not offered."""

    def __init__(
        self, *, name: str, label: str, choices: list[Any], data: Any, multiple: bool = False
    ) -> None:
        super().__init__(data)
        known, chosen = {str(value) for value, _ in choices}, data.get(name)
        unknown = [(chosen, chosen)] if chosen and str(chosen) not in known else []
        self.fields[name] = forms.ChoiceField(
            label=label.strip().removeprefix("By ").capitalize(),
            choices=[*choices, *unknown],
            required=False,
        )
        dress(self)


class Between(forms.Form):
    """A first and a last day."""

    def __init__(self, *, name: str, data: Any) -> None:
        super().__init__(data)
        for end, label in (("from", "From the day"), ("to", "To the day")):
            self.fields[f"{name}_{end}"] = forms.DateField(
                label=label, required=False, widget=forms.DateInput(attrs={"type": "date"})
            )
        dress(self)


class ChosenField(ChoicesDropdownFilter):
    """By a column with a closed set of values."""

    form_class = Choice


class OfferedRows(RelatedDropdownFilter, admin.RelatedOnlyFieldListFilter):
    """By a row that a booking on this person's list has."""

    form_class = Choice


class StatusFilter(DropdownFilter):
    """By status, and beside each by what staff's first page leads to.

    What is shown where none is asked for is the list's own to say (`Shown`).
    """

    title = "status"
    parameter_name = "status"
    form_class = Choice
    all_option = ("", "All but drafts")

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        """Give everything, and each status."""
        told = [(status.value, str(status.label)) for status in Status]
        return [
            (ALL, "All, drafts too"),
            *told,
            ("held", "Takes time, or took it"),
            ("over", "Over, to be marked"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Booking]) -> QuerySet[Booking]:
        """Narrow."""
        if self.value() in {"held", "over"}:
            return queryset.filter(
                waiting.HOLDING if self.value() == "held" else waiting.is_over(clock.now())
            )
        return queryset if self.value() in {None, ALL} else queryset.filter(status=self.value())


class Shown(Rows):
    """The list without drafts, which nobody has proven yet, unless they are asked for; it says how many those are."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Booking]:
        """Leave drafts out where no status is asked for."""
        self.fitting = super().get_queryset(request, exclude_parameters)
        asked = StatusFilter.parameter_name in self.params
        return self.fitting if asked else self.fitting.exclude(status=Status.DRAFT)

    def get_results(self, request: HttpRequest) -> None:
        """Count what is left out, and how much there is in all where the list is narrowed."""
        super().get_results(request)
        asked = StatusFilter.parameter_name in self.params
        self.hidden = 0 if asked else self.fitting.filter(status=Status.DRAFT).count()
        self.with_hidden = self.get_query_string({StatusFilter.parameter_name: ALL})
        self.is_narrowed = bool(self.query or self.has_active_filters)
        self.of_all = self.root_queryset.count() if self.is_narrowed else self.result_count + self.hidden
        self.full_result_count = self.result_count  # so that the theme's heading counts nothing again


class StartFilter(DropdownFilter):
    """By the day of the start, on the calendar of each booking's own practice."""

    title = "start"
    parameter_name = "start"
    form_class = Choice

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        """Give the days that are asked for most; any others are between two dates."""
        return [
            ("today", "Today"),
            ("tomorrow", "Tomorrow"),
            ("week", "Today and the next 6 days"),
            ("past", "Before today"),
            ("wished", "No time yet, a wish"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Booking]) -> QuerySet[Booking]:
        """Narrow to days from midnight to midnight."""
        wanted = self.value() or ""
        if wanted == "wished":
            return queryset.filter(starts_at__isnull=True)
        if wanted not in DAYS:
            return queryset
        first, until = DAYS[wanted]
        viewer = viewer_of(request)
        return queryset.filter(waiting.on_own_days(viewer, first=first, until=until, now=clock.now()))


class DaysFilter(RangeDateFilter):
    """From one day to another, both included, by each practice's own calendar: of the start, or the wish for one."""

    title = "day"
    form_class = Between
    template = "unfold/filters/filters_field.html"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Booking]) -> QuerySet[Booking]:
        """Narrow; what is no day of any calendar narrows nothing."""
        first, last = self._day("from"), self._day("to")
        if first is last is None:
            return queryset
        return queryset.filter(_on_days(viewer_of(request), first, last))

    def _day(self, end: str) -> date | None:
        try:
            day = parse_date(str(self.used_parameters.get(f"{self.field_path}_{end}", "")))
        except ValueError:
            return None
        return day if day is not None and day.year in YEARS else None


def _on_days(viewer: Viewer, first: date | None, last: date | None) -> Q:
    """Give what makes bookings begin, or be wished for, on days between these; one statement, for the zones."""
    wished = Q(starts_at__isnull=True, preferred_date__isnull=False)
    wished &= Q(preferred_date__gte=first) if first else Q()
    wished &= Q(preferred_date__lte=last) if last else Q()
    places = Business.objects.all()
    if not viewer.is_admin:
        places = places.filter(Q(pk__in=viewer.business_ids) | Q(consultants__in=viewer.consultant_ids))
    found = wished
    for name in places.order_by().values_list("timezone", flat=True).distinct():
        begins = Q(business__timezone=name, starts_at__isnull=False)
        if first:
            begins &= Q(starts_at__gte=datetime.combine(first, time(), zone(name)))
        if last:
            begins &= Q(starts_at__lt=datetime.combine(last + timedelta(days=1), time(), zone(name)))
        found |= begins
    return found


class CompanyFilter(DropdownFilter):
    """By the corporate client for which staff entered it, of the practices where this person sees them."""

    form_class = Choice

    title = "corporate client"
    parameter_name = "company"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        """Give the companies that were booked for; without any, there is no such filter."""
        rows = corporate.visible_to(viewer_of(request)).filter(bookings__isnull=False).distinct()
        return [(str(row.pk), row.company) for row in rows.order_by("company", "pk")[:MOST_COMPANIES]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Booking]) -> QuerySet[Booking]:
        """Narrow to one company's."""
        wanted = self.value()
        if wanted is None:
            return queryset
        if not wanted.isascii() or not wanted.isdigit() or len(wanted) > LONGEST_KEY:
            return queryset.none()
        rows = corporate.visible_to(viewer_of(request)).filter(pk=int(wanted))
        return queryset.filter(corporate_client__in=rows)


class CityFilter(DropdownFilter):
    """By the city that the client named among the answers, of the bookings whose answers this person may read.

    Answers are encrypted: what is compared is a digest of the whole name (docs/adr/0038). The cities of the newest
    bookings are offered; an address may name any other.
    """

    title = "city"
    parameter_name = "city"
    form_class = Choice

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        """Give the cities of the newest bookings that name one."""
        rows = _with_answers_seen(request).exclude(city_digest="").order_by("-pk")
        named = {
            city_digest(city): city for city in map(city_of, rows.values_list("intake", flat=True)[:NEWEST])
        }
        return [(city, city) for city in sorted(named.values())]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Booking]) -> QuerySet[Booking]:
        """Narrow to one city's."""
        if self.value() is None:
            return queryset
        return queryset.filter(
            city_digest=city_digest(self.value() or "") or "none",
            pk__in=_with_answers_seen(request).values("pk"),
        )


def with_city(
    request: HttpRequest, queryset: QuerySet[Booking], found: QuerySet[Booking], text: str
) -> QuerySet[Booking]:
    """Give what a search found, and whatever of the list names this very city."""
    digest = city_digest(text)
    if not digest:
        return found
    of_city = Q(city_digest=digest, pk__in=_with_answers_seen(request).values("pk"))
    return queryset.filter(Q(pk__in=found.order_by().values("pk")) | of_city)


def with_number(queryset: QuerySet[Booking], found: QuerySet[Booking], text: str) -> QuerySet[Booking]:
    """Give what a search found, and whatever of the list has this telephone number, however it is grouped."""
    digits = "".join(sign for sign in text if sign in string.digits).removeprefix("00")
    if len(digits) < LEAST_DIGITS or not set(text) <= {*string.digits, "+", *BETWEEN_DIGITS}:
        return found
    bare: Combinable = F("phone")
    for sign in BETWEEN_DIGITS:
        bare = Replace(bare, Value(sign), Value(""))
    having = queryset.alias(bare_phone=bare).filter(bare_phone__contains=digits).order_by()
    return queryset.filter(Q(pk__in=found.order_by().values("pk")) | Q(pk__in=having.values("pk")))


def _with_answers_seen(request: HttpRequest) -> QuerySet[Booking]:
    return selectors.visible_to(viewer_of(request), what=Operation.SEE_INTAKE)
