"""Pages that show what a change would open and close, and whom it touches, before any of it is saved."""

from typing import Any, ClassVar

from django.contrib.messages.storage import default_storage
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from bookings.admin.availability.saving import save_rows
from bookings.admin.availability.shown import shown
from bookings.admin.desk import Page, viewer_of
from bookings.admin.touched import name_touched
from bookings.booking.effects import Look, effect, look
from bookings.catalogue.selectors import lock_offer
from bookings.common import clock
from bookings.schedules import policies

SEEN, EDIT = "seen", "_edit"
NOT_CARRIED = {SEEN, EDIT, "csrfmiddlewaretoken"}


class _StillEdited:
    """A form that is shown again as it was filled in, whatever it says."""

    def is_valid(self) -> bool:
        """Judge it, and keep it open."""
        super().is_valid()  # type: ignore[misc]  # a form's
        return False


class Previewed(Page):
    """A page of a row that decides when calendars are open. What is saved is what was seen.

    The change is made, looked at and, the first time, taken back: preview and saving are one path. It is kept when it
    comes to what the person has before them; where calendar or bookings changed since, they are shown it anew.
    """

    preview_template: ClassVar[str] = "admin/bookings/schedule/preview.html"

    class Media:
        css = {"all": ["admin-bookings/availability.css"]}
        js = ("admin-bookings/rows.js",)

    def schedules_of(self, row: Any) -> list[int]:
        """Give the keys of the calendars that the row decides about."""
        raise NotImplementedError

    def name_of(self, row: Any) -> str:
        """Give what the page is called."""
        return str(row)

    def lock_time(self, row: Any) -> None:
        """Lock what every change of these calendars locks first."""
        lock_offer(row.business_id)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Give the row; for a change it is locked, read as it then stands, and what it decides is looked at."""
        found = super().get_object(request, object_id, from_field)
        if found is not None and request.method == "POST" and "/change/" in request.path:
            self.lock_time(found)
            found.refresh_from_db()
            before = look(schedule_ids=self.schedules_of(found), now=clock.now())
            request.looked = before  # type: ignore[attr-defined]
        return found

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Give the form; on the way back from a preview one that stays open."""
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (_StillEdited, form), {}) if EDIT in request.POST else form

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save rows about time through their services."""
        if not save_rows(formset, viewer_of(request)):
            super().save_formset(request, form, formset, change)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Show what was done and take it back, unless it is what this person has seen; then keep it and go on."""
        before: Look = request.looked  # type: ignore[attr-defined]
        found = effect(before, look(schedule_ids=self.schedules_of(obj), now=clock.now()))
        if not found.ruled:
            return super().response_change(request, obj)
        if request.POST.get(SEEN) == found.seal:
            answer = super().response_change(request, obj)
            name_touched(request, self.schedules_of(obj))
            return answer
        request._messages = default_storage(request)  # type: ignore[attr-defined]  # a rehearsal's are unsaid
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "row": self.name_of(obj),
            "title": "What would change",
            "anew": bool(request.POST.get(SEEN)),
            "seal": found.seal,
            "carried": [
                (name, value)
                for name, values in request.POST.lists()
                if name not in NOT_CARRIED
                for value in values
            ],
            **shown(found, viewer_of(request), clock.now()),
        }
        transaction.set_rollback(True)
        return TemplateResponse(request, self.preview_template, context)


class LeadsToCalendar(Page):
    """A page of somebody or something with a calendar: it leads there, for those who may change it."""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *given: Any, **more: Any
    ) -> Any:
        """Lead to the calendar's page."""
        row = context.get("original")
        may = row is not None and policies.may_change(viewer_of(request), row.schedule)
        return super().render_change_form(request, {**context, "may_open": may}, *given, **more)
