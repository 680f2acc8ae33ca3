"""Dates and times as a browser's own fields: a calendar and a clock on a phone, typed at a desk."""

from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from bookings.admin.theme import dress
from bookings.businesses.intervals import read_clock, shown
from bookings.schedules.walltime import whole_days


def day_input() -> forms.DateInput:
    """Give a browser's own field for a date."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class ClockField(forms.Field):
    """Minutes after midnight, in a browser's own field for a time; the midnight at the end of a day is 00:00 there.

    24:00 is read as that midnight too.
    """

    widget = forms.TextInput(attrs={"type": "time"})

    def to_python(self, value: Any) -> int | None:
        """Read what was typed."""
        text = str(value or "").strip()
        if not text:
            return None
        try:
            return read_clock(text)
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def prepare_value(self, value: Any) -> Any:
        """Show minutes as a clock does; what was typed stays as it is."""
        return shown(value) if isinstance(value, int) else value


class MomentInput(forms.SplitDateTimeWidget):
    """The two fields beside each other."""

    template_name = "admin/bookings/moment.html"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Name each of the two: both are given the name of the whole."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        for part, widget in zip(("date", "time"), context["widget"]["subwidgets"], strict=True):
            if said := widget["attrs"].get("aria-label"):
                widget["attrs"]["aria-label"] = f"{said}, {part}"
        return context


class MomentField(forms.SplitDateTimeField):
    """A date and a time, each in a browser's own field. Without a time: the whole date, from or until its midnight."""

    def __init__(self, *, is_end: bool = False, **kwargs: Any) -> None:
        widget = MomentInput(
            date_format="%Y-%m-%d",
            time_format="%H:%M",
            date_attrs={"type": "date"},
            time_attrs={"type": "time"},
        )
        super().__init__(widget=widget, require_all_fields=False, **kwargs)
        self.is_end = is_end
        self.fields[1].required = False

    def compress(self, data_list: Any) -> Any:
        """Give the instant on the clock that is active."""
        if not data_list or not data_list[0] or data_list[1] is not None:
            return super().compress(data_list)
        here: tzinfo = timezone.get_current_timezone()
        if not isinstance(here, ZoneInfo):
            return super().compress(data_list)
        edges = whole_days(here, data_list[0], data_list[0])
        return datetime.fromtimestamp(edges[self.is_end], UTC)


class DressedRow(forms.ModelForm):
    """A row in the theme's dress, with the calendar of the browser for its dates."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if type(field) is forms.DateField:
                field.widget = day_input()
        dress(self)
