"""`manage.py worker`: everything that happens by itself."""

import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from bookings.tasks import DAILY, PACES, SWEEPS
from bookings.worker.supervisor import Limits, Supervisor


class Command(BaseCommand):
    """Run tasks and deadlines until SIGTERM or Ctrl-C; a second one skips the draining."""

    help = "Runs the tasks' cluster and, every second, looks for what is due. Several may run at once."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Work until told to stop."""
        limits = Limits(
            beat=settings.WORKER_BEAT_SECONDS,
            stall=settings.WORKER_STALL_SECONDS,
            drain=settings.WORKER_DRAIN_SECONDS,
        )
        supervisor = Supervisor(SWEEPS, daily=DAILY, limits=limits, paces=PACES)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: supervisor.stop())
        supervisor.run()
