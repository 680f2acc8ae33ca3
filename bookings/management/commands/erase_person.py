"""`manage.py erase_person <address>`: forget a person who asked for it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bookings.common import clock
from bookings.common.errors import DomainError
from bookings.privacy.services import erase_person


class Command(BaseCommand):
    """Forget, and say what that was. Whoever runs this has made sure of who asks."""

    help = "Erases whoever has this address: account, and whom bookings were for. Cannot be undone; safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address, and what becomes of active bookings."""
        parser.add_argument("address")
        parser.add_argument(
            "--cancel-bookings", action="store_true", help="cancel active bookings first, as the client may"
        )

    def handle(self, *_args: Any, address: str, cancel_bookings: bool, **_options: Any) -> None:
        """Print one line a kind."""
        try:
            done = erase_person(email=address, cancel_bookings=cancel_bookings, now=clock.now())
        except DomainError as error:
            raise CommandError(f"{error.code}: {error.message}") from None
        for kind, count in done.forgotten.items():
            self.stdout.write(f"{kind}: {count}")
        if not done.forgotten:
            self.stdout.write("Nothing is known of this address.")
