"""`manage.py purge`: what the worker does once a day by itself."""

from typing import Any

from django.core.management.base import BaseCommand

from bookings.common import clock
from bookings.retention.services import purge


class Command(BaseCommand):
    """Forget what has served its purpose, and say how much that was."""

    help = "Deletes what retention has no more use for; the worker does it daily. Safe to repeat."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print one line a kind."""
        for kind, count in purge(now=clock.now()).items():
            self.stdout.write(f"{kind}: {count}")
