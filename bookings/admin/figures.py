"""A practice's figures in the admin, and the platform's: charts and tables, for who may ask the API for them."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from bookings.admin.charts import charts
from bookings.admin.desk import Page, viewer_of
from bookings.booking.states import Status
from bookings.businesses.policies import Duty, may
from bookings.common import clock
from bookings.common.errors import DomainError, ErrorCode
from bookings.stats.courses import course
from bookings.stats.figures import Count, Figures
from bookings.stats.scope import LONGEST, Days, Scope, scope_for
from bookings.stats.selectors import statistics

SHOWN = (Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED)


class RangeForm(forms.Form):
    """Which days."""

    first = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    last = forms.DateField(label="Until", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def clean(self) -> dict[str, Any]:
        """Say in the words of this page which days cannot be asked about."""
        given: dict[str, Any] = super().clean() or {}
        first, last = given.get("first"), given.get("last")
        if first is not None and last is not None:
            if first > last:
                self.add_error("last", "This day is before the first one.")
            elif (last - first).days >= LONGEST:
                self.add_error("last", f"Choose {LONGEST} days at most.")
        return given


class WithFigures(Page):
    """The part of the practices' admin that shows figures. The table of duties says who may, not Django's rights."""

    def get_urls(self) -> list[URLPattern]:
        """Add the pages: of one practice, and of the platform."""
        guard = self.admin_site.admin_view
        return [
            path("figures/", guard(self.figures_view), name="bookings_business_all_figures"),
            path("<int:pk>/figures/", guard(self.figures_view), name="bookings_business_figures"),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *given: Any, **more: Any
    ) -> Any:
        """Lead to the figures of a practice from its page."""
        practice = context.get("original")
        context["has_figures"] = practice is not None and may(viewer_of(request), Duty.FIGURES, practice.pk)
        return super().render_change_form(request, context, *given, **more)

    def figures_view(self, request: HttpRequest, pk: int | None = None) -> HttpResponseBase:
        """Show them, of the last 30 days or of those that are asked for. Nothing is changed."""
        form = RangeForm(request.GET if "first" in request.GET else None)
        asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
        consultant = request.GET.get("consultant", "")
        consultant = consultant if consultant.isdecimal() and len(consultant) < 19 else ""
        known: dict[str, int | None] = {
            "business_id": pk,
            "consultant_id": int(consultant) if consultant else None,
        }
        try:
            found = self._read(request, form, {**known, **asked})
        except DomainError as error:
            if error.code is ErrorCode.NOT_FOUND:
                raise Http404 from error
            raise PermissionDenied from error
        scope, days = scope_for(viewer_of(request), **known), Days(found.first, found.last)
        return TemplateResponse(
            request,
            "admin/bookings/business/figures.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "media": self.media,
                "title": f"Figures of {_named(scope)}",
                "pk": pk,
                "opens_practice": bool(pk) and self.has_view_permission(request, scope.business),
                "consultant": consultant,
                "form": form if form.is_bound else RangeForm({"first": found.first, "last": found.last}),
                "found": found,
                "cards": cards(found),
                "charts": charts(
                    course(scope, days), days=days, money_days=days, today=scope.today(clock.now())
                ),
                "tables": _tables(found),
            },
        )

    def _read(self, request: HttpRequest, form: RangeForm, asked: dict[str, Any]) -> Figures:
        """Read them; days that cannot be asked about are said beside the form, and the last 30 shown."""
        viewer, now = viewer_of(request), clock.now()
        try:
            return statistics(viewer=viewer, now=now, **asked)
        except DomainError as error:
            if error.code is not ErrorCode.VALIDATION_FAILED:
                raise
            form.add_error(None, error.message)
        return statistics(viewer=viewer, now=now, **{**asked, "first": None, "last": None})


def _named(scope: Scope) -> str:
    """Say whose figures they are."""
    if scope.business is None:
        return "the whole platform"
    return f"{scope.consultant}, {scope.business}" if scope.consultant is not None else str(scope.business)


def cards(found: Figures) -> list[tuple[str, list[tuple[str, str]]]]:
    """Give the figures of the whole range in words, put together by what they tell of."""
    whole = found.whole
    rates = [
        ("Not attended, of those of whom it is known", _share(whole.no_show_rate)),
        ("Cancelled, of all", _share(whole.cancellation_rate)),
    ]
    for name, use in (("Consultants", found.consultants_use), ("Rooms and machines", found.resources_use)):
        if use is not None and use.open:
            minutes = f"{use.booked:,} of {use.open:,} minutes"
            rates.append((f"{name}: time in use", f"{_share(use.share)} ({minutes})"))
    told = [
        (
            "At a glance",
            [
                ("Bookings in these days", str(whole.total)),
                ("Still to come, whenever that is", str(found.upcoming)),
                ("From draft to start, on average", length(whole.average_lead)),
                ("Reviews of all time", _stars(found)),
            ],
        ),
        ("Shares", rates),
        (
            "How they stand",
            [(str(each.label), str(whole.by_status[each])) for each in Status if whole.by_status[each]],
        ),
        (
            "Who cancelled",
            [(str(kind.label), str(number)) for kind, number in found.cancelled_by.items()],
        ),
    ]
    return [(title, facts) for title, facts in told if facts]


def _tables(found: Figures) -> list[dict[str, Any]]:
    """Give the parts: of consultants, services and days."""
    people = _rows((part.name, part.count) for part in found.consultants)
    for row, part in zip(people, found.consultants, strict=True):
        row["pk"] = part.pk
    days = _rows((f"{day:%a} {day.day} {day:%b %Y}", count) for day, count in found.days.items())
    return [
        {"caption": "By consultant", "what": "Consultant", "rows": people, "is_linked": True},
        {
            "caption": "By service",
            "what": "Service",
            "rows": _rows((part.name, part.count) for part in found.services),
        },
        {"caption": "By day", "what": "Day", "rows": days, "is_long": True},
    ]


def _rows(counts: Any) -> list[dict[str, Any]]:
    """Give the rows of a table, each with how long its bar is."""
    named: list[tuple[str, Count]] = list(counts)
    most = max((count.total for _, count in named), default=0) or 1
    return [
        {
            "name": name,
            "total": count.total,
            "most": most,
            "statuses": [count.by_status[status] for status in SHOWN],
            "minutes": count.minutes,
        }
        for name, count in named
    ]


def _share(rate: float | None) -> str:
    return "–" if rate is None else f"{rate:.1%}"


def length(lead: timedelta | None) -> str:
    """Give days and hours; of less than a day minutes too, since seconds tell nothing."""
    if lead is None:
        return "–"
    hours, minutes = divmod(round(lead.total_seconds() / 60), 60)
    days, rest = divmod(hours, 24)
    return f"{days} d {rest} h" if days else f"{rest} h {minutes} min"


def _stars(found: Figures) -> str:
    stars = found.stars
    return f"{stars.number}, {stars.total / stars.number:.2f} stars" if stars.number else "none yet"
