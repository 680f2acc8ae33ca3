"""Who asks to be a consultant or a business owner, and what the platform's admin says to it."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString

from bookings.accounts import roles
from bookings.accounts.models import RoleRequest
from bookings.admin.catalogue import ReadOnly
from bookings.admin.desk import OfPlatform, viewer_of
from bookings.admin.onward import Onward
from bookings.admin.signs import NOTHING, Tone, sign, when
from bookings.admin.theme import Dressed, ModelAdmin
from bookings.admin.words import InWords
from bookings.common import clock
from bookings.common.errors import DomainError


class DeclineForm(Dressed):
    """Why somebody is not given a role."""

    reason = forms.CharField(
        max_length=roles.LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The mail that tells them says it.",
    )


@admin.register(RoleRequest)
class RoleRequestAdmin(Onward, InWords, ReadOnly, OfPlatform, ModelAdmin):
    """Those that wait stand first, the oldest on top."""

    show_full_result_count = False
    empty_words = "Who asks to be a consultant or to open a practice stands here until an admin has answered."
    list_display = ("user", "full_name", "asks_for", "asked", "stands")
    list_filter = ("status", "role")
    list_select_related = ("user", "decided_by")
    search_fields = ("user__email", "user__full_name")
    fields = ("user", "full_name", "asks_for", "created_at", "stands", "reason")
    readonly_fields = ("full_name", "asks_for", "created_at", "stands")
    actions = onward = ("grant", "decline")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RoleRequest]:
        """Put those that wait first."""
        return roles.waiting_first().select_related(*self.list_select_related)

    def in_words(self, obj: RoleRequest) -> str:
        """Say who asks for what."""
        return f"{obj.user} asks to be: {obj.get_role_display()}"

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Tell who may decide: the platform's admins."""
        return viewer_of(request).is_admin

    def offers(self, request: HttpRequest, obj: RoleRequest, act: str) -> bool:
        """Offer an answer to what waits for one."""
        return obj.status == RoleRequest.Status.WAITING

    @admin.display(description="Name", ordering="user__full_name")
    def full_name(self, role_request: RoleRequest) -> str:
        """Give the name beside the address."""
        return role_request.user.full_name or NOTHING

    @admin.display(description="Asks to be", ordering="role")
    def asks_for(self, role_request: RoleRequest) -> str:
        """Give the role."""
        return role_request.get_role_display()

    @admin.display(description="Asked", ordering="created_at")
    def asked(self, role_request: RoleRequest) -> str:
        """Give when."""
        return when(role_request.created_at)

    @admin.display(description="Answer", ordering="status")
    def stands(self, role_request: RoleRequest) -> SafeString:
        """Say what was answered, by whom and when."""
        words = role_request.get_status_display()
        if role_request.status == RoleRequest.Status.WAITING:
            return sign(words, "wait")
        tone: Tone = "good" if role_request.status == RoleRequest.Status.GRANTED else "quiet"
        return sign(f"{words} by {role_request.decided_by or NOTHING}, {when(role_request.decided_at)}", tone)

    @admin.action(description="Grant the role", permissions=["decide"])
    def grant(self, request: HttpRequest, queryset: QuerySet[RoleRequest]) -> None:
        """Give the chosen people the roles that they asked for."""
        self._decide(request, queryset, grant=True)

    @admin.action(description="Decline…", permissions=["decide"])
    def decline(self, request: HttpRequest, queryset: QuerySet[RoleRequest]) -> TemplateResponse | None:
        """Ask why, then leave the chosen people what they are, and tell them."""
        form = DeclineForm(request.POST if "reason" in request.POST else None)
        if form.is_valid():
            self._decide(request, queryset, grant=False, reason=form.cleaned_data["reason"])
            return None
        shown = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": "Decline",
            "form": form,
            "chosen": list(queryset),
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/bookings/rolerequest/decline.html", shown)

    def _decide(
        self, request: HttpRequest, queryset: QuerySet[RoleRequest], *, grant: bool, reason: str = ""
    ) -> None:
        viewer, now, decided = viewer_of(request), clock.now(), 0
        for row in queryset:
            try:
                roles.decide(request_id=row.pk, grant=grant, by=viewer, reason=reason, now=now)
                decided += 1
            except DomainError as error:
                messages.warning(request, f"Request of {row.user}: {error.message}")
        if decided:
            self.message_user(request, f"{decided} {'granted' if grant else 'declined'}; a mail tells them.")
