"""The list of bookings, a booking's page, and the pages of its moves."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from bookings.admin.bookings import bulk, moving, wording
from bookings.admin.bookings.amounts import Amounts, open_deeds, with_money_seen
from bookings.admin.bookings.calendar import Calendars
from bookings.admin.bookings.creating import Creating
from bookings.admin.bookings.facts import FIELDSETS, Facts, fieldsets_for, headline, story
from bookings.admin.bookings.forms import MoveForm, NoteForm
from bookings.admin.bookings.listing import Listing
from bookings.admin.catalogue import ReadOnly
from bookings.admin.desk import may_enter, viewer_of
from bookings.admin.moves import WAYS, Option, open_moves
from bookings.booking import selectors, services
from bookings.booking.models import Booking
from bookings.booking.states import Move, Status
from bookings.common import clock
from bookings.common.errors import DomainError, ErrorCode

_ASK_AGAIN = {ErrorCode.VALIDATION_FAILED, ErrorCode.SLOT_UNAVAILABLE}
"""Refusals after which other answers may help."""

ONWARD = {Move.VERIFY, Move.APPROVE, Move.CONFIRM_UNPAID, Move.COMPLETE}
ENDING = {Move.REJECT, Move.CANCEL, Move.MARK_NO_SHOW}
"""Moves whose buttons stand out: what leads on, and what ends it."""


@admin.register(Booking)
class BookingAdmin(Calendars, Creating, Amounts, Facts, ReadOnly, Listing):
    """Every booking that the person logged in may see; its status moves by the services alone."""

    actions = bulk.in_bulk()
    fieldsets = FIELDSETS
    readonly_fields = tuple(name for _, options in FIELDSETS for name in options["fields"])

    class Media:
        """Looks of these pages alone."""

        css = {"all": ["admin-bookings/bookings.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Booking]:
        """Show what this person may see."""
        viewer = viewer_of(request)
        return with_money_seen(selectors.visible_to(viewer), viewer).order_by("-created_at", "-pk")

    def has_view_permission(self, request: HttpRequest, obj: Booking | None = None) -> bool:
        """Staff see the bookings that `visible_to` gives them, without Django's own permissions."""
        return may_enter(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the section to the same people."""
        return self.has_view_permission(request)

    def get_urls(self) -> list[URLPattern]:
        """Add the addresses of moves and notes."""
        guard = self.admin_site.admin_view
        return [
            path("<int:pk>/move/<slug:move>/", guard(self.move_view), name="bookings_booking_move"),
            path("<int:pk>/note/", guard(require_POST(self.note_view)), name="bookings_booking_note"),
            *super().get_urls(),
        ]

    def get_fieldsets(self, request: HttpRequest, obj: Booking | None = None) -> Any:
        """Show the parts that the table of rights lets this person see."""
        return self.fieldsets if obj is None else fieldsets_for(viewer_of(request), obj)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the booking, what happened to it, and what can be done."""
        booking = self.get_object(request, object_id)
        if booking is None:
            return super().change_view(request, object_id, form_url, extra_context)
        viewer = viewer_of(request)
        more = {
            **story(booking, viewer),
            **headline(booking, viewer),
            "subtitle": None,
            "moves": open_moves(booking, viewer, clock.now()),
            "onward": ONWARD,
            "ending": ENDING,
            "deeds": open_deeds(booking, viewer),
            "seen": _version(booking),
            "note_form": NoteForm(auto_id="note_%s"),
        }
        return super().change_view(request, object_id, form_url, {**more, **(extra_context or {})})

    def move_view(self, request: HttpRequest, pk: int, move: str) -> HttpResponseBase:
        """Ask what the move requires, and make it when that is answered. A GET only asks."""
        booking, wanted, now = self._booking(request, pk), _read_move(move), clock.now()
        if request.method == "POST" and request.POST.get("seen") != _version(booking):
            return self._back(
                request, booking, f"This page was out of date: nothing was done. {_now(booking)}"
            )
        options = open_moves(booking, viewer_of(request), now)
        option = next((option for option in options if option.move is wanted), None)
        if option is None:
            return self._back(
                request, booking, f"“{wanted.label}” is not possible for you now. {_now(booking)}"
            )
        answered = request.method == "POST" and (not option.questions or "answered" in request.POST)
        form = MoveForm(request.POST if answered else None, booking=booking, option=option, now=now)
        if not answered or not form.is_valid():
            return self._ask(request, booking, option, form)
        try:
            told = moving.make(self, request, booking, wanted, form.act(viewer_of(request), now))
        except DomainError as error:
            return self._refused(request, booking, option, form, error)
        messages.success(request, f"{booking.acknowledgement_id}: {told}")
        return self._back(request, booking)

    def _refused(
        self, request: HttpRequest, booking: Booking, option: Option, form: MoveForm, error: DomainError
    ) -> HttpResponse:
        """Ask again where other answers may help, with the next open times to take; else say why it was not done."""
        now = clock.now()
        times = moving.next_open(error, now)
        if error.code in _ASK_AGAIN and option.questions:
            form.offer(error.message, times)
            return self._ask(request, booking, option, form)
        others = open_moves(booking, viewer_of(request), now)
        if times and any(other.move is Move.RESCHEDULE for other in others):  # there they can be taken
            messages.error(request, f"{error.message} Choose another time first.")
            where = [booking.pk, Move.RESCHEDULE.value.lower()]
            return HttpResponseRedirect(reverse("admin:bookings_booking_move", args=where))
        return self._back(request, booking, moving.refusal(error, booking, now))

    def note_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Add an internal note; to a finished booking as well."""
        booking = self._booking(request, pk)
        changes = services.Changes(note=request.POST.get("note", ""))
        try:
            services.update(
                booking_id=booking.pk, viewer=viewer_of(request), changes=changes, now=clock.now()
            )
        except DomainError as error:
            return self._back(request, booking, f"The note was not added. {error.message}")
        self.log_change(request, booking, "Note added")
        messages.success(request, "The note was added.")
        return self._back(request, booking)

    def _booking(self, request: HttpRequest, pk: int) -> Booking:
        """Give a booking that this person may see; of any other there is no page."""
        shown = ("business", "service", "consultant__schedule", "resource__schedule")
        found = self.get_queryset(request).select_related(*shown)
        booking = found.filter(pk=pk).first()
        if booking is None:
            raise Http404
        return booking

    def _ask(self, request: HttpRequest, booking: Booking, option: Option, form: MoveForm) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": f"{option.move.label}: {booking.acknowledgement_id}",
            "booking": booking,
            "status": Status(booking.status),
            "whose": wording.whose(booking),
            "when": self.practice_time(booking),
            "option": option,
            "ending": ENDING,
            "form": form,
            "seen": _version(booking),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/bookings/booking/move.html", context)

    def _back(self, request: HttpRequest, booking: Booking, refused: str = "") -> HttpResponse:
        """Return to the booking's page, with a refusal to show there if there is one."""
        if refused:
            messages.error(request, refused)
        return HttpResponseRedirect(reverse("admin:bookings_booking_change", args=[booking.pk]))


def _version(booking: Booking) -> str:
    """Give what changes with every move, so that a page that was read before one is known."""
    return str(booking.events.count())


def _now(booking: Booking) -> str:
    booking.refresh_from_db(fields=["status"])
    return f"The booking is now: {Status(booking.status).label} ({booking.status})."


def _read_move(slug: str) -> Move:
    """Read the move of an address. Raises Http404 for one that the admin does not make."""
    move = next((move for move in WAYS if move.value.lower() == slug), None)
    if move is None:
        raise Http404
    return move
