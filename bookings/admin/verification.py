"""Challenges and access tokens in the admin: when and for what, never the digests."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from bookings.verification.models import AccessToken, Challenge


class _ReadOnly(admin.ModelAdmin):
    """Nothing here is made, changed or deleted by hand."""

    ordering = ("-created_at",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False


@admin.register(Challenge)
class ChallengeAdmin(_ReadOnly):
    """What was asked of which mailbox."""

    list_display = ("created_at", "purpose", "subject", "email", "tries", "consumed_at", "superseded_at")
    list_filter = ("purpose",)
    search_fields = ("subject", "email")
    exclude = ("token_hash", "code_digest")


@admin.register(AccessToken)
class AccessTokenAdmin(_ReadOnly):
    """What passed challenges opened."""

    list_display = ("created_at", "subject", "email", "purposes", "expires_at", "revoked_at")
    search_fields = ("subject", "email")
    exclude = ("token_hash",)
