"""Practices, where they belong, and who works for them."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.businesses.hours import WeekdayInterval, in_order
from bookings.businesses.ratings import Rated, stars
from bookings.common import clock
from bookings.common.money import currency_code
from bookings.common.secrecy import EncryptedTextField
from bookings.common.zones import validate_zone


class Category(models.Model):
    """A kind of practice, such as counselling or hairdressing."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)

    class Meta:
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name


class Business(Rated):
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
    postal_code = models.CharField(max_length=16, blank=True)
    city = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166, two letters.")
    latitude = models.FloatField(
        null=True, blank=True, help_text="Degrees north, WGS 84; with `longitude` or not at all."
    )
    longitude = models.FloatField(null=True, blank=True, help_text="Degrees east, WGS 84.")
    website = models.URLField(max_length=300, blank=True)
    timezone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    currency = models.CharField(max_length=3, default="EUR", validators=[currency_code])
    tax_number = models.CharField(max_length=40, blank=True, help_text="Printed on receipts.")
    tax_rate = models.DecimalField(
        max_digits=6,
        decimal_places=3,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
        help_text="Percent of tax that prices include, such as 23.",
    )
    picture = models.CharField(
        max_length=100, blank=True, editable=False, help_text="Its name in the storage `pictures`."
    )
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(
        default=1,
        editable=False,
        help_text="Raised with everything that changes what is offered or found here.",
    )
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
    refund_tiers = models.JSONField(
        null=True,
        blank=True,
        help_text="Minutes of notice and percent that goes back, the longest first, such as [[1440, 100], [720, 50]]; "
        "empty: those.",
    )

    class Meta(Rated.Meta):
        verbose_name_plural = "businesses"
        constraints = [
            *Rated.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(max_active_bookings__gte=1), name="business_claims_at_least_one"
            ),
            models.CheckConstraint(
                condition=models.Q(latitude__isnull=True, longitude__isnull=True)
                | models.Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="business_is_somewhere",
            ),
        ]
        indexes = [
            models.Index(fields=["latitude", "longitude"], name="business_by_place"),
            models.Index(stars().desc(), "id", name="business_by_rating"),
            models.Index(fields=["category", "name", "id"], name="business_by_category"),
            models.Index(fields=["timezone"], name="business_by_zone", condition=models.Q(is_active=True)),
            models.Index(fields=["name", "id"], name="business_by_name"),
        ]

    def __str__(self) -> str:
        return self.name


class StaffMember(models.Model):
    """Somebody who works for a practice, and as what."""

    class Role(models.TextChoices):
        """What the table of rights goes by."""

        OWNER = "OWNER", _("Owner")
        MANAGER = "MANAGER", _("Manager")
        STAFF = "STAFF", _("Staff")

    business = models.ForeignKey(Business, models.CASCADE, related_name="staff")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="staff_of")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.STAFF)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "user"], name="staff_member_once_per_business"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"


class StaffInvitation(models.Model):
    """Somebody whom a practice asked to work for it. Proving the mailbox while signed in accepts it."""

    business = models.ForeignKey(Business, models.CASCADE, related_name="invitations")
    email = models.EmailField(max_length=254, help_text="Normalised.")
    role = models.CharField(max_length=10, choices=StaffMember.Role.choices, default=StaffMember.Role.STAFF)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business", "email"],
                condition=models.Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="staff_invitation_one_open_per_address",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class CorporateClient(models.Model):
    """A company that books for its people: staff book on its behalf, and receipts name it."""

    business = models.ForeignKey(Business, models.CASCADE, related_name="corporate_clients")
    company = models.CharField(max_length=200)
    contact_name = models.CharField(max_length=200)
    email = models.EmailField(max_length=254, help_text="Of the contact; normalised.")
    phone = models.CharField(max_length=32, blank=True)
    tax_number = models.CharField(max_length=40, blank=True, help_text="Printed on receipts.")
    address = models.CharField(max_length=300, blank=True, help_text="Printed on receipts.")
    note = EncryptedTextField(blank=True, default="", help_text="For staff.")
    is_active = models.BooleanField(
        default=True, help_text="Off: not offered any more, kept for what was booked."
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["business", "company", "id"], name="corporate_client_by_company")]

    def __str__(self) -> str:
        return self.company


class BlockedSender(models.Model):
    """An address, or all of a domain, from which a practice takes no bookings."""

    class Kind(models.TextChoices):
        """How much is blocked."""

        ADDRESS = "ADDRESS", "One address"
        DOMAIN = "DOMAIN", "A domain and those below it"

    business = models.ForeignKey(Business, models.CASCADE, related_name="blocked_senders")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.ADDRESS)
    value = models.CharField(max_length=254, help_text="Normalised: the address, or the domain alone.")
    note = models.CharField(max_length=300, blank=True, help_text="Why; for staff.")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "value"], name="blocked_sender_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class ConsentText(models.Model):
    """A text of a practice's own to which clients agree when drafting. What was published stays as it was."""

    business = models.ForeignKey(Business, models.PROTECT, related_name="consent_texts")
    version = models.CharField(max_length=32, help_text="Kept on each booking, such as 2026-11.")
    text = models.TextField(max_length=5000)
    published_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "version"], name="consent_text_version_once"),
        ]

    def __str__(self) -> str:
        return self.version


class OpeningHours(WeekdayInterval):
    """One interval of a weekday in which a practice is open, on the practice's wall clock. None at all: open always."""

    business = models.ForeignKey(Business, models.CASCADE, related_name="opening_hours")

    class Meta:
        verbose_name_plural = "opening hours"
        constraints = [
            models.CheckConstraint(condition=in_order(), name="opening_hours_in_order"),
            models.CheckConstraint(condition=models.Q(weekday__lte=6), name="opening_hours_weekday"),
            models.UniqueConstraint(fields=["business", "weekday", "opens"], name="opening_hours_once"),
        ]
        indexes = [
            models.Index(fields=["weekday", "opens", "closes", "business"], name="opening_hours_by_day")
        ]


class ClosedDay(models.Model):
    """A date on the practice's calendar on which nobody there can be booked, such as a public holiday."""

    business = models.ForeignKey(Business, models.CASCADE, related_name="closed_days")
    date = models.DateField()
    name = models.CharField(max_length=100, blank=True, help_text="Shown to clients, such as Christmas Day.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "date"], name="closed_day_once"),
        ]
        indexes = [models.Index(fields=["date", "business"], name="closed_day_by_date")]

    def __str__(self) -> str:
        return f"{self.date} {self.name}".strip()
