"""The outbox in the admin: what left, what waits, what was given up. Secrets are never shown."""

from urllib.parse import urlsplit

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from bookings.admin.catalogue import ReadOnly
from bookings.admin.desk import OfPlatform, viewer_of
from bookings.admin.ledger import LedgerAdmin
from bookings.admin.onward import Onward, each_of
from bookings.admin.signs import NOTHING, Tone, sign, when
from bookings.admin.theme import ModelAdmin
from bookings.booking import selectors, services, waiting
from bookings.booking.rights import Operation
from bookings.common import clock
from bookings.common.addresses import address_digest
from bookings.notifications.models import MailRefusal, OutboxMessage
from bookings.notifications.outcomes import FILTERS, Outcome, outcome_of, reported


class Undelivered(admin.SimpleListFilter):
    """Mails about bookings that did not arrive lately."""

    title = "not arrived"
    parameter_name = "undelivered"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Give the one choice."""
        return [("lately", f"About a booking, of the last {waiting.LATELY.days} days")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
        """Narrow to what was given up or came back."""
        if self.value() != "lately":
            return queryset
        lately = waiting.undelivered(viewer_of(request), now=clock.now())
        return queryset.filter(pk__in=lately.values("pk"))


class Became(admin.SimpleListFilter):
    """How far messages came, as the column says it."""

    title = "what became of it"
    parameter_name = "became"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Give all there are."""
        return [(outcome.value, str(outcome.label)) for outcome in Outcome]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
        """Narrow to one; every message belongs to exactly one."""
        chosen = self.value()
        return queryset.filter(FILTERS[Outcome(chosen)]) if chosen in Outcome.values and chosen else queryset


@admin.register(OutboxMessage)
class OutboxMessageAdmin(Onward, LedgerAdmin):
    """Read only, but for trying again what was given up.

    What a message says is not shown: it may hold links and codes, and what it told is on the booking's page.
    """

    right = Operation.RETRY_MESSAGE
    empty_words = "Mails stand here as soon as something has to be told, to clients, consultants or staff."
    list_display = ("made", "what", "whom", "about", "stands", "last_error")
    list_filter = (Undelivered, Became, "channel", "template")
    search_fields = ("key", "recipient", "message_id", "booking__acknowledgement_id")
    ordering = ("-created_at", "-pk")
    date_hierarchy = "created_at"
    list_select_related = ("booking",)
    fieldsets = (
        (None, {"fields": ("what", "whom", "booking", "stands")}),
        ("Tries", {"fields": ("attempts", "next_attempt_at", "last_error", "expires_at")}),
        (
            "What became of it",
            {
                "fields": (
                    "created_at",
                    "sent_at",
                    "delivered_at",
                    "bounced_at",
                    "bounce_reason",
                    "complained_at",
                )
            },
        ),
        ("As the recipient reads", {"fields": ("locale", "timezone")}),
        (
            "To find it at the mail provider",
            {"fields": ("message_id", "provider", "provider_message_id", "key")},
        ),
    )
    readonly_fields = ("what", "whom", "stands", "created_at")
    actions = onward = ("try_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutboxMessage]:
        """Show the messages about bookings that this person may see; the platform's admin sees all."""
        shown = selectors.messages_visible_to(viewer_of(request)).order_by(*self.ordering)
        return shown.select_related(*self.list_select_related).defer("secrets", "context")

    def in_words(self, obj: OutboxMessage) -> str:
        """Say what it is about."""
        return f"{self.what(obj)}, {obj.booking.acknowledgement_id}" if obj.booking else self.what(obj)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Allow whom the table of rights lets do it somewhere; of which messages is the service's to say."""
        return selectors.may_somewhere(viewer_of(request), Operation.RETRY_MESSAGE)

    def offers(self, request: HttpRequest, obj: OutboxMessage, act: str) -> bool:
        """Offer to try again what was given up and still names its recipient."""
        return obj.status == OutboxMessage.Status.FAILED and bool(obj.recipient)

    @admin.display(description="Made", ordering="created_at")
    def made(self, message: OutboxMessage) -> str:
        """Give when it was made."""
        return when(message.created_at)

    @admin.display(description="What", ordering="template")
    def what(self, message: OutboxMessage) -> str:
        """Give which message it is, without the underscores."""
        return capfirst(message.template.replace("_", " "))

    @admin.display(description="To", ordering="recipient")
    def whom(self, message: OutboxMessage) -> str:
        """Give the address; of a program's its host alone, since the rest may be a key."""
        if message.channel == OutboxMessage.Channel.EMAIL:
            return message.recipient or "erased"
        return urlsplit(message.recipient).hostname or "erased"

    @admin.display(description="Booking", ordering="booking__acknowledgement_id")
    def about(self, message: OutboxMessage) -> str:
        """Give the booking that it is about."""
        return message.booking.acknowledgement_id if message.booking else NOTHING

    @admin.display(description="Status", ordering="status")
    def stands(self, message: OutboxMessage) -> SafeString:
        """Say how far it came, with what its provider told since; on the booking's page in the same words."""
        outcome = outcome_of(message)
        if outcome is Outcome.WAITS and message.attempts:
            return sign(f"Tried {message.attempts} times, next {when(message.next_attempt_at)}", "wait")
        return sign(reported(message) or outcome.label, _TONES[outcome])

    @admin.action(description="Send again", permissions=["retry"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> None:
        """Queue those of the chosen messages again that were given up."""
        viewer, now = viewer_of(request), clock.now()
        each_of(
            request,
            queryset,
            lambda message: services.retry_message(message_id=message.pk, viewer=viewer, now=now),
            told="{} of {} queued again.",
            called=self.in_words,
        )


_TONES: dict[Outcome, Tone] = {
    Outcome.WAITS: "wait",
    Outcome.SENT: "good",
    Outcome.DELIVERED: "good",
    Outcome.BOUNCED: "bad",
    Outcome.COMPLAINED: "bad",
    Outcome.GIVEN_UP: "bad",
    Outcome.DROPPED: "quiet",
}


@admin.register(MailRefusal)
class MailRefusalAdmin(ReadOnly, OfPlatform, ModelAdmin):
    """Who wants no more of which mail. To answer somebody who asks, search for their whole address."""

    list_display = ("kind", "cause", "created_at")
    list_filter = ("kind", "cause")
    search_fields = ("address_digest",)
    ordering = ("-created_at", "-pk")
    show_full_result_count = False
    exclude = ("address_digest",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[MailRefusal], search_term: str
    ) -> tuple[QuerySet[MailRefusal], bool]:
        """Find by the address whose digest is kept."""
        if not search_term.strip():
            return queryset, False
        return queryset.filter(address_digest=address_digest(search_term)), False
