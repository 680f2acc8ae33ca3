"""Where our books and a payment provider's differ, for those who lead the practice."""

import datetime
from typing import Annotated

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import relay

from bookings.booking import selectors, services
from bookings.payments import models
from schema.common.connections import Connection
from schema.common.context import Info
from schema.common.errors import UserError, mutation, no_errors
from schema.common.inputs import optional_pk, pk_of
from schema.common.scalars import describe_enum
from schema.payments import Payment

PaymentDifferenceKind = models.Difference.Kind
describe_enum(PaymentDifferenceKind, name="PaymentDifferenceKind", description="What differs.")
PaymentDifferenceStatus = models.Difference.Status
describe_enum(PaymentDifferenceStatus, name="PaymentDifferenceStatus", description="What became of it.")
Root = strawberry.Parent[models.Difference]


@strawberry_django.type(
    models.Difference,
    name="PaymentDifference",
    description="Something that a payment provider says otherwise than our books. Providers are asked by themselves: "
    "what can be put right is, and is kept as REPAIRED; the rest is OPEN and waits for a person, who is told by mail. "
    "For owners and managers of the practice.",
)
class PaymentDifference(relay.Node):
    """The GraphQL face of payments.models.Difference."""

    kind: PaymentDifferenceKind = strawberry_django.field(description="What differs.")
    status: PaymentDifferenceStatus = strawberry_django.field(description="What became of it.")
    payment: Payment = strawberry_django.field(description="The payment that it is about.")
    found_at: datetime.datetime = strawberry_django.field(description="When it was found.")
    ended_at: datetime.datetime | None = strawberry_django.field(
        description="When it was repaired, or a person dealt with it; null while it waits."
    )

    @classmethod
    def resolve_id_attr(cls) -> str:
        """Name the key, which spares Strawberry a look-up per row."""
        return "pk"

    @classmethod
    def get_queryset(cls, queryset: QuerySet[models.Difference], info: Info) -> QuerySet[models.Difference]:
        """Show those of payments that are the viewer's to reconcile, whichever way one gets to them."""
        mine = selectors.differences_visible_to(info.context.viewer)
        return queryset.filter(pk__in=mine.order_by().values("pk"))

    @strawberry_django.field(
        only=["data"],
        description="What is known of it, a line each: amounts, states and the provider's own names and codes, such "
        "as `ours: 60.00 EUR` and `theirs: 59.00 EUR`. For people to read.",
    )
    def details(self, root: Root) -> list[str]:
        """Give the lines."""
        return services.details_of(root)


@strawberry.input(description="What somebody dealt with.")
class ResolvePaymentDifferenceInput:
    """Input of `resolvePaymentDifference`."""

    id: strawberry.ID = strawberry.field(description="The id of a payment difference.")


@strawberry.type(description="The difference, which does not wait any more.")
class ResolvePaymentDifferencePayload:
    """Payload of `resolvePaymentDifference`."""

    payment_difference: PaymentDifference | None = strawberry.field(
        default=None, description="The difference. One that did not wait is as it was."
    )
    errors: list[UserError] = no_errors()


@strawberry.type
class Query:
    """Root fields of this topic."""

    @strawberry_django.connection(
        Connection[PaymentDifference],
        description="Where payment providers say otherwise than our books, the newest first: what waits for a person, "
        "unless another `status` is asked for. For owners and managers; for anybody else there are none.",
    )
    def payment_differences(
        self,
        info: Info,
        business_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Of one practice; null for all that you lead."),
        ] = None,
        status: Annotated[
            PaymentDifferenceStatus | None,
            strawberry.argument(description="What became of them; null for all."),
        ] = PaymentDifferenceStatus.OPEN,
    ) -> QuerySet[models.Difference]:
        """List them; the type shows only what the viewer may see."""
        info.context.viewer.require_user()
        rows = models.Difference.objects.order_by("-found_at", "-pk")
        business = optional_pk(business_id, "Business")
        rows = rows if business is None else rows.filter(payment__booking__business=business)
        return rows if status is None else rows.filter(status=status)


@strawberry.type
class Mutation:
    """Root fields of this topic."""

    @mutation(
        description="Say that you dealt with a difference, at the provider or with the client. An attempt to pay of "
        "which the provider says nothing ends by it; nothing else changes. The very same is not told again; should it "
        "change, it is a new difference. For owners and managers."
    )
    def resolve_payment_difference(
        self,
        info: Info,
        input: Annotated[ResolvePaymentDifferenceInput, strawberry.argument(description="Which one.")],
    ) -> ResolvePaymentDifferencePayload | None:
        """Note it."""
        difference = services.resolve_difference(
            difference_id=pk_of(input.id, "PaymentDifference"),
            viewer=info.context.viewer,
            now=info.context.now,
        )
        return ResolvePaymentDifferencePayload(payment_difference=difference)  # type: ignore[arg-type]
