"""The ratings beside practices and consultants, kept with each review in its own transaction.

Each change is one UPDATE that counts on from what the row holds, so that none is lost, whoever else writes.
"""

from typing import Any

from django.db.models import Case, F, FloatField, Value, When

from bookings.businesses.models import Business
from bookings.consultants.models import Consultant
from bookings.reviews.models import Review

_HUNDREDTHS = 100


def lock_rated(*, business_id: int, consultant_id: int | None) -> None:
    """Let one review of a practice at a time through, for this transaction. Bookings go on meanwhile.

    The practice before the consultant, and both before the booking, as everywhere.
    """
    Business.objects.select_for_update(no_key=True).filter(pk=business_id).first()
    if consultant_id is not None:
        Consultant.objects.select_for_update(no_key=True).filter(pk=consultant_id).first()


def count_in(review: Review) -> None:
    """Add a review that shows from now on to the ratings of its practice and its consultant."""
    _count(review, 1)


def count_out(review: Review) -> None:
    """Take one that is hidden from now on out of them."""
    _count(review, -1)


def _count(review: Review, sign: int) -> None:
    rows: tuple[tuple[Any, int | None], ...] = (
        (Business, review.business_id),
        (Consultant, review.consultant_id),
    )
    for model, pk in rows:
        if pk is not None:
            model.objects.filter(pk=pk).update(**_columns(sign, sign * review.rating))


def _columns(count: int, stars: int) -> dict[str, Any]:
    """Give the three columns after a change, the average in whole hundredths, half up, alike on every database."""
    number, total = F("rating_count") + count, F("rating_sum") + stars
    hundredths = (total * (2 * _HUNDREDTHS) + number) / (number * 2)  # of whole numbers: a whole number
    return {
        "rating_count": number,
        "rating_sum": total,
        "rating_average": Case(
            When(rating_count=-count, then=Value(None)),
            default=hundredths / Value(float(_HUNDREDTHS), FloatField()),
            output_field=FloatField(),
        ),
    }
