"""Where our books and a provider's differ."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.common import clock
from bookings.payments.models.attempts import Payment


class Difference(models.Model):
    """One thing that a provider says otherwise than our books. What is not repaired waits for a person."""

    class Kind(models.TextChoices):
        """What differs."""

        MISSED_SUCCESS = "MISSED_SUCCESS", _("It was paid, and we had not heard of it")
        MISSED_END = "MISSED_END", _("It had ended, and we had not heard of it")
        UNKNOWN_THERE = "UNKNOWN_THERE", _("The provider does not know a payment that we count as paid")
        NOT_PAID_THERE = "NOT_PAID_THERE", _("The provider does not count as paid what we do")
        OTHER_AMOUNT = "OTHER_AMOUNT", _("Another amount or currency came in than we count")
        FOREIGN_REFUND = "FOREIGN_REFUND", _("Money went back that we did not send back")
        OTHER_REFUND = "OTHER_REFUND", _("A refund stands otherwise there than here")
        DISPUTE = "DISPUTE", _("The payer's bank wants the money back")
        NO_ANSWER = "NO_ANSWER", _("The provider did not answer for a long time")

    class Status(models.TextChoices):
        """What became of it."""

        OPEN = "OPEN", "Waits for a person"
        REPAIRED = "REPAIRED", "Repaired by itself"
        RESOLVED = "RESOLVED", "A person dealt with it"

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="differences")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.OPEN)
    data = models.JSONField(default=dict, blank=True, help_text="Amounts and codes, no words of people.")
    found_at = models.DateTimeField(default=clock.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "kind"], condition=Q(status="OPEN"), name="difference_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.get_status_display()})"
