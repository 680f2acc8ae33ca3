"""django-q2's cluster as a process beside the worker, in a session of its own.

A signal to a whole group hangs the cluster, so Ctrl-C and a platform's SIGTERM must not reach its children.
The cluster's standard input is a pipe that the worker holds: where the worker dies, however, it closes, and
the cluster goes too.
"""

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from django.conf import settings
from django_q.cluster import Cluster

from bookings.worker.queue import WorkerQueue

if TYPE_CHECKING:
    from django_q.brokers import Broker


class ClusterProcess:
    """The worker's handle on its cluster."""

    def __init__(self, heartbeat_id: int) -> None:
        self.heartbeat_id = heartbeat_id
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id of the cluster's main process, which is also that of its group."""
        return self._process.pid if self._process else None

    @property
    def exit_code(self) -> int | None:
        """What the main process ended with; None while it runs."""
        return self._process.poll() if self._process else None

    def start(self) -> None:
        """Start the cluster; it answers a moment later."""
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, settings.BASE_DIR / "manage.py", "cluster", str(self.heartbeat_id)],
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def ask_to_stop(self) -> None:
        """Let the cluster finish what it does; only its main process may hear of it."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End every process of the cluster at once, and wait until its main one is gone."""
        if self._process is None:
            return
        kill_group(self._process.pid)
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()


def kill_group(group: int) -> None:
    """SIGKILL a process group; one that is gone already is fine."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def serve(heartbeat_id: int, *, lifeline: int, drain: float) -> None:
    """Be the cluster, until SIGTERM or until the other end of `lifeline` (a file descriptor) closes.

    In the latter case nobody is left to end a cluster that cannot drain within `drain` seconds, so it ends
    itself.
    """
    broker: Broker = WorkerQueue(heartbeat_id)
    cluster = Cluster(broker)
    cluster.start()
    while cluster.sentinel.is_alive():
        readable, _, _ = select.select([lifeline], [], [], 0.5)
        if readable and not os.read(lifeline, 1):
            last_resort = threading.Timer(drain, kill_group, [os.getpgrp()])
            last_resort.daemon = True
            last_resort.start()
            cluster.stop()
