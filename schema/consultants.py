"""People whose time can be booked."""

import datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any

import strawberry
import strawberry_django
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce
from strawberry import relay

from bookings.businesses.ratings import stars
from bookings.consultants import linking, models, selectors
from bookings.consultants.languages import read_language
from schema import listing_fields
from schema.businesses import Business
from schema.catalogue import Service
from schema.common.connections import Connection
from schema.common.context import Info
from schema.common.fields import active_list
from schema.common.inputs import malformed, pk_of
from schema.common.ratings import Rating, read_stars
from schema.common.scalars import URL, Email, TimeZone
from schema.favourites import is_favourite_field
from schema.pictures import picture_of
from schema.reviews.types import NEWEST, Newest, Review, newest_of
from schema.schedules import Calendar, calendar_field


@strawberry_django.type(models.Consultant, description="A person whose time can be booked.")
class Consultant(relay.Node):
    """The GraphQL face of consultants.models.Consultant."""

    business: Business = strawberry_django.field(description="Where they work.")
    slug: str = strawberry_django.field(description="The name in addresses.")
    full_name: str = strawberry_django.field(description="The name for people.")
    specialisation: str = strawberry_django.field(description="What they are good at, or an empty string.")
    practising_since: int | None = strawberry_django.field(
        description="The year in which they began; null where they do not say."
    )
    bio: str = strawberry_django.field(description="What they say of themselves, as plain text.")
    is_active: bool = strawberry_django.field(description="Whether they can be booked at all.")
    services: list[Service] = active_list(description="What they offer.")
    is_favourite: bool | None = is_favourite_field()
    calendar: Calendar = calendar_field()

    @classmethod
    def resolve_id_attr(cls) -> str:
        """Name the key, which spares Strawberry a look-up per row."""
        return "pk"

    @strawberry_django.field(
        only=["business_id", "user_id"],
        annotate={"address_of_account": Coalesce(F("user__email"), Value(""))},
        description="The address of the account that they are, for themselves and for owner and managers of the "
        "practice; null for everybody else, and where they have none (`inviteConsultant`).",
    )
    def account_email(self, root: strawberry.Parent[models.Consultant], info: Info) -> Email | None:
        """Hide it from the public."""
        if not linking.may_see_account(root, info.context.viewer):
            return None
        read: str | None = getattr(root, "address_of_account", None)
        address = linking.account_email(root) if read is None else read
        return Email(address) if address else None

    @strawberry_django.field(
        prefetch_related=["languages"],
        description="In which languages they work: tags of BCP 47 in lower case, such as `en` or `pt-br`, in the order "
        "of the alphabet; empty where they do not say.",
    )
    def languages(self, root: strawberry.Parent[models.Consultant]) -> list[str]:
        """Give the tags, which are read at once for all consultants of a list."""
        return sorted(row.code for row in root.languages.all())

    @strawberry_django.field(
        only=["practising_since", "business_id"],
        annotate={"zone_of_practice": F("business__timezone")},
        description="How many years have begun, on the practice's calendar, since the year in which they did; null "
        "where they do not say.",
    )
    def years_of_experience(self, root: strawberry.Parent[models.Consultant], info: Info) -> int | None:
        """Count from the year that is kept, so that nobody has to raise it."""
        read: str | None = getattr(root, "zone_of_practice", None)
        return selectors.years_of_experience(
            root.practising_since, read or root.business.timezone, info.context.now
        )

    next_free_at: datetime.datetime | None = listing_fields.next_free_at_of_consultant()

    @strawberry_django.field(
        only=["rating_average", "rating_count"], description="What their clients think of the sessions."
    )
    def rating(self, root: strawberry.Parent[models.Consultant]) -> Rating:
        """Give what is kept beside the row."""
        return Rating.of(root)

    @strawberry_django.field(
        prefetch_related=[NEWEST],
        description="What clients say lately, the newest first; `reviews` pages through all of it.",
    )
    def reviews(self, root: strawberry.Parent[models.Consultant], first: Newest = 3) -> list[Review]:
        """Give the newest; a list reads ten of each at once."""
        return newest_of(root, first)  # type: ignore[return-value]

    @strawberry_django.field(only=["picture"], description="Their picture, a WebP; null where there is none.")
    def picture_url(self, root: strawberry.Parent[models.Consultant]) -> URL | None:
        """Give where the picture is served."""
        return picture_of(root)

    @strawberry_django.field(
        select_related=["schedule"], only=["schedule__timezone"], description="The zone of their calendar."
    )
    def timezone(self, root: strawberry.Parent[models.Consultant]) -> TimeZone:
        """Give the schedule's zone."""
        return TimeZone(root.schedule.timezone)

    @strawberry_django.field(
        select_related=["schedule"],
        only=["schedule__max_per_day"],
        description="How many bookings a day of theirs takes at most; null for any number.",
    )
    def max_per_day(self, root: strawberry.Parent[models.Consultant]) -> int | None:
        """Give the schedule's cap."""
        return root.schedule.max_per_day

    @strawberry_django.field(
        select_related=["schedule"],
        only=["schedule__max_per_week"],
        description="How many bookings a week of theirs, Monday to Sunday, takes at most; null for any number.",
    )
    def max_per_week(self, root: strawberry.Parent[models.Consultant]) -> int | None:
        """Give the schedule's cap."""
        return root.schedule.max_per_week


@strawberry.enum(description="The order of a list of consultants.")
class ConsultantOrder(Enum):
    """Order of `consultants`."""

    NAME = strawberry.enum_value("NAME", description="By name.")
    RATING = strawberry.enum_value(
        "RATING", description="The best rated first, of equals the one with more reviews; last who has none."
    )


_ORDERS: dict[ConsultantOrder, tuple[str, ...]] = {
    ConsultantOrder.NAME: ("full_name", "pk"),
    ConsultantOrder.RATING: ("-stars", "-rating_count", "pk"),
}


@strawberry.type
class Query:
    """Root fields of this topic."""

    @strawberry_django.connection(
        Connection[Consultant],
        description="Who can be booked, by name unless ordered otherwise. What is left out does not narrow.",
    )
    def consultants(
        self,
        business_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Of this practice.")
        ] = None,
        service_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Who offer this service.")
        ] = None,
        language: Annotated[
            str | None,
            strawberry.argument(
                description="Who work in this language: `pt` finds `pt-br` too, not the reverse."
            ),
        ] = None,
        search: Annotated[
            str | None,
            strawberry.argument(
                description="Who have each of these words, 8 at most, in their name or their specialisation."
            ),
        ] = None,
        rating_from: Annotated[
            Decimal | None, strawberry.argument(description="Whose rating is this or better, 1 to 5.")
        ] = None,
        order: Annotated[
            ConsultantOrder, strawberry.argument(description="In which order.")
        ] = ConsultantOrder.NAME,
    ) -> QuerySet[models.Consultant]:
        """List consultants, of one practice or one service or all."""
        rows: QuerySet[Any] = selectors.in_use().annotate(stars=stars()).order_by(*_ORDERS[order])
        if business_id is not None:
            rows = rows.filter(business=pk_of(business_id, "Business"))
        if service_id is not None:
            rows = rows.filter(services=pk_of(service_id, "Service"))
        if language is not None:
            rows = selectors.who_speak(rows, _tag(language))
        if (least := read_stars(rating_from)) is not None:
            rows = rows.filter(stars__gte=least)
        return rows if search is None else selectors.found_by(rows, search)

    @strawberry_django.field(description="One consultant by the name in their address.")
    def consultant(
        self, slug: Annotated[str, strawberry.argument(description="The name in the address.")]
    ) -> Consultant | None:
        """Find one, or null."""
        return selectors.in_use().filter(slug=slug).first()  # type: ignore[return-value]


def _tag(language: str) -> str:
    """Give a language as it is kept. Raises BadUserInput for what is none."""
    with malformed():
        return read_language(language, field="language")
