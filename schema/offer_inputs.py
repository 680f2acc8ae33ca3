"""What owners and managers send to change what a practice offers."""

from decimal import Decimal

import strawberry

from schema.booking.inputs import KEY
from schema.catalogue import LocationKind, PaymentPolicy, ServiceHolds
from schema.common.scalars import TimeZone
from schema.refund_tiers import RefundTierInput

NEW = "What to change; a new one if absent."
PLACE = "Which practice a new one belongs to."
CAP = "at most, or null for any number."


@strawberry.input(
    description="A service. A new one needs `businessId`, `name` and `durationMinutes`; the practice's currency is its."
)
class SaveServiceInput:
    """Input of `saveService`."""

    id: strawberry.ID | None = strawberry.field(default=None, description=NEW)
    business_id: strawberry.ID | None = strawberry.field(default=None, description=PLACE)
    name: str | None = strawberry.field(
        default=strawberry.UNSET, description="The name for people, 1 to 200 characters."
    )
    description: str | None = strawberry.field(
        default=strawberry.UNSET, description="What it is, as plain text, 5000 characters at most."
    )
    is_active: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether it is shown and can be booked."
    )
    duration_minutes: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="Length of one session, 1 to 1440; the shortest, where clients choose the length.",
    )
    max_duration_minutes: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="The longest session, up to 10080, where clients choose the length; null where they do not.",
    )
    step_minutes: int | None = strawberry.field(
        default=strawberry.UNSET, description="Minutes between offered starts, 1 to 1440."
    )
    buffer_before_minutes: int | None = strawberry.field(
        default=strawberry.UNSET, description="Minutes kept free before a session, up to 1440."
    )
    buffer_after_minutes: int | None = strawberry.field(
        default=strawberry.UNSET, description="Minutes kept free after a session, up to 1440."
    )
    notice_minutes: int | None = strawberry.field(
        default=strawberry.UNSET, description="How long before the start a booking must be made."
    )
    horizon_days: int | None = strawberry.field(
        default=strawberry.UNSET, description="How many days ahead can be booked, up to 730."
    )
    max_per_day: int | None = strawberry.field(
        default=strawberry.UNSET, description=f"Bookings a day, all who offer it together, {CAP}"
    )
    max_per_week: int | None = strawberry.field(
        default=strawberry.UNSET, description=f"Bookings a week from Monday, all who offer it together, {CAP}"
    )
    seats: int | None = strawberry.field(
        default=strawberry.UNSET, description="How many clients share one session, 1 to 1000."
    )
    holds: ServiceHolds | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whose time a booking takes. It is fixed once somebody asked for the service: add another then.",
    )
    location_kind: LocationKind | None = strawberry.field(
        default=strawberry.UNSET, description="Where sessions take place."
    )
    colour: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Its colour in calendars, `#` and six hexadecimal digits; empty for any.",
    )
    payment_policy: PaymentPolicy | None = strawberry.field(
        default=strawberry.UNSET, description="How it may be paid, where it has a price."
    )
    needs_approval: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether the practice looks at each request."
    )
    price: Decimal | None = strawberry.field(
        default=strawberry.UNSET,
        description="The price of one seat for `durationMinutes`, tax included, in the service's currency; zero: free.",
    )
    deposit_percent: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="Percent of the price that is paid online as a deposit, the rest on site, 1 to 99; null where "
        "all of it is paid online.",
    )
    tax_rate: Decimal | None = strawberry.field(
        default=strawberry.UNSET,
        description="Percent of tax that the price includes, 0 to 100, to three decimals; null for the practice's.",
    )
    refund_tiers: list[RefundTierInput] | None = strawberry.field(
        default=strawberry.UNSET,
        description="What a client who cancels gets back: six steps at most, less notice never giving more. No step at "
        "all: nothing, ever. Null for the practice's.",
    )
    reminder_minutes: list[int] | None = strawberry.field(
        default=strawberry.UNSET,
        description="How many minutes before the start clients are reminded by mail: five at most, each 1 to 43200 and "
        "once. None at all: never. Null for the usual ones, a day and an hour before.",
    )
    consultant_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Who offers it, instead of those before."
    )
    resource_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Which resources it sells or takes place in, instead of those before."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A consultant. A new one needs `businessId` and `fullName`.")
class SaveConsultantInput:
    """Input of `saveConsultant`."""

    id: strawberry.ID | None = strawberry.field(default=None, description=NEW)
    business_id: strawberry.ID | None = strawberry.field(default=None, description=PLACE)
    full_name: str | None = strawberry.field(
        default=strawberry.UNSET, description="The name for people, 1 to 200 characters."
    )
    slug: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The name in addresses: letters, digits, hyphens; of the full name if absent.",
    )
    specialisation: str | None = strawberry.field(
        default=strawberry.UNSET, description="What they are good at, 200 characters at most."
    )
    practising_since: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="The year in which they began, from 1900 to the present one; null takes it away.",
    )
    bio: str | None = strawberry.field(
        default=strawberry.UNSET, description="What they say of themselves, 5000 characters at most."
    )
    languages: list[str] | None = strawberry.field(
        default=None,
        description="In which languages they work, instead of those before: tags of BCP 47 such as `en` or `pt-BR`, "
        "20 at most; kept in lower case, each once.",
    )
    is_active: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether they are shown and can be booked."
    )
    timezone: TimeZone | None = strawberry.field(
        default=strawberry.UNSET,
        description="The zone of their calendar; the practice's if absent. What is booked keeps its instants.",
    )
    max_per_day: int | None = strawberry.field(
        default=strawberry.UNSET, description=f"Bookings a day of theirs, {CAP}"
    )
    max_per_week: int | None = strawberry.field(
        default=strawberry.UNSET, description=f"Bookings a week of theirs, from Monday, {CAP}"
    )
    service_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="What they offer, instead of what they did before."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A room or a machine. A new one needs `businessId` and `name`.")
class SaveResourceInput:
    """Input of `saveResource`."""

    id: strawberry.ID | None = strawberry.field(default=None, description=NEW)
    business_id: strawberry.ID | None = strawberry.field(default=None, description=PLACE)
    name: str | None = strawberry.field(
        default=strawberry.UNSET, description="The name for people, 1 to 200 characters."
    )
    description: str | None = strawberry.field(
        default=strawberry.UNSET, description="What it is, as plain text, 5000 characters at most."
    )
    capacity: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="How many people it has room for, from 1; no fewer than the seats of published slots to come.",
    )
    is_available: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether it may be booked at present; it is shown all the same."
    )
    timezone: TimeZone | None = strawberry.field(
        default=strawberry.UNSET,
        description="The zone of its calendar; the practice's if absent. What is booked keeps its instants.",
    )
    service_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="What it is for, instead of what it was before."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="What to take away.")
class DeleteResourceInput:
    """Input of `deleteResource`."""

    id: strawberry.ID = strawberry.field(description="The resource.")
