"""The sandbox provider's own ledger, as a bank would keep one."""

from django.db import models
from django.db.models import F, Q

from bookings.common import clock
from bookings.common.money import Money


class SandboxCheckout(models.Model):
    """The sandbox provider's own ledger: one checkout page and what somebody chose on it. Not our Payment."""

    class Status(models.TextChoices):
        """What became of a checkout."""

        OPEN = "OPEN", "Open"
        SUCCESS = "SUCCESS", "Paid"
        LATE = "LATE", "Paid, and on its way"
        FAILED = "FAILED", "Failed"
        ABANDONED = "ABANDONED", "Abandoned"
        CLOSED = "CLOSED", "Closed by the merchant"

    reference = models.CharField(max_length=64, unique=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    description = models.CharField(max_length=300, blank=True)
    return_url = models.URLField(max_length=2048)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField(help_text="Exclusive.")
    paid_at = models.DateTimeField(
        null=True, blank=True, help_text="When the money came, or of what is on its way: when it will."
    )
    refunded_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="sandbox_checkout_asks_something"),
            models.CheckConstraint(
                condition=Q(refunded_minor=0)
                | Q(status="SUCCESS", refunded_minor__gt=0, refunded_minor__lte=F("amount_minor")),
                name="sandbox_refunds_within_paid",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def money(self) -> Money:
        """What the page asks for."""
        return Money.from_minor(self.amount_minor, self.currency)


class SandboxRefund(models.Model):
    """The sandbox provider's own ledger: one refund under the merchant's key."""

    checkout = models.ForeignKey(SandboxCheckout, models.PROTECT, related_name="refunds")
    key = models.CharField(max_length=200, unique=True)
    amount_minor = models.BigIntegerField()
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="sandbox_refund_of_something")
        ]

    def __str__(self) -> str:
        return self.key
