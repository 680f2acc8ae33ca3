"""Companies for whose people staff book."""

import datetime
from typing import Annotated, Any

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import relay

from bookings.businesses import corporate, models
from bookings.common.idempotency import AlreadyDone
from schema.booking.inputs import KEY
from schema.booking.reading import once
from schema.common.connections import Connection
from schema.common.context import Info
from schema.common.errors import UserError, made_before, mutation, no_errors
from schema.common.inputs import optional_pk, pk_of
from schema.common.scalars import Email


@strawberry_django.type(
    models.CorporateClient,
    description="A company for whose people a practice books. Those who work for the practice see it.",
)
class CorporateClient(relay.Node):
    """The GraphQL face of businesses.models.CorporateClient."""

    company: str = strawberry_django.field(description="Its name, as receipts say it.")
    contact_name: str = strawberry_django.field(
        description="With whom the practice deals there; empty once that person was erased."
    )
    email: Email = strawberry_django.field(description="The contact's address; empty likewise.")
    phone: str = strawberry_django.field(description="The contact's telephone number, or an empty string.")
    tax_number: str = strawberry_django.field(
        description="The company's, as receipts say it, or an empty string."
    )
    address: str = strawberry_django.field(
        description="The company's, as receipts say it, or an empty string."
    )
    note: str = strawberry_django.field(description="What staff noted, or an empty string; kept encrypted.")
    is_active: bool = strawberry_django.field(description="Whether it can be booked for.")
    created_at: datetime.datetime = strawberry_django.field(description="Since when the practice knows it.")

    @classmethod
    def resolve_id_attr(cls) -> str:
        """Name the key, which spares Strawberry a look-up per row."""
        return "pk"

    @classmethod
    def get_queryset(
        cls, queryset: QuerySet[models.CorporateClient], info: Info
    ) -> QuerySet[models.CorporateClient]:
        """Show what the viewer may see, whichever way they get to it."""
        return queryset.filter(pk__in=corporate.visible_to(info.context.viewer).values("pk"))


@strawberry.input(
    description="A corporate client. A new one needs `businessId`, `company`, `contactName` and `email`."
)
class SaveCorporateClientInput:
    """Input of `saveCorporateClient`."""

    id: strawberry.ID | None = strawberry.field(
        default=None, description="What to change; a new one if absent."
    )
    business_id: strawberry.ID | None = strawberry.field(
        default=None, description="Which practice a new one belongs to."
    )
    company: str | None = strawberry.field(
        default=strawberry.UNSET, description="The company's name, 1 to 200 characters."
    )
    contact_name: str | None = strawberry.field(
        default=strawberry.UNSET, description="With whom the practice deals there, 1 to 200 characters."
    )
    email: Email | None = strawberry.field(default=strawberry.UNSET, description="The contact's address.")
    phone: str | None = strawberry.field(
        default=strawberry.UNSET, description="The contact's telephone number, 32 characters at most."
    )
    tax_number: str | None = strawberry.field(
        default=strawberry.UNSET, description="The company's tax number, 40 characters at most."
    )
    address: str | None = strawberry.field(
        default=strawberry.UNSET, description="The company's address, 300 characters at most."
    )
    note: str | None = strawberry.field(
        default=strawberry.UNSET, description="For staff, 5000 characters at most; kept encrypted."
    )
    is_active: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whether it can be booked for. Bookings that it has stand either way.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.type(description="The corporate client with its changes.")
class SaveCorporateClientPayload:
    """Payload of `saveCorporateClient`."""

    corporate_client: CorporateClient | None = strawberry.field(default=None, description="The client.")
    errors: list[UserError] = no_errors()


@strawberry.type
class Query:
    """Root fields of this topic."""

    @strawberry_django.connection(
        Connection[CorporateClient],
        description="The companies for whose people a practice books, by name, those out of use too. For those who "
        "work for the practice; for anybody else there are none.",
    )
    def corporate_clients(
        self,
        info: Info,
        business_id: Annotated[strawberry.ID, strawberry.argument(description="The practice.")],
        search: Annotated[
            str,
            strawberry.argument(
                description="A part of the company's name, its tax number, or the contact's name or address; 100 "
                "characters at most."
            ),
        ] = "",
        is_active: Annotated[
            bool | None,
            strawberry.argument(description="True: those that can be booked for; false: the others."),
        ] = None,
    ) -> QuerySet[models.CorporateClient]:
        """List them; the type shows only what the viewer may see."""
        info.context.viewer.require_user()
        rows = models.CorporateClient.objects.filter(business=pk_of(business_id, "Business"))
        rows = rows if is_active is None else rows.filter(is_active=is_active)
        return corporate.found(rows, search).order_by("company", "pk")


@strawberry.type
class Mutation:
    """Root fields of this topic."""

    @mutation(
        description="Add a company for whose people the practice books, or change one with `id`; for everybody who "
        "works there. `createBooking` takes it as `corporateClientId`. Bookings and receipts keep what they say."
    )
    def save_corporate_client(
        self,
        info: Info,
        input: Annotated[
            SaveCorporateClientInput,
            strawberry.argument(description="What to change; what is left out stays."),
        ],
    ) -> SaveCorporateClientPayload | None:
        """Save."""
        try:
            row = _save(info, input)
        except AlreadyDone as done:
            row = made_before(models.CorporateClient.objects, done)
        return SaveCorporateClientPayload(corporate_client=row)  # type: ignore[arg-type]


def _save(info: Info, given: SaveCorporateClientInput) -> models.CorporateClient:
    named: dict[str, Any] = {column: getattr(given, column) for column in corporate.COLUMNS}
    return corporate.save_corporate_client(
        viewer=info.context.viewer,
        changes={column: value for column, value in named.items() if value is not strawberry.UNSET},
        client_id=optional_pk(given.id, "CorporateClient"),
        business_id=optional_pk(given.business_id, "Business"),
        once=once(info, "saveCorporateClient", given, "corporate clients"),
        now=info.context.now,
    )
