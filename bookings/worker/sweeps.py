"""The worker's own loop: every second each job looks for what is due, each in a thread of its own."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from django.db import close_old_connections, connections
from django_q.brokers import get_broker
from django_q.models import Schedule
from django_q.scheduler import scheduler

from bookings.common import clock

log = logging.getLogger(__name__)

Job = Callable[[datetime], int]
"""Takes the present instant, handles what is due, and gives how many rows it handled."""

LONGEST_PAUSE = 5.0
"""Seconds between two tries of a job that fails again and again."""


class Sweep(threading.Thread):
    """Runs one job again and again until it is told to stop.

    A job that fails is logged and tried again, a little later each time: it must neither end the loop nor
    fill the log. A slow one delays nobody but itself.
    """

    def __init__(self, name: str, job: Job, *, stop: threading.Event, every: float = 1.0) -> None:
        super().__init__(name=f"sweep-{name}", daemon=True)
        self.job_name = name
        self.job = job
        self.every = every
        self.stop_asked = stop
        self.failures = 0

    def run(self) -> None:
        """Take turns until the stop."""
        pause = 0.0
        while not self.stop_asked.wait(pause):
            self.turn()
            pause = min(self.every * 2**self.failures, max(self.every, LONGEST_PAUSE))
        connections.close_all()

    def turn(self) -> None:
        """Run the job once; a failure is logged, whatever it is."""
        try:
            close_old_connections()
            handled = self.job(clock.now())
        except Exception:  # the loop outlives whatever a job meets
            self.failures += 1
            log.exception("the sweep %r failed (%s in a row); it goes on", self.job_name, self.failures)
            return
        self.failures = 0
        if handled:
            log.debug("the sweep %r handled %s", self.job_name, handled)


def queue_scheduled_tasks(now: datetime) -> int:
    """Queue what django-q2's schedule says is due.

    Its cluster would look every 30 s only, hence this job, and `scheduler: False` in the settings. The look
    before saves the lock that the scheduler takes even where nothing is due.
    """
    due = Schedule.objects.exclude(repeats=0).filter(next_run__lt=now).count()
    if due:
        scheduler(broker=get_broker())
    return due
