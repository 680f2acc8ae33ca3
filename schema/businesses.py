"""Practices and their categories."""

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
import strawberry_django
from django.db.models import Prefetch
from strawberry import relay

from bookings.booking import consent
from bookings.businesses import consents, models, selectors
from bookings.businesses.policies import Duty
from bookings.catalogue.refund_tiers import USUAL
from schema import listing_fields, practice_fields
from schema.common.context import Info
from schema.common.fields import OfDuty, active_list
from schema.common.ratings import Rating
from schema.common.scalars import URL, Email, Money, TimeZone
from schema.favourites import is_favourite_field
from schema.hours import DayHours, From, Until, in_range, seven_days
from schema.pictures import picture_of
from schema.practice_fields import Location, Policies
from schema.refund_tiers import RefundTier
from schema.reviews.types import NEWEST, Newest, Review, newest_of

if TYPE_CHECKING:
    from schema.blocking import BlockedSender
    from schema.catalogue import Service
    from schema.consultants import Consultant
    from schema.resources import Resource
    from schema.staff import StaffInvitation, StaffMember

NEWEST_CONSENTS = Prefetch("consent_texts", consents.newest(), to_attr="newest_consents")


@strawberry_django.type(models.Category, description="A kind of practice.")
class Category(relay.Node):
    """The GraphQL face of businesses.models.Category."""

    slug: str = strawberry_django.field(description="The name in addresses, such as `counselling`.")
    name: str = strawberry_django.field(description="The name for people.")

    @strawberry_django.field(
        annotate={"counted": selectors.in_use_of_category()},
        description="How many practices of this kind take bookings.",
    )
    def business_count(self, root: strawberry.Parent[models.Category]) -> int:
        """Give what was counted with the row, or count for a row that came with its practice."""
        counted: int | None = getattr(root, "counted", None)
        return selectors.in_use_of(root) if counted is None else counted

    @classmethod
    def resolve_id_attr(cls) -> str:
        """Name the key, which spares Strawberry a look-up per row."""
        return "pk"


@strawberry_django.type(models.ClosedDay, description="A date on which a practice is closed.")
class ClosedDay:
    """The GraphQL face of businesses.models.ClosedDay."""

    date: datetime.date = strawberry_django.field(description="On the practice's wall calendar.")
    name: str = strawberry_django.field(description="What day that is, or an empty string.")


@strawberry_django.type(models.Business, description="A practice that takes bookings.")
class Business(relay.Node):
    """The GraphQL face of businesses.models.Business."""

    slug: str = strawberry_django.field(description="The name in addresses.")
    name: str = strawberry_django.field(description="The name for people.")
    description: str = strawberry_django.field(description="What the practice says of itself, as plain text.")
    category: Category = strawberry_django.field(description="The kind of practice.")
    phone: str = strawberry_django.field(description="The telephone number, or an empty string.")
    address: str = strawberry_django.field(description="Street and number, or an empty string.")
    postal_code: str = strawberry_django.field(description="The postal code, or an empty string.")
    city: str = strawberry_django.field(description="The city, or an empty string.")
    country: str = strawberry_django.field(description="ISO 3166, two letters, or an empty string.")
    timezone: TimeZone = strawberry_django.field(description="The zone in which the practice lives.")
    currency: str = strawberry_django.field(description="ISO 4217, three letters.")
    is_active: bool = strawberry_django.field(
        description="Whether it takes bookings. One that is closed is shown to those who work there alone, and where "
        "something was booked before."
    )
    website: URL | None = practice_fields.website()
    location: Location | None = practice_fields.location()
    rating: Rating = practice_fields.rating()
    tax_number: str | None = practice_fields.tax_number()
    tax_rate: Decimal = practice_fields.tax_rate()
    policies: Policies | None = practice_fields.policies()
    is_favourite: bool | None = is_favourite_field()
    services: list[Annotated["Service", strawberry.lazy("schema.catalogue")]] = active_list(
        description="What can be booked here."
    )
    distance_km: float | None = listing_fields.distance_km()
    price_from: Money | None = listing_fields.price_from()
    next_free_at: datetime.datetime | None = listing_fields.next_free_at()
    is_open_now: bool = listing_fields.is_open_now()
    consultants: list[Annotated["Consultant", strawberry.lazy("schema.consultants")]] = active_list(
        description="Who can be booked here."
    )
    resources: list[Annotated["Resource", strawberry.lazy("schema.resources")]] = active_list(
        description="Rooms and machines here."
    )

    @classmethod
    def resolve_id_attr(cls) -> str:
        """Name the key, which spares Strawberry a look-up per row."""
        return "pk"

    @strawberry_django.field(
        prefetch_related=[NEWEST],
        description="What clients say lately, the newest first; `reviews` pages through all of it.",
    )
    def reviews(self, root: strawberry.Parent[models.Business], first: Newest = 3) -> list[Review]:
        """Give the newest; a list reads ten of each at once."""
        return newest_of(root, first)  # type: ignore[return-value]

    @strawberry_django.field(
        only=["picture"], description="Its picture or logo, a WebP; null where there is none."
    )
    def picture_url(self, root: strawberry.Parent[models.Business]) -> URL | None:
        """Give where the picture is served."""
        return picture_of(root)

    @strawberry_django.field(
        prefetch_related=["opening_hours"],
        description="All seven days, Monday first, closed ones too. Where all seven are empty, the practice sets no "
        "hours of its own: calendars are open as they say.",
    )
    def opening_hours(self, root: strawberry.Parent[models.Business]) -> list[DayHours]:
        """Give the week."""
        return seven_days(root.opening_hours.all())

    @strawberry_django.field(
        prefetch_related=["closed_days"], description="Dates on which nobody here can be booked, by date."
    )
    def closed_days(
        self, root: strawberry.Parent[models.Business], from_: From = None, until: Until = None
    ) -> list[ClosedDay]:
        """Give the dates of a range; they are read at once for all practices of a list."""
        rows: list[Any] = [row for row in root.closed_days.all() if in_range(row.date, from_, until)]
        return sorted(rows, key=lambda row: row.date)

    @strawberry_django.field(
        only=["owner_id"],
        extensions=[OfDuty(Duty.STAFF)],
        description="Who works here, the owner first; null for all but owners and managers.",
    )
    def staff(
        self, root: strawberry.Parent[models.Business]
    ) -> list[Annotated["StaffMember", strawberry.lazy("schema.staff")]] | None:
        """Give everybody."""
        from schema.staff import StaffMember  # noqa: PLC0415 - that module refers to this one

        return [StaffMember.of(member) for member in selectors.members(root)]

    @strawberry_django.field(
        only=["id"],
        extensions=[OfDuty(Duty.STAFF)],
        description="Who was invited to work here and has not answered; null for all but owners and managers.",
    )
    def invitations(
        self, root: strawberry.Parent[models.Business]
    ) -> list[Annotated["StaffInvitation", strawberry.lazy("schema.staff")]] | None:
        """Give the open ones, those whose link ran out too."""
        from schema.staff import StaffInvitation  # noqa: PLC0415 - that module refers to this one

        return [StaffInvitation.of(row) for row in selectors.open_invitations(root)]

    @strawberry_django.field(
        only=["id"],
        extensions=[OfDuty(Duty.CLIENTS)],
        description="From whom no bookings are taken, the newest first; null for all but owners and managers.",
    )
    def blocked_senders(
        self, root: strawberry.Parent[models.Business]
    ) -> list[Annotated["BlockedSender", strawberry.lazy("schema.blocking")]] | None:
        """Give the block list."""
        from schema.blocking import BlockedSender  # noqa: PLC0415 - as above

        return [BlockedSender.of(row) for row in root.blocked_senders.order_by("-created_at", "-pk")]

    @strawberry_django.field(
        only=["refund_tiers"],
        description="What a client who cancels a paid booking gets back, where the service has no steps of its own, "
        "the longest notice first: the first step whose notice is kept counts, below the last nothing goes back.",
    )
    def refund_tiers(self, root: strawberry.Parent[models.Business]) -> list[RefundTier]:
        """Give the practice's own steps, or the usual ones."""
        return RefundTier.of(USUAL if root.refund_tiers is None else root.refund_tiers)

    @strawberry_django.field(
        only=["email"], description="The practice's own e-mail address, if it shows one."
    )
    def email(self, root: strawberry.Parent[models.Business]) -> Email | None:
        """Give null instead of an empty address."""
        return Email(root.email) if root.email else None

    @strawberry_django.field(
        only=["id"],
        prefetch_related=[NEWEST_CONSENTS],
        description="What a client agrees to when drafting a booking here: the practice's own text, "
        "or the built-in one.",
    )
    def consent_text(self, root: strawberry.Parent[models.Business]) -> str:
        """Give the text whose version a booking keeps."""
        return consent.present(root).text

    @strawberry_django.field(
        only=["id"],
        prefetch_related=[NEWEST_CONSENTS],
        description="The version of `consentText`; send it with `draftBooking`, so that a text that changed "
        "meanwhile is noticed.",
    )
    def consent_version(self, root: strawberry.Parent[models.Business]) -> str:
        """Give the version."""
        return consent.present(root).version


@strawberry.type
class Query:
    """Root fields of this topic."""

    @strawberry_django.field(
        description="One practice by the name in its address; a closed one for those who work there."
    )
    def business(
        self,
        info: Info,
        slug: Annotated[str, strawberry.argument(description="The name in the address.")],
    ) -> Business | None:
        """Find one, or null."""
        rows = selectors.visible_to(info.context.viewer)
        return rows.filter(slug=slug).first()  # type: ignore[return-value]

    @strawberry_django.field(description="All kinds of practices, by name.")
    def categories(self) -> list[Category]:
        """List the categories; there are few."""
        return models.Category.objects.order_by("name", "pk")  # type: ignore[return-value]
