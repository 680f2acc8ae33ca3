"""`manage.py doctor`: one screen that says what is wrong and what to do."""

import json
import sys
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from bookings.common import clock
from bookings.management.doctor import NAMES, Finding, Grade, examine, examine_one


class Command(BaseCommand):
    """Print a line for each thing that was looked at; exit with 0 (fine), 1 (worth a look) or 2 (broken)."""

    help = (
        "Looks at settings, database, worker, outbox, payments and files, and says what is wrong and what to do. "
        "Changes nothing, tells no secret. Exits with 0 where all is fine, 1 with warnings, 2 if something is broken."
    )
    requires_system_checks = []  # they are one of the findings

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how to print, and how far to look."""
        parser.add_argument("--json", action="store_true", help="print a list for machines")
        parser.add_argument("--only", choices=NAMES, help="look at this alone, such as for a health check")
        parser.add_argument("--network", action="store_true", help="log in to the mail server as well")

    def handle(self, *_args: Any, network: bool, only: str | None, **options: Any) -> None:
        """Look at everything, or at one thing."""
        now = clock.now()
        findings = [examine_one(only, now=now)] if only else list(examine(now=now, network=network))
        if options["json"]:
            self.stdout.write(json.dumps([_plain(finding) for finding in findings], ensure_ascii=False))
        else:
            self._print(findings)
        if worst := max(finding.grade for finding in findings):
            sys.exit(int(worst))

    def _print(self, findings: Sequence[Finding]) -> None:
        """Write the lines in columns, and a sum below."""
        width = max(len(finding.name) for finding in findings)
        for finding in findings:
            todo = f" → {finding.todo}" if finding.todo else ""
            self.stdout.write(f"{finding.grade.mark} {finding.name:<{width}}  {finding.what}{todo}")
        count = [sum(finding.grade == grade for finding in findings) for grade in Grade]
        self.stdout.write(f"{count[0]} fine, {count[1]} worth a look, {count[2]} broken")


def _plain(finding: Finding) -> dict[str, str]:
    """Give a finding as a machine reads it."""
    return {
        "name": finding.name,
        "grade": finding.grade.name.lower(),
        "what": finding.what,
        "todo": finding.todo,
    }
