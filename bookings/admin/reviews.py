"""Reviews in the admin: to be read, answered, hidden with a reason and shown again, by way of the services."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from bookings.admin.desk import viewer_of
from bookings.admin.lookups import OfferedLookups
from bookings.admin.signs import sign, when
from bookings.admin.words import InWords
from bookings.businesses.policies import Duty, may, may_as
from bookings.common import clock
from bookings.common.errors import DomainError
from bookings.reviews import selectors, services
from bookings.reviews.models import Review


class Shown(admin.SimpleListFilter):
    """Whether everybody sees it."""

    title = "shown"
    parameter_name = "shown"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Give the choices."""
        return [("yes", "Shown"), ("no", "Hidden")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Review]) -> QuerySet[Review]:
        """Narrow to the choice."""
        if self.value() not in {"yes", "no"}:
            return queryset
        return queryset.filter(hidden_at__isnull=self.value() == "yes")


class Answered(admin.SimpleListFilter):
    """Whether the practice said something to it."""

    title = "answer"
    parameter_name = "answer"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Give the choices."""
        return [
            ("yes", "Answered"),
            ("no", "Not answered"),
            ("waits", f"Not answered, of the last {selectors.LATELY.days} days"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Review]) -> QuerySet[Review]:
        """Narrow to the choice."""
        if self.value() == "waits":
            waits = selectors.unanswered(viewer_of(request), now=clock.now())
            return queryset.filter(pk__in=waits.values("pk"))
        if self.value() not in {"yes", "no"}:
            return queryset
        return queryset.filter(replied_at__isnull=self.value() == "no")


class ReviewForm(forms.ModelForm):
    """What can be changed of a review: the answer, and whether it shows."""

    hidden = forms.BooleanField(
        required=False,
        help_text="Neither shown nor counted in the rating. Staff and its author still see it.",
    )

    class Meta:
        model = Review
        fields = ("reply", "hidden", "hidden_reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("hidden", self.instance.hidden_at is not None)

    def clean(self) -> dict[str, Any]:
        """Ask for a reason, and leave a platform's decision alone."""
        given = super().clean() or {}
        if given.get("hidden") and not given.get("hidden_reason", "").strip():
            self.add_error("hidden_reason", "Say why it is hidden.")
        return given


@admin.register(Review)
class ReviewAdmin(InWords, OfferedLookups):
    """Of one's own practices, the newest first. What a client wrote is not rewritten."""

    form = ReviewForm
    show_full_result_count = False
    empty_words = "Clients are asked for a review when a session took place; what they say stands here."
    list_display = ("written", "whose", "stars", "words", "shown", "answered")
    list_filter = (Answered, Shown, "rating", "decided", ("business", admin.RelatedOnlyFieldListFilter))
    search_fields = ("comment", "author_name", "booking__acknowledgement_id", "business__name")
    list_select_related = ("business", "consultant")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-pk")
    readonly_fields = (
        "booking",
        "whose",
        "stars",
        "comment",
        "author_name",
        "created_at",
        "replied_at",
        "replied_by",
        "shown",
        "hidden_at",
        "hidden_by",
    )
    fieldsets = (
        (
            "What the client said",
            {"fields": ("stars", "comment", "author_name", "whose", "booking", "created_at")},
        ),
        ("The practice's answer, in public", {"fields": ("reply", "replied_at", "replied_by")}),
        (
            "Whether everybody sees it",
            {"fields": ("shown", "hidden", "hidden_reason", "hidden_at", "hidden_by")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Review]:
        """Show those of the practices that this person works for."""
        rows = selectors.ruled_by(viewer_of(request)).order_by(*self.ordering)
        return rows.select_related(*self.list_select_related)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: clients review."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse: what should not be read is hidden."""
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        """List it for whom there is something here."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow whom the table of duties, or a right of the admin, lets read; of their practices alone."""
        return self.has_change_permission(request, obj) or super().has_view_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Ask the table of duties."""
        viewer = viewer_of(request)
        if obj is not None:
            return may(viewer, Duty.REVIEWS, obj.business_id)
        return viewer.is_admin or any(may_as(role, Duty.REVIEWS) for role in viewer.roles.values())

    def save_model(self, request: HttpRequest, obj: Review, form: Any, change: bool) -> None:
        """Do what was asked for, one verb after the other."""
        viewer, now, given = viewer_of(request), clock.now(), form.cleaned_data
        try:
            if "reply" in form.changed_data:
                services.reply_to_review(review_id=obj.pk, viewer=viewer, text=given["reply"], now=now)
            if "hidden" in form.changed_data and given["hidden"]:
                reason = given["hidden_reason"]
                services.hide_review(review_id=obj.pk, viewer=viewer, reason=reason, now=now)
            elif "hidden" in form.changed_data:
                services.show_review(review_id=obj.pk, viewer=viewer)
        except DomainError as error:
            messages.error(request, error.message)

    def in_words(self, obj: Review) -> str:
        """Say of whom it is, by whom, and how good."""
        by = f" by {obj.author_name}" if obj.author_name else ""
        return f"Review of {obj.business}{by}, {_stars(obj)}"

    @admin.display(description="Written", ordering="created_at")
    def written(self, review: Review) -> str:
        """Give when."""
        return when(review.created_at)

    @admin.display(description="Of", ordering="business__name")
    def whose(self, review: Review) -> str:
        """Give whose session it was."""
        return f"{review.business}, {review.consultant}" if review.consultant else str(review.business)

    @admin.display(description="Stars", ordering="rating")
    def stars(self, review: Review) -> SafeString:
        """Draw them, and say them."""
        drawn = "★" * review.rating + "☆" * (5 - review.rating)
        return format_html('<span class="stars" role="img" aria-label="{}">{}</span>', _stars(review), drawn)

    @admin.display(description="Answer", ordering="replied_at")
    def answered(self, review: Review) -> str:
        """Say when the practice answered."""
        return when(review.replied_at)

    @admin.display(description="Comment")
    def words(self, review: Review) -> str:
        """Give its beginning."""
        return Truncator(review.comment).chars(60) or "–"

    @admin.display(description="Now", ordering="hidden_at")
    def shown(self, review: Review) -> SafeString:
        """Say whether everybody sees it, and who decided where that is the platform."""
        by = ", as the platform decided" if review.decided else ""
        return sign(f"Hidden{by}", "bad") if review.hidden_at is not None else sign(f"Shown{by}", "good")


def _stars(review: Review) -> str:
    return f"{review.rating} star{'s' if review.rating != 1 else ''}"
