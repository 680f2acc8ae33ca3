"""The outbox in the admin: what left, what waits, what was given up. Secrets are never shown."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from bookings.admin.desk import viewer_of
from bookings.booking import selectors
from bookings.common import clock
from bookings.notifications.models import OutboxMessage
from bookings.notifications.services import retry_message


@admin.register(OutboxMessage)
class OutboxMessageAdmin(admin.ModelAdmin):
    """Read only, but for trying again what was given up."""

    list_display = (
        "created_at",
        "template",
        "recipient",
        "status",
        "attempts",
        "next_attempt_at",
        "bounced_at",
        "last_error",
    )
    list_filter = ("status", "channel", "template")
    search_fields = ("key", "recipient", "message_id", "booking__acknowledgement_id")
    ordering = ("-created_at",)
    date_hierarchy = "created_at"
    list_select_related = False
    show_full_result_count = False
    exclude = ("secrets", "context")
    actions = ("try_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutboxMessage]:
        """Show the messages about bookings that this person may see; the platform's admin sees all."""
        return selectors.messages_visible_to(viewer_of(request)).order_by(*self.ordering)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: messages come from moves."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: OutboxMessage | None = None) -> bool:
        """Refuse: what was told is not rewritten."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: OutboxMessage | None = None) -> bool:
        """Refuse: the row is the proof."""
        return False

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Allow whom the right to change messages was given."""
        return bool(request.user.has_perm("bookings.change_outboxmessage"))

    @admin.action(description="Try again what was given up", permissions=["retry"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> None:
        """Queue the chosen messages again."""
        revived = sum(retry_message(message=message, now=clock.now()) for message in queryset)
        self.message_user(
            request, f"{revived} queued again.", messages.SUCCESS if revived else messages.WARNING
        )
