"""Registrations in the admin: who wants an account and has not proven the mailbox, never a hash."""

from django.contrib import admin

from bookings.accounts.models import Registration
from bookings.admin.catalogue import ReadOnly
from bookings.admin.desk import OfPlatform
from bookings.admin.theme import ModelAdmin
from bookings.admin.words import InWords


@admin.register(Registration)
class RegistrationAdmin(InWords, ReadOnly, OfPlatform, ModelAdmin):
    """What waits for its proof, or became an account lately. All of it is gone a day after it came."""

    ordering = ("-created_at",)
    show_full_result_count = False
    list_display = ("created_at", "email", "full_name", "role", "expires_at")
    list_filter = ("role",)
    search_fields = ("email", "full_name")
    empty_words = "Who asks for an account stands here for a day, until the mailbox is proven."
    exclude = ("handle_hash", "password")

    def in_words(self, obj: Registration) -> str:
        """Say whose it is."""
        return f"Registration of {obj.email}"
