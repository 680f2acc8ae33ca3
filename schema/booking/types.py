"""A booking as each viewer may see it."""

import datetime

import strawberry
import strawberry_django
from django.db.models import Prefetch, QuerySet
from strawberry import relay

from bookings.booking import models, selectors
from bookings.booking.policies import actors_of
from bookings.booking.states import Status
from bookings.payments.models import Payment as PaymentRow
from schema.booking.lifecycle import (
    ActorKind,
    AvailableAction,
    BookingMove,
    BookingStatus,
    available_actions,
)
from schema.businesses import Business
from schema.catalogue import Service
from schema.common.context import Info
from schema.common.fields import WHO, Private, private
from schema.common.scalars import URL, Email, Money, TimeZone, describe_enum
from schema.consultants import Consultant
from schema.payments import Payment

BookingMode = models.Booking.Mode
describe_enum(BookingMode, name="BookingMode", description="Where a session takes place.")
PaymentMode = models.Booking.PaymentMode
describe_enum(PaymentMode, name="PaymentMode", description="How a session is paid.")

Root = strawberry.Parent[models.Booking]


@strawberry_django.type(
    models.BookingEvent, description="Something that happened to a booking. It never changes."
)
class BookingEvent:
    """The GraphQL face of booking.models.BookingEvent."""

    move: BookingMove = strawberry_django.field(description="The move.")
    to_status: BookingStatus = strawberry_django.field(description="The status after it.")
    actor_kind: ActorKind = strawberry_django.field(description="As what somebody acted.")
    at: datetime.datetime = strawberry_django.field(description="When.")

    @classmethod
    def get_queryset(
        cls, queryset: QuerySet[models.BookingEvent], info: Info
    ) -> QuerySet[models.BookingEvent]:
        """Put what happened in order."""
        return queryset.order_by("sequence")

    @strawberry_django.field(only=["from_status"], description="The status before it; null for the first.")
    def from_status(self, root: strawberry.Parent[models.BookingEvent]) -> BookingStatus | None:
        """Give null instead of an empty status."""
        return Status(root.from_status) if root.from_status else None


@strawberry_django.type(
    models.Booking,
    description=(
        "One client's claim on a time. Everybody who knows the acknowledgement id may see the status, its "
        "deadline and what can be done; every other field is null unless you bring an access token or an "
        "account that may see it."
    ),
)
class Booking(relay.Node):
    """The GraphQL face of booking.models.Booking."""

    acknowledgement_id: str = strawberry_django.field(
        description="The id that people read aloud: `MS-7K2Q9D`."
    )
    status: BookingStatus = strawberry_django.field(description="Where it stands.")
    updated_at: datetime.datetime = strawberry_django.field(description="When it last changed.")
    deadline: datetime.datetime | None = strawberry_django.field(
        field_name="deadline_at", description="When the present status lapses; null where it does not."
    )
    starts_at: datetime.datetime | None = private(description="The start.")
    ends_at: datetime.datetime | None = private(description="The end.")
    timezone: TimeZone | None = private(description="The zone of the calendar that is booked.")
    seats: int | None = private(description="How many seats it takes.")
    mode: BookingMode | None = private(description="Where the session takes place.")
    payment_mode: PaymentMode | None = private(description="How it is paid.")
    pay_by: datetime.datetime | None = private(description="Until when it must be paid, once approved.")
    email: Email | None = private(description="The client's address.")
    full_name: str | None = private(description="The client's name.")
    phone: str | None = private(description="The client's telephone number, or an empty string.")
    message: str | None = private(description="What the client wrote, or an empty string.")
    created_at: datetime.datetime | None = private(description="When it was drafted.")
    business: Business | None = private(description="The practice.")
    service: Service | None = private(description="What is booked.")
    consultant: Consultant | None = private(description="Whose time it is.")
    timeline: list[BookingEvent] | None = private(
        field_name="events", description="What happened, oldest first."
    )
    payments: list[Payment] | None = private(description="The attempts to pay, oldest first.")

    @classmethod
    def resolve_id_attr(cls) -> str:
        """Name the key, which spares Strawberry a look-up per row."""
        return "pk"

    @classmethod
    def get_queryset(cls, queryset: QuerySet[models.Booking], info: Info) -> QuerySet[models.Booking]:
        """Show what the viewer may see, whichever way they get to it."""
        return queryset.filter(pk__in=selectors.visible_to(info.context.viewer).values("pk"))

    @strawberry_django.field(only=["status"], description="The status in words, for a person.")
    def status_label(self, root: Root) -> str:
        """Give the label of the status."""
        return str(Status(root.status).label)

    @strawberry_django.field(
        only=[
            *WHO,
            "status",
            "deadline_at",
            "price",
            "payment_mode",
            "starts_at",
            "ends_at",
            "cancellation_notice",
        ],
        prefetch_related=[
            Prefetch("payments", PaymentRow.objects.filter(confirms_booking=True), to_attr="confirmations")
        ],
        description="What you can do with it now, and what that needs. A client needs to know no other rule.",
    )
    def available_actions(self, root: Root, info: Info) -> list[AvailableAction]:
        """Give the moves that are open to this viewer."""
        return available_actions(root, info.context.viewer, info.context.now)

    @strawberry_django.field(
        only=[*WHO, "status", "meeting_url"],
        extensions=[Private()],
        description="Where an online session takes place; the client sees it once the booking is confirmed.",
    )
    def meeting_url(self, root: Root, info: Info) -> URL | None:
        """Hide it from the client until then."""
        kinds = {actor.kind for actor in actors_of(info.context.viewer, root)}
        shown = root.status == Status.CONFIRMED or kinds - {ActorKind.CLIENT}
        return URL(root.meeting_url) if root.meeting_url and shown else None

    @strawberry_django.field(
        only=[*WHO, "price", "currency"],
        extensions=[Private()],
        description="What it costs, all seats together.",
    )
    def price(self, root: Root) -> Money | None:
        """Give the price with its currency."""
        return Money.of(root.price, root.currency)
