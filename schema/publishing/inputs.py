"""What clients send to publish slots and to withdraw them, and what it means."""

import datetime
from enum import Enum

import strawberry
from django.utils.translation import gettext

from bookings.availability.selectors import moment
from bookings.businesses.hours import MINUTES_OF_A_DAY
from bookings.businesses.intervals import read_clock
from bookings.common.errors import invalid
from bookings.slots import planning, publishing, selectors
from schema.booking.inputs import KEY
from schema.common.inputs import BadUserInput, pk_of, read_id, read_pk
from schema.hours import Weekday


@strawberry.enum(description="What happens where something stands against some of the slots.")
class OnClash(Enum):
    """All or nothing, or what can be."""

    REFUSE = strawberry.enum_value("REFUSE", description="Nothing is published.")
    SKIP = strawberry.enum_value("SKIP", description="The others are published.")


@strawberry.input(
    description="Every one of the times on every one of the dates, and the instants besides; 1000 slots at most."
)
class PublishSlotsInput:
    """Input of `publishSlots`."""

    consultant_id: strawberry.ID | None = strawberry.field(
        default=None, description="In whose calendar; either this or `resourceId`."
    )
    resource_id: strawberry.ID | None = strawberry.field(
        default=None, description="In which resource's calendar; either this or `consultantId`."
    )
    service_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="What the slots are for; if absent, any service of this calendar that lasts just as long.",
    )
    dates: list[datetime.date] = strawberry.field(
        default_factory=list,
        description="Dates, one by one, on the calendar's own wall calendar; beside `times`.",
    )
    from_: datetime.date | None = strawberry.field(
        name="from", default=None, description="The first date of a range; beside `until`."
    )
    until: datetime.date | None = strawberry.field(
        default=None,
        description="The last date of the range, itself included; two years after `from` at most.",
    )
    weekdays: list[Weekday] = strawberry.field(
        default_factory=list, description="Which days of the range; all if empty."
    )
    times: list[str] = strawberry.field(
        default_factory=list,
        description="Starts on each of the dates, on the calendar's own wall clock, `HH:MM` from 00:00 to 23:59.",
    )
    starts_at: list[datetime.datetime] = strawberry.field(
        default_factory=list, description="Starts as instants, beside or instead of dates and times."
    )
    duration_minutes: int | None = strawberry.field(
        default=None,
        description="How many minutes each lasts: needed without a service; with one, its own if absent, and another "
        "only where it lets clients choose the length.",
    )
    seats: int | None = strawberry.field(
        default=None,
        description="How many seats each has; the service's if absent, 1 without a service. No more than a "
        "resource holds.",
    )
    preview: bool = strawberry.field(
        default=False, description="Only tell what would be published and what stands against it."
    )
    on_clash: OnClash = strawberry.field(
        default=OnClash.REFUSE, description="What happens where something stands against some of them."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="The published slots of one calendar that start in [from, until).")
class CalendarRangeInput:
    """One way to name slots."""

    consultant_id: strawberry.ID | None = strawberry.field(
        default=None, description="Whose calendar; either this or `resourceId`."
    )
    resource_id: strawberry.ID | None = strawberry.field(
        default=None, description="Which resource's calendar; either this or `consultantId`."
    )
    from_: datetime.datetime = strawberry.field(name="from", description="Starts from here on.")
    until: datetime.datetime = strawberry.field(
        description="Starts before then; two years after `from` at most."
    )


@strawberry.input(one_of=True, description="Exactly one way to say which slots.")
class SlotsToWithdraw:
    """Which slots `withdrawSlots` takes back."""

    slot_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET,
        description="Ids that `publishSlots` or `publishedSlots` gave, 1000 at most.",
    )
    between: CalendarRangeInput | None = strawberry.field(
        default=strawberry.UNSET, description="All published slots of one calendar that start in a range."
    )


@strawberry.input(description="Which slots to take back.")
class WithdrawSlotsInput:
    """Input of `withdrawSlots`; the same input again changes nothing more, so it needs no key."""

    which: SlotsToWithdraw = strawberry.field(description="Which slots.")


def host_of(consultant_id: str | None, resource_id: str | None) -> selectors.Host:
    """Give whose calendar an input names. Raises BadUserInput, VALIDATION_FAILED, NOT_FOUND."""
    return selectors.host(
        consultant_id=None if consultant_id is None else pk_of(consultant_id, "Consultant"),
        resource_id=None if resource_id is None else pk_of(resource_id, "Resource"),
    )


def offer_of(given: PublishSlotsInput) -> publishing.Offer:
    """Give what an input asks for. Raises VALIDATION_FAILED for a time of day that is none."""
    times = planning.Times(
        dates=given.dates,
        first=given.from_,
        last=given.until,
        weekdays=frozenset(int(day) for day in given.weekdays),
        clock=[_clock(text) for text in given.times],
        instants=given.starts_at,
    )
    service_id = None if given.service_id is None else pk_of(given.service_id, "Service")
    return publishing.Offer(times, service_id, given.duration_minutes, given.seats)


def _clock(text: str) -> int:
    try:
        minutes = read_clock(text)
    except ValueError as error:
        raise invalid("times", str(error)) from error
    if minutes == MINUTES_OF_A_DAY:
        raise invalid(
            "times", gettext("A slot starts at 23:59 at the latest; 24:00 is the next day's 00:00.")
        )
    return minutes


def slot_named(slot_id: str) -> tuple[int, datetime.datetime]:
    """Read the id of a published slot. Raises BadUserInput."""
    kind, node_id = read_id(slot_id)
    if kind != "PublishedSlot":
        raise BadUserInput(f"This is the id of a {kind[:40]}, not of a PublishedSlot.")
    return read_place(node_id)


def read_place(node_id: str) -> tuple[int, datetime.datetime]:
    """Give the schedule and the start in a node's id. Raises BadUserInput."""
    schedule, _, start = node_id.partition(".")
    if len(start) > 11:
        raise BadUserInput("This slot's id is malformed.")
    return read_pk(schedule), moment(read_pk(start))
