"""`manage.py seed_demo`: the demo's practices, once."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from bookings import demo
from bookings.common import clock


class Command(BaseCommand):
    """Make the demo's practices where there are none, and print its log-ins."""

    help = (
        "Makes the demo's practices, with a past, where there are none, and prints its log-ins. Safe to repeat. For "
        "development only."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how much to make."""
        parser.add_argument("--alone", action="store_true", help="the first practice, and nothing else")

    def handle(self, *_args: Any, alone: bool, **_options: Any) -> None:
        """Refuse outside DEBUG: the passwords are known."""
        if not settings.DEBUG:
            raise CommandError(
                "The demo's passwords are known to everybody: seed_demo runs with DEBUG=true only."
            )
        self.stdout.write(_told(demo.seed(now=clock.now(), alone=alone)))
        for role, email in (("staff", demo.STAFF_EMAIL), ("admin", demo.ADMIN_EMAIL)):
            self.stdout.write(f"  {role:<6} {email}  password {demo.PASSWORD}")


def _told(made: demo.Demo) -> str:
    said = []
    if made.created:
        what = "the demo practice" if made.created == 1 else f"{made.created} demo practices"
        said.append(f"Made {what}.")
    if made.completed:
        what = "a practice its" if made.completed == 1 else f"{made.completed} practices their"
        said.append(f"Gave {what} past.")
    return " ".join(said) or "The demo is there."
