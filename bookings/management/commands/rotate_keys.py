"""`manage.py rotate_keys`: encrypt everything with the newest key, so that an older one can go."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from bookings.privacy.rotation import BATCH, rotate


class Command(BaseCommand):
    """Print one line a column; exit with 1 where a text could not be read."""

    help = (
        "Encrypts every encrypted column anew with the first key of ENCRYPTION_KEYS. Safe to repeat, and to run beside "
        "the service. Exits with 1 while some text is opened by no key."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the size of a transaction."""
        parser.add_argument("--batch", type=int, default=BATCH, help="rows of one transaction")

    def handle(self, *_args: Any, batch: int, **_options: Any) -> None:
        """Rotate column by column."""
        unreadable = 0
        for done in rotate(batch=max(1, batch)):
            unreadable += done.unreadable
            self.stdout.write(f"{done.column}: {done.seen} texts, {done.anew} encrypted anew")
            if done.unreadable:
                self.stderr.write(f"{done.column}: {done.unreadable} texts are opened by no key")
        if unreadable:
            sys.exit(1)
