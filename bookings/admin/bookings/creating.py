"""Manual creation: staff enter a booking for somebody who called, wrote or walked in."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from bookings.accounts.viewer import Viewer
from bookings.admin.bookings.creation import CreateForm
from bookings.admin.desk import may_enter, viewer_of
from bookings.admin.theme import ModelAdmin
from bookings.booking import rights, services
from bookings.booking.rights import Operation
from bookings.booking.states import ActorKind, Status
from bookings.businesses.models import Business
from bookings.catalogue.models import Service
from bookings.common import clock
from bookings.common.errors import DomainError
from bookings.common.idempotency import AlreadyDone
from bookings.consultants.models import Consultant
from bookings.resources.models import Resource

MOST_PLACES = 20
"""Practices that are listed to choose from; more are found by their name."""
LONGEST_KEY = 18


def places(viewer: Viewer, what: Operation = Operation.CREATE) -> list[int]:
    """Give the practices in which somebody may create bookings, or do this."""
    return [pk for pk, role in viewer.roles.items() if rights.may(role, what)]


class Creating(ModelAdmin):
    """The part of the bookings' admin that creates one."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Let those create who may in one of their practices."""
        viewer = viewer_of(request)
        active = may_enter(request)
        return active and (_admin_may(viewer, Operation.CREATE) or bool(places(viewer)))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask at which practice where there are several, list open times, and create when all is answered.

        A GET may bring `business`, `service`, `consultant`, `resource`, `date` and `starts_at` (as the wall clock
        shows it), to be filled in. A POST with `show` asks for the open times alone.
        """
        if not self.has_add_permission(request):
            raise PermissionDenied
        viewer = viewer_of(request)
        place = _place(request, viewer)
        if place is None:
            return self._choose_place(request, viewer)
        form = _form(request, place, viewer)
        if form.is_bound and form.is_valid():
            made = self._create(request, viewer, form)
            if made is not None:
                return HttpResponseRedirect(reverse("admin:bookings_booking_change", args=[made]))
        more = {"form": form, "place": place, "may_choose": _offered(viewer).count() > 1}
        return self._page(request, "create.html", "Add booking", {**more, **(extra_context or {})})

    def _create(self, request: HttpRequest, viewer: Viewer, form: CreateForm) -> int | None:
        """Create it and say so, or put beside the answers why not. Give its key: of a form sent twice, the first's."""
        try:
            booking = services.create(
                request=form.request(),
                how=form.creation(),
                viewer=viewer,
                now=form.now,
                once=form.once(viewer),
            )
        except AlreadyDone as done:
            return done.object_id
        except DomainError as error:
            form.blame(error)
            return None
        self.log_addition(request, booking, "Created by hand")
        label = Status(booking.status).label
        messages.success(request, f"{booking.acknowledgement_id} was created. Now: {label}.")
        return booking.pk

    def _choose_place(self, request: HttpRequest, viewer: Viewer) -> HttpResponse:
        """Ask at which practice: by a part of its name where there are many."""
        text = request.GET.get("place", "").strip()
        rows = _offered(viewer).filter(name__icontains=text).order_by("name", "pk")
        kept = request.GET.copy()
        for name in ("place", "business"):
            kept.pop(name, None)
        found = list(rows[: MOST_PLACES + 1])
        more = {
            "text": text,
            "places": found[:MOST_PLACES],
            "most": MOST_PLACES if len(found) > MOST_PLACES else 0,
            "kept": kept.urlencode(),
            "kept_pairs": list(kept.items()),
        }
        return self._page(request, "create_where.html", "Add booking: at which practice?", more)

    def _page(self, request: HttpRequest, name: str, title: str, more: dict[str, Any]) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": title,
            **more,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, f"admin/bookings/booking/{name}", context)


def _form(request: HttpRequest, place: Business, viewer: Viewer) -> CreateForm:
    """Give the form: with the answers, to be judged, or filled in with what is said so far."""
    data, given = None, dict[str, Any](request.GET.items())
    if "show" in request.POST:
        given = {"approve": False, **request.POST.dict()}
    elif request.method == "POST":
        data, given = request.POST, {}
    may_override = _admin_may(viewer, Operation.OVERRIDE) or place.pk in places(viewer, Operation.OVERRIDE)
    return CreateForm(data, given=given, place=place, may_override=may_override, now=clock.now())


def _place(request: HttpRequest, viewer: Viewer) -> Business | None:
    """Give the practice that is named, or that of what is named, or the only one there is."""
    said = request.POST if request.method == "POST" else request.GET
    offered = _offered(viewer)
    if pk := _key(said.get("business", "")):
        return offered.filter(pk=pk).first()
    models: tuple[tuple[str, Any], ...] = (
        ("consultant", Consultant),
        ("resource", Resource),
        ("service", Service),
    )
    for name, model in models:
        if pk := _key(said.get(name, "")):
            return offered.filter(pk__in=model.objects.filter(pk=pk).values("business")).first()
    first_two = list(offered[:2])
    return first_two[0] if len(first_two) == 1 else None


def _offered(viewer: Viewer) -> QuerySet[Business]:
    """Give the practices in use at which somebody may create bookings."""
    rows = Business.objects.filter(is_active=True)
    return rows if _admin_may(viewer, Operation.CREATE) else rows.filter(pk__in=places(viewer))


def _key(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_KEY else None


def _admin_may(viewer: Viewer, what: Operation) -> bool:
    return viewer.is_admin and rights.kind_may(ActorKind.ADMIN, what)
