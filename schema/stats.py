"""The figures of a practice, of a consultant and of the platform."""

import datetime
from datetime import timedelta
from typing import Annotated

import strawberry

from bookings.booking.states import Status
from bookings.common.errors import DomainError, ErrorCode
from bookings.stats import figures, selectors
from bookings.stats.scope import Days
from schema.booking.lifecycle import ActorKind, BookingStatus
from schema.common.context import Info
from schema.common.inputs import malformed, optional_pk, write_id
from schema.common.scalars import Money, TimeZone


@strawberry.input(description="Days in a row, both ends included, 366 at most.")
class DateRange:
    """From one date until another."""

    from_: datetime.date = strawberry.field(name="from", description="The first day.")
    until: datetime.date = strawberry.field(description="The last day, not before the first.")

    def read(self) -> Days:
        """Give it as it is counted. Raises BadUserInput."""
        with malformed():
            return Days.read(self.from_, self.until)


@strawberry.type(description="How many bookings stand in one status.")
class StatusCount:
    """One status of a count."""

    status: BookingStatus = strawberry.field(description="The status.")
    count: int = strawberry.field(description="How many.")


@strawberry.type(description="How many bookings were cancelled in one capacity.")
class CancellationCount:
    """One kind of actor of a count."""

    by: ActorKind = strawberry.field(description="As what somebody cancelled.")
    count: int = strawberry.field(description="How many.")


@strawberry.type(
    description="Bookings that have something in common. Drafts are none, nor is what was never proven. Rates are from "
    "0 to 1."
)
class BookingCount:
    """The GraphQL face of figures.Count."""

    total: int = strawberry.field(description="How many there are.")
    by_status: list[StatusCount] = strawberry.field(
        description="By status; those of which there are none too."
    )
    booked_minutes: int = strawberry.field(
        description="Minutes of the sessions of those that hold time, without buffers; of a group, each booking's."
    )
    no_show_rate: float | None = strawberry.field(
        description="NO_SHOW ÷ (NO_SHOW + COMPLETED); null where there is neither."
    )
    cancellation_rate: float | None = strawberry.field(
        description="CANCELLED ÷ `total`; null where there is nothing."
    )
    average_lead_minutes: int | None = strawberry.field(
        description="The mean time from draft to start of those that have a start, in minutes, rounded down."
    )

    @classmethod
    def of(cls, count: figures.Count) -> "BookingCount":
        """Give the face of a count."""
        lead = count.average_lead
        return cls(
            total=count.total,
            by_status=[
                StatusCount(status=status, count=count.by_status[status])
                for status in Status
                if status is not Status.DRAFT
            ],
            booked_minutes=count.minutes,
            no_show_rate=count.no_show_rate,
            cancellation_rate=count.cancellation_rate,
            average_lead_minutes=None if lead is None else lead // timedelta(minutes=1),
        )


@strawberry.type(description="The bookings whose session is on one day.")
class DayFigures:
    """One day of a series."""

    date: datetime.date = strawberry.field(description="The day, in `Statistics.timezone`.")
    bookings: BookingCount = strawberry.field(description="Its bookings.")

    @classmethod
    def of(cls, day: datetime.date, count: figures.Count) -> "DayFigures":
        """Give the face of a day."""
        return cls(date=day, bookings=BookingCount.of(count))


@strawberry.type(description="The bookings of one service, or of one consultant.")
class PartFigures:
    """The GraphQL face of figures.Part."""

    id: strawberry.ID = strawberry.field(description="The id of the service, or of the consultant.")
    name: str = strawberry.field(description="Its name now, whether it is still in use or not.")
    bookings: BookingCount = strawberry.field(description="Its bookings.")


@strawberry.type(
    description="Money of one currency that moved in the range. Real money and a test mode's are never added up."
)
class RevenueFigures:
    """The GraphQL face of figures.Revenue."""

    currency: str = strawberry.field(description="Three letters (ISO 4217).")
    is_live: bool = strawberry.field(description="Whether it is real money; otherwise a test mode's.")
    received: Money = strawberry.field(
        description="What came in, online and on site, on the day on which it did."
    )
    refunded: Money = strawberry.field(description="What went back, on the day on which that was done.")
    fees: Money = strawberry.field(description="What providers are known to have kept of `received`.")
    net: Money = strawberry.field(description="`received` less `refunded` and `fees`; perhaps below zero.")

    @classmethod
    def of(cls, row: figures.Revenue) -> "RevenueFigures":
        """Give the face of one."""
        amounts = {name: getattr(row, name) for name in ("received", "refunded", "fees", "net")}
        return cls(
            currency=row.received.currency,
            is_live=row.live,
            **{name: Money.of(each.amount, each.currency) for name, each in amounts.items()},
        )


@strawberry.type(description="How much of the time that calendars are open is taken.")
class Utilisation:
    """The GraphQL face of figures.Use."""

    open_minutes: int = strawberry.field(
        description="Minutes that the calendars of who is in use are open, as their hours are set now, less time off "
        "and closed days; a session outside them opens its own time."
    )
    booked_minutes: int = strawberry.field(
        description="Minutes of these that sessions take, without buffers; a group's once."
    )
    rate: float | None = strawberry.field(
        description="`bookedMinutes` ÷ `openMinutes`, 0 to 1; null where nothing is open."
    )

    @classmethod
    def of(cls, use: figures.Use) -> "Utilisation":
        """Give the face of one."""
        return cls(open_minutes=use.open, booked_minutes=use.booked, rate=use.share)


@strawberry.type(
    description="Figures of a practice, a consultant or the platform. A booking belongs to the day on which its "
    "session begins; a wish without a time to the day that was wished."
)
class Statistics:
    """The GraphQL face of figures.Figures."""

    first_day: datetime.date = strawberry.field(description="The first day of the range.")
    last_day: datetime.date = strawberry.field(description="The last day of the range.")
    timezone: TimeZone = strawberry.field(
        description="Where days are counted: in the practice's zone, or UTC."
    )
    bookings: BookingCount = strawberry.field(description="The bookings of the range.")
    upcoming: int = strawberry.field(
        description="Active bookings that have not begun, and requests that wait for a time, whatever the range."
    )
    by_day: list[DayFigures] = strawberry.field(description="The range day by day, empty days too.")
    last_30_days: list[DayFigures] = strawberry.field(
        name="last30Days", description="The last 30 days, today the last, whatever the range."
    )
    by_service: list[PartFigures] = strawberry.field(
        description="By service, the most booked first; empty of the platform."
    )
    by_consultant: list[PartFigures] = strawberry.field(
        description="By consultant, the most booked first, without what is nobody's; empty of the platform."
    )
    cancellations: list[CancellationCount] = strawberry.field(
        description="Who cancelled those of the range that were."
    )
    revenue: list[RevenueFigures] | None = strawberry.field(
        description="Money by currency; null for those who may not see a practice's takings."
    )
    utilisation: Utilisation | None = strawberry.field(
        description="Of the consultants' calendars; null of the platform."
    )
    resource_utilisation: Utilisation | None = strawberry.field(
        description="Of the calendars of rooms and machines; null of the platform."
    )
    review_count: int = strawberry.field(description="Reviews that show, whatever the range.")
    review_average: float | None = strawberry.field(description="The mean of their stars; null without any.")

    @classmethod
    def of(cls, found: figures.Figures) -> "Statistics":
        """Give the face of all."""
        people, things, stars = found.consultants_use, found.resources_use, found.stars
        return cls(
            first_day=found.first,
            last_day=found.last,
            timezone=TimeZone(found.zone),
            bookings=BookingCount.of(found.whole),
            upcoming=found.upcoming,
            by_day=[DayFigures.of(day, count) for day, count in found.days.items()],
            last_30_days=[DayFigures.of(day, count) for day, count in found.lately.items()],
            by_service=_parts("Service", found.services),
            by_consultant=_parts("Consultant", found.consultants),
            cancellations=[
                CancellationCount(by=kind, count=count) for kind, count in found.cancelled_by.items()
            ],
            revenue=None if found.revenue is None else [RevenueFigures.of(row) for row in found.revenue],
            utilisation=Utilisation.of(people) if people is not None else None,
            resource_utilisation=Utilisation.of(things) if things is not None else None,
            review_count=stars.number,
            review_average=round(stars.total / stars.number, 2) if stars.number else None,
        )


def _parts(kind: str, parts: list[figures.Part]) -> list[PartFigures]:
    return [
        PartFigures(
            id=strawberry.ID(write_id(kind, part.pk)), name=part.name, bookings=BookingCount.of(part.count)
        )
        for part in parts
    ]


@strawberry.type
class Query:
    """Root fields of this topic."""

    @strawberry.field(
        description="Figures of a practice, for who runs it; with `consultantId` of one consultant, for them too, "
        "without money unless they may see it; without either of the platform, for its admin. Null where there is no "
        "such practice or consultant."
    )
    def statistics(
        self,
        info: Info,
        business_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Of this practice; needed by all but the admin."),
        ] = None,
        consultant_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Of this consultant of the practice alone.")
        ] = None,
        between: Annotated[
            DateRange | None, strawberry.argument(description="Of these days; of the last 30 if absent.")
        ] = None,
    ) -> Statistics | None:
        """Read them."""
        days = between.read() if between else None
        try:
            found = selectors.statistics(
                viewer=info.context.viewer,
                business_id=optional_pk(business_id, "Business"),
                consultant_id=optional_pk(consultant_id, "Consultant"),
                first=days.first if days else None,
                last=days.last if days else None,
                now=info.context.now,
            )
        except DomainError as error:
            if error.code is ErrorCode.NOT_FOUND:
                return None
            raise
        return Statistics.of(found)
