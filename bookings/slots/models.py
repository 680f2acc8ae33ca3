"""Offers of time that were published or taken, and the time that taken ones use."""

from django.db import models
from django.db.models import F, Q

from bookings.catalogue.models import Service
from bookings.common import clock
from bookings.schedules.models import Schedule


class Slot(models.Model):
    """A time of one schedule that was published or taken. One row per schedule and start, used again.

    A published slot without a service admits any service of exactly its length. The first holder
    fixes the service; when the last seat comes back, what was published stands again.
    """

    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="slots", db_index=False)
    service = models.ForeignKey(Service, models.PROTECT, null=True, blank=True, related_name="slots")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    capacity = models.PositiveSmallIntegerField(default=1)
    seats_taken = models.PositiveSmallIntegerField(default=0)
    holders = models.PositiveSmallIntegerField(
        default=0, help_text="How many bookings hold the seats taken; what caps per day and week count."
    )
    is_published = models.BooleanField(default=False)
    published_service = models.ForeignKey(
        Service,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="published_slots",
        help_text="Empty: any that fits.",
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "starts_at"], name="slot_once_per_schedule_and_start"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="slot_ends_after_start"),
            models.CheckConstraint(
                condition=Q(seats_taken__gte=0, seats_taken__lte=F("capacity"), capacity__gte=1),
                name="slot_seats_within_capacity",
            ),
            models.CheckConstraint(
                condition=Q(holders__lte=F("seats_taken")) & (Q(holders__gte=1) | Q(seats_taken=0)),
                name="slot_holders_match_seats",
            ),
        ]
        indexes = [
            models.Index(
                fields=["schedule", "starts_at"],
                name="slot_published_with_seats",
                condition=Q(is_published=True, seats_taken__lt=F("capacity")),
            ),
            models.Index(
                fields=["service", "starts_at"],
                name="slot_taken_of_a_service",
                condition=Q(seats_taken__gt=0),
            ),
            models.Index(
                fields=["schedule", "starts_at"],
                name="slot_known",
                condition=Q(is_published=True) | Q(seats_taken__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} UTC"


class Occupation(models.Model):
    """What a taken slot uses of one schedule, buffers included: [busy_from, busy_until).

    Present only while seats are taken. The databases refuse two that overlap (slots/guards.py).
    """

    # The indexes below begin with each of them.
    slot = models.ForeignKey(Slot, models.PROTECT, related_name="occupations", db_index=False)
    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="occupations", db_index=False)
    busy_from = models.DateTimeField()
    busy_until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["slot", "schedule"], name="occupation_once_per_slot_and_schedule"
            ),
            models.CheckConstraint(condition=Q(busy_until__gt=F("busy_from")), name="occupation_in_order"),
        ]
        indexes = [models.Index(fields=["schedule", "busy_from"], name="occupation_by_start")]

    def __str__(self) -> str:
        return f"{self.busy_from:%Y-%m-%d %H:%M}–{self.busy_until:%H:%M} UTC"
