"""How well clients rate a practice or a consultant: kept beside them, so that lists can order and filter by it."""

from typing import Any

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

RATING = frozenset({"rating_count", "rating_sum", "rating_average"})
"""The columns that reviews alone write."""


def stars() -> Coalesce:
    """Give the average for sorting: what nobody has rated comes after all that somebody has."""
    return Coalesce(
        "rating_average", Value(0), output_field=models.DecimalField(max_digits=3, decimal_places=2)
    )


class Rated(models.Model):
    """Something that reviews rate. The three columns are reviews' to write, with each review's own transaction."""

    rating_count = models.PositiveIntegerField(default=0, editable=False, help_text="Reviews that are shown.")
    rating_sum = models.PositiveIntegerField(default=0, editable=False, help_text="Of their stars.")
    rating_average = models.DecimalField(
        max_digits=3, decimal_places=2, null=True, editable=False, help_text="Empty where there is none."
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(rating_sum__gte=F("rating_count"), rating_sum__lte=F("rating_count") * 5),
                name="%(class)s_rating_within_stars",
            ),
            models.CheckConstraint(
                condition=Q(rating_count=0, rating_average__isnull=True)
                | Q(rating_count__gt=0, rating_average__isnull=False),
                name="%(class)s_rating_of_reviews",
            ),
        ]

    def save(self, **options: Any) -> None:
        """Save all but the rating of a row that is there already: what was read before a review must not undo it."""
        if (
            not self._state.adding
            and not options.get("force_insert")
            and options.get("update_fields") is None
        ):
            unread = self.get_deferred_fields() | RATING
            options["update_fields"] = [
                field.name
                for field in self._meta.concrete_fields
                if not field.primary_key and field.attname not in unread
            ]
        super().save(**options)
