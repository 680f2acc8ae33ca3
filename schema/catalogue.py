"""What practices sell."""

from typing import TYPE_CHECKING, Annotated

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import relay

from bookings.catalogue import models, selectors
from schema.businesses import Business
from schema.common.connections import Connection
from schema.common.fields import active_list
from schema.common.inputs import pk_of
from schema.common.scalars import Money, describe_enum

if TYPE_CHECKING:
    from schema.consultants import Consultant

LocationKind = models.Service.LocationKind
describe_enum(LocationKind, name="LocationKind", description="Where sessions of a service take place.")
PaymentPolicy = models.Service.PaymentPolicy
describe_enum(PaymentPolicy, name="PaymentPolicy", description="How a service with a price may be paid.")


@strawberry_django.type(models.Service, description="Something that is sold by time.")
class Service(relay.Node):
    """The GraphQL face of catalogue.models.Service."""

    business: Business = strawberry_django.field(description="Who sells it.")
    name: str = strawberry_django.field(description="The name for people.")
    description: str = strawberry_django.field(description="What it is, as plain text.")
    seats: int = strawberry_django.field(description="How many clients share one session.")
    location_kind: LocationKind = strawberry_django.field(description="Where sessions take place.")
    payment_policy: PaymentPolicy = strawberry_django.field(
        description="How it may be paid, where it has a price."
    )
    needs_approval: bool = strawberry_django.field(
        description="Whether the practice looks at each request; if not, a proven request is approved at once."
    )
    duration_minutes: int = strawberry_django.field(
        field_name="duration", description="Length of one session."
    )
    step_minutes: int = strawberry_django.field(
        field_name="step", description="Minutes between offered starts."
    )
    notice_minutes: int = strawberry_django.field(
        field_name="notice", description="How long before the start a booking must be made."
    )
    horizon_days: int = strawberry_django.field(
        field_name="horizon", description="How many days ahead can be booked."
    )
    consultants: list[Annotated["Consultant", strawberry.lazy("schema.consultants")]] = active_list(
        description="Who offers it."
    )

    @classmethod
    def resolve_id_attr(cls) -> str:
        """Name the key, which spares Strawberry a look-up per row."""
        return "pk"

    @strawberry_django.field(only=["price", "currency"], description="The price of one seat; zero is free.")
    def price(self, root: strawberry.Parent[models.Service]) -> Money:
        """Give the price with its currency."""
        return Money.of(root.price, root.currency)


@strawberry.type
class Query:
    """Root fields of this topic."""

    @strawberry_django.connection(Connection[Service], description="What can be booked, by name.")
    def services(
        self,
        business_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Of this practice.")
        ] = None,
        consultant_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Offered by this consultant.")
        ] = None,
    ) -> QuerySet[models.Service]:
        """List services, of one practice or one consultant or all."""
        rows = selectors.in_use().order_by("name", "pk")
        if business_id is not None:
            rows = rows.filter(business=pk_of(business_id, "Business"))
        if consultant_id is not None:
            rows = rows.filter(consultants=pk_of(consultant_id, "Consultant"))
        return rows
