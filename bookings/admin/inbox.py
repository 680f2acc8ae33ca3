"""The inbox of payment providers' events: to be read as far as they speak of money, and had processed again."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from bookings.admin.desk import viewer_of
from bookings.admin.ledger import LedgerAdmin
from bookings.admin.onward import Onward, each_of
from bookings.admin.signs import NOTHING, sign, times, when
from bookings.booking import selectors, services, waiting
from bookings.booking.rights import Operation
from bookings.common import clock
from bookings.payments.models import ProviderEvent
from bookings.payments.readable import readable


class WhereItStands(admin.SimpleListFilter):
    """What became of events: waiting for the worker, left to a person, done."""

    title = "where it stands"
    parameter_name = "stands"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Give the choices."""
        return [
            ("open", "Waits for the worker"),
            ("given_up", "Given up: a person must look"),
            ("mine", "Given up, and mine to have processed again"),
            ("done", "Done"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ProviderEvent]) -> QuerySet[ProviderEvent]:
        """Narrow to the choice."""
        if self.value() == "mine":
            return queryset.filter(pk__in=waiting.events(viewer_of(request)).values("pk"))
        if self.value() == "done":
            return queryset.filter(processed_at__isnull=False)
        if self.value() not in {"open", "given_up"}:
            return queryset
        given_up = self.value() == "given_up"
        return queryset.filter(processed_at__isnull=True, next_attempt_at__isnull=given_up)


OUTCOMES = {
    "settled": "Nothing new: it was known already",
    "confirmed": "The money confirmed the booking",
    "refunded": "The money came too late or twice, and goes back",
    "ended": "The attempt to pay ended without money",
    "refund_followed": "A refund was looked at",
    "disputed": "The payer's bank wants the money back: see the differences",
    "not_ours": "About nothing of ours",
    "no_such_payment": "About a payment that we do not know",
}
"""What came of an event, in words; the codes are those of bookings.tasks."""


@admin.register(ProviderEvent)
class ProviderEventAdmin(Onward, LedgerAdmin):
    """The inbox: of a practice's own accounts, and about its payments through the platform's.

    Of what came, a person reads what is said of money; the rest is counted (payments.readable).
    """

    right = Operation.SEE_MONEY
    empty_words = "What payment providers write to us stands here: that somebody paid, that a refund arrived."
    list_display = ("came", "what", "reference", "through", "stands", "tries")
    list_filter = (WhereItStands, "provider", "is_dispute", "outcome", "kind")
    search_fields = ("event_id", "reference", "checkout_id", "payment_id")
    list_select_related = ("account__business",)
    date_hierarchy = "received_at"
    ordering = ("-received_at", "-pk")
    fieldsets = (
        (None, {"fields": ("what", "stands", "received_at", "processed_at", "tries", "replays")}),
        ("About", {"fields": ("reference", "checkout_id", "payment_id", "is_dispute")}),
        ("From", {"fields": ("through", "event_id", "told")}),
    )
    readonly_fields = ("what", "stands", "tries", "through", "told", "received_at")
    actions = onward = ("process_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProviderEvent]:
        """Show the events that are about money which this person may see."""
        shown = selectors.events_visible_to(viewer_of(request)).order_by(*self.ordering)
        return shown.select_related(*self.list_select_related)

    def in_words(self, obj: ProviderEvent) -> str:
        """Say what it was, and from whom."""
        return f"{obj.kind or 'Event'} from {obj.provider}"

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Allow whom the table of rights lets do it somewhere; of which events is the service's to say."""
        return selectors.may_somewhere(viewer_of(request), Operation.REFUND)

    def offers(self, request: HttpRequest, obj: ProviderEvent, act: str) -> bool:
        """Offer it of what is at rest, where it is this person's to have again."""
        mine = selectors.events_visible_to(viewer_of(request), what=Operation.REFUND)
        return obj.next_attempt_at is None and mine.filter(pk=obj.pk).exists()

    @admin.display(description="Came", ordering="received_at")
    def came(self, event: ProviderEvent) -> str:
        """Give when it came."""
        return when(event.received_at)

    @admin.display(description="What", ordering="kind")
    def what(self, event: ProviderEvent) -> str:
        """Give the provider's word for it."""
        return f"{event.kind}, a dispute" if event.is_dispute else event.kind or NOTHING

    @admin.display(description="Through", ordering="provider")
    def through(self, event: ProviderEvent) -> str:
        """Give whose account with which provider it came by."""
        return f"{event.provider}, {event.account.business if event.account else 'the platform'}"

    @admin.display(description="What came of it", ordering="processed_at")
    def stands(self, event: ProviderEvent) -> SafeString:
        """Say what came of it; of one that is had again, what came of it before."""
        outcome = OUTCOMES.get(event.outcome, event.outcome)
        if event.processed_at is not None:
            return sign(outcome or "Done", "bad" if event.outcome == "disputed" else "good")
        if event.next_attempt_at is None:
            return sign(f"Given up ({event.last_error})" if event.last_error else "Given up", "bad")
        before = f" Before: {outcome}." if outcome else ""
        failed = f" Last try: {event.last_error}." if event.last_error else ""
        return sign(f"Waits for the worker.{before}{failed}", "wait")

    @admin.display(description="Tries", ordering="attempts")
    def tries(self, event: ProviderEvent) -> str:
        """Give how often it was worked on, and how often a person asked for that."""
        again = f", had again {times(event.replays)}" if event.replays else ""
        return f"{event.attempts}{again}"

    @admin.display(description="What it says")
    def told(self, event: ProviderEvent) -> SafeString | str:
        """Give what may be read of it, a line each."""
        fields, left_out = readable(event.body)
        if not event.body:
            return "Emptied: what a provider wrote is kept for 30 days."
        lines = format_html_join("", "<dt>{}</dt><dd>{}</dd>", fields)
        rest = f"{left_out} more are about people, cards or keys, or not known, and are not shown."
        return format_html('<dl class="told">{}</dl><p>{}</p>', lines, rest if left_out else "")

    @admin.action(description="Process again", permissions=["replay"])
    def process_again(self, request: HttpRequest, queryset: QuerySet[ProviderEvent]) -> None:
        """Have the provider asked again about what the chosen events are about; what happened stays as it is."""
        viewer, now = viewer_of(request), clock.now()
        each_of(
            request,
            queryset,
            lambda event: services.replay_event(event_id=event.pk, viewer=viewer, now=now),
            told="{} of {} queued again; what comes of them is shown here.",
            called=self.in_words,
        )
