"""Refunds in the admin: money on its way back, and taking up again what was left to a person."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from bookings.admin.desk import viewer_of
from bookings.admin.ledger import LedgerAdmin
from bookings.admin.onward import Onward, each_of
from bookings.admin.signs import sign, when
from bookings.booking import selectors, services, waiting
from bookings.booking.rights import Operation
from bookings.common import clock
from bookings.payments.models import Refund


class LeftToAPerson(admin.SimpleListFilter):
    """Refunds that the worker does not go on with."""

    title = "left to a person"
    parameter_name = "left"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Give the choices."""
        return [("yes", "Yes"), ("mine", "Yes, and mine to take up now")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Refund]) -> QuerySet[Refund]:
        """Narrow to refunds that do not go on by themselves."""
        if self.value() == "mine":
            mine = waiting.refunds(viewer_of(request), now=clock.now())
            return queryset.filter(pk__in=mine.values("pk"))
        return queryset.filter(Refund.NEEDS_PERSON) if self.value() == "yes" else queryset


@admin.register(Refund)
class RefundAdmin(Onward, LedgerAdmin):
    """Money on its way back, and trying again what was left to a person."""

    right = Operation.SEE_MONEY
    empty_words = "Refunds stand here when money goes back: by a cancellation, by staff, or by itself."
    list_display = ("asked_at", "about", "money", "reason", "stands", "tries", "requested_by")
    list_filter = (LeftToAPerson, "status", "reason")
    search_fields = (
        "key",
        "provider_refund_id",
        "payment__reference",
        "payment__booking__acknowledgement_id",
    )
    list_select_related = ("payment__booking", "requested_by")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-pk")
    fieldsets = (
        (None, {"fields": ("payment", "money", "stands", "reason", "note", "requested_by", "method")}),
        ("Tries", {"fields": ("tries", "attempts", "next_attempt_at", "last_error", "staff_told_at")}),
        ("At the provider", {"fields": ("key", "provider_refund_id")}),
        ("When", {"fields": ("created_at", "done_at")}),
    )
    readonly_fields = ("money", "stands", "tries", "created_at")
    actions = onward = ("try_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Refund]:
        """Show the refunds of payments that this person may see."""
        shown = selectors.payments_visible_to(viewer_of(request))
        return super().get_queryset(request).filter(payment__in=shown)

    def in_words(self, obj: Refund) -> str:
        """Say how much goes back, and of which booking."""
        return f"Refund of {obj.money} for {obj.payment.booking.acknowledgement_id}"

    @admin.display(description="Asked for", ordering="created_at")
    def asked_at(self, refund: Refund) -> str:
        """Give when it began."""
        return when(refund.created_at)

    @admin.display(description="Booking", ordering="payment__booking__acknowledgement_id")
    def about(self, refund: Refund) -> str:
        """Give the booking's id."""
        return refund.payment.booking.acknowledgement_id

    @admin.display(description="Status", ordering="status")
    def stands(self, refund: Refund) -> SafeString:
        """Say where it stands, and whether a person must look."""
        words = refund.get_status_display()
        if refund.status == Refund.Status.FAILED:
            return sign(f"{words}: a person must look", "bad")
        if _is_left(refund):
            return sign(f"{words}: a person must look", "bad")
        return sign(words, "wait" if refund.status in Refund.UNFINISHED else "good")

    @admin.display(description="Tries")
    def tries(self, refund: Refund) -> str:
        """Give how often the provider was asked since it was last taken up, and what came of it."""
        told = f"{refund.attempts}: {refund.last_error}" if refund.last_error else str(refund.attempts)
        next_at = refund.next_attempt_at if refund.status in Refund.UNFINISHED else None
        return f"{told}; next {when(next_at)}" if next_at else told

    def offers(self, request: HttpRequest, obj: Refund, act: str) -> bool:
        """Offer to try again what does not go on by itself, where it is this person's to take up."""
        return _is_left(obj) and selectors.may_see(viewer_of(request), obj.payment.booking, Operation.REFUND)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Allow whom the table of rights lets do it somewhere; of which refunds is the service's to say."""
        return selectors.may_somewhere(viewer_of(request), Operation.REFUND)

    @admin.action(description="Try again now", permissions=["retry"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Refund]) -> None:
        """Take up the chosen refunds again, under their own keys, and say of each that was refused why."""
        viewer, now = viewer_of(request), clock.now()

        def take_up(refund: Refund) -> bool:
            services.retry_refund(refund_id=refund.pk, viewer=viewer, now=now)
            return _is_left(refund)

        each_of(
            request,
            queryset,
            take_up,
            told="{} of {} taken up again; the list shows what becomes of them.",
            called=lambda refund: f"{refund.money} for {refund.payment.booking.acknowledgement_id}",
        )


def _is_left(refund: Refund) -> bool:
    """Tell whether it does not go on by itself, and can be taken up again."""
    stuck = refund.needs_person or refund.next_attempt_at is None
    return refund.status in Refund.UNFINISHED and stuck
