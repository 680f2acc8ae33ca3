"""Commands that make a page of docs/ from code."""

import difflib
from abc import abstractmethod
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser


class GeneratedPage(BaseCommand):
    """Write the page, print it, or fail where the committed one differs."""

    page: ClassVar[str]
    """The page's name in docs/."""
    requires_system_checks = []

    @abstractmethod
    def render(self) -> str:
        """Give the page's text."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to do in place of writing."""
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--check", action="store_true", help="exit with 1 where the file differs")
        how.add_argument("--print", action="store_true", dest="show", help="print it, and write nothing")

    def handle(self, *_args: Any, check: bool, show: bool, **_options: Any) -> None:
        """Do one of the three."""
        text = self.render()
        path = Path(settings.BASE_DIR) / "docs" / self.page
        if show:
            self.stdout.write(text, ending="")
        elif check:
            self._compare(path, text)
        else:
            path.write_text(text, encoding="utf-8")
            self.stdout.write(f"wrote {path.relative_to(settings.BASE_DIR)}")

    def _compare(self, path: Path, text: str) -> None:
        committed = path.read_text(encoding="utf-8") if path.exists() else ""
        difference = difflib.unified_diff(
            committed.splitlines(), text.splitlines(), f"docs/{self.page}", "made now", lineterm=""
        )
        if lines := list(difference):
            raise CommandError("\n".join(lines) + "\nRun make generate.")
