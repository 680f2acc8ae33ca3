"""The payments of many bookings: a dashboard's list and its sums."""

import datetime
from enum import Enum
from typing import Annotated

import strawberry
import strawberry_django
from django.db.models import F, QuerySet

from bookings.booking import takings
from bookings.booking.takings import Takings
from bookings.common import clock
from bookings.payments import models
from schema.common.connections import Connection
from schema.common.context import Info
from schema.common.inputs import pk_of
from schema.common.scalars import Money
from schema.payments import Payment, PaymentMethod, PaymentPurpose, PaymentStatus


@strawberry.input(description="Which payments to list; what is left out does not narrow.")
class PaymentFilter:
    """Filter of `payments`."""

    status: list[PaymentStatus] | None = strawberry.field(default=None, description="In one of these states.")
    method: list[PaymentMethod] | None = strawberry.field(default=None, description="Paid with one of these.")
    purpose: list[PaymentPurpose] | None = strawberry.field(default=None, description="For one of these.")
    business_id: strawberry.ID | None = strawberry.field(default=None, description="To this practice.")
    booking_id: strawberry.ID | None = strawberry.field(default=None, description="For this booking.")
    paid_from: datetime.datetime | None = strawberry.field(
        default=None, description="Money that came in then or later."
    )
    paid_before: datetime.datetime | None = strawberry.field(
        default=None, description="Money that came in earlier than then."
    )


@strawberry.enum(description="The order of a list of payments.")
class PaymentOrder(Enum):
    """Order of `payments`."""

    NEWEST = strawberry.enum_value("NEWEST", description="The attempt that was begun last first.")
    OLDEST = strawberry.enum_value("OLDEST", description="The attempt that was begun first first.")
    PAID_LAST = strawberry.enum_value(
        "PAID_LAST", description="By when the money came in, the last first; what did not come in is last."
    )


_ORDERS = {
    PaymentOrder.NEWEST: F("created_at").desc(),
    PaymentOrder.OLDEST: F("created_at").asc(),
    PaymentOrder.PAID_LAST: F("paid_at").desc(nulls_last=True),
}


@strawberry.type(description="Sums over payments that came in.")
class PaymentSums:
    """How many there are, and what came in, goes back, is kept and is left."""

    payments: int = strawberry.field(description="How many payments.")
    paid: Money = strawberry.field(description="What came in.")
    refunded: Money = strawberry.field(description="What of it went, or is going, back; whenever that was.")
    fees: Money = strawberry.field(description="What providers are known to have kept of it.")
    net: Money = strawberry.field(description="What is left of it.")

    @classmethod
    def of(cls, sums: Takings) -> "PaymentSums":
        """Give the sums in GraphQL's money."""
        amounts = {name: getattr(sums, name) for name in ("paid", "refunded", "fees", "net")}
        return cls(
            payments=sums.payments,
            **{name: Money.of(each.amount, each.currency) for name, each in amounts.items()},
        )


@strawberry.type(description="Sums over the payments that were made with the same kind of means.")
class PaymentSumsByMethod:
    """The sums of one method."""

    method: PaymentMethod | None = strawberry.field(description="With what was paid; null where nobody told.")
    sums: PaymentSums = strawberry.field(description="Their sums.")


@strawberry.type(
    description="What came in, in one currency. Real money and a test mode's are never added up."
)
class PaymentSummary:
    """The dashboard's sums of one currency."""

    currency: str = strawberry.field(description="Three letters (ISO 4217).")
    is_live: bool = strawberry.field(description="Whether it is real money; otherwise a test mode's.")
    total: PaymentSums = strawberry.field(description="All of it together.")
    by_method: list[PaymentSumsByMethod] = strawberry.field(description="The same by what was paid with.")

    @classmethod
    def of(cls, summary: takings.Summary) -> "PaymentSummary":
        """Give one currency's sums."""
        return cls(
            currency=summary.total.paid.currency,
            is_live=summary.total.live,
            total=PaymentSums.of(summary.total),
            by_method=[
                PaymentSumsByMethod(
                    method=PaymentMethod(part.method) if part.method else None, sums=PaymentSums.of(part)
                )
                for part in summary.by_method
            ],
        )


@strawberry.type
class Query:
    """Root fields of this topic."""

    @strawberry_django.connection(
        Connection[Payment],
        description="The payments that you may see: for your own bookings, or those of your practice.",
    )
    def payments(
        self,
        info: Info,
        filter: Annotated[
            PaymentFilter | None, strawberry.argument(description="Which ones; all if absent.")
        ] = None,
        order: Annotated[
            PaymentOrder, strawberry.argument(description="In which order.")
        ] = PaymentOrder.NEWEST,
    ) -> QuerySet[models.Payment]:
        """List payments."""
        info.context.viewer.require_user()
        return _filtered(filter or PaymentFilter()).order_by(_ORDERS[order], "pk")

    @strawberry.field(
        description="What came in for a practice in a stretch of time, by currency, and what goes back, is kept and is "
        "left of it. Empty where nothing came in, and for those who may not see it."
    )
    def payment_summary(
        self,
        info: Info,
        business_id: Annotated[strawberry.ID, strawberry.argument(description="Of which practice.")],
        paid_from: Annotated[
            datetime.datetime, strawberry.argument(description="Money that came in then or later.")
        ],
        paid_before: Annotated[
            datetime.datetime | None,
            strawberry.argument(description="Money that came in earlier than then; until now if absent."),
        ] = None,
    ) -> list[PaymentSummary]:
        """Sum up a practice's takings."""
        info.context.viewer.require_user()
        pk, until = pk_of(business_id, "Business"), paid_before or clock.now()
        found = takings.summary(viewer=info.context.viewer, business_id=pk, since=paid_from, until=until)
        return [PaymentSummary.of(each) for each in found]


def _filtered(wanted: PaymentFilter) -> QuerySet[models.Payment]:
    rows = models.Payment.objects.all()
    if wanted.status is not None:
        rows = rows.filter(status__in=wanted.status)
    if wanted.method is not None:
        rows = rows.filter(method__in=wanted.method)
    if wanted.purpose is not None:
        rows = rows.filter(purpose__in=wanted.purpose)
    if wanted.business_id is not None:
        rows = rows.filter(booking__business=pk_of(wanted.business_id, "Business"))
    if wanted.booking_id is not None:
        rows = rows.filter(booking=pk_of(wanted.booking_id, "Booking"))
    if wanted.paid_from is not None:
        rows = rows.filter(paid_at__gte=wanted.paid_from)
    if wanted.paid_before is not None:
        rows = rows.filter(paid_at__lt=wanted.paid_before)
    return rows
