"""Bookings, what happened to them, and the places that clients hold."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from bookings.booking.states import ACTIVE, Status
from bookings.businesses.models import Business
from bookings.catalogue.models import Service
from bookings.common import clock
from bookings.common.secrecy import EncryptedJSONField, EncryptedTextField
from bookings.consultants.models import Consultant
from bookings.slots.models import Slot

_ACTIVE = sorted(ACTIVE)
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

    acknowledgement_id = models.CharField(max_length=32, unique=True, editable=False)
    business = models.ForeignKey(Business, models.PROTECT, related_name="bookings")
    service = models.ForeignKey(Service, models.PROTECT, related_name="bookings")
    consultant = models.ForeignKey(Consultant, models.PROTECT, null=True, blank=True, related_name="bookings")
    slot = models.ForeignKey(Slot, models.PROTECT, null=True, blank=True, related_name="bookings")
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
    payment_mode = models.CharField(max_length=10, choices=PaymentMode.choices)
    message = EncryptedTextField(blank=True, default="")
    intake = EncryptedJSONField(blank=True, default=dict)
    consent_version = models.CharField(max_length=32)
    consented_at = models.DateTimeField()

    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    timezone = models.CharField(max_length=64, help_text="The schedule's zone.")
    seats = models.PositiveSmallIntegerField(default=1)
    buffer_before = models.PositiveIntegerField(default=0, help_text="Minutes.")
    buffer_after = models.PositiveIntegerField(default=0, help_text="Minutes.")
    price = models.DecimalField(max_digits=12, decimal_places=3)
    currency = models.CharField(max_length=3)
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
            models.CheckConstraint(condition=Q(seats__gte=1), name="booking_seats_positive"),
            models.CheckConstraint(condition=Q(price__gte=0), name="booking_price_not_negative"),
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
            models.Index(fields=["business", "created_at", "id"], name="booking_by_business"),
            models.Index(fields=["consultant", "starts_at"], name="booking_by_consultant"),
            models.Index(fields=["email", "created_at"], name="booking_by_email"),
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
