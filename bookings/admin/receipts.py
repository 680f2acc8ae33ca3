"""Receipts in the admin: to be found, read and opened as pages; what was issued is not rewritten."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bookings.admin.desk import viewer_of
from bookings.admin.ledger import LedgerAdmin
from bookings.admin.signs import NOTHING, when
from bookings.booking import selectors
from bookings.booking.rights import Operation
from bookings.payments.models import Receipt, ReceiptCounter
from bookings.payments.receipt_links import link_to_receipt


@admin.register(Receipt)
class ReceiptAdmin(LedgerAdmin):
    """What clients got for money, and for money back."""

    right = Operation.SEE_MONEY
    empty_words = "Receipts stand here as soon as money came in: each is numbered, and none is ever changed."
    list_display = ("label", "issued", "business", "what", "money", "with_tax", "to_print")
    list_filter = ("kind", "year", "currency")
    search_fields = ("=number", "buyer_email", "payment__reference", "payment__booking__acknowledgement_id")
    list_select_related = ("business", "payment")
    date_hierarchy = "issued_at"
    ordering = ("-issued_at", "-pk")
    exclude = ("amount", "currency", "tax_amount")
    readonly_fields = ("money", "tax", "to_print")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Receipt]:
        """Show the receipts of payments that this person may see."""
        shown = selectors.payments_visible_to(viewer_of(request))
        rows: QuerySet[Receipt] = super().get_queryset(request)
        return rows.filter(payment__in=shown)

    def in_words(self, obj: Receipt) -> str:
        """Say its number, and of what it is."""
        return f"{self.what(obj)} {obj.label} of {obj.business}"

    @admin.display(description="Issued", ordering="issued_at")
    def issued(self, receipt: Receipt) -> str:
        """Give when."""
        return when(receipt.issued_at)

    @admin.display(description="What", ordering="kind")
    def what(self, receipt: Receipt) -> str:
        """Say which way the money went."""
        return "Refund receipt" if receipt.kind == Receipt.Kind.REFUND else "Receipt"

    @admin.display(description="With tax")
    def with_tax(self, receipt: Receipt) -> str:
        """Give the tax in it and its rate; a dash where there is none."""
        return f"{receipt.tax} ({receipt.rate_label} %)" if receipt.tax_amount else NOTHING

    @admin.display(description="To print")
    def to_print(self, receipt: Receipt) -> SafeString:
        """Link to the page that the client has."""
        return format_html(
            '<a href="{}" rel="noreferrer" target="_blank">Open</a>', link_to_receipt(receipt.pk)
        )


@admin.register(ReceiptCounter)
class ReceiptCounterAdmin(LedgerAdmin):
    """How far each practice has counted in a year."""

    list_display = ("business", "year", "last")
    list_filter = ("year",)
    search_fields = ("business__name",)
    list_select_related = ("business",)
    ordering = ("-year", "business__name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Show the counts of the practices that this person works for."""
        rows, viewer = super().get_queryset(request), viewer_of(request)
        return rows if viewer.is_admin else rows.filter(business__in=viewer.business_ids)
