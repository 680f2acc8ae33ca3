"""The inbox of providers' events."""

from django.db import models
from django.db.models import Q

from bookings.common import clock
from bookings.common.secrecy import EncryptedTextField
from bookings.payments.models.accounts import PaymentAccount


class ProviderEvent(models.Model):
    """One event of a provider, stored before anything is done about it. The same event has one row."""

    provider = models.CharField(max_length=32)
    account = models.ForeignKey(
        PaymentAccount,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
        help_text="Whose keys signed it; empty: the platform's.",
    )
    event_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=64, help_text="The provider's word.")
    reference = models.CharField(max_length=64, blank=True)
    checkout_id = models.CharField(max_length=255, blank=True, help_text="The provider's name for the page.")
    payment_id = models.CharField(max_length=255, blank=True, help_text="The provider's name for the money.")
    is_dispute = models.BooleanField(default=False, help_text="Somebody's bank wants money back.")
    body = EncryptedTextField(help_text="As it came.")
    received_at = models.DateTimeField(default=clock.now, editable=False)
    processed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    replays = models.PositiveIntegerField(default=0, help_text="How often a person had it processed again.")
    next_attempt_at = models.DateTimeField(
        null=True, blank=True, help_text="Empty on one that is not processed: given up, a person must look."
    )
    last_error = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="provider_event_once"),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], name="provider_event_due", condition=Q(processed_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id}"
