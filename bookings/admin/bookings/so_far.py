"""What a form says so far, as far as it can be read: of answers that were sent, or of those that an address brings."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.dateparse import parse_date

from bookings.admin.bookings.entered import OnAClock, WallTimeField
from bookings.booking.policies import YEARS


class SoFar(OnAClock):
    """A form that depends on its own answers, before they are judged."""

    def _start(self) -> datetime | None:
        """Read the start that an address names, on the clock of whose time it is."""
        try:
            said = WallTimeField(required=False).to_python(str(self.initial.get("starts_at", ""))[:16])
        except forms.ValidationError:
            return None
        return said

    def _raw(self, name: str) -> Any:
        return self.data.get(name) if self.is_bound else self.initial.get(name)

    def _chosen(self, name: str) -> Any:
        """Give the row that is chosen, if it is one that is offered."""
        if name not in self.fields:
            return None
        try:
            return self.fields[name].clean(self._raw(name) or "")
        except forms.ValidationError:
            return None

    def _number(self, name: str) -> int | None:
        text = str(self._raw(name) or "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 and int(text) else None

    def _day(self) -> date | None:
        text = str(self._raw("date") or "")
        start = None if self.is_bound or text else self._start()
        try:
            day = start.date() if start is not None else parse_date(text)
        except ValueError:
            return None
        return day if day is not None and day.year in YEARS else None
