"""Practices, where they belong, and who works for them."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models

from bookings.businesses.zones import validate_zone
from bookings.common import clock

currency_code = RegexValidator(r"^[A-Z]{3}$", "Give the currency's three letters (ISO 4217), such as EUR.")


class Category(models.Model):
    """A kind of practice, such as counselling or hairdressing."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)

    class Meta:
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name


class Business(models.Model):
    """A practice: the tenant. A lone consultant has a business of one."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="owned_businesses")
    category = models.ForeignKey(Category, models.PROTECT, related_name="businesses")
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True, max_length=5000)
    email = models.EmailField(
        blank=True, help_text="Where the practice wants to be told; the owner's if empty."
    )
    phone = models.CharField(max_length=32, blank=True)
    address = models.CharField(max_length=300, blank=True)
    city = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166, two letters.")
    timezone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    currency = models.CharField(max_length=3, default="EUR", validators=[currency_code])
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    max_active_bookings = models.PositiveSmallIntegerField(
        default=1, help_text="How many active bookings one client may hold here."
    )
    draft_lifetime = models.DurationField(
        null=True, blank=True, help_text="Until a draft lapses; empty: 30 minutes."
    )
    pending_lifetime = models.DurationField(
        null=True, blank=True, help_text="Until an unanswered request lapses; empty: 48 hours."
    )
    approved_lifetime = models.DurationField(
        null=True, blank=True, help_text="Until an approved booking must be paid; empty: 24 hours."
    )
    payment_lifetime = models.DurationField(
        null=True, blank=True, help_text="How long one payment attempt stays open; empty: 30 minutes."
    )
    cancellation_notice = models.DurationField(
        null=True,
        blank=True,
        help_text="Until how long before the start clients may cancel or move; empty: 24 hours.",
    )

    class Meta:
        verbose_name_plural = "businesses"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(max_active_bookings__gte=1), name="business_claims_at_least_one"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StaffMember(models.Model):
    """Somebody who works for a practice, and as what."""

    class Role(models.TextChoices):
        """What the table of rights goes by."""

        OWNER = "OWNER", "Owner"
        MANAGER = "MANAGER", "Manager"
        STAFF = "STAFF", "Staff"

    business = models.ForeignKey(Business, models.CASCADE, related_name="staff")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="staff_of")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.STAFF)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "user"], name="staff_member_once_per_business"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"
