"""Changing when a calendar is open. Neither slots, bookings nor payments are touched."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext

from bookings.accounts.viewer import Viewer
from bookings.businesses.changes import note_change
from bookings.businesses.intervals import DateHours, DayHours, problem_of_date
from bookings.businesses.services import FARTHEST_YEARS, check_date_ahead, check_dates, rows_of_week
from bookings.common import clock
from bookings.common.errors import DomainError, ErrorCode, invalid
from bookings.common.idempotency import Once, transaction_once
from bookings.common.text import can_be_kept
from bookings.common.zones import zone
from bookings.schedules import policies, seasons, selectors
from bookings.schedules.models import DateOverride, Schedule, TimeOff, WeeklyHours
from bookings.schedules.walltime import MINUTES_OF_A_DAY, instant

LONGEST_AGO = 366
"""Days that a time off may have begun before it is entered."""


@dataclass(frozen=True)
class Instants:
    """A time off between two instants, whole minutes both: [starts_at, ends_at)."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class WholeDays:
    """A time off from the first to the last of some dates on the schedule's calendar, both included."""

    first: date
    last: date


def set_weekly_hours(
    *,
    schedule_id: int,
    week: Sequence[DayHours],
    viewer: Viewer,
    valid_from: date | None = None,
    valid_until: date | None = None,
    now: datetime | None = None,
) -> Schedule:
    """Replace a calendar's usual week, or the season that begins on `valid_from`; other weeks stay as they are.

    Seven days at once: a weekday that the week does not name is closed. Dates are those of the schedule's calendar;
    a season without `valid_until` is for good. A season without any interval is taken away, and what counted before
    counts again: to close a calendar for a while is what time off and overrides are for. Raises UNAUTHENTICATED,
    FORBIDDEN, NOT_FOUND, VALIDATION_FAILED.
    """
    wanted = rows_of_week(week)
    seasons.check_order(valid_from, valid_until)
    with transaction.atomic():
        schedule = _locked(schedule_id, viewer)
        if wanted and valid_from is not None:
            today = (now or clock.now()).astimezone(zone(schedule.timezone)).date()
            seasons.check_ahead(valid_from, valid_until, today)
            others = seasons.seasons(schedule.weekly_hours.all(), today)
            seasons.check_count([valid_from, *(season.valid_from for season in others)])
        _replace_week(schedule, wanted, valid_from, valid_until)
    return schedule


def set_date_overrides(
    *,
    schedule_id: int,
    viewer: Viewer,
    now: datetime,
    days: Sequence[DateHours] = (),
    clear: Sequence[date] = (),
) -> Schedule:
    """Say what is open on some dates instead of the usual hours, and go back to those on others (`clear`).

    A date without intervals is closed. Dates are those of the schedule's calendar, from today on. Raises
    UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, VALIDATION_FAILED.
    """
    check_dates([*(day.date for day in days), *clear], ["days"])
    _check_intervals(days)
    with transaction.atomic():
        schedule = _locked(schedule_id, viewer)
        today = now.astimezone(zone(schedule.timezone)).date()
        for position, day in enumerate(days):
            check_date_ahead(day.date, today, ["days", str(position), "date"])
        for position, cleared in enumerate(clear):
            check_date_ahead(cleared, today, ["clear", str(position)])
        _replace_overrides(schedule, days, clear)
    return schedule


def add_time_off(
    *,
    schedule_id: int,
    time: Instants | WholeDays,
    viewer: Viewer,
    now: datetime,
    note: str = "",
    once: Once | None = None,
) -> TimeOff:
    """Take a time away from a calendar, whatever its hours say. The same time again gives the same row, newly noted.

    Raises UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, VALIDATION_FAILED, and AlreadyDone for a replay of `once`.
    """
    if len(note.strip()) > 200 or not can_be_kept(note):
        raise invalid("note", gettext("A note has 200 characters at most."))
    of = _require_change(schedule_id, viewer)  # for a replay too: it is answered with the row
    with transaction_once(once, now=now) as outcome:
        note_change(of.business_id)
        (schedule,) = selectors.lock([schedule_id])
        starts_at, ends_at = _range(schedule, time, now)
        same = TimeOff.objects.filter(schedule=schedule, starts_at=starts_at, ends_at=ends_at)
        row = same.order_by("pk").first() or TimeOff(schedule=schedule, starts_at=starts_at, ends_at=ends_at)
        row.note = note.strip()
        row.save()
        outcome.made(row.pk)
    return row


def remove_time_off(*, time_off_id: int, viewer: Viewer) -> Schedule:
    """Give a time off back to its calendar. Raises UNAUTHENTICATED; NOT_FOUND also where the viewer may not know it."""
    viewer.require_user()
    with transaction.atomic():
        row = TimeOff.objects.select_related("schedule").filter(pk=time_off_id).first()
        if row is None or not policies.may_change(viewer, row.schedule):
            raise DomainError(ErrorCode.NOT_FOUND, field=["timeOffId"])
        schedule = _locked(row.schedule_id, viewer)
        TimeOff.objects.filter(pk=time_off_id).delete()
    return schedule


def check_instants(time: Instants, now: datetime) -> None:
    """Refuse a time off that is empty, over, absurdly far away or not of whole minutes. Raises VALIDATION_FAILED.

    It may have begun, up to LONGEST_AGO days before.
    """
    if time.ends_at <= time.starts_at:
        raise invalid("endsAt", gettext("Time off ends after it starts."))
    for name, moment in (("startsAt", time.starts_at), ("endsAt", time.ends_at)):
        if moment.second or moment.microsecond:
            raise invalid(name, gettext("Time off begins and ends on whole minutes."))
    if time.ends_at <= now:
        raise invalid("endsAt", gettext("This time is over."))
    if time.starts_at < now - timedelta(days=LONGEST_AGO):
        raise _begun_long_ago("startsAt")
    if time.ends_at > now + timedelta(days=366 * FARTHEST_YEARS):
        raise invalid(
            "endsAt",
            gettext("This ends more than %(farthest_years)s years ahead.")
            % {"farthest_years": FARTHEST_YEARS},
        )


def _locked(schedule_id: int, viewer: Viewer) -> Schedule:
    """Give the schedule, locked after its practice, if the viewer may change it."""
    note_change(_require_change(schedule_id, viewer).business_id)
    (schedule,) = selectors.lock([schedule_id])
    return schedule


def _require_change(schedule_id: int, viewer: Viewer) -> Schedule:
    """Give a calendar to whoever may change it. Raises UNAUTHENTICATED, FORBIDDEN, NOT_FOUND."""
    viewer.require_user()
    schedule = Schedule.objects.filter(pk=schedule_id).first()
    if schedule is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    policies.require_change(viewer, schedule)
    return schedule


def _replace_week(
    schedule: Schedule, wanted: set[tuple[int, int, int]], valid_from: date | None, valid_until: date | None
) -> None:
    rows = schedule.weekly_hours.filter(valid_from=valid_from)
    known = {(row.weekday, row.opens, row.closes): row.pk for row in rows}
    gone = [pk for values, pk in known.items() if values not in wanted]
    WeeklyHours.objects.filter(pk__in=gone).delete()
    if valid_from is not None:
        rows.update(valid_until=valid_until)  # those that stay end with the new ones
    WeeklyHours.objects.bulk_create(
        WeeklyHours(
            schedule=schedule,
            weekday=weekday,
            opens=opens,
            closes=closes,
            valid_from=valid_from,
            valid_until=valid_until,
        )
        for weekday, opens, closes in sorted(wanted - set(known))
    )


def _replace_overrides(schedule: Schedule, days: Sequence[DateHours], clear: Iterable[date]) -> None:
    dates = [*(day.date for day in days), *clear]
    wanted: set[tuple[date, int | None, int | None]] = set()
    for day in days:
        wanted.update((day.date, opens, closes) for opens, closes in day.intervals)
        if not day.intervals:
            wanted.add((day.date, None, None))
    known = {
        (row.date, row.opens, row.closes): row.pk for row in schedule.date_overrides.filter(date__in=dates)
    }
    gone = [pk for values, pk in known.items() if values not in wanted]
    DateOverride.objects.filter(pk__in=gone).delete()
    DateOverride.objects.bulk_create(
        DateOverride(schedule=schedule, date=day, opens=opens, closes=closes)
        for day, opens, closes in wanted - set(known)
    )


def _check_intervals(days: Sequence[DateHours]) -> None:
    for position, day in enumerate(days):
        problem = problem_of_date(day.date, day.intervals)
        if problem is not None:
            raise DomainError(
                ErrorCode.VALIDATION_FAILED,
                problem.message,
                field=["days", str(position), "intervals", str(problem.row)],
            )


def _range(schedule: Schedule, time: Instants | WholeDays, now: datetime) -> tuple[datetime, datetime]:
    """Give a time off as instants. Raises VALIDATION_FAILED for one that nobody means."""
    if isinstance(time, WholeDays):
        return _days(schedule, time, now)
    check_instants(time, now)
    return time.starts_at, time.ends_at


def _days(schedule: Schedule, days: WholeDays, now: datetime) -> tuple[datetime, datetime]:
    """Give the midnights of the schedule's wall clock before the first and after the last date."""
    clock = zone(schedule.timezone)
    if days.last < days.first:
        raise invalid("lastDay", gettext("The last day is not before the first."))
    today = now.astimezone(clock).date()
    if days.first < today - timedelta(days=LONGEST_AGO):
        raise _begun_long_ago("firstDay")
    check_date_ahead(days.last, today, ["lastDay"])
    begin = instant(clock, days.first, 0)
    end = instant(clock, days.last, MINUTES_OF_A_DAY)
    return datetime.fromtimestamp(begin, UTC), datetime.fromtimestamp(end, UTC)


def _begun_long_ago(field: str) -> DomainError:
    return invalid(
        field, gettext("This began more than %(longest_ago)s days ago.") % {"longest_ago": LONGEST_AGO}
    )
