"""What a move asks for, as a form made from its questions."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django import forms

from bookings.admin.bookings import wording
from bookings.admin.bookings.entered import WHICH, OnAClock, OpeningField, WallTimeField
from bookings.admin.moves import Act, Option, Question
from bookings.admin.theme import Dressed, dress
from bookings.availability import selectors as availability
from bookings.availability.engine import Opening
from bookings.booking import wishes
from bookings.booking.models import Booking
from bookings.booking.terms import held_terms, hosts_for
from bookings.common.money import Money
from bookings.common.zones import zone
from bookings.consultants import selectors as consultants
from bookings.resources import selectors as resources

OFFERED = 12
"""How many open times are offered."""
ALTERNATIVES = ("alternative_1", "alternative_2", "alternative_3")
"""The times that may be proposed with a refusal."""
_ORDER = (
    "consultant", "resource", "opening", "entered", "entered" + WHICH, "minutes", "override", "price", "reason",
    *(name + end for name in ALTERNATIVES for end in ("", WHICH)),
)  # fmt: skip


class NoteForm(Dressed):
    """An internal note."""

    note = forms.CharField(
        max_length=5000,
        label="Add an internal note",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The client does not see it.",
    )


class MoveForm(OnAClock):
    """The questions of one move of one booking; wall-clock times are read in the booking's zone."""

    def __init__(self, data: Any, *, booking: Booking, option: Option, now: datetime) -> None:
        super().__init__(data)
        self.booking, self.option, self.here = booking, option, zone(booking.timezone)
        for question, required in option.questions.items():
            if question is Question.REASON:
                self.fields["reason"] = _reason(required)
            elif question is Question.LENGTH:
                self.fields["minutes"] = _minutes(booking)
            elif question is Question.PRICE:
                self.fields["price"] = _price(booking)
            elif question is Question.CONSULTANT:
                self.fields["consultant"] = _consultant(booking, required=required)
            elif question is Question.RESOURCE:
                self.fields["resource"] = _resource(booking, required=required)
            elif question is Question.ALTERNATIVES:
                self.fields |= {name: _alternative(booking, name) for name in ALTERNATIVES}
            else:
                self.fields |= _time(booking, now, required=required)
                if "opening" in self.data:  # one that a refusal offered
                    self.fields.setdefault("opening", OpeningField(required=False))
                if option.may_override:
                    self.fields["override"] = _override()
        self.order_fields(_ORDER)
        dress(self)

    def offer(self, why: str, starts: list[int]) -> None:
        """Say why a time was refused, and offer open ones in its place."""
        self.add_error(None, f"{why} The next open times are below." if starts else why)
        if not starts:
            return
        refused = ("opening", "entered")
        self.data = {name: value for name, value in self.data.items() if not name.startswith(refused)}
        offered = _opening("Next open times", starts, self.booking.timezone)
        field = self.fields.setdefault("opening", offered)
        field.choices = offered.choices  # type: ignore[attr-defined]  # it is one of these, here or before
        self["opening"].label = str(offered.label)
        self.order_fields(_ORDER)
        dress(self)

    def clean(self) -> dict[str, Any]:
        """Have one time: chosen, or entered."""
        given = super().clean()
        opening, entered = given.get("opening"), given.get("entered")
        if opening and entered:
            self.add_error("entered", "Choose a time or enter one, not both.")
        elif not opening and not entered and not self.errors and self.option.questions.get(Question.TIME):
            self.add_error("entered", "Choose a time, or enter one.")
        start = given["starts_at"] = availability.moment(int(opening)) if opening else entered
        minutes = given.get("minutes")
        given["ends_at"] = start + timedelta(minutes=minutes) if start and minutes else None
        return given

    def act(self, viewer: Any, now: datetime) -> Act:
        """Give the move with its answers."""
        given = self.cleaned_data
        consultant, resource = given.get("consultant"), given.get("resource")
        return Act(
            booking_id=self.booking.pk,
            viewer=viewer,
            now=now,
            reason=given.get("reason", ""),
            price=given.get("price"),
            starts_at=given.get("starts_at"),
            ends_at=given.get("ends_at"),
            consultant_id=consultant.pk if consultant else None,
            resource_id=resource.pk if resource else None,
            override=given.get("override", False),
            alternatives=tuple(given[name] for name in ALTERNATIVES if given.get(name)),
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
        help_text=f"Empty: {Money(booking.price, booking.currency)}."
        + (" The deposit stays the same share of it." if booking.deposit else ""),
    )


def _minutes(booking: Booking) -> forms.Field:
    service = booking.service
    return forms.IntegerField(
        required=False,
        min_value=service.duration,
        max_value=service.max_duration,
        label="Length, in minutes",
        help_text=f"From {service.duration} to {service.max_duration}, and the price with it. "
        f"Empty: {booking.duration}.",
    )


def _consultant(booking: Booking, *, required: bool) -> forms.Field:
    offering = consultants.in_use().filter(business=booking.business_id, services=booking.service_id)
    return forms.ModelChoiceField(
        queryset=offering.exclude(pk=booking.consultant_id or 0).order_by("full_name"),
        required=required,
        label="Consultant",
        empty_label=_or_nobody(
            "Choose one of those who offer the service", booking.consultant, required=required
        ),
    )


def _resource(booking: Booking, *, required: bool) -> forms.Field:
    fitting = resources.in_use().filter(
        business=booking.business_id,
        services=booking.service_id,
        is_available=True,
        capacity__gte=booking.service.seats,
    )
    return forms.ModelChoiceField(
        queryset=fitting.exclude(pk=booking.resource_id or 0).order_by("name"),
        required=required,
        label="Room or equipment",
        empty_label=_or_nobody("Choose one that the service can have", booking.resource, required=required),
    )


def _or_nobody(choose: str, present: Any, *, required: bool) -> str:
    """Give the words for no choice: where none is required, the present one stays, or what is free is taken."""
    if required:
        return choose
    return f"As before: {present}" if present is not None else "Whichever is free"


def _override() -> forms.Field:
    return forms.BooleanField(
        required=False,
        label="Even where it is not offered",
        help_text="Hours and time off do not count then; another session at that time still does.",
    )


def _time(booking: Booking, now: datetime, *, required: bool) -> dict[str, forms.Field]:
    """Ask for one of the open times of whoever the booking is with, or for any other."""
    fields: dict[str, forms.Field] = {}
    which, openings = _openings(booking, now) if required else ("", [])
    if openings:
        fields["opening"] = _opening(which, openings, booking.timezone)
    fields["entered"] = _wall_time(
        f"Or another time ({booking.timezone})" if openings else f"Time ({booking.timezone})",
        f"As the clock shows it in {booking.timezone}." + ("" if required else " Empty: the time stays."),
    )
    return fields


def _alternative(booking: Booking, name: str) -> forms.Field:
    number = ALTERNATIVES.index(name) + 1
    return _wall_time(
        f"Other time to propose, {number} ({booking.timezone})",
        "The client reads it; nothing is kept for them.",
    )


def _opening(which: str, starts: Iterable[int], zone_name: str) -> OpeningField:
    choices = [(str(start), wording.at(availability.moment(start), zone_name)) for start in starts]
    return OpeningField(required=False, choices=choices, label=f"{which} ({zone_name})")


def _wall_time(label: str, help_text: str) -> WallTimeField:
    return WallTimeField(required=False, label=label, help_text=help_text)


def _openings(booking: Booking, now: datetime) -> tuple[str, list[int]]:
    """Give the starts that are open: for a wish those within it, where there are any, and else the next ones."""
    terms, hosts = held_terms(booking), hosts_for(booking)
    if wishes.waits(booking):
        since, until = wishes.span(booking)
        wished = availability.offered(terms=terms, hosts=hosts, since=max(since, now), until=until, now=now)
        if wished:
            return "Open times as wished", _starts(wished)
    found = availability.next_openings(terms=terms, hosts=hosts, after=now, now=now, count=OFFERED)
    return "Next open times", _starts(found)


def _starts(openings: Iterable[Opening]) -> list[int]:
    return sorted({opening.start for opening in openings})[:OFFERED]
