"""Attempts to pay, refunds, the inbox of providers' events, and the sandbox provider's own ledger."""

from django.db import models
from django.db.models import F, Q

from bookings.common import clock
from bookings.common.money import Money
from bookings.common.secrecy import EncryptedTextField


class Payment(models.Model):
    """One attempt to pay for a booking, known to the provider by `reference`.

    A booking may have many, of which one at most is open. What came in is kept as the provider tells it:
    it may be late, of another amount, or in another currency.
    """

    class Status(models.TextChoices):
        """Where an attempt stands."""

        CREATING = "CREATING", "Being opened with the provider"
        OPEN = "OPEN", "Can be paid"
        SUCCEEDED = "SUCCEEDED", "Money came in"
        FAILED = "FAILED", "Failed"
        CLOSED = "CLOSED", "Ended without money"

    OPEN_STATUSES = (Status.CREATING, Status.OPEN)

    booking = models.ForeignKey("bookings.Booking", models.PROTECT, related_name="payments")
    provider = models.CharField(max_length=32)
    reference = models.CharField(max_length=64, unique=True)
    amount = models.DecimalField(max_digits=12, decimal_places=3, help_text="What was asked.")
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.CREATING, editable=False)
    live = models.BooleanField(help_text="Real money; otherwise the provider's test mode.")
    checkout_url = models.URLField(max_length=2048, blank=True)
    provider_payment_id = models.CharField(max_length=255, blank=True)
    failure_code = models.CharField(max_length=64, blank=True)
    paid_amount = models.DecimalField(
        max_digits=12, decimal_places=3, default=0, help_text="What came in, as the provider tells it."
    )
    paid_currency = models.CharField(max_length=3, blank=True)
    refunded_amount = models.DecimalField(
        max_digits=12, decimal_places=3, default=0, help_text="Refunded or reserved for a refund."
    )
    confirms_booking = models.BooleanField(default=False, help_text="This money confirmed the booking.")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField(help_text="When the attempt ends; exclusive.")
    closed_at = models.DateTimeField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["booking"],
                condition=Q(status__in=["CREATING", "OPEN"]),
                name="payment_one_open_attempt_per_booking",
            ),
            models.UniqueConstraint(
                fields=["booking"], condition=Q(confirms_booking=True), name="payment_one_confirms_a_booking"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_asks_something"),
            models.CheckConstraint(
                condition=Q(refunded_amount__gte=0, refunded_amount__lte=F("paid_amount")),
                name="payment_refunds_within_paid",
            ),
            models.CheckConstraint(
                condition=Q(status="SUCCEEDED", paid_amount__gt=0)
                | (~Q(status="SUCCEEDED") & Q(paid_amount=0)),
                name="payment_succeeded_means_paid",
            ),
            models.CheckConstraint(
                condition=Q(confirms_booking=False) | Q(status="SUCCEEDED"),
                name="payment_confirms_only_when_paid",
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], name="payment_due", condition=Q(status__in=["CREATING", "OPEN"])
            ),
            models.Index(fields=["booking", "created_at"], name="payment_by_booking"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        """Whether it may still be paid, as far as we know."""
        return self.status in self.OPEN_STATUSES

    @property
    def asked(self) -> Money:
        """What was asked."""
        return Money(self.amount, self.currency)

    @property
    def paid(self) -> Money:
        """What came in; nothing, in the currency that was asked, where nothing did."""
        return Money(self.paid_amount, self.paid_currency or self.currency)


class Refund(models.Model):
    """Money on its way back. Its amount is reserved in the payment's `refunded_amount` from the start on.

    `next_attempt_at` is when the worker looks at it next; empty on one that is not done: a person must.
    """

    class Reason(models.TextChoices):
        """Why money goes back."""

        LATE = "LATE", "It came when the booking could not be confirmed any more"
        DUPLICATE = "DUPLICATE", "The booking was paid before"
        MISMATCH = "MISMATCH", "It is not what was asked"
        CANCELLATION = "CANCELLATION", "The booking was cancelled"
        STAFF = "STAFF", "Staff decided so"

    class Status(models.TextChoices):
        """Where a refund stands."""

        REQUESTED = "REQUESTED", "Not yet accepted by the provider"
        PENDING = "PENDING", "Accepted by the provider"
        SUCCEEDED = "SUCCEEDED", "Done"
        FAILED = "FAILED", "Refused by the provider"

    UNFINISHED = (Status.REQUESTED, Status.PENDING)

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    amount = models.DecimalField(max_digits=12, decimal_places=3, help_text="In the currency that came in.")
    reason = models.CharField(max_length=12, choices=Reason.choices)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.REQUESTED, editable=False)
    key = models.CharField(
        max_length=200, unique=True, help_text="The same at every try, ours and the provider's."
    )
    provider_refund_id = models.CharField(max_length=255, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    done_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="refund_of_something")]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="refund_due",
                condition=Q(status__in=["REQUESTED", "PENDING"]),
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def money(self) -> Money:
        """What goes back, in the currency in which it came in."""
        return Money(self.amount, self.payment.paid.currency)


class ProviderEvent(models.Model):
    """One event of a provider, stored before anything is done about it. The same event has one row."""

    provider = models.CharField(max_length=32)
    event_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=64, help_text="The provider's word.")
    reference = models.CharField(max_length=64, blank=True)
    body = EncryptedTextField(help_text="As it came.")
    received_at = models.DateTimeField(default=clock.now, editable=False)
    processed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
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


class SandboxCheckout(models.Model):
    """The sandbox provider's own ledger: one checkout page and what somebody chose on it. Not our Payment."""

    class Status(models.TextChoices):
        """What became of a checkout."""

        OPEN = "OPEN", "Open"
        SUCCESS = "SUCCESS", "Paid"
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
    paid_at = models.DateTimeField(null=True, blank=True)
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
