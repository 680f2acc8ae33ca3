"""What was counted lately against the limits that every process shares, and whom they refused."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from bookings.limits.policies import Limit


class LimitWindow(models.Model):
    """The instants of what one caller did lately under one limit. The key is a digest: nobody is named."""

    key = models.CharField(max_length=64, unique=True)
    instants = models.JSONField(default=list, help_text="Seconds since 1970, the newest last.")
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"window {self.pk}"


class LimitRefusal(models.Model):
    """Somebody whom a limit refused lately, and how often. One whose count was forgotten by hand stays as it was.

    Of a network the larger part is kept, of a mailbox a keyed digest: enough to answer somebody who asks why they are
    kept out, and too little to learn who they are.
    """

    limit = models.CharField(max_length=20, help_text="As the table of limits calls it.")
    row = models.CharField(max_length=40, help_text="What was counted by, as the table of limits calls it.")
    key = models.CharField(max_length=64, help_text="Of the window, a digest.")
    network = models.CharField(max_length=43, blank=True, help_text="Shortened.")
    mailbox = models.CharField(max_length=64, blank=True, help_text="A keyed digest of the address.")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+"
    )
    service_key = models.ForeignKey(
        "bookings.ServiceKey", models.CASCADE, null=True, blank=True, related_name="+"
    )
    payment_account = models.ForeignKey(
        "bookings.PaymentAccount",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        to_field="public_id",
    )
    times = models.PositiveIntegerField(default=1, help_text="Refusals; of a flood a few may be missing.")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField(db_index=True)
    until = models.DateTimeField(help_text="When the next try would be let through, as it looked last.")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "limit hit"
        verbose_name_plural = "limits hit"
        constraints = [
            # Of one window many may have been let again; one at most is still counted up.
            models.UniqueConstraint(
                fields=["key"], condition=Q(lifted_at__isnull=True), name="limit_refusal_one_open_per_window"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} ({self.times} times)"

    @property
    def what(self) -> str:
        """What one hit of the limit is, in words; its name where the table has it no more."""
        return str(Limit(self.limit).label) if self.limit in Limit else self.limit
