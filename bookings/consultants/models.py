"""People whose time is sold."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F

from bookings.businesses.models import Business
from bookings.businesses.ratings import Rated, stars
from bookings.catalogue.models import Service
from bookings.schedules.models import Schedule


class Consultant(Rated):
    """A person who offers services of a business, on a schedule of their own."""

    business = models.ForeignKey(Business, models.CASCADE, related_name="consultants")
    schedule = models.OneToOneField(Schedule, models.PROTECT, related_name="consultant")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="consultants"
    )
    linked_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="Since when it is theirs; empty: since there is the account.",
    )
    services = models.ManyToManyField(Service, related_name="consultants", blank=True)
    slug = models.SlugField(unique=True)
    full_name = models.CharField(max_length=200)
    specialisation = models.CharField(max_length=200, blank=True)
    practising_since = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1900), MaxValueValidator(2100)],
        help_text="The year; from it follow the years of experience.",
    )
    bio = models.TextField(blank=True, max_length=5000)
    picture = models.CharField(
        max_length=100, blank=True, editable=False, help_text="Its name in the storage `pictures`."
    )
    is_active = models.BooleanField(default=True)

    class Meta(Rated.Meta):
        indexes = [
            models.Index(fields=["business", "full_name"], name="consultant_by_business"),
            models.Index(stars().desc(), F("rating_count").desc(), "id", name="consultant_by_rating"),
        ]

    def __str__(self) -> str:
        return self.full_name


class ConsultantLanguage(models.Model):
    """A language in which a consultant works."""

    consultant = models.ForeignKey(Consultant, models.CASCADE, related_name="languages")
    code = models.CharField(max_length=16, help_text="BCP 47 in lower case, such as pl or pt-br.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["consultant", "code"], name="consultant_language_once"),
        ]
        indexes = [models.Index(fields=["code", "consultant"], name="consultant_by_language")]

    def __str__(self) -> str:
        return self.code
