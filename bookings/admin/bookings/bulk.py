"""Moves of many bookings at once, from the list: a reason is asked for where one is told, and each has its result."""

from collections.abc import Callable
from itertools import chain

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from bookings.admin.bookings import moving, wording
from bookings.admin.desk import viewer_of
from bookings.admin.moves import WAYS, Act, Option, Question, open_moves
from bookings.admin.theme import Dressed, ModelAdmin
from bookings.booking import policies
from bookings.booking.models import Booking
from bookings.booking.reasons import LONGEST_REASON
from bookings.booking.states import TABLE, Move, Requirement, Status
from bookings.common import clock
from bookings.common.errors import DomainError

MOST = 100
"""Moved at once at most; a page of the list has no more."""
Action = Callable[[ModelAdmin, HttpRequest, QuerySet[Booking]], HttpResponse | None]


class ReasonForm(Dressed):
    """Why, told to the clients of all of them."""

    reason = forms.CharField(
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Every one of these clients reads it.",
    )


def in_bulk() -> list[Action]:
    """Give the list's actions: every move that is offered for many at once."""
    return [_action(move) for move, way in WAYS.items() if way.in_bulk]


def _action(move: Move) -> Action:
    def act(page: ModelAdmin, request: HttpRequest, queryset: QuerySet[Booking]) -> HttpResponse | None:
        rows = queryset.select_related("business", "service", "consultant__schedule", "resource__schedule")
        chosen = list(rows[: MOST + 1])
        if len(chosen) > MOST:
            messages.error(request, f"Choose {MOST} bookings at most. Nothing was done.")
            return None
        options = _options(request, move, chosen)
        if not options and _tells_why(move):
            _refuse_all(request, move, chosen)
            return None
        asked = [
            option.questions[Question.REASON] for option in options if Question.REASON in option.questions
        ]
        form = ReasonForm(request.POST if "answered" in request.POST else None)
        form.fields["reason"].required = any(asked)
        if asked and not form.is_valid():
            return _ask(page, request, move, chosen, options, form)
        _move_all(page, request, move, chosen, form.cleaned_data["reason"] if asked else "")
        return None

    act.__name__ = move.value.lower()
    return admin.action(description=str(move.label))(act)


def _tells_why(move: Move) -> bool:
    """Tell whether somebody is told a reason for it, so that one would have to be asked first."""
    needs = chain.from_iterable(TABLE[move].requires.values())
    return Question.REASON in WAYS[move].may_ask or Requirement.REASON in needs


def _options(request: HttpRequest, move: Move, chosen: list[Booking]) -> list[Option]:
    """Give the move as it is open for those of the bookings for which it is."""
    viewer, now = viewer_of(request), clock.now()
    each = (option for booking in chosen for option in open_moves(booking, viewer, now))
    return [option for option in each if option.move is move]


def _ask(
    page: ModelAdmin,
    request: HttpRequest,
    move: Move,
    chosen: list[Booking],
    options: list[Option],
    form: ReasonForm,
) -> HttpResponse:
    """Ask for the reason, with the bookings that were chosen, and mark those with which it cannot be done."""
    movable = {option.booking.pk for option in options}
    rows = [
        {
            "booking": booking,
            "status": Status(booking.status),
            "when": wording.start_or_wish(booking),
            "open": booking.pk in movable,
        }
        for booking in chosen
    ]
    context = {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "media": page.media,
        "title": f"{move.label}: {len(rows)} booking{'s' if len(rows) > 1 else ''}",
        "move": move,
        "action": move.value.lower(),
        "rows": rows,
        "left_out": len(rows) - len(movable),
        "form": form,
        "back": request.get_full_path(),
    }
    request.current_app = page.admin_site.name
    return TemplateResponse(request, "admin/bookings/booking/bulk.html", context)


def _move_all(page: ModelAdmin, request: HttpRequest, move: Move, chosen: list[Booking], reason: str) -> None:
    """Move one after another, each by itself: a refusal holds up no other. Say what became of each."""
    viewer, now = viewer_of(request), clock.now()
    done, refused = [], []
    for booking in chosen:
        try:
            words = moving.make(page, request, booking, move, Act(booking.pk, viewer, now, reason=reason))
        except DomainError as error:
            refused.append(_result(booking, moving.refusal(error, booking, now)))
        else:
            done.append(_result(booking, words))
    if done:
        messages.success(request, _told(f"{move.label}: {len(done)} of {len(chosen)} done.", done))
    if refused:
        messages.error(request, _told(f"{move.label}: {len(refused)} of {len(chosen)} not done.", refused))


def _refuse_all(request: HttpRequest, move: Move, chosen: list[Booking]) -> None:
    """Say of each why nothing was done, without asking for a reason in vain."""
    why = [
        "its deadline is over"
        if policies.has_lapsed(booking, clock.now())
        else str(Status(booking.status).label)
        for booking in chosen
    ]
    results = [
        _result(booking, f"“{move.label}” is not possible for you now: {words}.")
        for booking, words in zip(chosen, why, strict=True)
    ]
    messages.error(request, _told(f"{move.label}: none of {len(chosen)} done.", results))


def _result(booking: Booking, words: str) -> SafeString:
    return format_html(
        '<a href="{}">{}</a> {}: {}',
        reverse("admin:bookings_booking_change", args=[booking.pk]),
        booking.acknowledgement_id,
        booking.full_name,
        words,
    )


def _told(heading: str, results: list[SafeString]) -> SafeString:
    items = format_html_join("", "<li>{}</li>", ((result,) for result in results))
    return format_html('<strong>{}</strong><ul class="results">{}</ul>', heading, items)
