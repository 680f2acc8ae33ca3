"""Where our books and a provider's differ: to be read, and to be marked as dealt with."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from bookings.admin.desk import viewer_of
from bookings.admin.ledger import LedgerAdmin
from bookings.admin.onward import Onward
from bookings.admin.signs import sign, when
from bookings.booking import selectors, services
from bookings.booking.rights import Operation
from bookings.common import clock
from bookings.payments.models import Difference


@admin.register(Difference)
class DifferenceAdmin(Onward, LedgerAdmin):
    """What was repaired by itself, and what waits for a person; the newest first."""

    right = Operation.RECONCILE
    empty_words = "Nothing differs: what providers say of payments is what our books say."
    list_display = ("found", "kind", "facts", "of", "practice", "stands")
    list_filter = (
        "status",
        "kind",
        ("payment__booking__business", admin.RelatedOnlyFieldListFilter),
    )
    search_fields = ("payment__reference", "payment__booking__acknowledgement_id")
    list_select_related = ("payment__booking__business", "resolved_by")
    date_hierarchy = "found_at"
    ordering = ("-found_at", "-pk")
    fields = ("payment", "kind", "status", "facts", "found_at", "ended_at", "resolved_by")
    readonly_fields = ("facts", "found_at")
    actions = onward = ("dealt_with",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Difference]:
        """Show those of bookings whose payments are this person's to reconcile."""
        shown = selectors.differences_visible_to(viewer_of(request)).order_by(*self.ordering)
        # Django passes `list_select_related` by where the rows bring one of their own.
        return shown.select_related(*self.list_select_related)

    def has_resolve_permission(self, request: HttpRequest) -> bool:
        """Allow whom the table of rights lets do it somewhere; the list shows them no others."""
        return selectors.may_somewhere(viewer_of(request), Operation.RECONCILE)

    def in_words(self, obj: Difference) -> str:
        """Say what differs, and of which booking's payment."""
        return f"{obj.get_kind_display()}: {obj.payment.booking.acknowledgement_id}"

    def offers(self, request: HttpRequest, obj: Difference, act: str) -> bool:
        """Offer it of what waits."""
        return obj.status == Difference.Status.OPEN

    @admin.display(description="Found", ordering="found_at")
    def found(self, difference: Difference) -> str:
        """Give when."""
        return when(difference.found_at)

    @admin.display(description="Booking", ordering="payment__booking__acknowledgement_id")
    def of(self, difference: Difference) -> str:
        """Give the booking whose payment it is."""
        return difference.payment.booking.acknowledgement_id

    @admin.display(description="Now", ordering="status")
    def stands(self, difference: Difference) -> SafeString:
        """Say whether it waits, and who dealt with it when."""
        words = difference.get_status_display()
        if difference.status == Difference.Status.OPEN:
            return sign(words, "bad")
        by = f", {difference.resolved_by}" if difference.resolved_by else ""
        return sign(f"{words}{by}, {when(difference.ended_at)}", "good")

    @admin.display(description="Facts")
    def facts(self, difference: Difference) -> str:
        """Give what is known of it."""
        return "; ".join(services.details_of(difference)) or "–"

    @admin.display(description="Practice", ordering="payment__booking__business__name")
    def practice(self, difference: Difference) -> str:
        """Give whose payment it is of."""
        return difference.payment.booking.business.name

    @admin.action(description="Mark as dealt with", permissions=["resolve"])
    def dealt_with(self, request: HttpRequest, queryset: QuerySet[Difference]) -> None:
        """Note of the chosen ones that this person dealt with them; what waits no more stays as it is."""
        viewer, now = viewer_of(request), clock.now()
        waiting = list(queryset.filter(status=Difference.Status.OPEN))
        for difference in waiting:
            services.resolve_difference(difference_id=difference.pk, viewer=viewer, now=now)
        self.message_user(
            request, f"{len(waiting)} dealt with.", messages.SUCCESS if waiting else messages.WARNING
        )
