"""Published slots, what stands against publishing them, and what came of it."""

import datetime
from dataclasses import field
from typing import Any

import strawberry
import strawberry_django
from django.db.models import F, QuerySet
from strawberry import relay

from bookings.availability.selectors import epoch
from bookings.booking import selectors as bookings
from bookings.booking.states import ACTIVE
from bookings.slots import models, planning
from schema.booking.types import Booking
from schema.catalogue import Service
from schema.common.context import Info
from schema.common.errors import UserError, no_errors
from schema.common.scalars import describe_enum

LONGEST_LIST = 100

PublishClashReason = planning.ClashReason
describe_enum(
    PublishClashReason, name="PublishClashReason", description="What stands against publishing a slot."
)


@strawberry_django.type(
    models.Slot,
    description="A slot as it was published; for those who may change its calendar. Its id works in `withdrawSlots`.",
)
class PublishedSlot(relay.Node):
    """The GraphQL face of slots.models.Slot. Its id is the same before and after there is a row."""

    starts_at: datetime.datetime = strawberry_django.field(description="The start.")
    ends_at: datetime.datetime = strawberry_django.field(
        description="The end; the next session may start then."
    )
    capacity: int = strawberry_django.field(description="How many seats there are.")
    service: Service | None = strawberry_django.field(
        field_name="published_service", description="What it is for; null: any service of just this length."
    )

    @classmethod
    def get_queryset(cls, queryset: QuerySet[models.Slot], info: Info) -> QuerySet[models.Slot]:
        """Bring along what the id needs: the optimizer reads the columns of fields alone, and the id is none."""
        return queryset.annotate(calendar=F("schedule_id"))

    @classmethod
    def resolve_id(cls, root: Any, *, info: Any) -> str:
        """Name the schedule and the start."""
        return f"{vars(root).get('calendar') or root.schedule_id}.{epoch(root.starts_at)}"

    @strawberry_django.field(only=["capacity", "seats_taken"], description="How many seats are free.")
    def seats_left(self, root: strawberry.Parent[models.Slot]) -> int:
        """Give what is left of the capacity."""
        return root.capacity - root.seats_taken

    @strawberry_django.field(
        only=["is_published"], description="Whether it is published by now; not so in a preview."
    )
    def published(self, root: strawberry.Parent[models.Slot]) -> bool:
        """Tell rows from plans."""
        return root.is_published and root.pk is not None


@strawberry.type(description="One reason why one of the slots cannot be published.")
class PublishClash:
    """The GraphQL face of slots.planning.Clash."""

    reason: PublishClashReason = strawberry.field(description="What stands against it, for a program.")
    starts_at: datetime.datetime | None = strawberry.field(
        description="The start; null where the clock skips this time or shows it twice."
    )
    ends_at: datetime.datetime | None = strawberry.field(description="The end; null where the start is.")

    @strawberry.field(description="The date on the calendar's own wall calendar.")
    def date(self, root: strawberry.Parent[planning.Clash]) -> datetime.date:
        """Give the day that is meant."""
        return root.wall.date()

    @strawberry.field(description="The time on the calendar's own wall clock, `HH:MM`.")
    def time(self, root: strawberry.Parent[planning.Clash]) -> str:
        """Give the time that is meant."""
        return f"{root.wall:%H:%M}"

    @strawberry.field(description="What stands against it and what helps, for a person.")
    def message(self, root: strawberry.Parent[planning.Clash]) -> str:
        """Give the reason in words."""
        return str(root.reason.label)


@strawberry.type(description="What was published, or would be, and what stood against the rest.")
class PublishSlotsPayload:
    """Payload of `publishSlots`."""

    published: int = strawberry.field(default=0, description="How many are published by it; 0 in a preview.")
    clashes: list[PublishClash] = strawberry.field(
        default_factory=list, description="What stood against slots that were not published, by start."
    )
    errors: list[UserError] = no_errors()
    rows: strawberry.Private[list[models.Slot]] = field(default_factory=list)

    @strawberry_django.field(
        description="What was published, by start; in a preview what would be. For a request that is repeated under "
        "its key: those at the times asked for that are published now."
    )
    def slots(self) -> list[PublishedSlot]:
        """Give plans as they are, and read rows with whatever is asked of them."""
        if not self.published:
            return self.rows  # type: ignore[return-value]
        written = models.Slot.objects.filter(pk__in=[row.pk for row in self.rows])
        return written.order_by("starts_at")  # type: ignore[return-value]


@strawberry.type(description="What was withdrawn. Bookings on it keep their time.")
class WithdrawSlotsPayload:
    """Payload of `withdrawSlots`."""

    withdrawn: int = strawberry.field(default=0, description="How many slots are published no more.")
    errors: list[UserError] = no_errors()
    held: strawberry.Private[list[int]] = field(default_factory=list)

    @strawberry.field(description="How many active bookings keep their time in the slots named.")
    def held_count(self, info: Info) -> int:
        """Count them."""
        return self._holding(info).count()

    @strawberry_django.field(description="The first 100 of these bookings, by start.")
    def held_bookings(self, info: Info) -> list[Booking]:
        """List them."""
        first = self._holding(info).order_by("starts_at", "pk").values_list("pk", flat=True)[:LONGEST_LIST]
        rows = bookings.visible_to(info.context.viewer).filter(pk__in=list(first))
        return rows.order_by("starts_at", "pk")  # type: ignore[return-value]

    def _holding(self, info: Info) -> QuerySet[Any]:
        return bookings.visible_to(info.context.viewer).filter(slot__in=self.held, status__in=ACTIVE)
