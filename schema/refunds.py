"""Money on its way back, as its booking's viewers see it."""

import datetime

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import relay

from bookings.booking import selectors
from bookings.booking.rights import Operation
from bookings.payments import models
from schema.common.context import Info
from schema.common.scalars import Money, describe_enum

RefundStatus = models.Refund.Status
describe_enum(RefundStatus, name="RefundStatus", description="Where a refund stands.")
RefundReason = models.Refund.Reason
describe_enum(RefundReason, name="RefundReason", description="Why money goes back.")

Root = strawberry.Parent[models.Refund]
_WHOSE = [
    "payment__booking__business_id",
    "payment__booking__consultant_id",
    "payment__booking__email",
]
"""The columns that decide who may see a refund's booking."""


@strawberry_django.type(
    models.Refund,
    description="Money of a payment on its way back, wholly or in part. Its amount counts as given back from the start "
    "on; one that the provider refuses (FAILED) no longer counts.",
)
class Refund(relay.Node):
    """The GraphQL face of payments.models.Refund."""

    reason: RefundReason = strawberry_django.field(description="Why it goes back.")
    status: RefundStatus = strawberry_django.field(description="Where it stands.")
    created_at: datetime.datetime = strawberry_django.field(description="When it was asked for.")
    done_at: datetime.datetime | None = strawberry_django.field(
        description="When it succeeded or failed; null until then."
    )

    @classmethod
    def resolve_id_attr(cls) -> str:
        """Name the key, which spares Strawberry a look-up per row."""
        return "pk"

    @classmethod
    def get_queryset(cls, queryset: QuerySet[models.Refund], info: Info) -> QuerySet[models.Refund]:
        """Show the refunds of payments that the viewer may see, whichever way one gets to them."""
        shown = selectors.payments_visible_to(info.context.viewer).values("pk")
        return queryset.filter(payment__in=shown).order_by("pk")

    @strawberry_django.field(
        only=["amount", "payment__currency", "payment__paid_amount", "payment__paid_currency"],
        select_related=["payment"],
        description="How much, in the currency in which it came in.",
    )
    def amount(self, root: Root) -> Money:
        """Give the amount with its currency."""
        return Money.of(root.amount, root.money.currency)

    @strawberry_django.field(
        only=["status", "needs_person", "next_attempt_at"],
        description="Whether it does not go on by itself: the provider refused it, did not answer for hours, or waits "
        "for somebody to do something there. `retryRefund` takes it up again unless it FAILED; then `refundPayment` "
        "asks for a new one.",
    )
    def needs_person(self, root: Root) -> bool:
        """Tell whether staff must look."""
        return root.is_left_to_a_person

    @strawberry_django.field(
        only=["note", *_WHOSE],
        select_related=["payment__booking"],
        description="Why, in the words of whoever asked for it, or an empty string; for staff alone, null for others.",
    )
    def note(self, root: Root, info: Info) -> str | None:
        """Hide it from the client."""
        sees = selectors.may_see(info.context.viewer, root.payment.booking, Operation.SEE_NOTES)
        return root.note if sees else None
