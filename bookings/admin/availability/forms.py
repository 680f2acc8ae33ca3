"""What is asked before slots are published, or withdrawn."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from bookings.admin.clocks import day_input
from bookings.admin.theme import Dressed
from bookings.businesses.hours import Weekday
from bookings.businesses.intervals import read_clock
from bookings.catalogue.models import Service
from bookings.slots.planning import Times
from bookings.slots.publishing import Offer
from bookings.slots.selectors import Host

BLANK_TIMES = 3


class TimesInput(forms.Widget):
    """Some times of day, each in a field of its own; a script adds more and takes them away."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        """Give every time that was filled in."""
        given = data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
        return [each for each in given if each]

    def id_for_label(self, id_: str) -> str:
        """Give the first field's."""
        return id_

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Give as many fields as there are times, and blank ones."""
        given = list(value or [])
        given += [""] * max(1, BLANK_TIMES - len(given))
        about = {**self.attrs, **(attrs or {})}
        fields = format_html_join(
            "",
            '<span class="time"><input type="time" name="{}" value="{}" class="{}"{} aria-label="Start {}"></span>',
            (
                (
                    name,
                    each,
                    about.get("class", ""),
                    format_html(' id="{}"', about.get("id", "")) if number == 1 else "",
                    number,
                )
                for number, each in enumerate(given, 1)
            ),
        )
        return format_html('<span class="times" data-times>{}</span>', fields)


class TimesField(forms.Field):
    """Minutes after midnight, several."""

    widget = TimesInput

    def to_python(self, value: Any) -> list[int]:
        """Read what was typed, each time once."""
        try:
            return sorted({read_clock(each) for each in value or []})
        except ValueError as error:
            raise ValidationError(str(error)) from None


class Days(Dressed):
    """A range of dates, and which weekdays of it."""

    first = forms.DateField(label="From", widget=day_input())
    last = forms.DateField(label="Until", widget=day_input(), help_text="Itself included.")


class PublishForm(Days):
    """Which slots: on which dates and weekdays, at which times, with how many seats."""

    weekdays = forms.TypedMultipleChoiceField(
        label="On",
        coerce=int,
        choices=Weekday.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None: every day.",
    )
    times = TimesField(label="Starts", help_text="On the calendar's own clock.")
    service = forms.ModelChoiceField(
        Service.objects.none(), required=False, empty_label="Any that is as long", label="For"
    )
    minutes = forms.IntegerField(
        required=False, min_value=1, help_text="How long a slot is. Empty: as long as the service."
    )
    seats = forms.IntegerField(required=False, min_value=1, help_text="Empty: as many as the service has.")

    field_order = ("service", "first", "last", "weekdays", "times", "minutes", "seats")
    called = {
        "from": "first",
        "until": "last",
        "dates": "first",
        "weekdays": "weekdays",
        "times": "times",
        "serviceId": "service",
        "durationMinutes": "minutes",
        "seats": "seats",
    }

    def __init__(self, *args: Any, host: Host, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["service"]
        choice.queryset = host.services.filter(is_active=True).order_by("name")

    def offer(self) -> Offer:
        """Give the answers as the service takes them."""
        given = self.cleaned_data
        return Offer(
            times=Times(
                first=given["first"], last=given["last"], weekdays=given["weekdays"], clock=given["times"]
            ),
            service_id=given["service"].pk if given["service"] else None,
            minutes=given["minutes"],
            seats=given["seats"],
        )


class WithdrawForm(Days):
    """From which day to which."""

    called = {"until": "last", "from": "first"}
