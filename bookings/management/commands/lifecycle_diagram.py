"""`manage.py lifecycle_diagram`: the page about the lifecycle, docs/states.md."""

import difflib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from bookings.booking.diagram import render
from bookings.booking.states import TABLE


class Command(BaseCommand):
    """Write the page, print it, or fail where the committed one differs."""

    help = "Writes docs/states.md, the diagram and the tables of the lifecycle, from the table of moves."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to do in place of writing."""
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--check", action="store_true", help="exit with 1 where the file differs")
        how.add_argument("--print", action="store_true", dest="show", help="print it, and write nothing")

    def handle(self, *_args: Any, check: bool, show: bool, **_options: Any) -> None:
        """Do one of the three."""
        page = render(TABLE)
        path = Path(settings.BASE_DIR) / "docs" / "states.md"
        if show:
            self.stdout.write(page, ending="")
        elif check:
            committed = path.read_text(encoding="utf-8") if path.exists() else ""
            difference = difflib.unified_diff(
                committed.splitlines(), page.splitlines(), "docs/states.md", "made now", lineterm=""
            )
            if lines := list(difference):
                raise CommandError("\n".join(lines) + "\nRun manage.py lifecycle_diagram.")
        else:
            path.write_text(page, encoding="utf-8")
            self.stdout.write(f"wrote {path.relative_to(settings.BASE_DIR)}")
