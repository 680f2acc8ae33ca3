"""Limits hit: which refused whom lately, how often and until when; and letting somebody try again at once."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from bookings.admin.catalogue import ReadOnly
from bookings.admin.desk import may_enter, viewer_of
from bookings.admin.lookups import OfferedLookups
from bookings.admin.onward import Onward
from bookings.admin.signs import NOTHING, sign, times, when
from bookings.admin.words import InWords
from bookings.businesses import limits_hit
from bookings.common import clock
from bookings.common.addresses import address_digest
from bookings.common.errors import DomainError
from bookings.limits.models import LimitRefusal
from bookings.limits.policies import Limit
from bookings.limits.refusals import shortened

MEANT = {
    "ip": "network",
    "address": "mailbox",
    "subject": "what it is about",
    "token": "opened booking",
    "user": "account",
    "key": "service key",
    "account": "payment account",
    "caller": "caller",
}
"""What a row of the table of limits counts by, in words."""


class WhichLimit(admin.SimpleListFilter):
    """By what was refused, in words."""

    title = "limit"
    parameter_name = "limit"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Give the limits that refused somebody."""
        known = model_admin.get_queryset(request).order_by().values_list("limit", flat=True).distinct()
        return sorted((name, str(Limit(name).label)) for name in known if name in Limit)

    def queryset(self, request: HttpRequest, queryset: QuerySet[LimitRefusal]) -> QuerySet[LimitRefusal]:
        """Narrow to the choice."""
        return queryset.filter(limit=self.value()) if self.value() in Limit else queryset


class Standing(admin.SimpleListFilter):
    """Whether somebody is still kept out."""

    title = "now"
    parameter_name = "now"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Give the choices."""
        return [("held", "Still kept out"), ("over", "Over by itself"), ("lifted", "Let again by hand")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[LimitRefusal]) -> QuerySet[LimitRefusal]:
        """Narrow to the choice."""
        held = Q(lifted_at__isnull=True, until__gt=clock.now())
        if self.value() == "lifted":
            return queryset.filter(lifted_at__isnull=False)
        if self.value() == "over":
            return queryset.filter(lifted_at__isnull=True).exclude(held)
        return queryset.filter(held) if self.value() == "held" else queryset


@admin.register(LimitRefusal)
class LimitRefusalAdmin(Onward, InWords, ReadOnly, OfferedLookups):
    """The latest first. To answer somebody who is kept out, search for their whole address, or their network."""

    empty_words = "Nobody came so often lately that a limit had to refuse them."
    list_display = ("asked", "whom", "times", "last", "stands")
    list_filter = (Standing, WhichLimit)
    search_fields = ("mailbox",)
    search_help_text = "A whole e-mail address or network address, or the address of an account"
    list_select_related = ("user", "service_key", "payment_account__business", "lifted_by")
    ordering = ("-last_at", "-pk")
    show_full_result_count = False
    fields = readonly_fields = (
        "asked",
        "whom",
        "counted_by",
        "times",
        "first_at",
        "last_at",
        "until",
        "stands",
        "lifted_at",
        "lifted_by",
    )
    actions = ("let_again",)
    onward = ("let_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[LimitRefusal]:
        """Show those that are this person's to see."""
        rows = limits_hit.visible_to(viewer_of(request)).order_by(*self.ordering)
        return rows.select_related(*self.list_select_related)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the section to whoever may view it."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: LimitRefusal | None = None) -> bool:
        """Let staff in; which rows there are for them is the queryset's to say."""
        return may_enter(request)

    def has_lift_permission(self, request: HttpRequest) -> bool:
        """Leave it to the platform's admins: a limit protects everybody."""
        return viewer_of(request).is_admin

    def offers(self, request: HttpRequest, obj: LimitRefusal, act: str) -> bool:
        """Offer it where the count can be forgotten from here, and was not yet."""
        return limits_hit.can_be_lifted(obj)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[LimitRefusal], search_term: str
    ) -> tuple[QuerySet[LimitRefusal], bool]:
        """Find by the address whose digest is kept, by the network whose part is, and by an account."""
        term = search_term.strip()
        if not term:
            return queryset, False
        found = Q(mailbox=address_digest(term)) | Q(user__email__iexact=term) | Q(network=shortened(term))
        return queryset.filter(found), False

    def in_words(self, obj: LimitRefusal) -> str:
        """Say what was refused, and how often."""
        return f"{obj.what}: refused {times(obj.times)}"

    @admin.display(description="What was refused")
    def asked(self, refusal: LimitRefusal) -> str:
        """Say what one hit is."""
        return refusal.what

    @admin.display(description="Whom")
    def whom(self, refusal: LimitRefusal) -> str:
        """Name whom the limit knows: as much as is kept of them."""
        known = [
            f"account {refusal.user}" if refusal.user else "",
            f"service key {refusal.service_key}" if refusal.service_key else "",
            f"payment account of {refusal.payment_account.business}" if refusal.payment_account else "",
            f"mailbox #{refusal.mailbox[:8]}" if refusal.mailbox else "",
            f"network {refusal.network}" if refusal.network else "",
        ]
        return ", ".join(filter(None, known)) or "not kept"

    @admin.display(description="Counted by")
    def counted_by(self, refusal: LimitRefusal) -> str:
        """Say what the row of the table counts by."""
        return " and ".join(MEANT.get(part, part) for part in refusal.row.split("_"))

    @admin.display(description="Last", ordering="last_at")
    def last(self, refusal: LimitRefusal) -> str:
        """Give when it happened last."""
        return when(refusal.last_at)

    @admin.display(description="Now", ordering="until")
    def stands(self, refusal: LimitRefusal) -> SafeString:
        """Say whether they are still kept out."""
        if refusal.lifted_at is not None:
            return sign(f"Let again by {refusal.lifted_by or NOTHING}", "quiet")
        if refusal.until > clock.now():
            return sign(f"Kept out until {when(refusal.until)}", "wait")
        return sign("Over", "quiet")

    @admin.action(description="Let them try again now", permissions=["lift"])
    def let_again(self, request: HttpRequest, queryset: QuerySet[LimitRefusal]) -> None:
        """Forget what was counted in the chosen windows; who did it and when is kept."""
        viewer, now, done = viewer_of(request), clock.now(), 0
        for refusal in queryset.filter(lifted_at__isnull=True):
            try:
                limits_hit.lift(refusal_id=refusal.pk, viewer=viewer, now=now)
            except DomainError as error:
                messages.error(request, f"{refusal.what}: {error.message}")
                continue
            self.log_change(request, refusal, "Let them try again.")
            done += 1
        if done:
            messages.success(request, f"{done} may try again now.")
