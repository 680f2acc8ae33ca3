"""What a move asks for, as a form made from its questions."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib.admin.helpers import ActionForm
from django.utils import timezone

from bookings.admin.bookings import wording
from bookings.admin.moves import Act, Option, Question
from bookings.availability import selectors as availability
from bookings.booking.models import Booking
from bookings.booking.services.terms import held_terms
from bookings.businesses.zones import zone
from bookings.common.money import Money
from bookings.consultants import selectors as consultants
from bookings.consultants.models import Consultant

OFFERED = 12
"""How many of the next open times are offered."""


class BulkForm(ActionForm):
    """What a move of many bookings may want to know."""

    reason = forms.CharField(required=False, max_length=2000, label="Reason (to decline or cancel)")


class NoteForm(forms.Form):
    """An internal note."""

    note = forms.CharField(
        max_length=5000,
        label="Add an internal note",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The client does not see it.",
    )


class MoveForm(forms.Form):
    """The questions of one move of one booking; wall-clock times are read in the booking's zone."""

    def __init__(self, data: Any, *, booking: Booking, option: Option, now: datetime) -> None:
        super().__init__(data)
        self.booking, self.option = booking, option
        for question, required in option.questions.items():
            if question is Question.REASON:
                self.fields["reason"] = _reason(required)
            elif question is Question.PRICE:
                self.fields["price"] = _price(booking)
            elif question is Question.CONSULTANT:
                self.fields["consultant"] = _consultant(booking)
            else:
                self.fields |= _time(booking, now, required=required)
                if option.may_override:
                    self.fields["override"] = _override()
        self.order_fields(["consultant", "opening", "entered", "override", "price", "reason"])

    def full_clean(self) -> None:
        """Read what was entered on the wall clock of the booking's zone; what it skips or repeats is refused."""
        with timezone.override(zone(self.booking.timezone)):
            super().full_clean()

    def clean(self) -> dict[str, Any]:
        """Have one time: chosen, or entered."""
        given = super().clean() or {}
        opening, entered = given.get("opening"), given.get("entered")
        if opening and entered:
            self.add_error("entered", "Choose a time or enter one, not both.")
        elif not opening and not entered and not self.errors and self.option.questions.get(Question.TIME):
            self.add_error("entered", "Choose a time, or enter one.")
        given["starts_at"] = availability.moment(int(opening)) if opening else entered
        return given

    def act(self, viewer: Any, now: datetime) -> Act:
        """Give the move with its answers."""
        given = self.cleaned_data
        consultant = given.get("consultant")
        return Act(
            booking_id=self.booking.pk,
            viewer=viewer,
            now=now,
            reason=given.get("reason", ""),
            price=given.get("price"),
            starts_at=given.get("starts_at"),
            consultant_id=consultant.pk if consultant else 0,
            override=given.get("override", False),
        )


def _reason(required: bool) -> forms.Field:
    return forms.CharField(
        required=required,
        max_length=2000,
        label="Reason",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The client reads it.",
    )


def _price(booking: Booking) -> forms.Field:
    return forms.DecimalField(
        required=False,
        min_value=0,
        label=f"Another price, in {booking.currency}",
        help_text=f"Empty: {Money(booking.price, booking.currency)}.",
    )


def _consultant(booking: Booking) -> forms.Field:
    offering = consultants.in_use().filter(business=booking.business_id, services=booking.service_id)
    return forms.ModelChoiceField(
        queryset=offering.exclude(pk=booking.consultant_id or 0).order_by("full_name"),
        label="Consultant",
        empty_label="Choose one of those who offer the service",
    )


def _override() -> forms.Field:
    return forms.BooleanField(
        required=False,
        label="Even where it is not offered",
        help_text="Hours and time off do not count then; another session at that time still does.",
    )


def _time(booking: Booking, now: datetime, *, required: bool) -> dict[str, forms.Field]:
    """Ask for one of the next open times of the present consultant, or for any other."""
    fields: dict[str, forms.Field] = {}
    openings = _openings(booking.consultant, booking, now) if required else []
    if openings:
        fields["opening"] = forms.ChoiceField(
            required=False,
            choices=openings,
            label=f"Next open times ({booking.timezone})",
            widget=forms.RadioSelect,
        )
    fields["entered"] = forms.DateTimeField(
        required=False,
        label=f"Or another time ({booking.timezone})" if openings else f"Time ({booking.timezone})",
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        help_text=f"As the clock shows it in {booking.timezone}."
        + ("" if required else " Empty: the time stays."),
    )
    return fields


def _openings(consultant: Consultant | None, booking: Booking, now: datetime) -> list[tuple[str, str]]:
    if consultant is None or booking.starts_at is None:
        return []
    found = availability.next_openings(
        terms=held_terms(booking), schedule=consultant.schedule, after=now, now=now, count=OFFERED
    )
    return [
        (str(opening.start), wording.at(availability.moment(opening.start), booking.timezone))
        for opening in found
    ]
