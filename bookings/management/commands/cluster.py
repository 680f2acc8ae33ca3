"""`manage.py cluster`: the part of the worker that runs tasks; the worker starts it and watches it."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from bookings.worker.cluster import serve


class Command(BaseCommand):
    """Run tasks until SIGTERM, or until standard input closes."""

    help = "Runs tasks. Started by `manage.py worker`, which watches it; not meant to be run by hand."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the id of the worker's heartbeat."""
        parser.add_argument("heartbeat", type=int)

    def handle(self, *_args: Any, heartbeat: int, **_options: Any) -> None:
        """Work until told to stop."""
        serve(heartbeat, lifeline=sys.stdin.fileno(), drain=settings.WORKER_DRAIN_SECONDS)
