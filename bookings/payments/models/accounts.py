"""Practices' own accounts with payment providers."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from bookings.businesses.models import Business
from bookings.common import clock
from bookings.common.money import currency_code
from bookings.common.secrecy import EncryptedTextField


class PaymentAccount(models.Model):
    """A business's own account with a payment provider, for one currency. Without one the platform's is used.

    It is never deleted, as refunds of what came in by it need its keys; one that is not active opens no attempts.
    """

    business = models.ForeignKey(Business, models.PROTECT, related_name="payment_accounts")
    public_id = models.CharField(
        max_length=32, unique=True, editable=False, help_text="Its name in the address of its inbox."
    )
    provider = models.CharField(max_length=32)
    currency = models.CharField(max_length=3, validators=[currency_code], help_text="What it is paid in.")
    secret_key = EncryptedTextField(help_text="The key with which we ask the provider.")
    webhook_secret = EncryptedTextField(
        blank=True, default="", help_text="What signs its events, where that is another secret than the key."
    )
    live = models.BooleanField(help_text="Real money; otherwise the provider's test mode.")
    is_active = models.BooleanField(default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    changed_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business", "currency"],
                condition=Q(is_active=True),
                name="payment_account_one_active_per_currency",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.currency} {self.public_id}"

    @property
    def key_end(self) -> str:
        """The last four characters of its key, by which people tell it from others: all that is ever shown of it."""
        return self.secret_key[-4:]
