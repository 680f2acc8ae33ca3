"""What clients say of a session that took place, and what the practice answers."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from bookings.booking.models import Booking
from bookings.businesses.models import Business
from bookings.common import clock
from bookings.consultants.models import Consultant


class Review(models.Model):
    """One review of one completed booking. Practice and consultant are those of the session, for the averages."""

    booking = models.OneToOneField(Booking, models.PROTECT, related_name="review")
    business = models.ForeignKey(Business, models.PROTECT, related_name="reviews")
    consultant = models.ForeignKey(Consultant, models.PROTECT, null=True, blank=True, related_name="reviews")
    rating = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(5)], help_text="Stars, 1 to 5."
    )
    comment = models.TextField(blank=True, max_length=2000)
    author_name = models.CharField(
        max_length=100, blank=True, help_text="As it is shown: a first name and an initial."
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    reply = models.TextField(blank=True, max_length=2000)
    replied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    replied_at = models.DateTimeField(null=True, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True, help_text="Hidden ones count in no average.")
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    hidden_reason = models.CharField(max_length=300, blank=True, help_text="Why, for staff.")
    decided = models.BooleanField(
        default=False,
        editable=False,
        help_text="The platform's admin hid it, or showed it again: the practice no longer changes that.",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=5), name="review_of_1_to_5_stars"),
            models.CheckConstraint(
                condition=Q(hidden_at__isnull=True) | ~Q(hidden_reason=""), name="review_hidden_with_a_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["business", "-created_at", "-id"], name="review_by_business"),
            models.Index(fields=["consultant", "-created_at", "-id"], name="review_by_consultant"),
        ]

    def __str__(self) -> str:
        return f"review {self.pk}"
