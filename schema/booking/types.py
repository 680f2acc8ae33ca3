"""A booking as each viewer may see it."""

import datetime
from typing import Any, TypeVar

import strawberry
import strawberry_django
from django.db.models import Prefetch, QuerySet
from strawberry import relay

from bookings.booking import models, selectors
from bookings.booking.states import Status
from bookings.payments import models as payments
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
from schema.common.scalars import Email, Money, TimeZone, describe_enum
from schema.consultants import Consultant
from schema.payments import Payment

BookingMode = models.Booking.Mode
describe_enum(BookingMode, name="BookingMode", description="Where a session takes place.")
PaymentMode = models.Booking.PaymentMode
describe_enum(PaymentMode, name="PaymentMode", description="How a session is paid.")

T = TypeVar("T")
WHO = ["business_id", "consultant_id", "email"]
"""The columns that decide who may see a booking."""

Root = strawberry.Parent[models.Booking]


def _private(root: models.Booking, info: Any, value: T) -> T | None:
    """Give a private value to those who may see the booking, null to others."""
    return value if selectors.may_see(info.context.viewer, root) else None


@strawberry_django.type(
    models.BookingEvent, description="Something that happened to a booking. It never changes."
)
class BookingEvent:
    """The GraphQL face of booking.models.BookingEvent."""

    move: BookingMove = strawberry_django.field(description="The move.")
    to_status: BookingStatus = strawberry_django.field(description="The status after it.")
    actor_kind: ActorKind = strawberry_django.field(description="As what somebody acted.")
    at: datetime.datetime = strawberry_django.field(description="When.")

    @strawberry_django.field(only=["from_status"], description="The status before it; null for the first.")
    def from_status(self, root: strawberry.Parent[models.BookingEvent]) -> BookingStatus | None:
        """Give null instead of an empty status."""
        return Status(root.from_status) if root.from_status else None


@strawberry_django.type(
    models.Booking,
    description=(
        "One client's claim on a time. Everybody who knows the acknowledgement id may see the status, its deadline and "
        "what can be done; every other field is null unless you bring an access token or an account that may see it."
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
        only=[*WHO, "status", "deadline_at", "price", "payment_mode"],
        description="What you can do with it now, and what that needs. A client needs to know no other rule.",
    )
    def available_actions(self, root: Root, info: Info) -> list[AvailableAction]:
        """Give the moves that are open to this viewer."""
        return available_actions(root, info.context.viewer, info.context.now)

    @strawberry_django.field(only=[*WHO, "starts_at"], description="The start.")
    def starts_at(self, root: Root, info: Info) -> datetime.datetime | None:
        """Private."""
        return _private(root, info, root.starts_at)

    @strawberry_django.field(only=[*WHO, "ends_at"], description="The end.")
    def ends_at(self, root: Root, info: Info) -> datetime.datetime | None:
        """Private."""
        return _private(root, info, root.ends_at)

    @strawberry_django.field(only=[*WHO, "timezone"], description="The zone of the calendar that is booked.")
    def timezone(self, root: Root, info: Info) -> TimeZone | None:
        """Private."""
        return _private(root, info, TimeZone(root.timezone))

    @strawberry_django.field(only=[*WHO, "seats"], description="How many seats it takes.")
    def seats(self, root: Root, info: Info) -> int | None:
        """Private."""
        return _private(root, info, root.seats)

    @strawberry_django.field(only=[*WHO, "mode"], description="Where the session takes place.")
    def mode(self, root: Root, info: Info) -> BookingMode | None:
        """Private."""
        return _private(root, info, models.Booking.Mode(root.mode))

    @strawberry_django.field(only=[*WHO, "payment_mode"], description="How it is paid.")
    def payment_mode(self, root: Root, info: Info) -> PaymentMode | None:
        """Private."""
        return _private(root, info, models.Booking.PaymentMode(root.payment_mode))

    @strawberry_django.field(
        only=[*WHO, "price", "currency"], description="What it costs, all seats together."
    )
    def price(self, root: Root, info: Info) -> Money | None:
        """Private."""
        return _private(root, info, Money.of(root.price, root.currency))

    @strawberry_django.field(only=[*WHO, "pay_by"], description="Until when it must be paid, once approved.")
    def pay_by(self, root: Root, info: Info) -> datetime.datetime | None:
        """Private."""
        return _private(root, info, root.pay_by)

    @strawberry_django.field(only=[*WHO], description="The client's address.")
    def email(self, root: Root, info: Info) -> Email | None:
        """Private."""
        return _private(root, info, Email(root.email))

    @strawberry_django.field(only=[*WHO, "full_name"], description="The client's name.")
    def full_name(self, root: Root, info: Info) -> str | None:
        """Private."""
        return _private(root, info, root.full_name)

    @strawberry_django.field(
        only=[*WHO, "phone"], description="The client's telephone number, or an empty string."
    )
    def phone(self, root: Root, info: Info) -> str | None:
        """Private."""
        return _private(root, info, root.phone)

    @strawberry_django.field(only=[*WHO, "message"], description="What the client wrote, or an empty string.")
    def message(self, root: Root, info: Info) -> str | None:
        """Private."""
        return _private(root, info, root.message)

    @strawberry_django.field(only=[*WHO, "created_at"], description="When it was drafted.")
    def created_at(self, root: Root, info: Info) -> datetime.datetime | None:
        """Private."""
        return _private(root, info, root.created_at)

    @strawberry_django.field(only=[*WHO], select_related=["business"], description="The practice.")
    def business(self, root: Root, info: Info) -> Business | None:
        """Private."""
        return _private(root, info, root.business)  # type: ignore[return-value]

    @strawberry_django.field(only=[*WHO], select_related=["service"], description="What is booked.")
    def service(self, root: Root, info: Info) -> Service | None:
        """Private."""
        return _private(root, info, root.service)  # type: ignore[return-value]

    @strawberry_django.field(
        only=[*WHO], select_related=["consultant", "consultant__schedule"], description="Whose time it is."
    )
    def consultant(self, root: Root, info: Info) -> Consultant | None:
        """Private."""
        return _private(root, info, root.consultant)  # type: ignore[return-value]

    @strawberry_django.field(
        only=[*WHO],
        prefetch_related=[
            Prefetch("events", models.BookingEvent.objects.order_by("sequence"), to_attr="history")
        ],
        description="What happened, oldest first.",
    )
    def timeline(self, root: Root, info: Info) -> list[BookingEvent] | None:
        """Private."""
        history = getattr(root, "history", None)
        return _private(root, info, list(root.events.order_by("sequence")) if history is None else history)  # type: ignore[return-value]

    @strawberry_django.field(
        only=[*WHO],
        prefetch_related=[Prefetch("payments", payments.Payment.objects.order_by("pk"), to_attr="attempts")],
        description="The attempts to pay, oldest first.",
    )
    def payments(self, root: Root, info: Info) -> list[Payment] | None:
        """Private."""
        attempts = getattr(root, "attempts", None)
        return _private(root, info, list(root.payments.order_by("pk")) if attempts is None else attempts)  # type: ignore[return-value]
