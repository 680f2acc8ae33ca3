"""Attempts to pay, and refunds of what came in."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bookings.common import clock
from bookings.common.money import Money
from bookings.common.secrecy import EncryptedTextField
from bookings.payments.models.accounts import PaymentAccount


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

    class Purpose(models.TextChoices):
        """What of the price is paid."""

        PRICE = "PRICE", "All of it"
        DEPOSIT = "DEPOSIT", "A deposit, the rest on site"
        ON_SITE = "ON_SITE", "Paid on site: all of it, or the rest"

    class Method(models.TextChoices):
        """With what somebody paid, as the provider or whoever took the money tells it."""

        CARD = "CARD", _("Card")
        BANK_TRANSFER = "BANK_TRANSFER", _("Bank transfer")
        MOBILE_MONEY = "MOBILE_MONEY", _("Mobile money")
        CASH = "CASH", _("Cash")
        OTHER = "OTHER", _("Other")

    OPEN_STATUSES = (Status.CREATING, Status.OPEN)
    ON_SITE = "on_site"
    """The name of the provider under which money is recorded that somebody took at the practice."""

    booking = models.ForeignKey("bookings.Booking", models.PROTECT, related_name="payments")
    provider = models.CharField(max_length=32)
    account = models.ForeignKey(
        PaymentAccount,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="payments",
        help_text="The business's own account with the provider; empty: the platform's.",
    )
    purpose = models.CharField(max_length=10, choices=Purpose.choices, default=Purpose.PRICE)
    reference = models.CharField(max_length=64, unique=True)
    amount = models.DecimalField(max_digits=12, decimal_places=3, help_text="What was asked.")
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.CREATING, editable=False)
    live = models.BooleanField(help_text="Real money; otherwise the provider's test mode.")
    checkout_url = models.URLField(max_length=2048, blank=True)
    return_url = models.URLField(
        max_length=2048, blank=True, help_text="Where the client goes afterwards, as it was first asked for."
    )
    provider_checkout_id = models.CharField(
        max_length=255, blank=True, help_text="The provider's name for the page."
    )
    provider_payment_id = models.CharField(
        max_length=255, blank=True, help_text="The provider's name for the money."
    )
    failure_code = models.CharField(max_length=64, blank=True)
    paid_amount = models.DecimalField(
        max_digits=12,
        decimal_places=3,
        default=Decimal(0),
        help_text="What came in, as the provider tells it.",
    )
    paid_currency = models.CharField(max_length=3, blank=True)
    refunded_amount = models.DecimalField(
        max_digits=12, decimal_places=3, default=Decimal(0), help_text="Refunded or reserved for a refund."
    )
    fee_amount = models.DecimalField(
        max_digits=12,
        decimal_places=3,
        null=True,
        blank=True,
        help_text="What the provider kept, in the currency that came in; empty where it does not tell.",
    )
    tax_rate = models.DecimalField(
        max_digits=6, decimal_places=3, default=Decimal(0), help_text="Percent that the amount includes."
    )
    method = models.CharField(max_length=16, choices=Method.choices, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who took it on site.",
    )
    confirms_booking = models.BooleanField(default=False, help_text="This money confirmed the booking.")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField(help_text="When the attempt ends; exclusive.")
    closed_at = models.DateTimeField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was last compared with what the provider says."
    )

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
            models.CheckConstraint(
                condition=Q(purpose="ON_SITE", provider="on_site", status="SUCCEEDED", confirms_booking=False)
                | (~Q(purpose="ON_SITE") & ~Q(provider="on_site")),
                name="payment_on_site_confirms_nothing",
            ),
            models.CheckConstraint(
                condition=Q(fee_amount__isnull=True) | Q(fee_amount__gte=0), name="payment_fee_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(tax_rate__gte=0, tax_rate__lt=1000), name="payment_tax_rate_in_percent"
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], name="payment_due", condition=Q(status__in=["CREATING", "OPEN"])
            ),
            models.Index(fields=["booking", "created_at"], name="payment_by_booking"),
            models.Index(
                fields=["provider", "provider_payment_id"],
                name="payment_by_provider_payment",
                condition=~Q(provider_payment_id=""),
            ),
            models.Index(
                fields=["provider", "provider_checkout_id"],
                name="payment_by_provider_page",
                condition=~Q(provider_checkout_id=""),
            ),
            models.Index(fields=["paid_at"], name="payment_by_arrival", condition=Q(paid_at__isnull=False)),
            models.Index(fields=["closed_at"], name="payment_by_end", condition=Q(closed_at__isnull=False)),
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

    @property
    def left(self) -> Money:
        """What of it can still be given back."""
        return Money(self.paid_amount - self.refunded_amount, self.paid.currency)

    @property
    def net(self) -> Money:
        """What came in, less what was or is being given back and what the provider is known to have kept."""
        return Money(self.left.amount - (self.fee_amount or Decimal(0)), self.paid.currency)


class Refund(models.Model):
    """Money on its way back. Its amount is reserved in the payment's `refunded_amount` from the start on.

    `next_attempt_at` is when the worker looks at it next; empty on one that is not done: a person must. So where
    `needs_person` is set: the provider goes on only when somebody has done something there.
    """

    class Reason(models.TextChoices):
        """Why money goes back."""

        LATE = "LATE", "It came when the booking could not be confirmed any more"
        DUPLICATE = "DUPLICATE", "The booking was paid before"
        MISMATCH = "MISMATCH", "It is not what was asked"
        CANCELLATION = "CANCELLATION", "The booking was cancelled"
        STAFF = "STAFF", "Staff decided so"
        EXTERNAL = "EXTERNAL", "It was done at the provider, without us"

    class Status(models.TextChoices):
        """Where a refund stands."""

        REQUESTED = "REQUESTED", "Not yet accepted by the provider"
        PENDING = "PENDING", "Accepted by the provider"
        SUCCEEDED = "SUCCEEDED", "Done"
        FAILED = "FAILED", "Refused by the provider"

    UNFINISHED = (Status.REQUESTED, Status.PENDING)
    NEEDS_PERSON = (
        Q(status=Status.FAILED)
        | Q(status__in=UNFINISHED, needs_person=True)
        | Q(status__in=UNFINISHED, next_attempt_at__isnull=True)
    )
    """Which refunds do not go on by themselves."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    amount = models.DecimalField(max_digits=12, decimal_places=3, help_text="In the currency that came in.")
    reason = models.CharField(max_length=12, choices=Reason.choices)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.REQUESTED, editable=False)
    key = models.CharField(
        max_length=200, unique=True, help_text="The same at every try, ours and the provider's."
    )
    note = EncryptedTextField(blank=True, default="", help_text="Why, in the words of whoever asked for it.")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    method = models.CharField(
        max_length=16,
        choices=Payment.Method.choices,
        blank=True,
        help_text="With what somebody at the practice gave it back.",
    )
    needs_person = models.BooleanField(
        default=False, help_text="The provider waits for somebody to do something there."
    )
    staff_told_at = models.DateTimeField(
        null=True, blank=True, help_text="When staff were told that a person must look."
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
            models.Index(fields=["created_at"], name="refund_by_creation"),
            models.Index(
                fields=["id"],
                name="refund_untold",
                condition=Q(
                    status__in=["REQUESTED", "PENDING", "FAILED"],
                    staff_told_at__isnull=True,
                ),
            ),
            models.Index(fields=["done_at"], name="refund_by_end", condition=Q(done_at__isnull=False)),
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

    @property
    def is_left_to_a_person(self) -> bool:
        """Whether it does not go on by itself; the same as `NEEDS_PERSON` says of rows."""
        waits = self.status in self.UNFINISHED and (self.needs_person or self.next_attempt_at is None)
        return waits or self.status == self.Status.FAILED
