"""Practices and their categories."""

from typing import TYPE_CHECKING, Annotated

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import relay

from bookings.booking import consent
from bookings.businesses import models, selectors
from schema.common.connections import Connection
from schema.common.fields import active_list
from schema.common.scalars import Email, TimeZone

if TYPE_CHECKING:
    from schema.catalogue import Service
    from schema.consultants import Consultant


@strawberry_django.type(models.Category, description="A kind of practice.")
class Category(relay.Node):
    """The GraphQL face of businesses.models.Category."""

    slug: str = strawberry_django.field(description="The name in addresses, such as `counselling`.")
    name: str = strawberry_django.field(description="The name for people.")

    @classmethod
    def resolve_id_attr(cls) -> str:
        """Name the key, which spares Strawberry a look-up per row."""
        return "pk"


@strawberry_django.type(models.Business, description="A practice that takes bookings.")
class Business(relay.Node):
    """The GraphQL face of businesses.models.Business."""

    slug: str = strawberry_django.field(description="The name in addresses.")
    name: str = strawberry_django.field(description="The name for people.")
    description: str = strawberry_django.field(description="What the practice says of itself, as plain text.")
    category: Category = strawberry_django.field(description="The kind of practice.")
    phone: str = strawberry_django.field(description="The telephone number, or an empty string.")
    address: str = strawberry_django.field(description="Street and number, or an empty string.")
    city: str = strawberry_django.field(description="The city, or an empty string.")
    country: str = strawberry_django.field(description="ISO 3166, two letters, or an empty string.")
    timezone: TimeZone = strawberry_django.field(description="The zone in which the practice lives.")
    currency: str = strawberry_django.field(description="ISO 4217, three letters.")
    services: list[Annotated["Service", strawberry.lazy("schema.catalogue")]] = active_list(
        description="What can be booked here."
    )
    consultants: list[Annotated["Consultant", strawberry.lazy("schema.consultants")]] = active_list(
        description="Who can be booked here."
    )

    @classmethod
    def resolve_id_attr(cls) -> str:
        """Name the key, which spares Strawberry a look-up per row."""
        return "pk"

    @strawberry_django.field(
        only=["email"], description="The practice's own e-mail address, if it shows one."
    )
    def email(self, root: strawberry.Parent[models.Business]) -> Email | None:
        """Give null instead of an empty address."""
        return Email(root.email) if root.email else None

    @strawberry_django.field(only=["pk"], description="What a client agrees to when drafting a booking here.")
    def consent_text(self) -> str:
        """Give the text whose version a booking keeps."""
        return str(consent.TEXT)


@strawberry.type
class Query:
    """Root fields of this topic."""

    @strawberry_django.connection(Connection[Business], description="Practices that take bookings, by name.")
    def businesses(
        self,
        category: Annotated[
            str | None, strawberry.argument(description="The slug of a category; of all if absent.")
        ] = None,
    ) -> QuerySet[models.Business]:
        """List practices, of one category (its slug) or of all."""
        rows = selectors.in_use().order_by("name", "pk")
        return rows.filter(category__slug=category) if category is not None else rows

    @strawberry_django.field(description="One practice by the name in its address.")
    def business(
        self, slug: Annotated[str, strawberry.argument(description="The name in the address.")]
    ) -> Business | None:
        """Find one, or null."""
        return selectors.in_use().filter(slug=slug).first()  # type: ignore[return-value]

    @strawberry_django.field(description="All kinds of practices, by name.")
    def categories(self) -> list[Category]:
        """List the categories; there are few."""
        return models.Category.objects.order_by("name", "pk")  # type: ignore[return-value]
