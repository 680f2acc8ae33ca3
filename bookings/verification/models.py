"""Proofs that somebody reads a mailbox, and what a passed proof gives."""

from django.db import models
from django.db.models import Q

from bookings.common import clock


class Challenge(models.Model):
    """One link token and one 6-digit code for one purpose, subject and address; either is good once.

    The database holds the token's hash and the code's keyed digest. Live means neither consumed nor
    superseded; of one purpose and subject at most one is.
    """

    class Purpose(models.TextChoices):
        """What passing it proves."""

        VERIFY_BOOKING = "VERIFY_BOOKING", "Confirm a drafted booking"
        BOOKING_ACCESS = "BOOKING_ACCESS", "See and manage a booking"
        CANCEL_BOOKING = "CANCEL_BOOKING", "Cancel a booking"
        VERIFY_EMAIL = "VERIFY_EMAIL", "Open an account"
        RESET_PASSWORD = "RESET_PASSWORD", "Choose a new password"
        JOIN_STAFF = "JOIN_STAFF", "Work for a practice"
        LINK_CONSULTANT = "LINK_CONSULTANT", "Be a consultant of a practice"
        PERSONAL_DATA = "PERSONAL_DATA", "Read or erase what is known of a person"

    purpose = models.CharField(max_length=32, choices=Purpose.choices)
    subject = models.CharField(max_length=64, help_text='What it is about, such as "booking:12".')
    email = models.EmailField(max_length=254, help_text="Normalised.")
    token_hash = models.CharField(max_length=64, unique=True)
    code_digest = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField(default=0, help_text="Codes that were tried, right or wrong.")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    code_expires_at = models.DateTimeField()
    link_expires_at = models.DateTimeField()
    consumed_at = models.DateTimeField(null=True, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "subject"],
                condition=Q(consumed_at__isnull=True, superseded_at__isnull=True),
                name="challenge_one_live_per_purpose_and_subject",
            ),
        ]
        indexes = [models.Index(fields=["subject", "purpose"], name="challenge_by_subject")]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} · {self.subject}"


class AccessToken(models.Model):
    """What a passed challenge gives: for one subject, for named purposes, for a short while."""

    subject = models.CharField(max_length=64, help_text='What it opens, such as "booking:12".')
    email = models.EmailField(max_length=254, help_text="Normalised.")
    purposes = models.JSONField(default=list)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["subject"], name="access_token_by_subject")]

    def __str__(self) -> str:
        return f"access to {self.subject}"
