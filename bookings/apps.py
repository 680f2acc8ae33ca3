"""The Django app that holds the domain."""

from anymail.signals import tracking
from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate


class BookingsConfig(AppConfig):
    """One app; one package per topic inside."""

    name = "bookings"
    verbose_name = "Slotwell"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Arrange for the database guards, and for what mail providers report; refuse limits that cannot be meant."""
        from bookings import guards  # noqa: PLC0415 - it imports models, which are loaded only now
        from bookings.limits.policies import check_settings  # noqa: PLC0415 - it reads the settings
        from bookings.notifications.tracking import record_report  # noqa: PLC0415 - so does this

        post_migrate.connect(guards.install_after_migrate, sender=self, dispatch_uid="slotwell.guards")
        tracking.connect(record_report, dispatch_uid="slotwell.tracking")
        check_settings()
        checks.register(guards.check_installed, checks.Tags.database)
