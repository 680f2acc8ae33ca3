"""`manage.py refresh_directory`: what the worker does practice by practice, for all of them at once."""

from typing import Any

from django.core.management.base import BaseCommand

from bookings.common import clock
from bookings.directory.services import refresh_all


class Command(BaseCommand):
    """Look anew at all that searches find of every practice, and say how far it is."""

    help = "Looks at every practice for searches, such as after an import. Safe to repeat; the worker does it too."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print how many after each hundred, and in the end."""
        count = refresh_all(now=clock.now, done=lambda so_far: self.stdout.write(f"{so_far} looked at"))
        self.stdout.write(f"{count} looked at, which is all.")
