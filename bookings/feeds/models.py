"""Calendars that other programs subscribe to."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from bookings.common import clock
from bookings.consultants.models import Consultant


class CalendarFeed(models.Model):
    """A secret address under which somebody's sessions are read. The database holds its hash alone."""

    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    consultant = models.ForeignKey(
        Consultant, models.CASCADE, null=True, blank=True, related_name="calendar_feeds"
    )
    email = models.EmailField(
        max_length=254, blank=True, help_text="Normalised: of the client whose sessions it shows."
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_read_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="To an hour or so.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(consultant__isnull=False, email="") | Q(consultant__isnull=True) & ~Q(email=""),
                name="calendar_feed_of_one_person",
            ),
        ]
        indexes = [models.Index(fields=["email"], name="calendar_feed_by_email")]

    def __str__(self) -> str:
        return f"calendar feed {self.pk}"
