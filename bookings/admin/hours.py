"""Forms for hours, dates and time off: times as a clock shows them, held to the rules of the services."""

from collections import defaultdict
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from bookings.admin.clocks import ClockField, DressedRow, MomentField
from bookings.businesses.hours import MINUTES_OF_A_DAY
from bookings.businesses.intervals import (
    Interval,
    Problem,
    between,
    problem_of_date,
    problem_of_week,
)
from bookings.businesses.services import check_date_ahead
from bookings.common import clock
from bookings.common.errors import DomainError
from bookings.common.zones import zone
from bookings.schedules import seasons, services
from bookings.schedules.models import WeeklyHours

_COLUMNS = {
    "startsAt": "starts_at",
    "endsAt": "ends_at",
    "validFrom": "valid_from",
    "validUntil": "valid_until",
}


class IntervalForm(DressedRow):
    """One open interval. A closing time no later than the opening is one of the next day."""

    opens = ClockField()
    closes = ClockField(help_text="00:00 is midnight; no later than the opening: on the next day.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        closes = self.initial.get("closes")
        if closes is not None and closes >= MINUTES_OF_A_DAY:
            # as the field shows it, so that it counts as unchanged
            self.initial["closes"] = closes - MINUTES_OF_A_DAY

    def clean(self) -> dict[str, Any]:
        """Put the closing time on its day."""
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        opens, closes = answers.get("opens"), answers.get("closes")
        if opens == MINUTES_OF_A_DAY:
            self.add_error(
                "opens", "An interval opens at 23:59 at the latest; 24:00 is the next day's 00:00."
            )
        elif opens is not None and closes is not None:
            answers["closes"] = between(opens, closes).closes
        return answers


class SeasonIntervalForm(IntervalForm):
    """One open interval of the usual week, or of a season's."""

    def clean(self) -> dict[str, Any]:
        """Hold its dates to each other."""
        answers = super().clean()
        try:
            seasons.check_order(answers.get("valid_from"), answers.get("valid_until"))
        except DomainError as error:
            _blame(self, error)
        return answers


class DateIntervalForm(IntervalForm):
    """One open interval of a date, or that it is closed."""

    opens = ClockField(required=False, help_text="Empty: closed all day.")
    closes = ClockField(
        required=False, help_text="00:00 is midnight; no later than the opening: on the next day."
    )

    def clean(self) -> dict[str, Any]:
        """Ask for both times or none."""
        answers = super().clean()
        if not self.errors and (answers.get("opens") is None) != (answers.get("closes") is None):
            raise ValidationError("Give both times, or none where the date is closed.")
        return answers


class ClosedDayForm(DressedRow):
    """A date on which a practice is closed."""


class TimeOffForm(DressedRow):
    """A time off, on the calendar's own wall clock."""

    starts_at = MomentField(label="From", help_text="Without a time: the whole day.")
    ends_at = MomentField(label="Until", is_end=True, help_text="Without a time: the whole day.")

    def clean(self) -> dict[str, Any]:
        """Hold the time to the rules of the service."""
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        starts_at, ends_at = answers.get("starts_at"), answers.get("ends_at")
        if starts_at is not None and ends_at is not None and self.has_changed():
            try:
                services.check_instants(services.Instants(starts_at, ends_at), clock.now())
            except DomainError as error:
                _blame(self, error)
        return answers


class RowsFormSet(forms.BaseInlineFormSet):
    """Rows that have to go together. `clean` looks at those that stay, once each is right by itself."""

    @property
    def kept(self) -> list[Any]:
        """The forms of the rows that stay."""
        return [form for form in self.forms if form.cleaned_data and form not in self.deleted_forms]

    def add_fields(self, form: Any, index: int | None) -> None:
        """Name the box that takes a row away, which the theme shows as a sign."""
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].widget.attrs["aria-label"] = "Remove this row"

    def clean(self) -> None:
        """Name what clashes."""
        super().clean()
        if any(self.errors):
            return
        problem = self.problem(self.kept)
        if problem is not None:
            raise ValidationError(problem)

    def problem(self, kept: list[Any]) -> str | None:
        """Give what is wrong with the rows in words, or None."""
        raise NotImplementedError


class WeekFormSet(RowsFormSet):
    """The intervals of a week."""

    def problem(self, kept: list[Any]) -> str | None:
        """Ask for the whole week."""
        return _words(problem_of_week(week_of(kept)))


class SeasonsFormSet(RowsFormSet):
    """The intervals of the usual week and of each season."""

    def problem(self, kept: list[Any]) -> str | None:
        """Ask week by week; the rows of one season begin and end together."""
        by_start: defaultdict[date | None, list[Any]] = defaultdict(list)
        for form in kept:
            by_start[form.cleaned_data["valid_from"]].append(form)
        ends = self._ends(kept)
        for start, rows in by_start.items():
            found = _words(problem_of_week(week_of(rows)))
            if len(ends[start]) > 1:
                words = " and ".join(sorted(str(end or "never") for end in ends[start]))
                found = f"all its rows end on the same date; these end {words}."
            if found is not None:
                return found if start is None else f"Season from {start}: {found}"
        return self._not_meant(kept)

    def _ends(self, kept: list[Any]) -> defaultdict[date | None, set[date | None]]:
        """Give on which dates rows end, by their beginning: those that are over and not on the page among them."""
        ends: defaultdict[date | None, set[date | None]] = defaultdict(set)
        here = [form.instance.pk for form in self.initial_forms]
        elsewhere = WeeklyHours.objects.filter(schedule=self.instance.pk).exclude(pk__in=here)
        for start, end in elsewhere.values_list("valid_from", "valid_until"):
            ends[start].add(end)
        for form in kept:
            ends[form.cleaned_data["valid_from"]].add(form.cleaned_data["valid_until"])
        return ends

    def _not_meant(self, kept: list[Any]) -> str | None:
        """Find a season that was entered and is over, or far away, or one too many."""
        today = clock.now().astimezone(zone(self.instance.timezone)).date()
        try:
            for form in kept:
                start, end = (form.cleaned_data[name] for name in ("valid_from", "valid_until"))
                if start is not None and form.has_changed():
                    seasons.check_ahead(start, end, today)
            starts = (form.cleaned_data["valid_from"] for form in kept)
            seasons.check_count(start for start in starts if start is not None)
        except DomainError as error:
            return error.message
        return None


class DatesFormSet(RowsFormSet):
    """What is open on some dates."""

    def problem(self, kept: list[Any]) -> str | None:
        """Ask date by date."""
        by_date: defaultdict[date, list[Any]] = defaultdict(list)
        for form in kept:
            by_date[form.cleaned_data["date"]].append(form)
        for day, forms_of_day in by_date.items():
            closed = [form for form in forms_of_day if form.cleaned_data.get("opens") is None]
            if closed and len(forms_of_day) > 1:
                return f"{day} is closed: it has no other rows."
            if not closed:
                found = problem_of_date(day, [interval_of(form) for form in forms_of_day])
                if found is not None:
                    return found.message
        return _not_ahead(self.instance.timezone, kept)


class ClosedDaysFormSet(RowsFormSet):
    """Dates on which a practice is closed."""

    def problem(self, kept: list[Any]) -> str | None:
        """Look for dates that are over."""
        return _not_ahead(self.instance.timezone, kept)


class TimeOffFormSet(RowsFormSet):
    """Times off, each once."""

    def validate_unique(self) -> None:
        """Leave it to `problem`, which says it in words."""

    def problem(self, kept: list[Any]) -> str | None:
        """Look for the same time twice."""
        seen: set[tuple[datetime, datetime]] = set()
        for form in kept:
            time = form.cleaned_data["starts_at"], form.cleaned_data["ends_at"]
            if time in seen:
                return (
                    f"{timezone.localtime(time[0]):%Y-%m-%d %H:%M} is the start of the same time off twice."
                )
            seen.add(time)
        return None


def interval_of(form: Any) -> Interval:
    """Give the interval of a row that was judged."""
    return Interval(form.cleaned_data["opens"], form.cleaned_data["closes"])


def week_of(rows: list[Any]) -> list[tuple[int, Interval]]:
    """Give the intervals of some rows, each with its weekday."""
    return [(form.cleaned_data["weekday"], interval_of(form)) for form in rows]


def _blame(form: forms.ModelForm, error: DomainError) -> None:
    """Put what a rule says beside the column that it is about."""
    (name,) = error.field or ["endsAt"]
    form.add_error(_COLUMNS[name], error.message)


def _words(problem: Problem | None) -> str | None:
    return None if problem is None else problem.message


def _not_ahead(zone_name: str, kept: list[Any]) -> str | None:
    """Find a date that was entered and is over, or that nobody means."""
    today = clock.now().astimezone(zone(zone_name)).date()
    for form in kept:
        if form.has_changed():
            try:
                check_date_ahead(form.cleaned_data["date"], today, ["date"])
            except DomainError as error:
                return error.message
    return None
