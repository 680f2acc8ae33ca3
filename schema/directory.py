"""Searching practices: by words, place, price, rating and time. What is found is schema.businesses' to show."""

import datetime
from decimal import Decimal
from typing import Annotated

import strawberry
import strawberry_django
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from bookings.businesses import models
from bookings.common.money import currency_code
from bookings.common.text import can_be_kept
from bookings.directory import places, selectors
from bookings.directory.selectors import Order
from schema.businesses import Business
from schema.common.connections import Connection, counted_up_to
from schema.common.context import Info
from schema.common.inputs import BadUserInput, read_number
from schema.common.ratings import read_stars
from schema.common.scalars import describe_enum

MOST_COUNTED = 1000
"""Practices; who is told that there are so many asks for something narrower."""
FARTHEST = 500
"""Kilometres."""
LONGEST = {"search": 200, "city": 100, "category": 50}
"""Characters."""
DEAREST = Decimal(10) ** 9

describe_enum(Order, name="BusinessOrder", description="In which order practices are listed.")


@strawberry.input(
    description="A place, and how far around it. Practices that do not say where they are are not near."
)
class Near:
    """The GraphQL face of directory.places.Near."""

    latitude: float = strawberry.field(description="Degrees north, WGS 84: -90 to 90.")
    longitude: float = strawberry.field(description="Degrees east, WGS 84: -180 to 180.")
    within_km: float = strawberry.field(
        default=25.0, description=f"Kilometres as the crow flies: more than 0, at most {FARTHEST}."
    )

    def read(self) -> places.Near:
        """Give it as it is looked for. Raises BadUserInput."""
        if not abs(self.latitude) <= 90:
            raise BadUserInput("`near.latitude` is from -90 to 90.")
        if not abs(self.longitude) <= 180:
            raise BadUserInput("`near.longitude` is from -180 to 180.")
        if not 0 < self.within_km <= FARTHEST:
            raise BadUserInput(f"`near.withinKm` is more than 0 and at most {FARTHEST}.")
        return places.Near(self.latitude, self.longitude, self.within_km)


@strawberry.input(
    description="What the cheapest service of a practice costs, both ends included. Prices are never converted: "
    "practices that sell in another currency are left out."
)
class PriceRange:
    """The GraphQL face of directory.selectors.Price."""

    currency: str = strawberry.field(description="ISO 4217, three letters: `EUR`.")
    from_: Decimal | None = strawberry.field(name="from", default=None, description="No less than this.")
    to: Decimal | None = strawberry.field(default=None, description="No more than this.")

    def read(self) -> selectors.Price:
        """Give it as it is looked for. Raises BadUserInput."""
        try:
            currency_code(self.currency)
        except ValidationError:
            raise BadUserInput("`price.currency` is a currency's three letters, such as EUR.") from None
        least = read_number("price.from", self.from_, 0, DEAREST)
        return selectors.Price(self.currency, least, read_number("price.to", self.to, 0, DEAREST))


Words = Annotated[
    str | None,
    strawberry.argument(
        description="That have each of these words, 6 at most, in their name, city or category or among their "
        "services, their consultants' names and specialisations. The beginning of a word is enough; case and "
        "accents do not matter."
    ),
]
City = Annotated[
    str | None,
    strawberry.argument(description="In this city; case and accents do not matter: `lodz` is `Łódź`."),
]
OpenNow = Annotated[
    bool,
    strawberry.argument(
        description="That are open at this moment by their own clocks; those that set no hours always are."
    ),
]
FreeBefore = Annotated[
    datetime.datetime | None,
    strawberry.argument(description="That have an open time which begins before this (`nextFreeAt`)."),
]


@strawberry.type
class Query:
    """Root fields of this topic."""

    @strawberry_django.connection(
        Connection[Business],
        description="Practices that take bookings, by name unless ordered otherwise. All that is named has to be met; "
        f"what is left out does not narrow. `totalCount` counts to {MOST_COUNTED}: so many or more. Changes of a "
        "practice are found seconds after they were made.",
    )
    def businesses(
        self,
        info: Info,
        search: Words = None,
        city: City = None,
        category: Annotated[
            str | None, strawberry.argument(description="Of this category, by its slug.")
        ] = None,
        near: Annotated[Near | None, strawberry.argument(description="Near this place.")] = None,
        price: Annotated[
            PriceRange | None, strawberry.argument(description="Whose cheapest service costs so much.")
        ] = None,
        rating_from: Annotated[
            Decimal | None, strawberry.argument(description="Whose rating is this or better, 1 to 5.")
        ] = None,
        open_now: OpenNow = False,
        free_before: FreeBefore = None,
        order: Annotated[Order, strawberry.argument(description="In which order.")] = Order.NAME,
    ) -> QuerySet[models.Business]:
        """Find practices."""
        wish = selectors.Wish(
            search=_text("search", search),
            city=_text("city", city),
            category=_text("category", category),
            near=near.read() if near is not None else None,
            price=price.read() if price is not None else None,
            rating_from=read_stars(rating_from),
            open_now=open_now,
            free_before=free_before,
            order=_order(order, near, price),
        )
        return counted_up_to(selectors.found(wish, info.context.now), MOST_COUNTED)


def _text(name: str, text: str | None) -> str | None:
    """Refuse what nobody types. Raises BadUserInput."""
    if text is not None and (len(text) > LONGEST[name] or not can_be_kept(text)):
        raise BadUserInput(f"`{name}` has {LONGEST[name]} characters at most, and no NUL among them.")
    return text


def _order(order: Order, near: Near | None, price: PriceRange | None) -> Order:
    """Refuse an order without what it goes by. Raises BadUserInput."""
    if order == Order.DISTANCE and near is None:
        raise BadUserInput("`order: DISTANCE` takes `near`: the distance from where?")
    if order == Order.PRICE and price is None:
        raise BadUserInput("`order: PRICE` takes `price` with a currency: amounts of two are not compared.")
    return order
