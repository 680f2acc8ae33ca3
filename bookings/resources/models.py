"""Things whose time is sold: rooms and equipment."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from bookings.businesses.models import Business
from bookings.catalogue.models import Service
from bookings.common import clock
from bookings.schedules.models import Schedule


class Resource(models.Model):
    """A room or a machine of a business, on a schedule of its own.

    Its services either sell its time, or are given by a consultant who needs one such resource with it
    (`Service.holds`). Taken out of use or deleted, which hides it, it keeps what was booked.
    """

    business = models.ForeignKey(Business, models.CASCADE, related_name="resources")
    schedule = models.OneToOneField(Schedule, models.PROTECT, related_name="resource")
    services = models.ManyToManyField(Service, related_name="resources", blank=True)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True, max_length=5000)
    capacity = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1)], help_text="How many people it has room for."
    )
    is_available = models.BooleanField(default=True, help_text="Off: shown, but not to be booked for now.")
    is_active = models.BooleanField(default=True, help_text="Off: deleted, kept for what was booked.")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(capacity__gte=1), name="resource_capacity_positive"),
        ]
        indexes = [models.Index(fields=["business", "name"], name="resource_by_business")]

    def __str__(self) -> str:
        return self.name
