"""What a practice sells."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bookings.businesses.models import Business
from bookings.common.money import currency_code

MINUTES_OF_A_DAY = 24 * 60
MOST_SEATS = 1000
"""Of one session, and so of one booking and of one published slot."""


class Service(models.Model):
    """Something sold by time: how long, how far apart, at what price, and what it asks of both sides."""

    class LocationKind(models.TextChoices):
        """Where a session takes place."""

        ONLINE = "ONLINE", "Online"
        IN_PERSON = "IN_PERSON", "In person"
        EITHER = "EITHER", "Online or in person"

    class Holds(models.TextChoices):
        """Whose time a booking takes; two are held together or not at all."""

        CONSULTANT = "CONSULTANT", "A consultant's time"
        RESOURCE = "RESOURCE", "A resource's time"
        BOTH = "BOTH", "A consultant's time, in one of the service's resources"

    class PaymentPolicy(models.TextChoices):
        """How a session with a price may be paid."""

        ONLINE = "ONLINE", "Online, before it is confirmed"
        ON_SITE = "ON_SITE", "On site"
        EITHER = "EITHER", "As the client chooses"

    business = models.ForeignKey(Business, models.CASCADE, related_name="services")
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True, max_length=5000)
    is_active = models.BooleanField(default=True)
    colour = models.CharField(
        max_length=7,
        blank=True,
        validators=[RegexValidator(r"\A#[0-9a-f]{6}\Z", _("A colour is # and six hexadecimal digits."))],
        help_text="In calendars, such as #2a9d8f; empty: any.",
    )
    duration = models.PositiveIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(MINUTES_OF_A_DAY)],
        help_text="Minutes of one session; where the client chooses the length, the shortest.",
    )
    max_duration = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(7 * MINUTES_OF_A_DAY)],
        help_text="Minutes of the longest session, where the client chooses; empty: all are equally long.",
    )
    holds = models.CharField(max_length=10, choices=Holds.choices, default=Holds.CONSULTANT)
    step = models.PositiveIntegerField(
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(MINUTES_OF_A_DAY)],
        help_text="Minutes between two offered starts.",
    )
    buffer_before = models.PositiveIntegerField(
        default=0, validators=[MaxValueValidator(MINUTES_OF_A_DAY)], help_text="Minutes kept free before."
    )
    buffer_after = models.PositiveIntegerField(
        default=0, validators=[MaxValueValidator(MINUTES_OF_A_DAY)], help_text="Minutes kept free after."
    )
    notice = models.PositiveIntegerField(
        default=30, help_text="Minutes of notice that a booking needs at least."
    )
    horizon = models.PositiveIntegerField(
        default=60,
        validators=[MaxValueValidator(730)],
        help_text="Days ahead, counted in the schedule's zone.",
    )
    seats = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1)], help_text="How many clients share one session."
    )
    max_per_day = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="How many bookings a day takes at most, all consultants together; empty: any number.",
    )
    max_per_week = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="How many bookings a week, Monday to Sunday, takes at most; empty: any number.",
    )
    price = models.DecimalField(
        max_digits=12, decimal_places=3, default=Decimal(0), validators=[MinValueValidator(Decimal(0))]
    )
    currency = models.CharField(max_length=3, default="EUR", validators=[currency_code])
    location_kind = models.CharField(max_length=10, choices=LocationKind.choices, default=LocationKind.EITHER)
    payment_policy = models.CharField(
        max_length=10, choices=PaymentPolicy.choices, default=PaymentPolicy.ONLINE
    )
    deposit_percent = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(99)],
        help_text="Percent of the price that is paid online, the rest on site; empty: all of it is paid online.",
    )
    tax_rate = models.DecimalField(
        max_digits=6,
        decimal_places=3,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
        help_text="Percent of tax that the price includes; empty: the business's.",
    )
    needs_approval = models.BooleanField(
        default=True, help_text="Off: a proven request is approved by itself."
    )

    draft_lifetime = models.DurationField(null=True, blank=True, help_text="Empty: the business's.")
    pending_lifetime = models.DurationField(null=True, blank=True, help_text="Empty: the business's.")
    approved_lifetime = models.DurationField(null=True, blank=True, help_text="Empty: the business's.")
    payment_lifetime = models.DurationField(null=True, blank=True, help_text="Empty: the business's.")
    cancellation_notice = models.DurationField(null=True, blank=True, help_text="Empty: the business's.")
    refund_tiers = models.JSONField(null=True, blank=True, help_text="Empty: the business's.")
    reminders = models.JSONField(
        null=True,
        blank=True,
        help_text="Minutes before the start at which clients are reminded, such as [1440, 60]; [] for never; "
        "empty: those.",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(duration__gte=1), name="service_duration_positive"),
            models.CheckConstraint(
                condition=Q(max_duration__isnull=True) | Q(max_duration__gte=F("duration")),
                name="service_longest_after_shortest",
            ),
            models.CheckConstraint(condition=Q(step__gte=1), name="service_step_positive"),
            models.CheckConstraint(condition=Q(seats__gte=1), name="service_seats_positive"),
            models.CheckConstraint(condition=Q(price__gte=0), name="service_price_not_negative"),
        ]
        indexes = [models.Index(F("business"), F("name"), name="service_by_business")]

    def __str__(self) -> str:
        return self.name
