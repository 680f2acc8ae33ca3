"""`manage.py retry_given_up`: try again what was given up while something else was down."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from bookings.common import clock
from bookings.notifications.models import OutboxMessage
from bookings.notifications.services import retry_message
from bookings.payments.models import ProviderEvent
from bookings.payments.services import replay_event


class Command(BaseCommand):
    """Queue them again and say how many; the worker does the rest."""

    help = (
        "Queues messages and payment providers' events again that were given up, after an outage of the mail server or "
        "a provider. Safe to repeat: what is under way or done stays as it is. Refunds wait for a person in the admin."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how far to look back, and whether to look alone."""
        parser.add_argument("--hours", type=int, default=72, help="of how many hours (72)")
        parser.add_argument(
            "--dry-run", action="store_true", help="say how many there are, and change nothing"
        )

    def handle(self, *_args: Any, hours: int, dry_run: bool, **_options: Any) -> None:
        """Print one line a kind."""
        now = clock.now()
        since = now - timedelta(hours=max(hours, 0))
        failed = OutboxMessage.objects.filter(status=OutboxMessage.Status.FAILED, created_at__gte=since)
        left = ProviderEvent.objects.filter(
            processed_at__isnull=True, next_attempt_at__isnull=True, received_at__gte=since
        )
        messages, events = list(failed.exclude(recipient="").order_by("pk")), list(left.order_by("pk"))
        if dry_run:
            self.stdout.write(f"{len(messages)} messages and {len(events)} events were given up.")
            return
        revived = sum(retry_message(message=message, now=now) for message in messages)
        replayed = sum(replay_event(event=event, now=now) for event in events)
        self.stdout.write(f"{revived} messages and {replayed} events are queued again.")
