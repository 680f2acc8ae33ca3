"""Practices and consultants that a signed-in client keeps at hand."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from bookings.businesses.models import Business
from bookings.common import clock
from bookings.consultants.models import Consultant


class Favourite(models.Model):
    """One practice or one consultant that somebody keeps."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="favourites")
    business = models.ForeignKey(Business, models.CASCADE, null=True, blank=True, related_name="favourite_of")
    consultant = models.ForeignKey(
        Consultant, models.CASCADE, null=True, blank=True, related_name="favourite_of"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(business__isnull=False, consultant__isnull=True)
                | Q(business__isnull=True, consultant__isnull=False),
                name="favourite_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["user", "business"],
                condition=Q(business__isnull=False),
                name="favourite_business_once",
            ),
            models.UniqueConstraint(
                fields=["user", "consultant"],
                condition=Q(consultant__isnull=False),
                name="favourite_consultant_once",
            ),
        ]

    def __str__(self) -> str:
        return f"favourite {self.pk}"
