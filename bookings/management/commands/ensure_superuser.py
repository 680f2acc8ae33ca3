"""`manage.py ensure_superuser`: the platform's admin that the environment names."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from bookings.accounts.superuser import ensure_superuser
from bookings.common import clock
from bookings.common.errors import DomainError


class Command(BaseCommand):
    """Make the account, or make an admin of it, and say what was done; never says the password."""

    help = (
        "Makes the admin that SUPERUSER_EMAIL and SUPERUSER_PASSWORD name, once. Safe to repeat: a password that was "
        "changed since stays. Does nothing where SUPERUSER_EMAIL is not set."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whether the password shall be set again."""
        parser.add_argument(
            "--reset-password",
            action="store_true",
            help="set the password of an account that is there, and end its sessions",
        )

    def handle(self, *_args: Any, reset_password: bool, **_options: Any) -> None:
        """Print one line."""
        email = settings.SUPERUSER_EMAIL
        if not email:
            self.stdout.write("SUPERUSER_EMAIL is not set: nothing to do.")
            return
        try:
            outcome = ensure_superuser(
                email=email,
                password=settings.SUPERUSER_PASSWORD,
                reset_password=reset_password,
                weak_is_fine=settings.DEBUG,
                now=clock.now(),
            )
        except DomainError as error:
            name = "SUPERUSER_EMAIL" if "email" in (error.field or []) else "SUPERUSER_PASSWORD"
            raise CommandError(f"{name}: {error.message}") from None
        self.stdout.write(f"The account of SUPERUSER_EMAIL was {outcome.label}.")
