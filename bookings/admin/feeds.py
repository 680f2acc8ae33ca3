"""Calendar feeds: who made them, whose sessions they show, when they were read; for the platform's admin to revoke."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from bookings.admin.catalogue import ReadOnly
from bookings.admin.desk import viewer_of
from bookings.admin.onward import Onward
from bookings.admin.signs import sign, when
from bookings.admin.theme import ModelAdmin
from bookings.admin.words import InWords
from bookings.common import clock
from bookings.feeds import services
from bookings.feeds.models import CalendarFeed


class Standing(admin.SimpleListFilter):
    """Whether programs can read it."""

    title = "now"
    parameter_name = "now"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Give the choices."""
        return [("good", "Can be read"), ("revoked", "Revoked")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[CalendarFeed]) -> QuerySet[CalendarFeed]:
        """Narrow to the choice."""
        if self.value() not in {"good", "revoked"}:
            return queryset
        return queryset.filter(revoked_at__isnull=self.value() == "good")


@admin.register(CalendarFeed)
class CalendarFeedAdmin(Onward, InWords, ReadOnly, ModelAdmin):
    """All feeds. Nobody makes one here: the address is for its owner alone."""

    ordering = ("-created_at",)
    show_full_result_count = False
    list_select_related = ("created_by", "consultant")
    empty_words = "Calendars that people made for their phones and programs to read stand here."
    list_display = ("whose", "created_by", "made", "read", "stands")
    list_filter = (Standing,)
    search_fields = ("email", "consultant__full_name", "created_by__email")
    fields = ("whose", "created_by", "created_at", "last_read_at", "revoked_at")
    readonly_fields = fields
    actions = onward = ("revoke",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the section to whoever may view it."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: CalendarFeed | None = None) -> bool:
        """Let the platform's admin in: a feed is its owner's, not the practice's."""
        return viewer_of(request).is_admin

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Tell who may revoke: whoever sees them."""
        return self.has_view_permission(request)

    def in_words(self, obj: CalendarFeed) -> str:
        """Say whose sessions it shows."""
        return f"Calendar of {self.whose(obj)}"

    def offers(self, request: HttpRequest, obj: CalendarFeed, act: str) -> bool:
        """Offer to revoke what is not revoked yet."""
        return obj.revoked_at is None

    @admin.display(description="Made", ordering="created_at")
    def made(self, feed: CalendarFeed) -> str:
        """Give when."""
        return when(feed.created_at)

    @admin.display(description="Last read", ordering="last_read_at")
    def read(self, feed: CalendarFeed) -> str:
        """Give when a program asked for it last."""
        return when(feed.last_read_at) if feed.last_read_at else "never"

    @admin.display(description="Now", ordering="revoked_at")
    def stands(self, feed: CalendarFeed) -> SafeString:
        """Say whether it can be read."""
        return (
            sign(f"Revoked {when(feed.revoked_at)}", "quiet")
            if feed.revoked_at
            else sign("Can be read", "good")
        )

    @admin.display(description="Whose sessions")
    def whose(self, feed: CalendarFeed) -> str:
        """Give the consultant, or the client's address."""
        return str(feed.consultant) if feed.consultant_id is not None else feed.email

    @admin.action(description="Revoke", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[CalendarFeed]) -> None:
        """End the chosen feeds for good."""
        ended = services.revoke_all(feeds=queryset, now=clock.now())
        self.message_user(request, f"Feeds that were revoked: {ended}.")
