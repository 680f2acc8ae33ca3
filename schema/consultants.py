"""People whose time can be booked."""

from typing import Annotated

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import relay

from bookings.consultants import models, selectors
from schema.businesses import Business
from schema.catalogue import Service
from schema.common.connections import Connection
from schema.common.fields import active_list
from schema.common.inputs import pk_of
from schema.common.scalars import TimeZone


@strawberry_django.type(models.Consultant, description="A person whose time can be booked.")
class Consultant(relay.Node):
    """The GraphQL face of consultants.models.Consultant."""

    business: Business = strawberry_django.field(description="Where they work.")
    slug: str = strawberry_django.field(description="The name in addresses.")
    full_name: str = strawberry_django.field(description="The name for people.")
    specialisation: str = strawberry_django.field(description="What they are good at, or an empty string.")
    bio: str = strawberry_django.field(description="What they say of themselves, as plain text.")
    services: list[Service] = active_list(description="What they offer.")

    @classmethod
    def resolve_id_attr(cls) -> str:
        """Name the key, which spares Strawberry a look-up per row."""
        return "pk"

    @strawberry_django.field(
        select_related=["schedule"], only=["schedule__timezone"], description="The zone of their calendar."
    )
    def timezone(self, root: strawberry.Parent[models.Consultant]) -> TimeZone:
        """Give the schedule's zone."""
        return TimeZone(root.schedule.timezone)


@strawberry.type
class Query:
    """Root fields of this topic."""

    @strawberry_django.connection(Connection[Consultant], description="Who can be booked, by name.")
    def consultants(
        self,
        business_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Of this practice.")
        ] = None,
        service_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Who offer this service.")
        ] = None,
    ) -> QuerySet[models.Consultant]:
        """List consultants, of one practice or one service or all."""
        rows = selectors.in_use().order_by("full_name", "pk")
        if business_id is not None:
            rows = rows.filter(business=pk_of(business_id, "Business"))
        if service_id is not None:
            rows = rows.filter(services=pk_of(service_id, "Service"))
        return rows

    @strawberry_django.field(description="One consultant by the name in their address.")
    def consultant(
        self, slug: Annotated[str, strawberry.argument(description="The name in the address.")]
    ) -> Consultant | None:
        """Find one, or null."""
        return selectors.in_use().filter(slug=slug).first()  # type: ignore[return-value]
