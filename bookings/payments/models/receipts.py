"""Receipts: what a client got for money, and for money back, as it was said on that day."""

from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise

from bookings.businesses.models import Business
from bookings.common import clock
from bookings.common.money import Money
from bookings.payments.models.attempts import Payment, Refund


class ReceiptCounter(models.Model):
    """The last number that a business gave out in a year; locked while the next is given: none is left out."""

    business = models.ForeignKey(Business, models.PROTECT, related_name="receipt_counters")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["business", "year"], name="receipt_counter_once")]

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class Receipt(models.Model):
    """One receipt. Everything on it is a copy: it reads the same for ever, as the law asks."""

    class Kind(models.TextChoices):
        """What it is a receipt of."""

        PAYMENT = "PAYMENT", "Money that came in"
        REFUND = "REFUND", "Money that went back"

    business = models.ForeignKey(Business, models.PROTECT, related_name="receipts")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.PAYMENT)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="receipts")
    refund = models.OneToOneField(Refund, models.PROTECT, null=True, blank=True, related_name="receipt")
    year = models.PositiveSmallIntegerField(help_text="On the business's calendar.")
    number = models.PositiveIntegerField(
        help_text="Counted from 1 in each year of a business, none left out."
    )
    issued_at = models.DateTimeField(default=clock.now, editable=False)
    amount = models.DecimalField(max_digits=12, decimal_places=3, help_text="Tax included.")
    currency = models.CharField(max_length=3)
    tax_rate = models.DecimalField(max_digits=6, decimal_places=3, default=0, help_text="Percent.")
    tax_amount = models.DecimalField(
        max_digits=12, decimal_places=3, default=0, help_text="Contained in the amount."
    )
    buyer_email = models.EmailField(
        max_length=254,
        blank=True,
        help_text="Normalised; it finds the receipts of a person whose bookings were erased.",
    )
    details = models.JSONField(
        default=dict, help_text="What else stands on it: seller, buyer, what was sold, when, how it was paid."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "year", "number"], name="receipt_number_once"),
            models.UniqueConstraint(
                fields=["payment"], condition=Q(kind="PAYMENT"), name="receipt_one_per_payment"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="receipt_of_something"),
            models.CheckConstraint(
                condition=Q(kind="PAYMENT", refund__isnull=True) | Q(kind="REFUND", refund__isnull=False),
                name="receipt_names_its_refund",
            ),
            models.CheckConstraint(
                condition=Q(tax_amount__gte=0, tax_amount__lte=F("amount")), name="receipt_tax_within_amount"
            ),
        ]
        indexes = [models.Index(fields=["buyer_email"], name="receipt_by_buyer")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The number as it is printed: year and count."""
        return f"{self.year}-{self.number:06d}"

    @property
    def money(self) -> Money:
        """How much, tax included."""
        return Money(self.amount, self.currency)

    @property
    def tax(self) -> Money:
        """The tax that is contained in it."""
        return Money(self.tax_amount, self.currency)

    @property
    def rate_label(self) -> str:
        """The rate as people write it: 23, or 8.5; empty where there is none."""
        return f"{self.tax_rate.normalize():f}" if self.tax_rate else ""

    @property
    def method_label(self) -> str | Promise:
        """With what somebody paid, in words; empty where nobody told."""
        method = str(self.details.get("method") or "")
        return Payment.Method(method).label if method in Payment.Method else ""
