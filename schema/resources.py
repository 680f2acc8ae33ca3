"""Rooms and machines whose time can be booked."""

import datetime
from typing import Annotated, Any

import strawberry
import strawberry_django
from django.db.models import CharField, QuerySet, Value
from graphql.execution.values import get_argument_values
from strawberry import relay

from bookings.booking import occupancy
from bookings.resources import models, selectors
from schema.businesses import Business
from schema.catalogue import Service
from schema.common.connections import Connection
from schema.common.context import Info
from schema.common.fields import active_list
from schema.common.inputs import BadUserInput, pk_of
from schema.common.scalars import TimeZone, describe_enum
from schema.schedules import Calendar, calendar_field

AvailabilityStatus = occupancy.AvailabilityStatus
describe_enum(
    AvailabilityStatus, name="AvailabilityStatus", description="Whether a resource can be used at an instant."
)


MOST_INSTANTS = 3
"""For how many instants one request is told what is in use; a list that asks for one alone reads it at once."""


def _asked_at(info: Any) -> datetime.datetime:
    """Give the instant that a selected `availabilityStatus` asks about."""
    raw = info._raw_info
    field = raw.parent_type.fields[raw.field_name]
    at: datetime.datetime | None = get_argument_values(field, raw.field_nodes[0], raw.variable_values)["at"]
    return at or info.context.now


@strawberry_django.type(
    models.Resource, description="A room or a machine whose time can be booked, alone or with a consultant."
)
class Resource(relay.Node):
    """The GraphQL face of resources.models.Resource."""

    business: Business = strawberry_django.field(description="Whose it is.")
    name: str = strawberry_django.field(description="The name for people.")
    description: str = strawberry_django.field(description="What it is, as plain text.")
    capacity: int = strawberry_django.field(description="How many people it has room for.")
    is_available: bool = strawberry_django.field(
        description="Whether it may be booked at present; `openSlots` says when."
    )
    services: list[Service] = active_list(description="What it is for.")
    calendar: Calendar = calendar_field()

    @classmethod
    def resolve_id_attr(cls) -> str:
        """Name the key, which spares Strawberry a look-up per row."""
        return "pk"

    @strawberry_django.field(
        select_related=["schedule"], only=["schedule__timezone"], description="The zone of its calendar."
    )
    def timezone(self, root: strawberry.Parent[models.Resource]) -> TimeZone:
        """Give the schedule's zone."""
        return TimeZone(root.schedule.timezone)

    @strawberry_django.field(
        annotate={
            "read_status": lambda info: occupancy.status_at(_asked_at(info)),
            "read_at": lambda info: Value(_asked_at(info).isoformat(), output_field=CharField()),
        },
        description="Whether somebody uses it at an instant, or has asked to. What it takes to book it then "
        "(hours, notice, caps) is for `openSlots` to say.",
    )
    def availability_status(
        self,
        root: strawberry.Parent[models.Resource],
        info: Info,
        at: Annotated[
            datetime.datetime | None,
            strawberry.argument(description="The instant to look at; now if absent."),
        ] = None,
    ) -> AvailabilityStatus:
        """Give what the list's own statement has read; it read for one instant where a document asks for several."""
        instant = at or info.context.now
        if instant < info.context.now:
            raise BadUserInput("Who used it in the past is not told.")
        if getattr(root, "read_at", None) == instant.isoformat():
            return AvailabilityStatus(root.read_status)  # type: ignore[attr-defined]
        info.context.instants.add(instant)
        if len(info.context.instants) > MOST_INSTANTS:
            raise BadUserInput(f"Ask for at most {MOST_INSTANTS} instants at once.")
        return occupancy.status_of(root, instant)


@strawberry.type
class Query:
    """Root fields of this topic."""

    @strawberry_django.connection(
        Connection[Resource],
        description="Rooms and machines, by name; also those that are out of use for now.",
    )
    def resources(
        self,
        business_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Of this practice.")
        ] = None,
        service_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="For this service.")
        ] = None,
        is_available: Annotated[
            bool | None, strawberry.argument(description="Only those in use, or only the others.")
        ] = None,
    ) -> QuerySet[models.Resource]:
        """List resources, of one practice or one service or all."""
        rows = selectors.in_use().order_by("name", "pk")
        if business_id is not None:
            rows = rows.filter(business=pk_of(business_id, "Business"))
        if service_id is not None:
            rows = rows.filter(services=pk_of(service_id, "Service"))
        return rows if is_available is None else rows.filter(is_available=is_available)
