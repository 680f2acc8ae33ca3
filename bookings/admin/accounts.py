"""Accounts."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from bookings.accounts.forms import NewUserForm
from bookings.accounts.models import User


@admin.register(User)
class AccountAdmin(UserAdmin):
    """Django's page for users, by e-mail address."""

    ordering = ("email",)
    list_display = ("email", "full_name", "email_verified_at", "is_active", "is_staff", "is_superuser")
    list_filter = ("is_active", "is_staff", "is_superuser")
    search_fields = ("email", "full_name")
    readonly_fields = ("created_at", "last_login", "token_version")
    add_form = NewUserForm
    fieldsets = (
        (None, {"fields": ("email", "password", "full_name", "email_verified_at")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        ("Dates", {"fields": ("created_at", "last_login", "token_version")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "full_name", "password1", "password2")}),)
