"""`manage.py mail_pictures`: every mail in every language, to be looked at."""

from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from bookings.management.mails import gallery
from bookings.management.mails.camera import NoCameraError, camera
from bookings.management.mails.samples import samples
from bookings.notifications.messages import MESSAGES


class Command(BaseCommand):
    """Write them into a folder with an index."""

    help = (
        "Renders every mail in every language from sample data as HTML, as text, and as pictures 600 and 360 pixels "
        "wide, light and dark, into a folder with an index.html. Asks no database and sends nothing. Pictures need "
        "Playwright (requirements-dev.txt) and Chromium."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what to make and where."""
        parser.add_argument("--to", default=str(settings.VAR_DIR / "mail-pictures"), help="the folder")
        parser.add_argument(
            "--only", default="", choices=["", *sorted(MESSAGES)], metavar="NAME", help="one kind of mail"
        )
        codes = [code for code, _ in settings.LANGUAGES]
        parser.add_argument("--language", choices=codes, help="one language")
        parser.add_argument("--no-pictures", action="store_true", help="HTML and text alone")

    def handle(
        self, *_args: Any, to: str, only: str, language: str | None, no_pictures: bool, **_options: Any
    ) -> None:
        """Make them. Raises CommandError where something must be installed first."""
        languages = [language] if language else [code for code, _ in settings.LANGUAGES]
        folder = Path(to)
        try:
            with nullcontext() if no_pictures else camera() as take:
                count = gallery.write(samples(languages, only), folder, take)
        except NoCameraError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{count} mails. Open {folder / 'index.html'}")
