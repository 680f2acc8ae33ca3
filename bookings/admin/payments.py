"""Payments in the admin: everything to be read, nothing to be rewritten; what came raw is not shown."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString

from bookings.admin.desk import viewer_of
from bookings.admin.ledger import LedgerAdmin
from bookings.admin.refunding import Refunding
from bookings.admin.signs import Tone, sign, when
from bookings.booking import selectors, takings
from bookings.booking.rights import Operation
from bookings.common.money import Money
from bookings.payments.models import Payment, SandboxCheckout, SandboxRefund


@admin.register(Payment)
class PaymentAdmin(Refunding, LedgerAdmin):
    """Attempts to pay and what came in, and giving it back."""

    right = Operation.SEE_MONEY
    empty_words = (
        "Payments stand here as soon as a client begins to pay, or staff record money taken on site."
    )
    list_display = (
        "begun",
        "about",
        "stands",
        "paid_by",
        "asked",
        "came_in",
        "goes_back",
        "net",
        "reference",
    )
    list_filter = ("status", "method", "purpose", "provider", "live", "currency", "paid_at")
    search_fields = ("reference", "provider_payment_id", "booking__acknowledgement_id", "booking__email")
    list_select_related = ("booking",)
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-pk")
    # What is not named here is not shown: where a client was sent to pay, above all.
    fieldsets = (
        (None, {"fields": ("booking", "stands", "purpose", "asked", "came_in", "goes_back", "fee", "net")}),
        ("How", {"fields": ("method", "recorded_by", "confirms_booking", "tax_rate", "failure_code")}),
        (
            "At the provider",
            {
                "fields": (
                    "provider",
                    "account",
                    "live",
                    "reference",
                    "provider_checkout_id",
                    "provider_payment_id",
                )
            },
        ),
        ("When", {"fields": ("created_at", "expires_at", "closed_at", "paid_at", "checked_at")}),
    )
    readonly_fields = ("stands", "asked", "came_in", "goes_back", "fee", "net", "created_at")
    change_list_template = "admin/bookings/payment/change_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payment]:
        """Show the payments of bookings that this person may see; of what is left, that of which they may see it."""
        viewer = viewer_of(request)
        taken = selectors.payments_visible_to(viewer, what=Operation.SEE_TAKINGS).filter(pk=OuterRef("pk"))
        shown = selectors.payments_visible_to(viewer).annotate(tells_net=Exists(taken))
        return shown.order_by(*self.ordering)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Add the sums of what the list is narrowed to, whatever page of it is shown."""
        answer = super().changelist_view(request, extra_context)
        if isinstance(answer, TemplateResponse) and answer.context_data and "cl" in answer.context_data:
            listed = answer.context_data["cl"].queryset.filter(tells_net=True)
            answer.context_data["takings"] = takings.summed(listed)
        return answer

    def in_words(self, obj: Payment) -> str:
        """Say how much it was, and of which booking."""
        return f"Payment of {obj.asked} for {obj.booking.acknowledgement_id}"

    @admin.display(description="Begun", ordering="created_at")
    def begun(self, payment: Payment) -> str:
        """Give when the attempt began."""
        return when(payment.created_at)

    @admin.display(description="Booking", ordering="booking__acknowledgement_id")
    def about(self, payment: Payment) -> str:
        """Give the booking's id, and what of its price it is where that is not all."""
        part = "" if payment.purpose == Payment.Purpose.PRICE else f", {_PARTS[payment.purpose]}"
        return f"{payment.booking.acknowledgement_id}{part}"

    @admin.display(description="Status", ordering="status")
    def stands(self, payment: Payment) -> SafeString:
        """Say where it stands, and that it is no real money where that is so."""
        words = payment.get_status_display()
        return sign(words if payment.live else f"{words} (test)", _TONES[payment.status])

    @admin.display(description="Paid by", ordering="method")
    def paid_by(self, payment: Payment) -> str:
        """Give with what, and through whom."""
        by = "on site" if payment.provider == Payment.ON_SITE else payment.provider
        return f"{payment.get_method_display()}, {by}" if payment.method else by

    @admin.display(description="Came in", ordering="paid_amount")
    def came_in(self, payment: Payment) -> Money | str:
        """Give what came in, a dash where nothing did."""
        return payment.paid if payment.paid_amount else "–"

    @admin.display(description="Goes back", ordering="refunded_amount")
    def goes_back(self, payment: Payment) -> Money | str:
        """Give what was refunded or is reserved for a refund, a dash where nothing is."""
        back = Money(payment.refunded_amount, payment.paid.currency)
        return back if payment.refunded_amount else "–"

    @admin.display(description="Fee")
    def fee(self, payment: Payment) -> Money | str:
        """Give what the provider kept, to those who may see it."""
        if payment.fee_amount is None or not _tells_net(payment):
            return "–"
        return Money(payment.fee_amount, payment.paid.currency)

    @admin.display(description="Net")
    def net(self, payment: Payment) -> Money | str:
        """Give what is left of what came in, to those who may see it."""
        return payment.net if payment.paid_amount and _tells_net(payment) else "–"


_PARTS = {Payment.Purpose.DEPOSIT.value: "deposit", Payment.Purpose.ON_SITE.value: "on site"}
_TONES: dict[str, Tone] = {
    Payment.Status.CREATING.value: "wait",
    Payment.Status.OPEN.value: "wait",
    Payment.Status.SUCCEEDED.value: "good",
    Payment.Status.FAILED.value: "bad",
    Payment.Status.CLOSED.value: "quiet",
}


def _tells_net(payment: Payment) -> bool:
    """Tell whether the person who looks may see what is left; as the list was read for them."""
    return bool(getattr(payment, "tells_net", False))


@admin.register(SandboxCheckout)
class SandboxCheckoutAdmin(LedgerAdmin):
    """The sandbox's own ledger."""

    list_display = ("reference", "money", "status", "created_at", "expires_at", "paid_at", "refunded_minor")
    list_filter = ("status", "currency")
    search_fields = ("reference", "description")
    ordering = ("-created_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SandboxCheckout]:
        """Show what this person may see of it as payments."""
        shown = selectors.payments_visible_to(viewer_of(request)).values("reference")
        return super().get_queryset(request).filter(reference__in=shown)


@admin.register(SandboxRefund)
class SandboxRefundAdmin(LedgerAdmin):
    """Refunds in the sandbox's own ledger."""

    list_display = ("key", "checkout", "amount_minor", "created_at")
    search_fields = ("key", "checkout__reference")
    list_select_related = ("checkout",)
    ordering = ("-created_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SandboxRefund]:
        """Show what this person may see of it as refunds."""
        shown = selectors.payments_visible_to(viewer_of(request)).values("reference")
        return super().get_queryset(request).filter(checkout__reference__in=shown)
