"""Challenges and access tokens in the admin: when and for what, never the digests."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from bookings.admin.desk import OfPlatform
from bookings.admin.theme import ModelAdmin
from bookings.admin.words import InWords
from bookings.verification.models import AccessToken, Challenge


class _ReadOnly(InWords, OfPlatform, ModelAdmin):
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

    def in_words(self, obj: Challenge) -> str:
        """Say what was asked of whom."""
        return f"{obj.get_purpose_display()}: {obj.email}"


@admin.register(AccessToken)
class AccessTokenAdmin(_ReadOnly):
    """What passed challenges opened."""

    list_display = ("created_at", "subject", "email", "opens", "expires_at", "revoked_at")
    search_fields = ("subject", "email")
    exclude = ("token_hash",)

    def in_words(self, obj: AccessToken) -> str:
        """Say what it opens, and whom it was given to."""
        return f"Access to {obj.subject} for {obj.email}"

    @admin.display(description="Opens it to")
    def opens(self, token: AccessToken) -> str:
        """Give what it was given for."""
        return ", ".join(token.purposes)
