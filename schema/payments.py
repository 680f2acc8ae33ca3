"""Payments, as their booking's viewers see them."""

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry
import strawberry_django
from django.db.models import F, QuerySet
from strawberry import relay

from bookings.booking.selectors import payments_visible_to
from bookings.booking.takings import sees_takings_of
from bookings.payments import models
from schema.common.context import Info
from schema.common.scalars import URL, Money, describe_enum
from schema.receipts import Receipt
from schema.refunds import Refund

if TYPE_CHECKING:
    from schema.booking.types import Booking

PaymentStatus = models.Payment.Status
describe_enum(PaymentStatus, name="PaymentStatus", description="Where one attempt to pay stands.")
PaymentPurpose = models.Payment.Purpose
describe_enum(PaymentPurpose, name="PaymentPurpose", description="What of a price somebody pays.")
PaymentMethod = models.Payment.Method
describe_enum(PaymentMethod, name="PaymentMethod", description="With what somebody paid.")

Root = strawberry.Parent[models.Payment]
_PAID = ["paid_amount", "paid_currency", "currency"]
_PRACTICE = {"practice_id": F("booking__business_id")}
"""Read beside the row, as the booking itself may be asked for with other columns."""


def _sees_takings(payment: models.Payment, info: Info) -> bool:
    practice = getattr(payment, "practice_id", None) or payment.booking.business_id
    return sees_takings_of(info.context.viewer, practice)


@strawberry_django.type(models.Payment, description="One attempt to pay for a booking.")
class Payment(relay.Node):
    """The GraphQL face of payments.models.Payment."""

    provider: str = strawberry_django.field(
        description="Who takes the money: `paystack`, `stripe`, `sandbox`, which takes no real money, or `on_site`, "
        "the practice itself."
    )
    purpose: PaymentPurpose = strawberry_django.field(description="What of the price it pays.")
    is_live: bool = strawberry_django.field(
        field_name="live", description="Whether it is real money; otherwise the provider's test mode."
    )
    booking: Annotated["Booking", strawberry.lazy("schema.booking.types")] = strawberry_django.field(
        description="What is paid."
    )
    reference: str = strawberry_django.field(description="The reference that we and the provider know it by.")
    status: PaymentStatus = strawberry_django.field(description="Where it stands.")
    created_at: datetime.datetime = strawberry_django.field(description="When the attempt began.")
    expires_at: datetime.datetime = strawberry_django.field(description="Until when it can be paid.")
    paid_at: datetime.datetime | None = strawberry_django.field(description="When the money came in.")
    refunds: list[Refund] = strawberry_django.field(description="What of it goes back, oldest first.")
    receipts: list[Receipt] = strawberry_django.field(
        description="Its receipts, oldest first: one of the money, then one of each part that went back. None where "
        "the money did not come, or went back by itself at once."
    )

    @classmethod
    def resolve_id_attr(cls) -> str:
        """Name the key, which spares Strawberry a look-up per row."""
        return "pk"

    @classmethod
    def get_queryset(cls, queryset: QuerySet[models.Payment], info: Info) -> QuerySet[models.Payment]:
        """Show the payments of bookings that the viewer may see, whichever way one gets to them."""
        shown = queryset.filter(pk__in=payments_visible_to(info.context.viewer).values("pk"))
        return shown if shown.ordered else shown.order_by("pk")

    @strawberry_django.field(only=["amount", "currency"], description="How much is asked.")
    def amount(self, root: Root) -> Money:
        """Give the amount with its currency."""
        return Money.of(root.amount, root.currency)

    @strawberry_django.field(only=["method"], description="With what it was paid; null where nobody told.")
    def method(self, root: Root) -> PaymentMethod | None:
        """Give the method."""
        return PaymentMethod(root.method) if root.method else None

    @strawberry_django.field(
        only=["status", "failure_code"],
        description="Why it failed, in the provider's own short code; null where it did not fail.",
    )
    def failure_code(self, root: Root) -> str | None:
        """Give the provider's code."""
        return root.failure_code if root.status == PaymentStatus.FAILED else None

    @strawberry_django.field(
        only=_PAID, description="How much came in: zero until it does. It may differ from what was asked."
    )
    def paid(self, root: Root) -> Money:
        """Give what came in."""
        return Money.of(root.paid.amount, root.paid.currency)

    @strawberry_django.field(
        only=["refunded_amount", *_PAID], description="How much was, or is being, given back."
    )
    def refunded(self, root: Root) -> Money:
        """Give what went back."""
        return Money.of(root.refunded_amount, root.paid.currency)

    @strawberry_django.field(
        only=["fee_amount", *_PAID],
        annotate=_PRACTICE,
        description="What the provider kept of it; null where it does not tell, and for those who may not see it.",
    )
    def fee(self, root: Root, info: Info) -> Money | None:
        """Give the fee to those who may see what is left."""
        shown = root.fee_amount is not None and _sees_takings(root, info)
        return Money.of(root.fee_amount or Decimal(0), root.paid.currency) if shown else None

    @strawberry_django.field(
        only=["fee_amount", "refunded_amount", *_PAID],
        annotate=_PRACTICE,
        description="What is left of it for the practice: what came in, less what goes back and what is known to be "
        "kept; null for those who may not see it.",
    )
    def net(self, root: Root, info: Info) -> Money | None:
        """Give what is left to those who may see it."""
        return Money.of(root.net.amount, root.net.currency) if _sees_takings(root, info) else None

    @strawberry_django.field(
        only=["checkout_url", "status"],
        description="Where the client pays; null once it can no longer be paid.",
    )
    def checkout_url(self, root: Root) -> URL | None:
        """Give the address while the attempt is open."""
        return URL(root.checkout_url) if root.checkout_url and root.is_open else None
