"""What searches find of practices: to be seen, and looked at anew at once."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from bookings.admin.catalogue import ReadOnly
from bookings.admin.desk import OfPlatform
from bookings.admin.signs import NOTHING, sign
from bookings.admin.theme import ModelAdmin
from bookings.admin.words import InWords
from bookings.common import clock
from bookings.common.money import Money
from bookings.directory.models import Listing
from bookings.directory.services import refresh_listing


@admin.register(Listing)
class ListingAdmin(InWords, ReadOnly, OfPlatform, ModelAdmin):
    """One row a practice, written by the worker."""

    empty_words = "Practices that take bookings stand here once the worker has looked at them."
    list_display = ("business", "city", "from_price", "next_free_at", "looked_at", "stands")
    list_select_related = ("business",)
    search_fields = ("business__name", "business__slug", "city")
    ordering = ("business__name",)
    actions = ("look_again",)
    show_full_result_count = False
    fields = readonly_fields = (
        "business",
        "city",
        "currency",
        "price_from",
        "next_free_at",
        "sets_hours",
        "found_by",
        "looked_at",
        "due_at",
        "seen_version",
        "is_behind",
    )

    def in_words(self, obj: Listing) -> str:
        """Say whose it is."""
        return f"What searches find of {obj.business}"

    @admin.display(description="Price from", ordering="price_from")
    def from_price(self, listing: Listing) -> Money | str:
        """Give the lowest price."""
        return NOTHING if listing.price_from is None else Money(listing.price_from, listing.currency)

    @admin.display(description="Now", ordering="looked_at")
    def stands(self, listing: Listing) -> SafeString:
        """Say whether what searches find is what the practice says of itself."""
        return sign("Changed since", "wait") if self.is_behind(listing) else sign("Up to date", "good")

    @admin.display(description="Changed since", boolean=True)
    def is_behind(self, listing: Listing) -> bool:
        """Tell whether the practice has changed since it was looked at."""
        return listing.seen_version < listing.business.version

    @admin.display(description="Found by")
    def found_by(self, listing: Listing) -> str:
        """Give the words."""
        return " ".join(listing.words.order_by("word").values_list("word", flat=True))

    @admin.action(description="Look again now", permissions=["view"])
    def look_again(self, request: HttpRequest, chosen: QuerySet[Listing]) -> None:
        """Do at once what the worker does by itself."""
        keys = list(chosen.values_list("pk", flat=True))
        listed = sum(refresh_listing(business_id=pk, now=clock.now()) for pk in keys)
        gone = len(keys) - listed
        closed = f" {gone} of them take no bookings any more and were taken out." if gone else ""
        self.message_user(request, f"{len(keys)} looked at.{closed}", messages.SUCCESS)
