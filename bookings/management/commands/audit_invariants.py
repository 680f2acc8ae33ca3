"""`manage.py audit_invariants`: look whether everything is true that must always be."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DEFAULT_DB_ALIAS

from bookings.audit.invariants import examine


class Command(BaseCommand):
    """Print one line a check; exit with 1 where one found something."""

    help = "Checks what must always be true over the whole data, and exits with 1 where something is not."
    requires_system_checks = []  # a missing guard is one of the findings

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the alias of the database."""
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS)

    def handle(self, *_args: Any, database: str, **_options: Any) -> None:
        """Look at everything, whatever the first checks find."""
        findings = examine(database)
        for finding in findings:
            self.stdout.write(f"{'✗' if finding.ids else '✓'} {finding}")
        failed = sum(bool(finding.ids) for finding in findings)
        self.stdout.write(f"{len(findings) - failed} passed, {failed} failed")
        if failed:
            sys.exit(1)
