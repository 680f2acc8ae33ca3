"""Bookings, what happened to them, and the places that clients hold."""

from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bookings.booking.states import ACTIVE, Status
from bookings.businesses.models import Business, CorporateClient
from bookings.catalogue.models import Service
from bookings.catalogue.refund_tiers import everything_back
from bookings.catalogue.reminders import usual
from bookings.common import clock
from bookings.common.secrecy import EncryptedJSONField, EncryptedTextField
from bookings.consultants.models import Consultant
from bookings.resources.models import Resource
from bookings.slots.models import Slot

_ACTIVE = sorted(ACTIVE)
_TIMED, _OPEN = sorted(ACTIVE - {Status.PENDING}), sorted(ACTIVE | {Status.DRAFT})
_LAPSING = [Status.DRAFT, Status.PENDING, Status.APPROVED, Status.PAYMENT_PENDING]


class Claim(models.Model):
    """One of a client's places in a business. The row is what makes a second active booking impossible."""

    business = models.ForeignKey(Business, models.CASCADE, related_name="claims")
    email = models.EmailField(max_length=254, help_text="Normalised.")
    place = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "email", "place"], name="claim_once_per_place"),
            models.CheckConstraint(condition=Q(place__gte=1), name="claim_place_from_one"),
        ]

    def __str__(self) -> str:
        return f"place {self.place} in {self.business_id}"


class Booking(models.Model):
    """One client's claim on seats of a slot. `status` is written by booking/machine.py alone.

    Duration, buffers, zone, price and lifetimes are those of the moment of drafting (the price: of approval,
    where staff set one).
    """

    class Mode(models.TextChoices):
        """Where this session takes place."""

        ONLINE = "ONLINE", "Online"
        IN_PERSON = "IN_PERSON", "In person"

    class PaymentMode(models.TextChoices):
        """How this session is paid."""

        ONLINE = "ONLINE", "Online"
        ON_SITE = "ON_SITE", "On site"

    class Period(models.TextChoices):
        """When on the preferred date, where a wish names no time."""

        MORNING = "MORNING", "In the morning"
        AFTERNOON = "AFTERNOON", "In the afternoon"
        EVENING = "EVENING", "In the evening"
        CUSTOM = "CUSTOM", "Between two times"

    class MeetingPlatform(models.TextChoices):
        """How an online session is to be held, as the client prefers."""

        ZOOM = "ZOOM", _("Zoom")
        GOOGLE_MEET = "GOOGLE_MEET", _("Google Meet")
        TEAMS = "TEAMS", _("Microsoft Teams")
        PHONE = "PHONE", _("Telephone")
        OTHER = "OTHER", _("Something else")

    acknowledgement_id = models.CharField(max_length=32, unique=True, editable=False)
    business = models.ForeignKey(Business, models.PROTECT, related_name="bookings")
    service = models.ForeignKey(Service, models.PROTECT, related_name="bookings")
    consultant = models.ForeignKey(Consultant, models.PROTECT, null=True, blank=True, related_name="bookings")
    resource = models.ForeignKey(
        Resource,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="bookings",
        help_text="What is booked, or the room that is held with the consultant.",
    )
    slot = models.ForeignKey(Slot, models.PROTECT, null=True, blank=True, related_name="bookings")
    corporate_client = models.ForeignKey(
        CorporateClient, models.PROTECT, null=True, blank=True, related_name="bookings"
    )
    follows = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="follow_ups",
        help_text="The completed session that this one follows up.",
    )
    claim = models.ForeignKey(
        Claim, models.PROTECT, null=True, blank=True, related_name="bookings", editable=False
    )
    status = models.CharField(max_length=16, default=Status.DRAFT, editable=False)

    email = models.EmailField(max_length=254, help_text="Normalised.")
    full_name = models.CharField(max_length=200)
    phone = models.CharField(max_length=32, blank=True)
    client_timezone = models.CharField(max_length=64, help_text="The zone in which the client reads times.")
    locale = models.CharField(max_length=16, default="en")
    mode = models.CharField(max_length=10, choices=Mode.choices)
    meeting_platform = models.CharField(max_length=16, choices=MeetingPlatform.choices, blank=True)
    payment_mode = models.CharField(max_length=10, choices=PaymentMode.choices)
    message = EncryptedTextField(blank=True, default="")
    intake = EncryptedJSONField(blank=True, default=dict)
    city_digest = models.CharField(
        max_length=64,
        blank=True,
        default="",
        editable=False,
        help_text="A keyed digest of the city among the answers, by which staff find it.",
    )
    consent_version = models.CharField(max_length=32)
    consented_at = models.DateTimeField()

    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    timezone = models.CharField(
        max_length=64, help_text="The schedule's zone; the business's while nobody's is chosen."
    )
    preferred_date = models.DateField(
        null=True, blank=True, help_text="Of a wish, on the calendar of `timezone`."
    )
    preferred_period = models.CharField(max_length=10, choices=Period.choices, blank=True)
    preferred_from = models.TimeField(null=True, blank=True, help_text="Of a custom period.")
    preferred_until = models.TimeField(null=True, blank=True, help_text="Of a custom period.")
    seats = models.PositiveSmallIntegerField(default=1)
    duration = models.PositiveIntegerField(help_text="Minutes of the session.")
    step = models.PositiveIntegerField(default=1, help_text="Minutes between two starts, as drafted.")
    buffer_before = models.PositiveIntegerField(default=0, help_text="Minutes.")
    buffer_after = models.PositiveIntegerField(default=0, help_text="Minutes.")
    price = models.DecimalField(max_digits=12, decimal_places=3, help_text="Tax and discount included.")
    deposit = models.DecimalField(
        max_digits=12,
        decimal_places=3,
        default=Decimal(0),
        help_text="What of the price is paid online, the rest on site; zero: all of it.",
    )
    discount = models.DecimalField(
        max_digits=12, decimal_places=3, default=Decimal(0), help_text="What staff took off the price so far."
    )
    tax_rate = models.DecimalField(
        max_digits=6, decimal_places=3, default=Decimal(0), help_text="Percent that the price includes."
    )
    currency = models.CharField(max_length=3)
    refund_tiers = models.JSONField(
        default=everything_back, help_text="Minutes of notice and percent that goes back, the longest first."
    )
    reminders = models.JSONField(default=usual, help_text="Minutes before the start, the longest first.")
    needs_approval = models.BooleanField(default=True)
    pending_lifetime = models.DurationField(default=timedelta(hours=48))
    approved_lifetime = models.DurationField(default=timedelta(hours=24))
    payment_lifetime = models.DurationField(default=timedelta(minutes=30))
    cancellation_notice = models.DurationField(default=timedelta(hours=24))
    meeting_url = models.URLField(max_length=500, blank=True, help_text="Shown to the client once confirmed.")
    calendar_sequence = models.PositiveIntegerField(
        default=0, editable=False, help_text="Raised with every move in time."
    )

    deadline_at = models.DateTimeField(
        null=True, blank=True, help_text="When the present status lapses; exclusive."
    )
    pay_by = models.DateTimeField(null=True, blank=True)
    remind_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When the client is to be reminded next."
    )
    erased_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When what it said of the person was erased."
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=_ACTIVE) | Q(claim__isnull=False) | Q(email=""),
                name="booking_active_holds_a_claim",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=_ACTIVE) | Q(slot__isnull=False) | Q(starts_at__isnull=True),
                name="booking_active_holds_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=_TIMED) | Q(slot__isnull=False), name="booking_approved_has_a_time"
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=False) | Q(preferred_date__isnull=False),
                name="booking_has_a_time_or_a_wish",
            ),
            models.CheckConstraint(condition=Q(seats__gte=1), name="booking_seats_positive"),
            models.CheckConstraint(condition=Q(duration__gte=1), name="booking_duration_positive"),
            models.CheckConstraint(condition=Q(price__gte=0), name="booking_price_not_negative"),
            models.CheckConstraint(
                condition=Q(deposit__gte=0, deposit__lte=F("price")), name="booking_deposit_within_price"
            ),
            models.CheckConstraint(condition=Q(discount__gte=0), name="booking_discount_not_negative"),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True, ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="booking_ends_after_start",
            ),
        ]
        indexes = [
            models.Index(fields=["deadline_at"], name="booking_due", condition=Q(status__in=_LAPSING)),
            models.Index(
                fields=["ends_at"], name="booking_to_complete", condition=Q(status=Status.CONFIRMED)
            ),
            models.Index(
                fields=["remind_at"], name="booking_to_remind", condition=Q(status=Status.CONFIRMED)
            ),
            models.Index(fields=["created_at", "id"], name="booking_by_creation"),
            models.Index(fields=["starts_at", "id"], name="booking_upcoming", condition=Q(status__in=_OPEN)),
            models.Index(fields=["business", "created_at", "id"], name="booking_by_business"),
            models.Index(fields=["business", "starts_at"], name="booking_by_session"),
            models.Index(fields=["consultant", "starts_at"], name="booking_by_consultant"),
            models.Index(fields=["email", "created_at"], name="booking_by_email"),
            models.Index(fields=["city_digest"], name="booking_by_city", condition=~Q(city_digest="")),
        ]

    def __str__(self) -> str:
        return self.acknowledgement_id

    @property
    def subject(self) -> str:
        """The name under which challenges and access tokens know this booking."""
        return f"booking:{self.pk}"


class BookingEvent(models.Model):
    """What happened, once and for all: codes and ids only. The databases refuse change and deletion."""

    booking = models.ForeignKey(Booking, models.PROTECT, related_name="events")
    sequence = models.PositiveIntegerField()
    move = models.CharField(max_length=24)
    from_status = models.CharField(max_length=16, blank=True)
    to_status = models.CharField(max_length=16)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.CharField(max_length=64, blank=True)
    data = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["booking", "sequence"], name="booking_event_in_sequence"),
        ]

    def __str__(self) -> str:
        return f"{self.move} → {self.to_status}"


class BookingNote(models.Model):
    """Free text about a booking; erasable, unlike the events."""

    class Kind(models.TextChoices):
        """What the text is."""

        REASON = "REASON", "Reason told to the client"
        INTERNAL = "INTERNAL", "Internal note"

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="notes")
    event = models.ForeignKey(BookingEvent, models.PROTECT, null=True, blank=True, related_name="notes")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.INTERNAL)
    text = EncryptedTextField()
    created_at = models.DateTimeField(default=clock.now, editable=False)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.created_at:%Y-%m-%d}"


class Discount(models.Model):
    """What staff took off a booking's price, and why. Rows are added, never changed."""

    booking = models.ForeignKey(Booking, models.PROTECT, related_name="discounts")
    amount = models.DecimalField(max_digits=12, decimal_places=3, help_text="In the booking's currency.")
    reason = EncryptedTextField(help_text="Why, for staff.")
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="discount_of_something")]

    def __str__(self) -> str:
        return f"discount {self.pk}"
