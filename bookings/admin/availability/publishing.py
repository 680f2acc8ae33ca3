"""Publishing slots in a calendar and withdrawing them, many at once: what that comes to is seen before it is done."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from bookings.accounts.viewer import Viewer
from bookings.admin.availability import slots_shown
from bookings.admin.availability.forms import PublishForm, WithdrawForm
from bookings.admin.availability.shown import whose
from bookings.admin.desk import Page, viewer_of
from bookings.availability.loading import moment
from bookings.common import clock
from bookings.common.errors import DomainError
from bookings.common.rehearsal import seal, settle
from bookings.common.zones import zone
from bookings.schedules.models import Schedule
from bookings.schedules.walltime import whole_days
from bookings.slots import publishing, selectors
from bookings.slots.models import Slot
from bookings.slots.publishing import Published, Withdrawn

SEEN, EDIT = "seen", "_edit"


class WithSlots(Page):
    """The part of the calendars' admin that publishes and withdraws slots."""

    def get_urls(self) -> list[URLPattern]:
        """Add the two pages."""
        guard = self.admin_site.admin_view
        return [
            path("<int:pk>/publish/", guard(self.publish_view), name="bookings_schedule_publish"),
            path("<int:pk>/withdraw/", guard(self.withdraw_view), name="bookings_schedule_withdraw"),
            *super().get_urls(),
        ]

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask which slots; show what would be published and what stands against the rest; publish what was seen."""
        schedule, host = self._host(request, pk)
        viewer, now = viewer_of(request), clock.now()
        monday = _next_monday(schedule, now)
        first = {"first": monday, "last": monday + timedelta(days=20), "weekdays": [0, 1, 2, 3, 4]}
        form = PublishForm(request.POST or None, initial=first, host=host)
        found: Any = None
        kept = False
        if _asks(request, form):
            offer = form.offer()
            found, kept = _settled(
                request,
                form,
                lambda: publishing.publish(host=host, offer=offer, viewer=viewer, skip=True, now=now),
                _seal_of_published,
            )
        if kept:
            return self._done(request, schedule, f"{_slots(len(found.slots))} published.")
        shown: dict[str, Any] = {"title": "Publish slots", "found": found, "form": form}
        if found is not None:
            shown |= slots_shown.published(schedule, form.cleaned_data["service"], found, viewer, now)
            shown["seal"] = _seal_of_published(found)
        return self._page(request, schedule, "publish", shown)

    def withdraw_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask from which day to which; show which slots go and which bookings stay; withdraw what was seen."""
        schedule, host = self._host(request, pk)
        viewer = viewer_of(request)
        today = clock.now().astimezone(zone(schedule.timezone)).date()
        first = {"first": today, "last": today + timedelta(days=20)}
        form = WithdrawForm(request.POST or None, initial=first)
        found: Any = None
        kept = False
        if _asks(request, form):
            days = form.cleaned_data["first"], form.cleaned_data["last"]
            found, kept = _settled(request, form, lambda: _withdraw(host, viewer, *days), seal_of_withdrawn)
        if kept:
            return self._done(request, schedule, f"{_slots(found[1].count)} withdrawn.")
        shown: dict[str, Any] = {"title": "Withdraw slots", "found": found, "form": form}
        if found is not None:
            shown |= slots_shown.withdrawn(found[0], found[1], viewer)
            shown["seal"] = seal_of_withdrawn(found)
        return self._page(request, schedule, "withdraw", shown)

    def _host(self, request: HttpRequest, pk: int) -> tuple[Schedule, selectors.Host]:
        """Give a calendar that this person may change, and whose it is. Raises Http404."""
        rows = self.get_queryset(request).select_related("business", "consultant", "resource")
        schedule = rows.filter(pk=pk).first() if self.has_view_permission(request) else None
        host = schedule and (getattr(schedule, "consultant", None) or getattr(schedule, "resource", None))
        if not schedule or not host:
            raise Http404
        host.schedule = schedule
        return schedule, host

    def _done(self, request: HttpRequest, schedule: Schedule, told: str) -> HttpResponse:
        self.log_change(request, schedule, told)
        messages.success(request, f"{whose(schedule)}: {told}")
        return HttpResponseRedirect(reverse("admin:bookings_schedule_change", args=[schedule.pk]))

    def _page(
        self, request: HttpRequest, schedule: Schedule, template: str, shown: dict[str, Any]
    ) -> HttpResponse:
        """Show the form, or what was found; what was answered comes along with the latter."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "schedule": schedule,
            "whose": whose(schedule),
            "zone": schedule.timezone,
            "anew": bool(request.POST.get(SEEN)),
            "carried": carried(request),
            **shown,
        }
        return TemplateResponse(request, f"admin/bookings/schedule/{template}.html", context)


Withdrawal = tuple[list[Slot], Withdrawn]
"""The slots that were published, and what became of them."""


def carried(request: HttpRequest) -> list[tuple[str, str]]:
    """Give what was answered, to be sent again with the second press."""
    left = {SEEN, EDIT, "csrfmiddlewaretoken"}
    return [(name, each) for name, given in request.POST.lists() if name not in left for each in given]


def seal_of_withdrawn(found: Withdrawal) -> str:
    """Give the seal of what a withdrawal comes to."""
    slots, taken = found
    return seal([(slot.pk, slot.starts_at, slot.seats_taken) for slot in slots], sorted(taken.held))


def _seal_of_published(found: Published) -> str:
    return seal(
        [(slot.starts_at, slot.ends_at, slot.capacity, slot.published_service_id) for slot in found.slots],
        [(clash.reason.value, clash.wall) for clash in found.clashes],
    )


def _asks(request: HttpRequest, form: PublishForm | WithdrawForm) -> bool:
    """Tell whether the answers are there and right, and not on their way back to be changed."""
    return form.is_bound and form.is_valid() and EDIT not in request.POST


def _withdraw(host: selectors.Host, viewer: Viewer, first: date, last: date) -> Withdrawal:
    """Withdraw what is published on some days of the calendar."""
    edges = whole_days(zone(host.schedule.timezone), first, last)
    since, until = (moment(each) for each in edges)
    rows = Slot.objects.select_related("schedule").filter(
        schedule=host.schedule_id, is_published=True, starts_at__gte=since, starts_at__lt=until
    )
    slots = list(rows.order_by("starts_at"))
    return slots, publishing.withdraw_between(host=host, since=since, until=until, viewer=viewer)


def _settled(
    request: HttpRequest, form: Any, act: Callable[[], Any], sealed: Callable[[Any], str]
) -> tuple[Any, bool]:
    """Do what was seen, or only look; what a rule refuses stands beside the form."""
    try:
        return settle(act, sealed=sealed, seen=request.POST.get(SEEN, ""))
    except DomainError as error:
        form.add_error(form.called.get((error.field or [""])[0]), error.message)
        return None, False


def _slots(count: int) -> str:
    return "1 slot" if count == 1 else f"{count} slots"


def _next_monday(schedule: Schedule, now: datetime) -> date:
    today = now.astimezone(zone(schedule.timezone)).date()
    return today + timedelta(days=7 - today.weekday())
