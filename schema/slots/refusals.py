"""Why a time cannot be booked, and what could be booked instead."""

import datetime
from functools import cached_property
from typing import Self

import strawberry

from bookings.availability import selectors
from bookings.availability.engine import Terms
from bookings.availability.hosts import Hosts
from bookings.availability.intervals import Range
from bookings.availability.reasons import Reason
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
    """The engine's answer about one start. What is not asked for is not looked for."""

    terms: strawberry.Private[Terms]
    hosts: strawberry.Private[Hosts]
    start: strawberry.Private[datetime.datetime]
    now: strawberry.Private[datetime.datetime]
    service: strawberry.Private[catalogue.Service | None] = None

    @strawberry.field(description="Whether it can be booked now.")
    def is_open(self) -> bool:
        """Tell whether no rule stands against it."""
        return not self._told.reasons

    @strawberry.field(
        description="Every rule that stands against it; empty where it is open. Where anyone will do, what stands "
        "against any of them."
    )
    def reasons(self) -> list[SlotRefusal]:
        """Give the rules."""
        return list(self._told.reasons)

    @strawberry.field(
        description="Up to three busy times in its way, kept-free time included, where one host is asked for."
    )
    def clashes(self) -> list[TimeRange]:
        """Give the times."""
        return [TimeRange.of(busy) for busy in self._told.clashes]

    @strawberry.field(description="Up to three next open times from then on.")
    def next_slots(self) -> list[Slot]:
        """Look for other times."""
        after = max(self.start, self.now)
        found = selectors.next_openings(terms=self.terms, hosts=self.hosts, after=after, now=self.now)
        return slots_of(found, self.service or self._service_of_terms()) if found else []

    @cached_property
    def _told(self) -> selectors.Explanation:
        return selectors.explain(terms=self.terms, hosts=self.hosts, start=self.start, now=self.now)

    def _service_of_terms(self) -> catalogue.Service:
        return catalogue.Service.objects.select_related("business").get(pk=self.terms.service)
