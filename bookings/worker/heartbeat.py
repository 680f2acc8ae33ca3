"""A task that goes through a cluster and back: the one proof that the cluster still works.

A cluster can stall for good while its processes live on: a worker that dies while it waits for a task
takes the queue's lock with it. Hence the question every few seconds, and the watchdog that counts.
"""

import logging
import os
import secrets
import socket
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Max
from django_q.models import OrmQ
from django_q.tasks import async_task

from bookings.common import clock
from bookings.worker.models import WorkerHeartbeat
from bookings.worker.queue import own_key

log = logging.getLogger(__name__)

START_TAKES = 30.0
"""Seconds that a cluster may take from its start to its first beat."""
SILENT = timedelta(seconds=60)
"""Without a beat for so long a worker counts as silent."""
FORGOTTEN = timedelta(days=1)
"""After how long the row of a worker that was killed is cleared away."""


def beat(heartbeat_id: int) -> None:
    """Write that a cluster ran this task. Called by the cluster."""
    WorkerHeartbeat.objects.filter(pk=heartbeat_id).update(beaten_at=clock.now())


def last_beat() -> datetime | None:
    """Give when any worker's cluster last showed life; None where none ever did."""
    newest: datetime | None = WorkerHeartbeat.objects.aggregate(newest=Max("beaten_at"))["newest"]
    return newest


def register(*, now: datetime) -> WorkerHeartbeat:
    """Enter a new worker, and clear away the rows and heartbeats of those that are long gone."""
    gone = WorkerHeartbeat.objects.filter(started_at__lt=now - FORGOTTEN).exclude(
        beaten_at__gte=now - FORGOTTEN
    )
    for pk in gone.values_list("pk", flat=True):
        unregister(pk)
    name = f"{socket.gethostname()[:100]}:{os.getpid()}:{secrets.token_hex(4)}"
    return WorkerHeartbeat.objects.create(name=name, started_at=now)


def unregister(heartbeat_id: int) -> None:
    """Remove a worker that stops, with the heartbeats that nobody will run any more."""
    OrmQ.objects.filter(key=own_key(heartbeat_id)).delete()
    WorkerHeartbeat.objects.filter(pk=heartbeat_id).delete()


class Pulse:
    """Asks one cluster for a heartbeat again and again, and knows for how long it has not answered.

    `every` and `limit` are seconds. Time is counted only while the database takes the question and gives
    the answer, since without it no cluster could beat.
    """

    def __init__(
        self,
        heartbeat_id: int,
        *,
        every: float,
        limit: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.heartbeat_id = heartbeat_id
        self.every = every
        self.limit = limit
        self._monotonic = monotonic
        self._answered: datetime | None = None
        self.restart()

    def restart(self) -> None:
        """Begin anew, for a cluster that was just started."""
        self._waiting_since: float | None = None
        self._asked_at = float("-inf")
        self._has_beaten = False

    @property
    def is_silent(self) -> bool:
        """Say whether the cluster left a question unanswered for longer than it may."""
        waiting_since = self._waiting_since
        if waiting_since is None:
            return False
        limit = self.limit if self._has_beaten else max(self.limit, START_TAKES)
        return self._monotonic() - waiting_since > limit

    def turn(self) -> int:
        """Look for the answer, and ask (again) where it is time; give 1 where a beat came.

        Raises what the database raises, after it forgot the open question.
        """
        try:
            came = self._look()
            if self._monotonic() - self._asked_at >= self.every:
                self._ask()
        except Exception:
            self._waiting_since = None
            raise
        return int(came)

    def _look(self) -> bool:
        row = WorkerHeartbeat.objects.values_list("beaten_at", flat=True).get(pk=self.heartbeat_id)
        if row is None or row == self._answered:
            return False
        self._answered = row
        self._waiting_since = None
        self._has_beaten = True
        return True

    def _ask(self) -> None:
        """Queue one heartbeat; an older one that nobody took would only be run twice."""
        key = own_key(self.heartbeat_id)
        OrmQ.objects.filter(key=key).delete()
        async_task("bookings.worker.heartbeat.beat", self.heartbeat_id, cluster=key, save=False)
        self._asked_at = self._monotonic()
        if self._waiting_since is None:
            self._waiting_since = self._asked_at
