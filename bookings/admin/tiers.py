"""Refund tiers as a receptionist writes them: a line each, such as `24 h 100 %`."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from bookings.catalogue.refund_tiers import Tiers, read_tiers
from bookings.common.errors import DomainError

HELP = (
    "What a client who cancels gets back: a line for each step, such as 24 h 100 % (d, h and min are understood). "
    "The first line whose notice is kept counts; below the last one nothing goes back. 0 h 0 %: nothing ever does."
)
MINUTES = {"d": 24 * 60, "h": 60, "min": 1}
UNITS = {
    **dict.fromkeys(("d", "day", "days"), "d"),
    **dict.fromkeys(("h", "hour", "hours"), "h"),
    **dict.fromkeys(("m", "min", "minute", "minutes"), "min"),
}
_LINE = re.compile(r"(\d{1,6})\s*([a-z]+)\s*[:=]?\s*(\d{1,3})\s*%", re.ASCII)


class TiersField(forms.CharField):
    """Takes the lines and gives the tiers as they are kept; none at all where it is empty."""

    def __init__(self, *, empty: str, **kwargs: Any) -> None:
        kwargs["widget"] = forms.Textarea(attrs={"rows": 4, "cols": 24})
        super().__init__(required=False, help_text=f"{HELP} Empty: {empty}.", max_length=1000, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show tiers as lines; what was typed stays as it is."""
        return lines_of(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what is meant, not how it is spelt."""
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value: Any) -> Tiers | None:
        """Read the lines. Raise ValidationError where one is not understood, or they do not go together."""
        text = super().clean(value)
        lines = [line for line in map(str.strip, text.lower().splitlines()) if line]
        if not lines:
            return None
        try:
            return read_tiers([_read(line) for line in lines])
        except DomainError as error:
            raise ValidationError(error.message) from None


def lines_of(tiers: Sequence[Sequence[int]]) -> str:
    """Give tiers as lines, each in the largest unit that is whole."""
    return "\n".join(_line(minutes, percent) for minutes, percent in tiers) or "0 h 0 %"


def _line(minutes: int, percent: int) -> str:
    return f"{in_units(minutes)} {percent} %"


def in_units(minutes: int) -> str:
    """Give minutes in the largest unit that is whole; up to two days are told in hours, as people say."""
    day, hour = MINUTES["d"], MINUTES["h"]
    unit = "d" if minutes > 2 * day and minutes % day == 0 else "h" if minutes % hour == 0 else "min"
    return f"{minutes // MINUTES[unit]} {unit}"


def _read(line: str) -> list[int]:
    found = _LINE.fullmatch(line)
    if found is None or found[2] not in UNITS:
        raise ValidationError(f'"{line[:40]}" is not understood; write a line such as 24 h 100 %.')
    return [int(found[1]) * MINUTES[UNITS[found[2]]], int(found[3])]
