"""The worker: a cluster that is restarted when it stalls or dies, and the sweeps beside it."""

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connections

from bookings.common import clock
from bookings.worker.cluster import ClusterProcess
from bookings.worker.heartbeat import Pulse, register, unregister
from bookings.worker.models import WorkerHeartbeat
from bookings.worker.schedules import ensure_schedules
from bookings.worker.sweeps import Job, Sweep, queue_scheduled_tasks

log = logging.getLogger(__name__)

LOOK = 0.2
"""Seconds between two looks at the cluster."""
LONGEST_PAUSE = 30.0
"""Seconds between two starts of a cluster that dies again and again."""
STEADY = 60.0
"""After so many seconds of life a cluster's earlier deaths are forgotten."""


@dataclass(frozen=True)
class Limits:
    """Seconds: how often the cluster must beat, how long it may be silent, how long draining may take."""

    beat: float = 5.0
    stall: float = 30.0
    drain: float = 10.0


class Supervisor:
    """Runs until `stop` is called, from a signal or another thread; a second call ends everything at once."""

    def __init__(
        self,
        jobs: Mapping[str, Job],
        *,
        daily: Mapping[str, str],
        limits: Limits,
        paces: Mapping[str, float] | None = None,
    ) -> None:
        """Take the sweeps, and what runs once a day: names of schedules, with the tasks' dotted paths.

        paces: seconds between two turns of a sweep, where that is not every second.
        """
        self.jobs = jobs
        self.paces = paces or {}
        self.daily = daily
        self.limits = limits
        self._stop = threading.Event()
        self._at_once = threading.Event()
        self._deaths = 0
        self._started_at = 0.0
        self._start_again_at: float | None = None

    def stop(self) -> None:
        """Drain and end; asked for a second time, end without draining."""
        if self._stop.is_set():
            self._at_once.set()
        self._stop.set()

    def run(self) -> None:
        """Work until stopped. Waits for a database that is not there yet."""
        heartbeat = self._register()
        if heartbeat is None:
            return
        cluster = ClusterProcess(heartbeat.pk)
        pulse = Pulse(heartbeat.pk, every=self.limits.beat, limit=self.limits.stall)
        sweeps = self._sweeps(pulse)
        try:
            self._start(cluster, pulse)
            for sweep in sweeps:
                sweep.start()
            log.info("worker %s runs: %s", heartbeat.name, ", ".join(sorted(self.jobs)))
            while not self._stop.wait(LOOK):
                self._look_after(cluster, pulse)
        finally:
            self._stop.set()
            self._wind_up(cluster, sweeps)
            self._unregister(heartbeat)
        log.info("worker %s stopped", heartbeat.name)

    def _sweeps(self, pulse: Pulse) -> list[Sweep]:
        jobs: dict[str, Job] = {
            **self.jobs,
            "schedule": queue_scheduled_tasks,
            "heartbeat": lambda _now: pulse.turn(),
        }
        return [
            Sweep(name, job, stop=self._stop, every=self.paces.get(name, 1.0)) for name, job in jobs.items()
        ]

    def _start(self, cluster: ClusterProcess, pulse: Pulse) -> None:
        pulse.restart()
        cluster.start()
        self._started_at = time.monotonic()
        self._start_again_at = None

    def _look_after(self, cluster: ClusterProcess, pulse: Pulse) -> None:
        """Restart the cluster where it died or went silent."""
        now = time.monotonic()
        if self._start_again_at is not None:
            if now >= self._start_again_at:
                self._start(cluster, pulse)
        elif cluster.exit_code is not None:
            if now - self._started_at > STEADY:
                self._deaths = 0
            pause = min(2.0**self._deaths, LONGEST_PAUSE)
            self._deaths += 1
            log.error(
                "the cluster ended by itself (%s); a new one starts in %.0f s", cluster.exit_code, pause
            )
            cluster.kill()  # its children may outlive the main process
            self._start_again_at = now + pause
        elif pulse.is_silent:
            log.error("the cluster gave no heartbeat for %.0f s; it is killed and started anew", pulse.limit)
            cluster.kill()
            self._start(cluster, pulse)

    def _wind_up(self, cluster: ClusterProcess, sweeps: list[Sweep]) -> None:
        """Let the cluster and the sweeps finish, within the time for draining; then end what is left."""
        until = time.monotonic() + self.limits.drain
        cluster.ask_to_stop()
        while time.monotonic() < until and not self._at_once.is_set():
            if cluster.exit_code is not None and not any(sweep.is_alive() for sweep in sweeps):
                break
            self._at_once.wait(0.05)
        else:
            log.warning("not all work could be finished; it will be done again")
        cluster.kill()

    def _register(self) -> WorkerHeartbeat | None:
        """Enter this worker in the database, as soon as it answers; None where it is stopped before."""
        pause = 0.0
        while not self._stop.wait(pause):
            try:
                now = clock.now()
                ensure_schedules(self.daily, now=now)
                return register(now=now)
            except Exception as error:  # a worker may start before its database, or before the tables
                log.warning("the database is not ready (%s); the worker waits", type(error).__name__)
                pause = min(pause + 1, 5)
            finally:
                connections.close_all()
        return None

    def _unregister(self, heartbeat: WorkerHeartbeat) -> None:
        try:
            unregister(heartbeat.pk)
        except Exception:  # the row is cleared away by a later worker
            log.exception("the worker's heartbeat could not be removed")
        finally:
            connections.close_all()
