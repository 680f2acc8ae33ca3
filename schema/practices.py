"""Opening, changing, closing and taking away a practice."""

import datetime
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from bookings.booking.services import delete_business
from bookings.businesses import facts, practices
from bookings.businesses.models import Business as BusinessRow
from bookings.common.idempotency import AlreadyDone
from bookings.limits.policies import Limit
from bookings.schedules import selectors as schedules
from schema.booking.inputs import KEY
from schema.booking.reading import once
from schema.businesses import Business
from schema.calendars.touched import ChangePayload
from schema.common.context import Info
from schema.common.errors import UserError, made_before, mutation, no_errors
from schema.common.inputs import pk_of, write_id
from schema.common.scalars import URL, Email, TimeZone
from schema.refund_tiers import RefundTierInput

WHAT = strawberry.argument(description="What to change; what is left out stays.")
USUAL = "null for the usual"


@strawberry.input
class PracticeFacts:
    """What opening and changing a practice share."""

    slug: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The name in addresses: letters, digits, hyphens; of the name if absent. Owners alone change it.",
    )
    description: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="What the practice says of itself, as plain text, 5000 characters at most.",
    )
    email: Email | None = strawberry.field(
        default=strawberry.UNSET,
        description="Where the practice is written to, shown to everybody; empty: the owner is told, nothing is shown.",
    )
    phone: str | None = strawberry.field(
        default=strawberry.UNSET, description="The telephone number, 32 characters at most."
    )
    website: URL | None = strawberry.field(
        default=strawberry.UNSET,
        description="Its own pages, beginning with https:// or http://; empty: none.",
    )
    address: str | None = strawberry.field(
        default=strawberry.UNSET, description="Street and number, 300 characters at most."
    )
    postal_code: str | None = strawberry.field(
        default=strawberry.UNSET, description="The postal code, 16 characters at most."
    )
    city: str | None = strawberry.field(
        default=strawberry.UNSET, description="The city, 100 characters at most."
    )
    country: str | None = strawberry.field(
        default=strawberry.UNSET, description="ISO 3166, two letters, such as `PL`; empty: none."
    )
    latitude: float | None = strawberry.field(
        default=strawberry.UNSET,
        description="Degrees north, -90 to 90, WGS 84; beside `longitude`, or both null for no place on the map.",
    )
    longitude: float | None = strawberry.field(
        default=strawberry.UNSET, description="Degrees east, -180 to 180, WGS 84; beside `latitude`."
    )
    timezone: TimeZone | None = strawberry.field(
        default=strawberry.UNSET,
        description="The zone in which the practice lives: of its opening hours, and of calendars that are new. UTC if "
        "absent.",
    )
    currency: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="ISO 4217, three letters, of what is sold here; EUR if absent. Owners alone change it, while no "
        "service and no booking has a price.",
    )
    tax_number: str | None = strawberry.field(
        default=strawberry.UNSET, description="Printed on receipts, 40 characters at most; empty: none."
    )
    tax_rate: Decimal | None = strawberry.field(
        default=strawberry.UNSET,
        description="Percent of tax that prices include, 0 to 100, to three decimals, where a service says nothing "
        "else.",
    )
    refund_tiers: list[RefundTierInput] | None = strawberry.field(
        default=strawberry.UNSET,
        description="What a client who cancels gets back: six steps at most, less notice never giving more. No step at "
        "all: nothing, ever. Null: all of it with 24 hours of notice, half with 12.",
    )
    draft_lifetime_minutes: int | None = strawberry.field(
        default=strawberry.UNSET, description=f"How long a draft waits for its proof; {USUAL} 30."
    )
    pending_lifetime_minutes: int | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"How long a request waits for an answer; {USUAL} 2880 (two days).",
    )
    approved_lifetime_minutes: int | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"How long an approved booking waits for its payment; {USUAL} 1440 (a day).",
    )
    payment_lifetime_minutes: int | None = strawberry.field(
        default=strawberry.UNSET, description=f"How long one attempt to pay stays open; {USUAL} 30."
    )
    cancellation_notice_minutes: int | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"Until how long before the start clients may cancel or move, from 0; {USUAL} 1440 (a day).",
    )
    max_active_bookings: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="How many active bookings one client may hold here, 1 to 100; 1 if absent.",
    )


@strawberry.input(description="A new practice. Once it has services, and people or rooms, it can be booked.")
class CreateBusinessInput(PracticeFacts):
    """Input of `createBusiness`."""

    name: str = strawberry.field(description="The name for people, 1 to 200 characters.")
    category_id: strawberry.ID = strawberry.field(
        description="What kind of practice it is; see `categories`."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A practice's changes. What was drafted before keeps its terms.")
class UpdateBusinessInput(PracticeFacts):
    """Input of `updateBusiness`."""

    id: strawberry.ID = strawberry.field(description="The practice.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET, description="The name for people, 1 to 200 characters."
    )
    category_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="What kind of practice it is; see `categories`."
    )
    is_active: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="False closes the practice: nobody but those who work there sees it, nothing new can be booked, "
        "and what is booked stands. True opens it again. Owners alone.",
    )


@strawberry.input(description="Which practice to take away.")
class DeleteBusinessInput:
    """Input of `deleteBusiness`."""

    id: strawberry.ID = strawberry.field(description="The practice.")


@strawberry.type(description="The practice that was opened.")
class CreateBusinessPayload:
    """Payload of `createBusiness`."""

    business: Business | None = strawberry.field(default=None, description="The practice.")
    errors: list[UserError] = no_errors()


@strawberry.type(description="The practice with its changes, and the bookings that they stand against.")
class UpdateBusinessPayload(ChangePayload):
    """Payload of `updateBusiness`."""

    business: Business | None = strawberry.field(default=None, description="The practice.")


@strawberry.type(description="What was taken away.")
class DeleteBusinessPayload:
    """Payload of `deleteBusiness`."""

    deleted_id: strawberry.ID | None = strawberry.field(
        default=None, description="The practice's id, which names nothing any more."
    )
    errors: list[UserError] = no_errors()


@strawberry.type
class Mutation:
    """Root fields of this topic."""

    @mutation(
        limit=Limit.PRACTICE,
        description="Open a practice of one's own. The account's address must be proven, and its role BUSINESS_OWNER "
        "(`requestRole`, which an admin grants), unless this deployment lets everybody. Next come `saveService`, "
        "`saveConsultant` or `saveResource`, and `setWeeklyHours`.",
    )
    def create_business(
        self,
        info: Info,
        input: Annotated[CreateBusinessInput, strawberry.argument(description="What it is.")],
    ) -> CreateBusinessPayload | None:
        """Open one."""
        try:
            business: BusinessRow | None = practices.create_business(
                viewer=info.context.viewer,
                changes=_changes(input),
                once=once(info, "createBusiness", input, "practices"),
                now=info.context.now,
            )
        except AlreadyDone as done:
            business = made_before(BusinessRow.objects, done)
        return CreateBusinessPayload(business=business)  # type: ignore[arg-type]

    @mutation(
        description="Change a practice; for owner and managers, and `slug`, `currency` and `isActive` for owners "
        "alone. Nothing that is booked is cancelled or moved: bookings that another zone, or closing, stands against "
        "are listed."
    )
    def update_business(
        self, info: Info, input: Annotated[UpdateBusinessInput, WHAT]
    ) -> UpdateBusinessPayload | None:
        """Change it."""
        business = practices.update_business(
            viewer=info.context.viewer,
            business_id=pk_of(input.id, "Business"),
            changes=_changes(input),
            now=info.context.now,
        )
        return UpdateBusinessPayload(
            business=business,  # type: ignore[arg-type]
            schedules=schedules.of_business(business.pk) if isinstance(input.timezone, str) else [],
            out_of_use=business if input.is_active is False else None,
        )

    @mutation(
        description="Take a practice away for good, with its services, people, rooms and keys; for owners. Refused "
        "with `BUSINESS_IN_USE` where anything was ever asked for, booked or paid: close it then, by "
        "`updateBusiness` with `isActive: false`."
    )
    def delete_business(
        self,
        info: Info,
        input: Annotated[DeleteBusinessInput, strawberry.argument(description="Which one.")],
    ) -> DeleteBusinessPayload | None:
        """Delete."""
        pk = pk_of(input.id, "Business")
        delete_business(viewer=info.context.viewer, business_id=pk)
        return DeleteBusinessPayload(deleted_id=strawberry.ID(write_id("Business", pk)))


def _changes(given: CreateBusinessInput | UpdateBusinessInput) -> dict[str, Any]:
    """Give what an input says by column; what is left out is not there, null is. Minutes become spans of time."""
    changes: dict[str, Any] = {}
    for column in facts.COLUMNS:
        name = f"{column}_minutes" if column in facts.LIFETIMES else column
        value = getattr(given, name, strawberry.UNSET)
        if value is not strawberry.UNSET:
            changes[column] = _plain(column, value)
    return changes


def _plain(column: str, value: Any) -> Any:
    """Give a value as the service takes it. Raises BadUserInput for what is no id of a category."""
    if value is None:
        return None
    if column in facts.LIFETIMES:
        return datetime.timedelta(minutes=value)
    if column == "category_id":
        return pk_of(value, "Category")
    if column == "refund_tiers":
        return [[step.notice_minutes, step.percent] for step in value]
    return value
