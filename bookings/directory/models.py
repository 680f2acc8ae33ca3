"""What searches of practices look through: derived from the practice's own rows, and made anew when those change."""

from django.db import models

from bookings.businesses.models import Business
from bookings.common import clock
from bookings.consultants.models import Consultant


class Listing(models.Model):
    """What is found of one practice. `seen_version` behind the practice's `version`, or `due_at` over: look again."""

    business = models.OneToOneField(Business, models.CASCADE, primary_key=True, related_name="listing")
    seen_version = models.PositiveIntegerField(default=0, help_text="The practice's when it was looked at.")
    city = models.CharField(max_length=200, blank=True, help_text="As searches compare it, such as new york.")
    currency = models.CharField(max_length=3, blank=True, help_text="The practice's.")
    price_from = models.DecimalField(
        max_digits=12,
        decimal_places=3,
        null=True,
        help_text="The lowest price of its services that are sold in its currency; empty without any.",
    )
    sets_hours = models.BooleanField(
        default=False, help_text="Off: open always, but on the days that it closes."
    )
    next_free_at = models.DateTimeField(
        null=True, help_text="When its next open time begins, as it was looked at; empty: none in sight."
    )
    looked_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField(default=clock.now, help_text="When to look again though nothing changed.")

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="listing_due"),
            models.Index(fields=["currency", "price_from", "business"], name="listing_by_price"),
            models.Index(fields=["next_free_at", "business"], name="listing_by_next_free"),
            models.Index(fields=["city", "business"], name="listing_by_city"),
        ]

    def __str__(self) -> str:
        return f"listing of {self.business_id}"


class ListingWord(models.Model):
    """One word by which a practice is found: of its name, place, services and people; folded to a to z and digits."""

    # The constraint below has an index that begins with it.
    listing = models.ForeignKey(Listing, models.CASCADE, related_name="words", db_index=False)
    word = models.CharField(
        max_length=40,
        help_text="On PostgreSQL it sorts by its characters (collation C), as on SQLite by itself.",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["listing", "word"], name="listing_word_once")]
        indexes = [models.Index(fields=["word", "listing"], name="listing_by_word")]

    def __str__(self) -> str:
        return self.word


class ConsultantListing(models.Model):
    """What lists show of one consultant's time, as it was looked at with their practice's listing."""

    consultant = models.OneToOneField(Consultant, models.CASCADE, primary_key=True, related_name="listing")
    next_free_at = models.DateTimeField(
        null=True, help_text="When their next open time begins, of any service; empty: none in sight."
    )
    looked_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["next_free_at"], name="consultant_by_next_free")]

    def __str__(self) -> str:
        return f"listing of consultant {self.consultant_id}"
