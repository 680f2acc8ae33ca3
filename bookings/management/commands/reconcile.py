"""`manage.py reconcile`: ask payment providers now what the worker would ask by and by."""

import sys
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from bookings.booking import services
from bookings.booking.services import Look
from bookings.common import clock
from bookings.payments.models import Difference

MOST_DAYS = 366


class Command(BaseCommand):
    """Print a line for each difference; exit with 1 where one waits for a person, or a provider did not answer."""

    help = "Compares payments with what their providers say, repairs what can be, and prints what differs."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how far to look back."""
        parser.add_argument(
            "--days", type=int, default=7, help="look at what ended or was paid in so many days (7)"
        )

    def handle(self, *_args: Any, days: int, **_options: Any) -> None:
        """Look at everything, whenever the worker looked last."""
        now = clock.now()
        looked = repaired = waiting = silent = 0
        for look in services.reconcile_since(
            since=now - timedelta(days=min(max(days, 0), MOST_DAYS)), now=now
        ):
            looked += 1
            silent += not look.answered
            for difference in look.differences:
                done = difference.status == Difference.Status.REPAIRED
                repaired, waiting = repaired + done, waiting + (not done)
            self._print(look)
        self.stdout.write(
            f"{looked} payments: {repaired} differences repaired, {waiting} wait for a person; "
            f"{silent} payments could not be asked about"
        )
        if waiting or silent:
            sys.exit(1)

    def _print(self, look: Look) -> None:
        """Write what there is to say of one payment: references, amounts and codes, no words of people."""
        reference = look.payment.reference
        if not look.answered:
            self.stdout.write(f"? {reference}: {look.payment.provider} could not be asked")
        for difference in look.differences:
            mark = "✓" if difference.status == Difference.Status.REPAIRED else "✗"
            facts = "; ".join(services.details_of(difference))
            self.stdout.write(f"{mark} {reference}: {difference}{f': {facts}' if facts else ''}")
