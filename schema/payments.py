"""Payments, as their booking's viewers see them."""

import datetime

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import relay

from bookings.booking.selectors import payments_visible_to
from bookings.payments import models
from schema.common.context import Info
from schema.common.scalars import URL, Money, describe_enum

PaymentStatus = models.Payment.Status
describe_enum(PaymentStatus, name="PaymentStatus", description="Where one attempt to pay stands.")


@strawberry_django.type(models.Payment, description="One attempt to pay for a booking.")
class Payment(relay.Node):
    """The GraphQL face of payments.models.Payment."""

    provider: str = strawberry_django.field(description="Who takes the money: `sandbox`, say.")
    reference: str = strawberry_django.field(description="The reference that we and the provider know it by.")
    status: PaymentStatus = strawberry_django.field(description="Where it stands.")
    created_at: datetime.datetime = strawberry_django.field(description="When the attempt began.")
    expires_at: datetime.datetime = strawberry_django.field(description="Until when it can be paid.")
    paid_at: datetime.datetime | None = strawberry_django.field(description="When the money came in.")

    @classmethod
    def resolve_id_attr(cls) -> str:
        """Name the key, which spares Strawberry a look-up per row."""
        return "pk"

    @classmethod
    def get_queryset(cls, queryset: QuerySet[models.Payment], info: Info) -> QuerySet[models.Payment]:
        """Show the payments of bookings that the viewer may see, whichever way one gets to them."""
        return queryset.filter(pk__in=payments_visible_to(info.context.viewer).values("pk")).order_by("pk")

    @strawberry_django.field(only=["amount", "currency"], description="How much is asked.")
    def amount(self, root: strawberry.Parent[models.Payment]) -> Money:
        """Give the amount with its currency."""
        return Money.of(root.amount, root.currency)

    @strawberry_django.field(
        only=["refunded_amount", "currency"], description="How much was, or is being, given back."
    )
    def refunded(self, root: strawberry.Parent[models.Payment]) -> Money:
        """Give what went back."""
        return Money.of(root.refunded_amount, root.currency)

    @strawberry_django.field(
        only=["checkout_url", "status"],
        description="Where the client pays; null once it can no longer be paid.",
    )
    def checkout_url(self, root: strawberry.Parent[models.Payment]) -> URL | None:
        """Give the address while the attempt is open."""
        return URL(root.checkout_url) if root.checkout_url and root.is_open else None
