"""Actions of a list on the page of one row too, as buttons that post, and lead back to the page."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from bookings.admin.desk import Page
from bookings.common.errors import DomainError


def each_of(
    request: HttpRequest,
    rows: Iterable[Any],
    act: Callable[[Any], Any],
    *,
    told: str,
    called: Callable[[Any], str],
    counts: Callable[[Any], bool] = bool,
) -> int:
    """Do the same to many rows by one service, and tell: how many, and of each that was refused why.

    told: a sentence with places for how many were done and how many were chosen. called: how a row is named where it
    was refused. counts: tells by what the service gave whether anything was done. Gives how many.
    """
    chosen, done, refused = list(rows), 0, 0
    for row in chosen:
        try:
            done += counts(act(row))
        except DomainError as error:
            refused += 1
            messages.error(request, f"{called(row)}: {error.message}")
    if done or not refused:
        level = messages.SUCCESS if done else messages.WARNING
        messages.add_message(request, level, told.format(done, len(chosen)))
    return done


class Onward(Page):
    """A page whose row can be acted on there as in the list: by the same action, under the same permission."""

    onward: ClassVar[tuple[str, ...]] = ()
    """The actions that the page of a row offers, by their names."""
    change_form_template: ClassVar[Any] = "admin/bookings/onward/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        """Add the buttons' address."""
        view = self.admin_site.admin_view(self.onward_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_onward"
        return [path("<path:object_id>/act/<slug:act>/", view, name=name), *super().get_urls()]

    def offers(self, request: HttpRequest, obj: Any, act: str) -> bool:
        """Tell whether the page of a row offers an action; it may have nothing to do here."""
        return True

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *given: Any, **more: Any
    ) -> Any:
        """Show a button for each action that this person has here."""
        row = context.get("original")
        known = [(act, each) for act, each in self.get_actions(request).items() if each is not None]
        if row is not None:
            context["onward"] = [
                (act, words, self._address(row, act))
                for act, (_, _, words) in known
                if act in self.onward and self.offers(request, row, act)
            ]
        return super().render_change_form(request, context, *given, **more)

    def onward_view(self, request: HttpRequest, object_id: str, act: str) -> HttpResponseBase:
        """Act on one row as the list would, and lead back to its page."""
        row = self.get_object(request, object_id)
        if row is None or not self.has_view_permission(request, row):
            raise Http404
        if request.method != "POST" or act not in self.onward or act not in self.get_actions(request):
            raise PermissionDenied
        answer = getattr(self, act)(request, self.get_queryset(request).filter(pk=row.pk))
        if isinstance(answer, TemplateResponse):
            return answer
        return HttpResponseRedirect(reverse(f"admin:{self._named('change')}", args=[row.pk]))

    def _named(self, act: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{act}"

    def _address(self, row: Any, act: str) -> str:
        return reverse(f"admin:{self._named('onward')}", args=[row.pk, act])
