"""`manage.py export_person <address>`: all that is known of a person, as JSON."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bookings.common import clock
from bookings.common.errors import DomainError
from bookings.privacy.services import export_person


class Command(BaseCommand):
    """Write the document to a file, or print it. Whoever runs this has made sure of who asks."""

    help = "Writes all that is known of whoever has this address, as JSON, without a limit on rows."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address and what to add."""
        parser.add_argument("address")
        parser.add_argument(
            "--internal",
            action="store_true",
            help="with internal notes and reasons of blocks, to be looked through before they are handed over",
        )
        parser.add_argument("--output", type=Path, help="a new file; printed if absent")

    def handle(self, *_args: Any, address: str, internal: bool, output: Path | None, **_options: Any) -> None:
        """Write it down."""
        try:
            document = export_person(email=address, now=clock.now(), internal=internal, most=None)
        except DomainError as error:
            raise CommandError(error.message) from None
        text = json.dumps(document, ensure_ascii=False, indent=2)
        if output is None:
            self.stdout.write(text)
            return
        with output.open("x", encoding="utf-8") as file:
            output.chmod(0o600)
            file.write(text + "\n")
        self.stdout.write(f"Written to {output}")
