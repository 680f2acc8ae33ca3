"""Payments in the admin: everything to be read, nothing to be rewritten; what came raw is not shown."""

from django.contrib import admin, messages
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest

from bookings.admin.desk import viewer_of
from bookings.booking import selectors
from bookings.common import clock
from bookings.payments.models import Payment, ProviderEvent, Refund, SandboxCheckout, SandboxRefund
from bookings.payments.services import retry_refund


class LedgerAdmin(admin.ModelAdmin):
    """A ledger is read; its rows come from services alone."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: rows come from moves and from providers."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Refuse: what happened is not rewritten."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Refuse: the row is the proof."""
        return False


@admin.register(Payment)
class PaymentAdmin(LedgerAdmin):
    """Attempts to pay and what came in."""

    list_display = (
        "reference",
        "booking",
        "provider",
        "status",
        "amount",
        "currency",
        "paid_amount",
        "refunded_amount",
        "confirms_booking",
        "live",
        "created_at",
    )
    list_filter = ("status", "provider", "live", "currency")
    search_fields = ("reference", "provider_payment_id", "booking__acknowledgement_id", "booking__email")
    list_select_related = ("booking",)
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-pk")
    exclude = ("checkout_url",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payment]:
        """Show the payments of bookings that this person may see."""
        return selectors.payments_visible_to(viewer_of(request)).order_by(*self.ordering)


class LeftToAPerson(admin.SimpleListFilter):
    """Refunds that the worker does not go on with."""

    title = "left to a person"
    parameter_name = "left"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Give the one choice."""
        return [("yes", "Yes")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Refund]) -> QuerySet[Refund]:
        """Narrow to refunds that are not done and that nobody tries any more."""
        if self.value() != "yes":
            return queryset
        return queryset.exclude(status=Refund.Status.SUCCEEDED).filter(next_attempt_at__isnull=True)


@admin.register(Refund)
class RefundAdmin(LedgerAdmin):
    """Money on its way back, and trying again what was left to a person."""

    list_display = (
        "created_at",
        "payment",
        "amount",
        "reason",
        "status",
        "attempts",
        "next_attempt_at",
        "last_error",
    )
    list_filter = (LeftToAPerson, "status", "reason")
    search_fields = (
        "key",
        "provider_refund_id",
        "payment__reference",
        "payment__booking__acknowledgement_id",
    )
    list_select_related = ("payment",)
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-pk")
    actions = ("try_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Refund]:
        """Show the refunds of payments that this person may see."""
        shown = selectors.payments_visible_to(viewer_of(request))
        return super().get_queryset(request).filter(payment__in=shown)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Allow whom the right to change refunds was given."""
        return bool(request.user.has_perm("bookings.change_refund"))

    @admin.action(description="Try again what got no answer", permissions=["retry"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Refund]) -> None:
        """Queue the chosen refunds again, under their own keys."""
        revived = sum(retry_refund(refund=refund, now=clock.now()) for refund in queryset)
        self.message_user(
            request, f"{revived} queued again.", messages.SUCCESS if revived else messages.WARNING
        )


@admin.register(ProviderEvent)
class ProviderEventAdmin(LedgerAdmin):
    """The inbox, without the bodies."""

    list_display = (
        "received_at",
        "provider",
        "kind",
        "reference",
        "processed_at",
        "outcome",
        "attempts",
        "last_error",
    )
    list_filter = ("provider", "kind", "outcome")
    search_fields = ("event_id", "reference")
    date_hierarchy = "received_at"
    ordering = ("-received_at", "-pk")
    exclude = ("body",)


@admin.register(SandboxCheckout)
class SandboxCheckoutAdmin(LedgerAdmin):
    """The sandbox's own ledger."""

    list_display = ("reference", "money", "status", "created_at", "expires_at", "paid_at", "refunded_minor")
    list_filter = ("status", "currency")
    search_fields = ("reference", "description")
    ordering = ("-created_at", "-pk")


@admin.register(SandboxRefund)
class SandboxRefundAdmin(LedgerAdmin):
    """Refunds in the sandbox's own ledger."""

    list_display = ("key", "checkout", "amount_minor", "created_at")
    search_fields = ("key", "checkout__reference")
    list_select_related = ("checkout",)
    ordering = ("-created_at", "-pk")
