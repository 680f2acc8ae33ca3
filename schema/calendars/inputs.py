"""What clients send to change when somebody, something or a practice is open."""

import datetime

import strawberry

from schema.booking.inputs import KEY
from schema.hours import DateHoursInput, DayHoursInput

WEEK = "All seven days at once: they replace what was. A weekday that is not named is closed."


@strawberry.input(description="Whose calendar it is: exactly one of the two.")
class CalendarInput:
    """How mutations name a calendar."""

    consultant_id: strawberry.ID | None = strawberry.field(
        default=None, description="The consultant whose calendar it is."
    )
    resource_id: strawberry.ID | None = strawberry.field(
        default=None, description="The resource whose calendar it is."
    )


@strawberry.input(description="Whose hours, and which.")
class SetWeeklyHoursInput(CalendarInput):
    """Input of `setWeeklyHours`; the same input again changes nothing more, so it needs no key."""

    week: list[DayHoursInput] = strawberry.field(
        description=f"{WEEK} Without any interval, a season is taken away: the hours that counted before it count "
        "again. Without any in the usual week, the calendar is closed where no season is valid; but one that follows "
        "its practice (`Calendar.followsOpeningHours`) is then open whenever the practice is. To close a calendar for "
        "a while there are time off and date overrides."
    )
    valid_from: datetime.date | None = strawberry.field(
        default=None,
        description="The first date of the season whose week this is, on the calendar's own wall calendar; absent: it "
        "is the usual week. Only the week that begins on this date is replaced, other weeks stay as they are.",
    )
    valid_until: datetime.date | None = strawberry.field(
        default=None, description="The season's last date, itself included; absent: it is for good."
    )


@strawberry.input(description="Whose hours, and what is open on which dates; 366 dates at most.")
class SetDateOverridesInput(CalendarInput):
    """Input of `setDateOverrides`; the same input again changes nothing more, so it needs no key."""

    days: list[DateHoursInput] = strawberry.field(
        default_factory=list,
        description="Dates, from today on, with what is open on them instead of weekly and opening hours. Time off and "
        "the practice's closed days stay closed.",
    )
    clear: list[datetime.date] = strawberry.field(
        default_factory=list, description="Dates on which the usual hours count again."
    )


@strawberry.input(description="Whose time, and when: two instants, or whole days.")
class AddTimeOffInput(CalendarInput):
    """Input of `addTimeOff`."""

    starts_at: datetime.datetime | None = strawberry.field(
        default=None, description="From when, on a whole minute; beside `endsAt`."
    )
    ends_at: datetime.datetime | None = strawberry.field(
        default=None, description="Until when, on a whole minute; beside `startsAt`."
    )
    first_day: datetime.date | None = strawberry.field(
        default=None, description="The first whole day on the calendar's own wall calendar; beside `lastDay`."
    )
    last_day: datetime.date | None = strawberry.field(
        default=None, description="The last whole day, itself included; beside `firstDay`."
    )
    note: str = strawberry.field(
        default="", description="Why, in up to 200 characters; only for those who may change the calendar."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="Which time off.")
class RemoveTimeOffInput:
    """Input of `removeTimeOff`."""

    time_off_id: strawberry.ID = strawberry.field(description="Its id, from `Calendar.timeOff`.")


@strawberry.input(description="Which practice, and its hours.")
class SetOpeningHoursInput:
    """Input of `setOpeningHours`; the same input again changes nothing more, so it needs no key."""

    business_id: strawberry.ID = strawberry.field(description="The practice.")
    week: list[DayHoursInput] = strawberry.field(
        description=f"{WEEK} Where none has an interval, the practice sets no hours of its own."
    )


@strawberry.input(description="A date on which a practice is closed.")
class ClosedDayInput:
    """Reads into services.NamedDay."""

    date: datetime.date = strawberry.field(description="From today on, on the practice's wall calendar.")
    name: str = strawberry.field(
        default="", description="What day that is, in up to 100 characters; clients see it."
    )


@strawberry.input(description="Which practice, and which dates; 366 dates at most.")
class SetClosedDaysInput:
    """Input of `setClosedDays`; the same input again changes nothing more, so it needs no key."""

    business_id: strawberry.ID = strawberry.field(description="The practice.")
    add: list[ClosedDayInput] = strawberry.field(
        default_factory=list, description="Dates to close; one that is closed already gets the new name."
    )
    remove: list[datetime.date] = strawberry.field(
        default_factory=list, description="Dates on which it is open again."
    )
