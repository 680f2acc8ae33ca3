"""Changing when a practice is open. Neither slots, bookings nor payments are touched."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext

from bookings.accounts.viewer import Viewer
from bookings.businesses import policies
from bookings.businesses.changes import note_change
from bookings.businesses.intervals import DayHours, Interval, problem_of_week
from bookings.businesses.models import Business, ClosedDay, OpeningHours
from bookings.businesses.policies import Duty
from bookings.common.errors import DomainError, ErrorCode
from bookings.common.text import can_be_kept
from bookings.common.zones import zone

MOST_DATES = 366
"""Dates that one call may name."""
FARTHEST_YEARS = 5


class NamedDay(NamedTuple):
    """A date on which the practice is closed, and what clients are told it is."""

    date: date
    name: str = ""


def set_opening_hours(*, business_id: int, week: Sequence[DayHours], viewer: Viewer) -> Business:
    """Replace a practice's opening hours, seven days at once; an empty week is open always.

    A weekday that the week does not name is closed. Raises UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, VALIDATION_FAILED.
    """
    wanted = rows_of_week(week)
    with transaction.atomic():
        business = _locked(business_id, viewer)
        known = {(row.weekday, row.opens, row.closes): row.pk for row in business.opening_hours.all()}
        gone = [pk for values, pk in known.items() if values not in wanted]
        OpeningHours.objects.filter(pk__in=gone).delete()
        OpeningHours.objects.bulk_create(
            OpeningHours(business=business, weekday=weekday, opens=opens, closes=closes)
            for weekday, opens, closes in sorted(wanted - set(known))
        )
    return business


def set_closed_days(
    *,
    business_id: int,
    viewer: Viewer,
    now: datetime,
    add: Sequence[NamedDay] = (),
    remove: Sequence[date] = (),
) -> Business:
    """Close a practice on some dates of its calendar, and open it again on others.

    A date that is closed already gets the new name. Raises UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, VALIDATION_FAILED.
    """
    _check_days(add, remove)
    with transaction.atomic():
        business = _locked(business_id, viewer)
        today = now.astimezone(zone(business.timezone)).date()
        for position, day in enumerate(add):
            check_date_ahead(day.date, today, ["add", str(position), "date"])
        business.closed_days.filter(date__in=remove).delete()
        ClosedDay.objects.bulk_create(
            [ClosedDay(business=business, date=day.date, name=day.name.strip()) for day in add],
            update_conflicts=True,
            unique_fields=["business", "date"],
            update_fields=["name"],
        )
    return business


def rows_of_week(week: Sequence[DayHours]) -> set[tuple[int, int, int]]:
    """Give (weekday, opens, closes) of every interval of a week. Raises VALIDATION_FAILED with the path to blame."""
    seen: set[int] = set()
    rows: list[tuple[int, Interval]] = []
    paths: list[list[str]] = []
    for position, day in enumerate(week):
        if day.weekday not in range(7) or day.weekday in seen:
            raise DomainError(
                ErrorCode.VALIDATION_FAILED,
                gettext("A week has each of its seven days once."),
                field=["week", str(position), "weekday"],
            )
        seen.add(day.weekday)
        rows += [(day.weekday, interval) for interval in day.intervals]
        paths += [["week", str(position), "intervals", str(place)] for place in range(len(day.intervals))]
    problem = problem_of_week(rows)
    if problem is not None:
        raise DomainError(ErrorCode.VALIDATION_FAILED, problem.message, field=paths[problem.row])
    return {(weekday, *interval) for weekday, interval in rows}


def check_dates(dates: Sequence[date], field: Sequence[str]) -> None:
    """Refuse too many dates, and a date twice. Raises VALIDATION_FAILED."""
    if len(dates) > MOST_DATES:
        raise DomainError(
            ErrorCode.VALIDATION_FAILED,
            gettext("At most %(most_dates)s dates can be changed at once.") % {"most_dates": MOST_DATES},
            field=field,
        )
    twice = next((day for day, times in Counter(dates).items() if times > 1), None)
    if twice is not None:
        raise DomainError(
            ErrorCode.VALIDATION_FAILED, gettext("%(twice)s is named twice.") % {"twice": twice}, field=field
        )


def check_date_ahead(day: date, today: date, field: Sequence[str]) -> None:
    """Refuse a date that is over, or so far away that nobody means it. Raises VALIDATION_FAILED."""
    if day < today:
        raise DomainError(
            ErrorCode.VALIDATION_FAILED, gettext("%(day)s is over.") % {"day": day}, field=field
        )
    if day.year > today.year + FARTHEST_YEARS:
        raise DomainError(
            ErrorCode.VALIDATION_FAILED,
            gettext("%(day)s is more than %(farthest_years)s years ahead.")
            % {"day": day, "farthest_years": FARTHEST_YEARS},
            field=field,
        )


def _check_days(add: Sequence[NamedDay], remove: Sequence[date]) -> None:
    check_dates([*(day.date for day in add), *remove], ["add"])
    for position, day in enumerate(add):
        if len(day.name.strip()) > 100 or not can_be_kept(day.name):
            raise DomainError(
                ErrorCode.VALIDATION_FAILED,
                gettext("A closed day's name has 100 characters at most."),
                field=["add", str(position), "name"],
            )


def _locked(business_id: int, viewer: Viewer) -> Business:
    """Give the practice, if the viewer may, locked with all its calendars.

    The practice goes first, as where its offer changes; whoever takes time there locks a calendar, and waits.
    """
    viewer.require_user()
    business = Business.objects.filter(pk=business_id).first()
    if business is None:
        raise DomainError(ErrorCode.NOT_FOUND, field=["businessId"])
    policies.require(viewer, Duty.PRACTICE, business.pk)
    note_change(business_id)
    business = Business.objects.get(pk=business_id)
    list(business.schedules.select_for_update().order_by("pk").values_list("pk", flat=True))
    return business
