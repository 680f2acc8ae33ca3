"""Bring the catalogues of bookings/locale up to what code and templates say, or tell whether they are."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bookings.management import catalogues


class Command(BaseCommand):
    """Gather the texts, merge them into each language's django.po, and compile its django.mo."""

    help = "Writes bookings/locale/*/LC_MESSAGES/django.po and .mo anew, and lists what lacks a translation."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whether to write."""
        parser.add_argument(
            "--check",
            action="store_true",
            help="write nothing; exit with 1 where a file is stale or a text lacks",
        )

    def handle(self, *_args: Any, check: bool, **_options: Any) -> None:
        """Write and list, or compare."""
        texts = catalogues.gathered()
        lines: list[str] = []
        for folder in catalogues.folders():
            if check:
                lines += catalogues.stale(folder, texts)
            else:
                for path in catalogues.write(folder, texts):
                    self.stdout.write(f"wrote {path}")
            wrong = catalogues.problems(catalogues.merged(folder, texts))
            lines += [f"{folder.name}: {line}" for line in wrong]
        if check and lines:
            raise CommandError("\n".join(lines))
        for line in lines:
            self.stdout.write(line)
