"""`manage.py seed_demo`: the demo practice, once."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bookings import demo
from bookings.common import clock


class Command(BaseCommand):
    """Make the demo practice where there is none, and print its log-ins."""

    help = "Make the demo practice where there is none, and print its log-ins. For development only."

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse outside DEBUG: the passwords are known."""
        if not settings.DEBUG:
            raise CommandError(
                "The demo's passwords are known to everybody: seed_demo runs with DEBUG=true only."
            )
        made = demo.seed(now=clock.now())
        self.stdout.write("Made the demo practice." if made.created else "The demo practice is there.")
        for role, email in (("staff", demo.STAFF_EMAIL), ("admin", demo.ADMIN_EMAIL)):
            self.stdout.write(f"  {role:<6} {email}  password {demo.PASSWORD}")
