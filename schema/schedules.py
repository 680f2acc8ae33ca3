"""Calendars: when somebody or something can be booked, as far as hours say."""

import datetime
from typing import Annotated, Any

import strawberry
import strawberry_django

from bookings.accounts.viewer import Viewer
from bookings.businesses import policies
from bookings.businesses.policies import Duty
from bookings.common.zones import zone
from bookings.schedules import models
from bookings.schedules.seasons import seasons, week_on
from bookings.slots import selectors
from schema.common.context import Info
from schema.common.inputs import optional_pk, write_id
from schema.common.scalars import TimeZone
from schema.hours import DateHours, DayHours, From, Season, Until, by_date, in_range, seven_days

Root = strawberry.Parent[models.Schedule]
On = Annotated[
    datetime.date | None,
    strawberry.argument(
        description="A date of the calendar's own wall calendar; today if absent. The usual week is that of a date "
        "on which no season is valid."
    ),
]


@strawberry_django.type(
    models.TimeOff, description="A time in which nothing can be booked, whatever the hours say."
)
class TimeOff:
    """The GraphQL face of schedules.models.TimeOff."""

    starts_at: datetime.datetime = strawberry_django.field(description="The start.")
    ends_at: datetime.datetime = strawberry_django.field(description="The end; from then on it is over.")
    note: str = strawberry_django.field(description="For consultant and staff, or an empty string.")

    @strawberry_django.field(only=["pk"], description="For `removeTimeOff`.")
    def id(self, root: strawberry.Parent[models.TimeOff]) -> strawberry.ID:
        """Give the opaque id."""
        return strawberry.ID(write_id("TimeOff", root.pk))


@strawberry_django.type(
    models.Schedule, description="A calendar: when it is open. What is still free of that, `openSlots` tells."
)
class Calendar:
    """The GraphQL face of schedules.models.Schedule."""

    timezone: TimeZone = strawberry_django.field(description="The zone whose wall clock the hours mean.")
    follows_opening_hours: bool = strawberry_django.field(
        field_name="follows_business",
        description="Whether it is open whenever the practice is while it has no usual weekly hours and no season is "
        "valid; if not, it is then never open.",
    )

    @strawberry_django.field(
        only=["timezone"],
        prefetch_related=["weekly_hours"],
        description="The week that counts on a date, all seven days, Monday first, closed ones too: that of the season "
        "which began last, or the usual week where no season is valid. Date overrides, time off and closed days are "
        "not in it.",
    )
    def weekly_hours(self, root: Root, info: Info, on: On = None) -> list[DayHours]:
        """Give the week; the rows are read at once for all calendars of a list."""
        return seven_days(week_on(root.weekly_hours.all(), on or _today(root, info)))

    @strawberry_django.field(
        only=["timezone"],
        prefetch_related=["weekly_hours"],
        description="The seasons that are not over, by their first dates.",
    )
    def seasons(self, root: Root, info: Info) -> list[Season]:
        """Give the seasons; the rows are read at once for all calendars of a list."""
        found = seasons(root.weekly_hours.all(), _today(root, info))
        return [
            Season(valid_from=each.valid_from, valid_until=each.valid_until, days=seven_days(each.rows))
            for each in found
        ]

    @strawberry_django.field(
        prefetch_related=["date_overrides"],
        description="The dates on which something else is open, by date: instead of weekly hours and of the "
        "practice's opening hours.",
    )
    def date_overrides(self, root: Root, from_: From = None, until: Until = None) -> list[DateHours]:
        """Give the dates of a range; they are read at once for all calendars of a list."""
        return by_date(root.date_overrides.all(), from_, until)

    @strawberry_django.field(
        only=["timezone", "business_id", "consultant__id"],
        select_related=["consultant"],
        prefetch_related=["time_off"],
        description="The times off that touch these dates, by start; null for whoever may not change the calendar.",
    )
    def time_off(
        self, root: Root, info: Info, from_: From = None, until: Until = None
    ) -> list[TimeOff] | None:
        """Give them to staff and to the consultant."""
        if not _may_change(info.context.viewer, root):
            return None
        rows: list[Any] = [row for row in root.time_off.all() if _touches(root, row, from_, until)]
        return sorted(rows, key=lambda row: (row.starts_at, row.pk))


def calendar_field() -> Any:
    """Declare the `calendar` field of something that has a schedule."""
    return strawberry_django.field(field_name="schedule", description="The hours of its calendar.")


def calendar_of(consultant_id: str | None, resource_id: str | None) -> int:
    """Give the key of the schedule that is meant. Raises NOT_FOUND; VALIDATION_FAILED unless exactly one is named."""
    host = selectors.host(
        consultant_id=optional_pk(consultant_id, "Consultant"),
        resource_id=optional_pk(resource_id, "Resource"),
    )
    return host.schedule_id


def _today(schedule: models.Schedule, info: Info) -> datetime.date:
    return info.context.now.astimezone(zone(schedule.timezone)).date()


def _may_change(viewer: Viewer, schedule: models.Schedule) -> bool:
    """Tell what schedules/policies.may_change tells, without a statement for each calendar of a list."""
    if policies.may(viewer, Duty.CALENDARS, schedule.business_id):
        return True
    if not viewer.consultant_ids:
        return False
    consultant = getattr(schedule, "consultant", None)
    return consultant is not None and consultant.pk in viewer.consultant_ids


def _touches(
    schedule: models.Schedule, row: models.TimeOff, since: datetime.date | None, until: datetime.date | None
) -> bool:
    """Tell whether a time off has to do with a range of dates on the schedule's calendar."""
    clock = zone(schedule.timezone)
    first = row.starts_at.astimezone(clock).date()
    last = (row.ends_at - datetime.timedelta(microseconds=1)).astimezone(clock).date()
    return in_range(last, since, None) and in_range(first, None, until)
