"""Looking bookings up."""

import datetime
from enum import Enum
from typing import Annotated

import strawberry
import strawberry_django
from django.db.models import F, QuerySet

from bookings.booking import models, selectors
from bookings.booking.states import TABLE, Status
from bookings.limits.policies import Limit
from schema.booking.filters import BookingFilter, filtered
from schema.booking.lifecycle import BookingStatus, LifecycleMove
from schema.booking.types import Booking
from schema.common.connections import Connection
from schema.common.context import Info
from schema.common.inputs import pk_of
from schema.common.limiting import Limited


@strawberry.type(name="PublicBookingStatus", description="What an acknowledgement id alone tells.")
class PublicBookingStatus:
    """Status, label, deadline and last change: nothing that is private."""

    acknowledgement_id: str = strawberry.field(description="The id, as it is written.")
    status: BookingStatus = strawberry.field(description="Where the booking stands.")
    status_label: str = strawberry.field(description="The status in words, for a person.")
    deadline: datetime.datetime | None = strawberry.field(
        description="When the present status lapses; null where it does not."
    )
    updated_at: datetime.datetime = strawberry.field(description="When it last changed.")

    @classmethod
    def of(cls, found: selectors.PublicStatus) -> "PublicBookingStatus":
        """Give the public face."""
        status = Status(found.status)
        return cls(
            acknowledgement_id=found.acknowledgement_id,
            status=status,
            status_label=str(status.label),
            deadline=found.deadline_at,
            updated_at=found.updated_at,
        )


@strawberry.type(description="How many bookings are in a status.")
class BookingStatusCount:
    """One line of BookingCounts."""

    status: BookingStatus = strawberry.field(description="The status.")
    status_label: str = strawberry.field(description="The status in words, for a person.")
    count: int = strawberry.field(description="How many, at least one.")


@strawberry.type(description="How many bookings there are of those that were asked about.")
class BookingCounts:
    """The GraphQL face of selectors.Counts."""

    total: int = strawberry.field(description="In all.")
    upcoming: int = strawberry.field(description="Still to take place, as `when: UPCOMING` means it.")
    past: int = strawberry.field(description="The others: over, or not to take place.")
    by_status: list[BookingStatusCount] = strawberry.field(
        description="By status, in the order of a booking's life; statuses in which there are none are left out."
    )

    @classmethod
    def of(cls, counts: selectors.Counts) -> "BookingCounts":
        """Give the face of what was counted."""
        lines = [
            BookingStatusCount(status=status, status_label=str(status.label), count=counts.by_status[status])
            for status in Status
            if status in counts.by_status
        ]
        past = counts.total - counts.upcoming
        return cls(total=counts.total, upcoming=counts.upcoming, past=past, by_status=lines)


@strawberry.input(description="An acknowledgement id with the access token that opens it.")
class AcknowledgementLookup:
    """One way to look a booking up."""

    acknowledgement_id: str = strawberry.field(
        description="As a person may type it: case, O/0 and I/1 are forgiven."
    )
    access_token: str = strawberry.field(description="What `verifyBooking` or `grantBookingAccess` gave.")


@strawberry.input(one_of=True, description="Exactly one way to name a booking.")
class BookingLookup:
    """Input of `booking`."""

    id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The booking's id, for an account or a header that may see it."
    )
    acknowledgement: AcknowledgementLookup | None = strawberry.field(
        default=strawberry.UNSET, description="The acknowledgement id and an access token."
    )


@strawberry.enum(description="The order of a list of bookings.")
class BookingOrder(Enum):
    """Order of `bookings`."""

    NEWEST = strawberry.enum_value("NEWEST", description="Newest first.")
    OLDEST = strawberry.enum_value("OLDEST", description="Oldest first.")
    STARTS_FIRST = strawberry.enum_value(
        "STARTS_FIRST", description="By start, earliest first; wishes without a time last."
    )
    STARTS_LAST = strawberry.enum_value(
        "STARTS_LAST", description="By start, latest first; wishes without a time last."
    )


_ORDERS = {
    BookingOrder.NEWEST: F("created_at").desc(),
    BookingOrder.OLDEST: F("created_at").asc(),
    BookingOrder.STARTS_FIRST: F("starts_at").asc(nulls_last=True),
    BookingOrder.STARTS_LAST: F("starts_at").desc(nulls_last=True),
}


@strawberry.type
class Query:
    """Root fields of this topic."""

    @strawberry.field(
        description="The status of a booking by its acknowledgement id; null where there is none. Needs no proof, "
        "so it tells nothing private.",
        extensions=[Limited(Limit.STATUS)],
    )
    def booking_status(
        self,
        acknowledgement_id: Annotated[
            str, strawberry.argument(description="As a person may type it: case, O/0 and I/1 are forgiven.")
        ],
    ) -> PublicBookingStatus | None:
        """Look a status up."""
        found = selectors.public_status(acknowledgement_id)
        return PublicBookingStatus.of(found) if found is not None else None

    @strawberry.field(description="One booking that you may see, or null.")
    def booking(
        self, info: Info, by: Annotated[BookingLookup, strawberry.argument(description="How to find it.")]
    ) -> Booking | None:
        """Look a booking up by its id, or by acknowledgement id and access token."""
        if isinstance(by.acknowledgement, AcknowledgementLookup):
            viewer = info.context.viewer_with(by.acknowledgement.access_token)
            found = selectors.by_acknowledgement(by.acknowledgement.acknowledgement_id)
            return found if found and selectors.may_see(viewer, found) else None  # type: ignore[return-value]
        viewer, pk = info.context.viewer, pk_of(str(by.id), "Booking")
        return selectors.visible_to(viewer).filter(pk=pk).first()  # type: ignore[return-value]

    @strawberry_django.connection(
        Connection[Booking], description="The bookings that you may see: your own, or those of your practice."
    )
    def bookings(
        self,
        info: Info,
        filter: Annotated[
            BookingFilter | None, strawberry.argument(description="Which ones; any but drafts if absent.")
        ] = None,
        order: Annotated[
            BookingOrder, strawberry.argument(description="In which order.")
        ] = BookingOrder.NEWEST,
    ) -> QuerySet[models.Booking]:
        """List bookings; drafts only where the filter asks for them."""
        info.context.viewer.require_user()
        rows = filtered(filter or BookingFilter(), info)
        return rows.order_by(_ORDERS[order], "pk")

    @strawberry.field(
        description="How many bookings that you may see there are, by status and still to take place: the numbers of a "
        "dashboard. Your own alone with `mine` in the filter."
    )
    def booking_counts(
        self,
        info: Info,
        filter: Annotated[
            BookingFilter | None, strawberry.argument(description="Which ones; any but drafts if absent.")
        ] = None,
    ) -> BookingCounts:
        """Count bookings as `bookings` lists them."""
        viewer, now = info.context.viewer, info.context.now
        viewer.require_user()
        seen = selectors.visible_to(viewer).filter(
            pk__in=filtered(filter or BookingFilter(), info).values("pk")
        )
        return BookingCounts.of(selectors.counted(seen, now))

    @strawberry.field(
        description="The whole lifecycle, for those that draw it. `availableActions` is for the others."
    )
    def lifecycle(self) -> list[LifecycleMove]:
        """Give the table."""
        return [LifecycleMove.of(row) for row in TABLE.values()]
