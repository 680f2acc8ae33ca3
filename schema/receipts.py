"""Receipts, as the viewers of their payments see them."""

import datetime
from decimal import Decimal

import strawberry
import strawberry_django
from django.db.models import QuerySet

from bookings.payments import models
from bookings.payments.receipt_links import link_to_receipt
from schema.common.context import Info
from schema.common.scalars import URL, Money, describe_enum

ReceiptKind = models.Receipt.Kind
describe_enum(ReceiptKind, name="ReceiptKind", description="What a receipt is of.")


@strawberry_django.type(
    models.Receipt,
    description="One receipt: of money that came in and is kept, or of a part of it that went back. What stands on it "
    "is a copy of that day and never changes.",
)
class Receipt:
    """The GraphQL face of payments.models.Receipt."""

    kind: ReceiptKind = strawberry_django.field(description="What it is of.")
    issued_at: datetime.datetime = strawberry_django.field(description="When it was issued.")
    tax_rate: Decimal = strawberry_django.field(description="Percent of tax that the amount includes.")

    @classmethod
    def get_queryset(cls, queryset: QuerySet[models.Receipt], info: Info) -> QuerySet[models.Receipt]:
        """Give them in the order in which they were issued; whose they are the payment says, by which one comes."""
        return queryset.order_by("pk")

    @strawberry_django.field(
        only=["year", "number"],
        description="Its number in the practice, `2030-000017`: the year on the practice's calendar and a count that "
        "leaves none out.",
    )
    def number(self, root: strawberry.Parent[models.Receipt]) -> str:
        """Give the number as it is printed."""
        return root.label

    @strawberry_django.field(
        only=["amount", "currency"], description="How much came in, or went back, tax included."
    )
    def amount(self, root: strawberry.Parent[models.Receipt]) -> Money:
        """Give the amount with its currency."""
        return Money.of(root.amount, root.currency)

    @strawberry_django.field(only=["tax_amount", "currency"], description="The tax that the amount includes.")
    def tax_amount(self, root: strawberry.Parent[models.Receipt]) -> Money:
        """Give the tax with its currency."""
        return Money.of(root.tax_amount, root.currency)

    @strawberry_django.field(
        only=["details"],
        description="The number of the receipt that this one corrects; null for one of money that came in.",
    )
    def corrects(self, root: strawberry.Parent[models.Receipt]) -> str | None:
        """Read it from what stands on the receipt."""
        return root.details.get("corrects")

    @strawberry_django.field(
        only=["id"],
        description="The receipt as a page to print. Whoever has this address may read it, without logging in.",
    )
    def url(self, root: strawberry.Parent[models.Receipt]) -> URL:
        """Give the address."""
        return URL(link_to_receipt(root.pk))
