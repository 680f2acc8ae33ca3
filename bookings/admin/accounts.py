"""Accounts, and where they are logged in."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bookings.accounts import sessions
from bookings.accounts.forms import NewUserForm
from bookings.accounts.models import RefreshToken, User
from bookings.admin.catalogue import ReadOnly
from bookings.common import clock


@admin.register(User)
class AccountAdmin(UserAdmin):
    """Django's page for users, by e-mail address."""

    ordering = ("email",)
    list_display = ("email", "full_name", "email_verified_at", "is_active", "is_staff", "is_superuser")
    list_filter = ("is_active", "is_staff", "is_superuser")
    search_fields = ("email", "full_name")
    readonly_fields = ("created_at", "last_login", "token_version", "logged_in_at")
    add_form = NewUserForm
    fieldsets = (
        (None, {"fields": ("email", "password", "full_name", "email_verified_at")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        ("Dates", {"fields": ("created_at", "last_login", "token_version", "logged_in_at")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "full_name", "password1", "password2")}),)
    actions = ("log_out_everywhere",)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Save; an account that is closed is logged out for good, also if it is opened again."""
        super().save_model(request, obj, form, change)
        if change and not obj.is_active and "is_active" in form.changed_data:
            sessions.log_out_everywhere(user_id=obj.pk, now=clock.now())

    @admin.display(description="Logged in at")
    def logged_in_at(self, account: User) -> SafeString:
        """Lead to the account's refresh tokens."""
        address = reverse("admin:bookings_refreshtoken_changelist")
        return format_html(
            '<a href="{}?user__id__exact={}">Where this account is logged in</a>', address, account.pk
        )

    @admin.action(description="Log out everywhere", permissions=["change"])
    def log_out_everywhere(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """End every session of the chosen accounts, their cookies in browsers included."""
        now = clock.now()
        ended = sum(sessions.log_out_everywhere(user_id=account.pk, now=now) for account in queryset)
        self.message_user(request, f"{ended} sessions ended.")


@admin.register(RefreshToken)
class RefreshTokenAdmin(ReadOnly, admin.ModelAdmin):
    """Sessions and how they were prolonged; never a token or its hash."""

    ordering = ("-created_at",)
    show_full_result_count = False
    list_select_related = ("user",)
    list_display = ("created_at", "user", "family", "user_agent", "expires_at", "rotated_at", "revoked_at")
    list_filter = (
        ("rotated_at", admin.EmptyFieldListFilter),
        ("revoked_at", admin.EmptyFieldListFilter),
    )
    search_fields = ("user__email", "user_agent")
    exclude = ("token_hash",)
    actions = ("log_out",)

    def has_log_out_permission(self, request: HttpRequest) -> bool:
        """Tell who may end sessions: whoever may change accounts."""
        return request.user.has_perm("bookings.change_user")

    @admin.action(description="Log out", permissions=["log_out"])
    def log_out(self, request: HttpRequest, queryset: QuerySet[RefreshToken]) -> None:
        """End the sessions of the chosen tokens."""
        chosen = set(queryset.values_list("user_id", "family"))
        now = clock.now()
        ended = sum(
            sessions.end_session(user_id=user_id, family=family, now=now) for user_id, family in chosen
        )
        self.message_user(request, f"{ended} sessions ended.")
