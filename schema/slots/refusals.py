"""Why a time cannot be booked, and what could be booked instead."""

import datetime
from typing import Self

import strawberry

from bookings.availability import selectors
from bookings.availability.engine import Terms
from bookings.availability.hosts import Hosts
from bookings.availability.intervals import Range
from bookings.availability.reasons import Reason
from bookings.availability.services import TimeTaken
from bookings.catalogue import models as catalogue
from schema.common.scalars import describe_enum
from schema.slots.types import Slot, slots_of

SlotRefusal = Reason
describe_enum(SlotRefusal, name="SlotRefusal", description="A rule that stands against a start.")


@strawberry.type(description="A stretch of time, from its start to just before its end.")
class TimeRange:
    """Two instants."""

    starts_at: datetime.datetime = strawberry.field(description="The start.")
    ends_at: datetime.datetime = strawberry.field(description="The end; what starts then does not overlap.")

    @classmethod
    def of(cls, busy: Range) -> Self:
        """Give a range of epoch seconds."""
        return cls(starts_at=selectors.moment(busy[0]), ends_at=selectors.moment(busy[1]))


@strawberry.type(description="Whether a start can be booked, and if not, every reason why.")
class SlotExplanation:
    """The engine's answer about one start."""

    is_open: bool = strawberry.field(description="Whether it can be booked now.")
    reasons: list[SlotRefusal] = strawberry.field(
        description="Every rule that stands against it; empty where it is open. Where anyone will do, what stands "
        "against any of them."
    )
    clashes: list[TimeRange] = strawberry.field(
        description="Up to three busy times in its way, kept-free time included, where one host is asked for."
    )
    next_slots: list[Slot] = strawberry.field(description="Up to three next open times from then on.")

    @classmethod
    def of(
        cls,
        terms: Terms,
        hosts: Hosts,
        start: datetime.datetime,
        service: catalogue.Service,
        *,
        now: datetime.datetime,
    ) -> Self:
        """Explain a start."""
        told = selectors.explain(terms=terms, hosts=hosts, start=start, now=now)
        following = selectors.next_openings(terms=terms, hosts=hosts, after=max(start, now), now=now)
        return cls(
            is_open=not told.reasons,
            reasons=list(told.reasons),
            clashes=[TimeRange.of(busy) for busy in told.clashes],
            next_slots=slots_of(following, service),
        )


def explained(error: TimeTaken, *, now: datetime.datetime) -> SlotExplanation:
    """Explain a start that a mutation was refused."""
    service = catalogue.Service.objects.select_related("business").get(pk=error.terms.service)
    return SlotExplanation.of(error.terms, error.hosts, error.start, service, now=now)
