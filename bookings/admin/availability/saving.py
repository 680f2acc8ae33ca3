"""Handing the rows of a page to the services: whole weeks, dates and times off. The services alone write them."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from bookings.accounts.viewer import Viewer
from bookings.admin.hours import (
    ClosedDaysFormSet,
    DatesFormSet,
    SeasonsFormSet,
    TimeOffFormSet,
    WeekFormSet,
    interval_of,
    week_of,
)
from bookings.businesses.intervals import DateHours, DayHours, Interval
from bookings.businesses.services import NamedDay, set_closed_days, set_opening_hours
from bookings.common import clock
from bookings.common.zones import zone
from bookings.schedules import services

Save = Callable[[Any, Viewer], None]


def save_rows(formset: Any, viewer: Viewer) -> bool:
    """Save the rows of a formset that is right, where it is one about time, and note for the log what became of them.

    Raises what the services raise.
    """
    save = next((_SAVES[kind] for kind in type(formset).__mro__ if kind in _SAVES), None)
    if save is None:
        return False
    formset.new_objects = [form.instance for form in formset.extra_forms if form in formset.kept]
    formset.deleted_objects = [form.instance for form in formset.deleted_forms if form.instance.pk]
    formset.changed_objects = [
        (form.instance, form.changed_data)
        for form in formset.initial_forms
        if form.has_changed() and form in formset.kept
    ]
    if formset.new_objects or formset.deleted_objects or formset.changed_objects:
        save(formset, viewer)
    return True


def _touched(formset: Any, column: str) -> set[Any]:
    """Give what stands in a column of the rows that were added, changed or deleted: before, and now."""
    found = set()
    for form in formset.forms:
        gone = form in formset.deleted_forms
        if form.instance.pk and (gone or form.has_changed()):
            found.add(form.initial.get(column))
        if form in formset.kept and form.has_changed():
            found.add(form.cleaned_data[column])
    return found


def _days(rows: list[Any]) -> list[DayHours]:
    by_day: defaultdict[int, list[Interval]] = defaultdict(list)
    for weekday, interval in week_of(rows):
        by_day[weekday].append(interval)
    return [DayHours(weekday, intervals) for weekday, intervals in sorted(by_day.items())]


def _seasons(formset: Any, viewer: Viewer) -> None:
    weeks: defaultdict[date | None, list[Any]] = defaultdict(list)
    for form in formset.kept:
        weeks[form.cleaned_data["valid_from"]].append(form)
    starts = _touched(formset, "valid_from")
    # What goes goes first: there are only so many seasons.
    for start in sorted(starts, key=lambda each: (each in weeks, each or date.min)):
        rows = weeks.get(start, [])
        services.set_weekly_hours(
            schedule_id=formset.instance.pk,
            week=_days(rows),
            valid_from=start,
            valid_until=rows[0].cleaned_data["valid_until"] if rows else None,
            viewer=viewer,
            now=clock.now(),
        )


def _dates(formset: Any, viewer: Viewer) -> None:
    now = clock.now()
    today = now.astimezone(zone(formset.instance.timezone)).date()
    days: defaultdict[date, list[Any]] = defaultdict(list)
    for form in formset.kept:
        days[form.cleaned_data["date"]].append(form)
    dates = sorted(day for day in _touched(formset, "date") if day >= today)
    services.set_date_overrides(
        schedule_id=formset.instance.pk,
        days=[
            DateHours(
                day, [interval_of(form) for form in days[day] if form.cleaned_data["opens"] is not None]
            )
            for day in dates
            if day in days
        ],
        clear=[day for day in dates if day not in days],
        viewer=viewer,
        now=now,
    )


def _time_off(formset: Any, viewer: Viewer) -> None:
    now = clock.now()
    for form in formset.initial_forms:
        moved = {"starts_at", "ends_at"} & set(form.changed_data)
        if form in formset.deleted_forms or (form in formset.kept and moved):
            services.remove_time_off(time_off_id=form.instance.pk, viewer=viewer)
    for form in formset.kept:
        if form.has_changed():
            given = form.cleaned_data
            services.add_time_off(
                schedule_id=formset.instance.pk,
                time=services.Instants(given["starts_at"], given["ends_at"]),
                note=given["note"],
                viewer=viewer,
                now=now,
            )


def _opening_hours(formset: Any, viewer: Viewer) -> None:
    set_opening_hours(business_id=formset.instance.pk, week=_days(formset.kept), viewer=viewer)


def _closed_days(formset: Any, viewer: Viewer) -> None:
    changed = [form.cleaned_data for form in formset.kept if form.has_changed()]
    add = [NamedDay(given["date"], given["name"]) for given in changed]
    staying = {form.cleaned_data["date"] for form in formset.kept}
    gone = _touched(formset, "date") - staying
    set_closed_days(
        business_id=formset.instance.pk, add=add, remove=sorted(gone), viewer=viewer, now=clock.now()
    )


_SAVES: Mapping[type, Save] = {
    SeasonsFormSet: _seasons,
    DatesFormSet: _dates,
    TimeOffFormSet: _time_off,
    WeekFormSet: _opening_hours,
    ClosedDaysFormSet: _closed_days,
}
