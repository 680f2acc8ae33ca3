"""Ratings: what stands beside a practice or a consultant is what a plain count of the reviews that show gives."""

from typing import Any

from django.db.models import Avg, Count, F, FloatField, IntegerField, Model, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Abs, Cast, Coalesce

from bookings.audit.scope import Scope, ids_of
from bookings.businesses.models import Business
from bookings.consultants.models import Consultant
from bookings.reviews.models import Review
from bookings.reviews.selectors import SHOWN

_HALF_A_HUNDREDTH = Value(0.005001)
"""An average is kept to two decimals; SQLite reckons in binary fractions."""


def miscounted_practice_ratings(scope: Scope) -> list[int]:
    """Invariant 2, of stars: a practice's count, sum and average are those of its reviews that are not hidden."""
    return _miscounted(scope, Business, "business")


def miscounted_consultant_ratings(scope: Scope) -> list[int]:
    """Invariant 2, of stars: a consultant's are those of the reviews of their sessions."""
    return _miscounted(scope, Consultant, "consultant")


def reviews_of_another_session(scope: Scope) -> list[int]:
    """Invariant 4, of reviews: each is of a booking that took place, and counts for its practice and consultant."""
    wrong = (
        ~Q(business=F("booking__business"))
        | ~Q(consultant=F("booking__consultant"))
        | Q(consultant__isnull=True, booking__consultant__isnull=False)
        | Q(consultant__isnull=False, booking__consultant__isnull=True)
        | ~Q(booking__status__in=("COMPLETED", "NO_SHOW"))
    )
    return ids_of(Review.objects.using(scope.using).filter(wrong))


def _miscounted(scope: Scope, model: type[Model], column: str) -> list[int]:
    shown = Review.objects.filter(SHOWN, **{column: OuterRef("pk")}).order_by().values(column)

    def counted(aggregate: Any, output: Any) -> Subquery:
        return Subquery(shown.annotate(counted=aggregate).values("counted"), output_field=output)

    number = Coalesce(counted(Count("pk"), IntegerField()), 0)
    total = Coalesce(counted(Sum("rating"), IntegerField()), 0)
    mean = counted(Avg("rating"), FloatField())
    rows = model._default_manager.using(scope.using).annotate(number=number, total=total, mean=mean)
    rows = rows.annotate(off=Abs(Cast("rating_average", FloatField()) - F("mean")))
    wrong = ~Q(rating_count=F("number")) | ~Q(rating_sum=F("total")) | Q(off__gt=_HALF_A_HUNDREDTH)
    return ids_of(rows.filter(wrong))
