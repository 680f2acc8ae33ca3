"""Mutations that change when calendars and practices are open. None touches a slot, a booking or a payment."""

import datetime
from typing import Annotated

import strawberry
from django.utils.translation import gettext

from bookings.businesses import services as businesses
from bookings.common.errors import DomainError, ErrorCode
from bookings.common.idempotency import AlreadyDone
from bookings.schedules import models, selectors, services
from schema.booking.reading import once
from schema.businesses import Business
from schema.calendars import inputs
from schema.calendars.touched import ChangePayload
from schema.common.context import Info
from schema.common.errors import mutation
from schema.common.inputs import pk_of
from schema.hours import read_dates, read_week
from schema.schedules import Calendar, TimeOff, calendar_of

WHOSE = strawberry.argument(description="Whose calendar, and what is to be.")
WHICH = strawberry.argument(description="Which practice, and what is to be.")
NOTHING_CANCELLED = "Bookings keep their time; those that it touches are listed."


@strawberry.type
class CalendarPayload(ChangePayload):
    """Payload of the changes of one calendar."""

    calendar: Calendar | None = strawberry.field(default=None, description="The calendar, after the change.")


@strawberry.type
class BusinessPayload(ChangePayload):
    """Payload of the changes of a practice's hours."""

    business: Business | None = strawberry.field(default=None, description="The practice, after the change.")


@strawberry.type(description="The calendar with its new hours.")
class SetWeeklyHoursPayload(CalendarPayload):
    """Payload of `setWeeklyHours`."""


@strawberry.type(description="The calendar with its new dates.")
class SetDateOverridesPayload(CalendarPayload):
    """Payload of `setDateOverrides`."""


@strawberry.type(description="The calendar, and what was taken from it.")
class AddTimeOffPayload(CalendarPayload):
    """Payload of `addTimeOff`."""

    time_off: TimeOff | None = strawberry.field(
        default=None,
        description="The time off; null for a repeated request whose time off was removed since.",
    )


@strawberry.type(description="The calendar that has its time back.")
class RemoveTimeOffPayload(CalendarPayload):
    """Payload of `removeTimeOff`."""


@strawberry.type(description="The practice with its new hours.")
class SetOpeningHoursPayload(BusinessPayload):
    """Payload of `setOpeningHours`."""


@strawberry.type(description="The practice with its new closed days.")
class SetClosedDaysPayload(BusinessPayload):
    """Payload of `setClosedDays`."""


@strawberry.type
class Mutation:
    """Root fields of this topic."""

    @mutation(
        description="Set the weekly hours of a consultant or a resource, seven days at once, the usual ones or those "
        f"of a season; for staff, and for consultants in their own calendar. {NOTHING_CANCELLED}"
    )
    def set_weekly_hours(
        self, info: Info, input: Annotated[inputs.SetWeeklyHoursInput, WHOSE]
    ) -> SetWeeklyHoursPayload | None:
        """Replace the week."""
        schedule = services.set_weekly_hours(
            schedule_id=_schedule(info, input),
            week=read_week(input.week),
            valid_from=input.valid_from,
            valid_until=input.valid_until,
            viewer=info.context.viewer,
            now=info.context.now,
        )
        return SetWeeklyHoursPayload(calendar=schedule, schedules=[schedule.pk])  # type: ignore[arg-type]

    @mutation(
        description="Say what is open on some dates instead of weekly and opening hours, or close them; for staff, "
        f"and for consultants in their own calendar. {NOTHING_CANCELLED}"
    )
    def set_date_overrides(
        self, info: Info, input: Annotated[inputs.SetDateOverridesInput, WHOSE]
    ) -> SetDateOverridesPayload | None:
        """Replace the dates."""
        schedule = services.set_date_overrides(
            schedule_id=_schedule(info, input),
            days=read_dates(input.days),
            clear=input.clear,
            viewer=info.context.viewer,
            now=info.context.now,
        )
        return SetDateOverridesPayload(calendar=schedule, schedules=[schedule.pk])  # type: ignore[arg-type]

    @mutation(
        description="Take time off a calendar: nothing can be booked in it, published slots included. For staff, and "
        f"for consultants in their own calendar. {NOTHING_CANCELLED}"
    )
    def add_time_off(
        self, info: Info, input: Annotated[inputs.AddTimeOffInput, WHOSE]
    ) -> AddTimeOffPayload | None:
        """Take time off."""
        schedule_id = _schedule(info, input)
        row = _add_time_off(info, input, schedule_id)
        schedule = models.Schedule.objects.get(pk=schedule_id)
        return AddTimeOffPayload(calendar=schedule, time_off=row, schedules=[schedule_id])  # type: ignore[arg-type]

    @mutation(description="Give a time off back; for staff, and for consultants in their own calendar.")
    def remove_time_off(
        self,
        info: Info,
        input: Annotated[inputs.RemoveTimeOffInput, strawberry.argument(description="Which one.")],
    ) -> RemoveTimeOffPayload | None:
        """Give it back."""
        schedule = services.remove_time_off(
            time_off_id=pk_of(input.time_off_id, "TimeOff"), viewer=info.context.viewer
        )
        return RemoveTimeOffPayload(calendar=schedule, schedules=[schedule.pk])  # type: ignore[arg-type]

    @mutation(
        description="Set a practice's opening hours, seven days at once; for owner and managers. Weekly hours count "
        f"only within them. {NOTHING_CANCELLED}"
    )
    def set_opening_hours(
        self, info: Info, input: Annotated[inputs.SetOpeningHoursInput, WHICH]
    ) -> SetOpeningHoursPayload | None:
        """Replace the week."""
        business = businesses.set_opening_hours(
            business_id=pk_of(input.business_id, "Business"),
            week=read_week(input.week),
            viewer=info.context.viewer,
        )
        return SetOpeningHoursPayload(business=business, schedules=selectors.of_business(business.pk))  # type: ignore[arg-type]

    @mutation(
        description="Close a practice on some dates, such as public holidays, and open it again on others; for owner "
        f"and managers. {NOTHING_CANCELLED}"
    )
    def set_closed_days(
        self, info: Info, input: Annotated[inputs.SetClosedDaysInput, WHICH]
    ) -> SetClosedDaysPayload | None:
        """Close and open."""
        business = businesses.set_closed_days(
            business_id=pk_of(input.business_id, "Business"),
            add=[businesses.NamedDay(day.date, day.name) for day in input.add],
            remove=input.remove,
            viewer=info.context.viewer,
            now=info.context.now,
        )
        return SetClosedDaysPayload(business=business, schedules=selectors.of_business(business.pk))  # type: ignore[arg-type]


def _schedule(info: Info, given: inputs.CalendarInput) -> int:
    """Give the calendar that is meant, to whoever is signed in: nobody else learns whether there is one."""
    info.context.viewer.require_user()
    return calendar_of(given.consultant_id, given.resource_id)


def _add_time_off(info: Info, given: inputs.AddTimeOffInput, schedule_id: int) -> models.TimeOff | None:
    """Add a time off; under a key that was used give the one of then, if it is still there."""
    try:
        return services.add_time_off(
            schedule_id=schedule_id,
            time=_time(given),
            note=given.note,
            viewer=info.context.viewer,
            once=once(info, "addTimeOff", given, "time off"),
            now=info.context.now,
        )
    except AlreadyDone as done:
        return models.TimeOff.objects.filter(pk=done.object_id, schedule=schedule_id).first()


def _time(given: inputs.AddTimeOffInput) -> services.Instants | services.WholeDays:
    """Give the time that an input means. Raises VALIDATION_FAILED unless it is given in exactly one way."""
    match (given.starts_at, given.ends_at, given.first_day, given.last_day):
        case (datetime.datetime() as start, datetime.datetime() as end, None, None):
            return services.Instants(start, end)
        case (None, None, datetime.date() as first, datetime.date() as last):
            return services.WholeDays(first, last)
    raise DomainError(
        ErrorCode.VALIDATION_FAILED,
        gettext("Give either `startsAt` and `endsAt`, or `firstDay` and `lastDay`."),
        field=["startsAt"],
    )
