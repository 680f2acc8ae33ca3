"""The memory of what was already done under an idempotency key."""

from django.db import models

from bookings.common import clock


class IdempotencyRecord(models.Model):
    """One act that was done once: who asked for what under which key, and what came of it. Kept 24 hours."""

    scope = models.CharField(
        max_length=200, help_text="The account, booking or address that the caller acts for."
    )
    mutation = models.CharField(max_length=64)
    key = models.CharField(max_length=200)
    input_hash = models.CharField(max_length=64)
    object_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(default=clock.now, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "mutation", "key"], name="idempotency_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.mutation} {self.pk}"
