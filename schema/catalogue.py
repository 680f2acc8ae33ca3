"""What practices sell."""

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import relay

from bookings.catalogue import models, selectors
from bookings.catalogue.refund_tiers import tiers_of
from bookings.catalogue.reminders import reminders_of
from schema.businesses import Business
from schema.common.connections import Connection
from schema.common.fields import active_list
from schema.common.inputs import pk_of
from schema.common.scalars import Money, describe_enum
from schema.refund_tiers import RefundTier

if TYPE_CHECKING:
    from schema.consultants import Consultant
    from schema.resources import Resource

LocationKind = models.Service.LocationKind
describe_enum(LocationKind, name="LocationKind", description="Where sessions of a service take place.")
ServiceHolds = models.Service.Holds
describe_enum(
    ServiceHolds,
    name="ServiceHolds",
    description="Whose time a booking of a service takes; two are held together or not at all.",
)
PaymentPolicy = models.Service.PaymentPolicy
describe_enum(PaymentPolicy, name="PaymentPolicy", description="How a service with a price may be paid.")


@strawberry_django.type(models.Service, description="Something that is sold by time.")
class Service(relay.Node):
    """The GraphQL face of catalogue.models.Service."""

    business: Business = strawberry_django.field(description="Who sells it.")
    name: str = strawberry_django.field(description="The name for people.")
    description: str = strawberry_django.field(description="What it is, as plain text.")
    colour: str = strawberry_django.field(
        description="Its colour in calendars, such as `#2a9d8f`, or an empty string: any will do."
    )
    seats: int = strawberry_django.field(description="How many clients share one session.")
    location_kind: LocationKind = strawberry_django.field(description="Where sessions take place.")
    payment_policy: PaymentPolicy = strawberry_django.field(
        description="How it may be paid, where it has a price."
    )
    needs_approval: bool = strawberry_django.field(
        description="Whether the practice looks at each request; if not, a proven request is approved at once."
    )
    duration_minutes: int = strawberry_django.field(
        field_name="duration",
        description="Length of one session; the shortest, where clients choose the length.",
    )
    max_duration_minutes: int | None = strawberry_django.field(
        field_name="max_duration",
        description="The longest session, where clients choose the length; null where all are equally long.",
    )
    holds: ServiceHolds = strawberry_django.field(description="Whose time a booking takes.")
    buffer_before_minutes: int = strawberry_django.field(
        field_name="buffer_before", description="Minutes kept free before a session."
    )
    buffer_after_minutes: int = strawberry_django.field(
        field_name="buffer_after", description="Minutes kept free after a session."
    )
    max_per_day: int | None = strawberry_django.field(
        description="Bookings a day at most, all who offer it together; null for any number."
    )
    max_per_week: int | None = strawberry_django.field(
        description="Bookings a week at most, Monday to Sunday, all who offer it together; null for any number."
    )
    deposit_percent: int | None = strawberry_django.field(
        description="Percent of the price that is paid as a deposit, where it is paid online; the rest on site. Null: "
        "all of it is paid online."
    )
    is_active: bool = strawberry_django.field(description="Whether it can be booked at all.")
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
    resources: list[Annotated["Resource", strawberry.lazy("schema.resources")]] = active_list(
        description="The rooms and machines that it sells or takes place in."
    )

    @classmethod
    def resolve_id_attr(cls) -> str:
        """Name the key, which spares Strawberry a look-up per row."""
        return "pk"

    @strawberry_django.field(
        only=["price", "currency"], description="The price of one seat for `durationMinutes`; zero is free."
    )
    def price(self, root: strawberry.Parent[models.Service]) -> Money:
        """Give the price with its currency."""
        return Money.of(root.price, root.currency)

    @strawberry_django.field(
        only=["tax_rate", "business__tax_rate"],
        select_related=["business"],
        description="Percent of tax that the price includes, the service's own or else the practice's; zero where "
        "there is none.",
    )
    def tax_rate(self, root: strawberry.Parent[models.Service]) -> Decimal:
        """Give the rate that a booking drafted now would keep."""
        return root.business.tax_rate if root.tax_rate is None else root.tax_rate

    @strawberry_django.field(
        only=["reminders"],
        description="How many minutes before the start clients are reminded by mail, the longest first; an empty list: "
        "never. A booking keeps those of its drafting.",
    )
    def reminder_minutes(self, root: strawberry.Parent[models.Service]) -> list[int]:
        """Give the service's own, else the usual ones."""
        return reminders_of(root.reminders)

    @strawberry_django.field(
        only=["refund_tiers", "business__refund_tiers"],
        select_related=["business"],
        description="What a client who cancels a paid booking gets back, the longest notice first: the first step "
        "whose notice is kept counts, below the last nothing goes back. A booking keeps those of its drafting.",
    )
    def refund_tiers(self, root: strawberry.Parent[models.Service]) -> list[RefundTier]:
        """Give the service's own steps, else the practice's, else the usual ones."""
        return RefundTier.of(tiers_of(root))


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
