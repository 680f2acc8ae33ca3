"""Reminders as a receptionist writes them: `24 h, 1 h`."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from bookings.admin.tiers import MINUTES, UNITS, in_units
from bookings.catalogue.reminders import read_reminders
from bookings.common.errors import DomainError

HELP = (
    "How long before the start clients are reminded by mail, such as 24 h, 1 h (d, h and min are understood). "
    "Empty: 24 h and 1 h. never: not at all."
)
NEVER = "never"
_TIME = re.compile(r"(\d{1,6})\s*([a-z]+)", re.ASCII)


class RemindersField(forms.CharField):
    """Takes times before the start and gives minutes as they are kept; nothing where it is empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, help_text=HELP, max_length=200, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show minutes as times; what was typed stays as it is."""
        return text_of(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what is meant, not how it is spelt."""
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value: Any) -> list[int] | None:
        """Read the times. Raise ValidationError where one is not understood, or there are too many."""
        text = super().clean(value).strip().lower()
        if not text:
            return None
        times = [] if text == NEVER else [_read(each.strip()) for each in re.split(r"[,;\n]", text)]
        try:
            return read_reminders(times)
        except DomainError as error:
            raise ValidationError(error.message) from None


def text_of(minutes: Sequence[int]) -> str:
    """Give minutes as times, each in the largest unit that is whole."""
    return ", ".join(in_units(each) for each in minutes) or NEVER


def _read(text: str) -> int:
    found = _TIME.fullmatch(text)
    if found is None or found[2] not in UNITS:
        raise ValidationError(f'"{text[:40]}" is not understood; write times such as 24 h, 1 h.')
    return int(found[1]) * MINUTES[UNITS[found[2]]]
