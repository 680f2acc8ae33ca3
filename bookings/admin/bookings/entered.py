"""Times that are entered as a clock on the wall shows them, also within the hour that it shows twice."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError

from bookings.admin.bookings import wall
from bookings.admin.theme import dress
from bookings.booking.policies import YEARS

FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
WHICH = "_which"
"""What is put to a field's name for the question which of two times is meant."""


class WallTimeField(forms.Field):
    """A date and a time without an offset, in a browser's own field; the form says on whose clock."""

    widget = forms.DateTimeInput(format=FORMATS[0], attrs={"type": "datetime-local"})

    def to_python(self, value: Any) -> datetime | None:
        """Read what was entered. Raises ValidationError for what is no time, or lies in no year of ours."""
        if not value:
            return None
        for pattern in FORMATS:
            try:
                said = datetime.strptime(str(value).strip(), pattern)  # noqa: DTZ007  # whose clock, the form says
            except ValueError:
                continue
            if said.year not in YEARS:
                raise ValidationError("This date is out of range.")
            return said
        raise ValidationError("Enter a valid date/time.")


class OnAClock(forms.Form):
    """A form with such times. Where the clock shows one twice, it asks which is meant; one that it skips is refused.

    `here` is the clock's zone.
    """

    here: ZoneInfo

    def full_clean(self) -> None:
        """Ask which, where that has to be asked, before anything is read."""
        if self.is_bound:
            for name, field in list(self.fields.items()):
                if isinstance(field, WallTimeField):
                    self._ask_which(name, field)
        super().full_clean()

    def clean(self) -> dict[str, Any]:
        """Make instants of the times. Raises nothing; what is wrong stands beside its field."""
        given = super().clean() or {}
        for name, field in self.fields.items():
            if isinstance(field, WallTimeField) and given.get(name):
                given[name] = self._instant(name, given)
        return given

    def _ask_which(self, name: str, field: WallTimeField) -> None:
        try:
            said = field.to_python(self.data.get(self.add_prefix(name)))
        except ValidationError:
            return
        both = wall.instants(said, self.here) if said else []
        if len(both) < 2:
            return
        self.fields[name + WHICH] = forms.ChoiceField(
            required=False,
            label=f"Which {said:%H:%M}? The clock is put back, and shows it twice.",
            choices=[
                (at.isoformat(), f"{said:%H:%M} {at.astimezone(self.here):%Z} ({wall.offset(at, self.here)})")
                for at in both
            ],
            widget=forms.RadioSelect,
        )
        names = list(self.fields)
        self.order_fields([*names[: names.index(name) + 1], name + WHICH])
        dress(self)

    def _instant(self, name: str, given: dict[str, Any]) -> datetime | None:
        said, which = given[name], given.get(name + WHICH)
        moments = wall.instants(said, self.here)
        if which:
            return datetime.fromisoformat(which).astimezone(self.here)
        if len(moments) == 1:
            return moments[0].astimezone(self.here)
        if moments and not self.errors.get(name + WHICH):
            self.add_error(name + WHICH, "Choose which of the two.")
        if not moments:
            self.add_error(name, f"The clock skips {said:%H:%M} on that day: there is no such time.")
        return None


class OpeningField(forms.ChoiceField):
    """One of some open times, in epoch seconds. Whether it is open still is for the service to say, of any."""

    widget = forms.RadioSelect

    def valid_value(self, value: Any) -> bool:
        """Take every instant that lies in a year of ours."""
        text = str(value)
        if not (text.isascii() and text.isdecimal() and len(text) <= 11):
            return False
        return datetime.fromtimestamp(int(text), UTC).year in YEARS
