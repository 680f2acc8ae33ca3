"""The Django app that holds the domain."""

from django.apps import AppConfig


class BookingsConfig(AppConfig):
    """One app; one package per topic inside."""

    name = "bookings"
    verbose_name = "Slotwell"
    default_auto_field = "django.db.models.BigAutoField"
