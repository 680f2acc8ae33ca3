"""How well clients rate a practice or a consultant."""

from decimal import Decimal

import strawberry

from bookings.businesses.ratings import Rated
from schema.common.inputs import read_number


@strawberry.type(description="What clients think: the stars of the reviews that are shown.")
class Rating:
    """The GraphQL face of businesses.ratings.Rated."""

    average: Decimal | None = strawberry.field(
        description="The mean of the stars, 1 to 5, to two decimals; null where nobody has reviewed yet."
    )
    count: int = strawberry.field(description="How many reviews it is the mean of.")

    @classmethod
    def of(cls, row: Rated) -> "Rating":
        """Give the face of what is kept beside a row."""
        return cls(average=row.rating_average, count=row.rating_count)


def read_stars(least: Decimal | None) -> Decimal | None:
    """Give how many stars `ratingFrom` asks for; None for any. Raises BadUserInput for a number that no rating is."""
    return read_number("ratingFrom", least, 1, 5)
