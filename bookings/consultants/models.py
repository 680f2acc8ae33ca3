"""People whose time is sold."""

from django.conf import settings
from django.db import models

from bookings.businesses.models import Business
from bookings.catalogue.models import Service
from bookings.schedules.models import Schedule


class Consultant(models.Model):
    """A person who offers services of a business, on a schedule of their own."""

    business = models.ForeignKey(Business, models.CASCADE, related_name="consultants")
    schedule = models.OneToOneField(Schedule, models.PROTECT, related_name="consultant")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="consultants"
    )
    services = models.ManyToManyField(Service, related_name="consultants", blank=True)
    slug = models.SlugField(unique=True)
    full_name = models.CharField(max_length=200)
    specialisation = models.CharField(max_length=200, blank=True)
    bio = models.TextField(blank=True, max_length=5000)
    is_active = models.BooleanField(default=True)

    class Meta:
        indexes = [models.Index(fields=["business", "full_name"], name="consultant_by_business")]

    def __str__(self) -> str:
        return self.full_name
