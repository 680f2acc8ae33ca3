"""The worker as processes: started, stopped, killed and stalled."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import psutil
import pytest

from tests.servers import Database, Process, processes_of, running, wait_for


class Starter(Protocol):
    def __call__(self, **env: str) -> Process: ...


@pytest.fixture
def start(fresh_database: Database, tmp_path: Path) -> Iterator[Starter]:
    """Start workers that notice a stall within 2 seconds."""
    with ExitStack() as stack:

        def start(**env: str) -> Process:
            env = {"WORKER_STALL_SECONDS": "2", "MAIL_DIR": str(tmp_path / "mail"), **env}
            log = tmp_path / f"worker-{len(list(tmp_path.glob('worker-*')))}.log"
            return stack.enter_context(running("worker", database=fresh_database, log=log, **env))

        yield start
    leftover = processes_of(fresh_database)
    for process in leftover:
        process.kill()
    assert leftover == []


def beats(database: Database) -> list[tuple[int, str]]:
    return database.sql(
        "SELECT id, beaten_at FROM bookings_workerheartbeat WHERE beaten_at IS NOT NULL ORDER BY id"
    )


def wait_for_new_beat(database: Database, after: list[tuple[int, str]], *, within: float = 40) -> None:
    wait_for(lambda: len(beats(database)) >= 1 and beats(database) != after, "a new heartbeat", within=within)


def cluster_of(worker: Process) -> psutil.Process:
    """Give the cluster's main process."""
    children = psutil.Process(worker.pid).children()
    (cluster,) = [child for child in children if "cluster" in child.cmdline()]
    return cluster


def task_processes(cluster: psutil.Process) -> list[psutil.Process]:
    """Give the processes that run tasks: the guard's first children, before the monitor and the pusher."""
    (guard,) = cluster.children()
    return sorted(guard.children(), key=lambda process: (process.create_time(), process.pid))[:2]


@pytest.mark.prove
@pytest.mark.only_on("postgresql")
def test_worker__beats_and_stops_in_order_without_a_trace(start: Starter, fresh_database: Database) -> None:
    worker = start()
    wait_for_new_beat(fresh_database, [])

    code = worker.terminate()

    assert code == 0, worker.output
    assert processes_of(fresh_database) == []
    assert fresh_database.sql("SELECT * FROM bookings_workerheartbeat") == []
    assert fresh_database.sql("SELECT * FROM django_q_ormq") == []


@pytest.mark.prove
@pytest.mark.only_on("postgresql")
def test_worker__whose_task_processes_die_with_the_queues_lock_gets_a_new_cluster(
    start: Starter, fresh_database: Database
) -> None:
    worker = start()
    wait_for_new_beat(fresh_database, [])
    stalled = cluster_of(worker)

    # One of the two idles with the lock of the queue in its hand; who comes after them waits for ever.
    for process in task_processes(stalled):
        process.kill()

    wait_for(lambda: not stalled.is_running(), "the watchdog to kill the stalled cluster")
    before = beats(fresh_database)
    wait_for_new_beat(fresh_database, before)
    assert "gave no heartbeat" in worker.output
    assert worker.terminate() == 0


@pytest.mark.prove
@pytest.mark.only_on("postgresql")
def test_worker__whose_cluster_hangs_in_every_process_gets_a_new_one(
    start: Starter, fresh_database: Database
) -> None:
    worker = start()
    wait_for_new_beat(fresh_database, [])
    hanging = cluster_of(worker)

    os.killpg(hanging.pid, signal.SIGSTOP)

    wait_for(lambda: not hanging.is_running(), "the watchdog to kill the cluster that hangs")
    wait_for_new_beat(fresh_database, beats(fresh_database))
    assert worker.terminate() == 0


@pytest.mark.prove
@pytest.mark.only_on("postgresql")
def test_worker__whose_cluster_ends_by_itself_gets_a_new_one(
    start: Starter, fresh_database: Database
) -> None:
    worker = start()
    wait_for_new_beat(fresh_database, [])

    cluster_of(worker).kill()

    wait_for(lambda: "the cluster ended by itself" in worker.output, "the worker to notice")
    wait_for_new_beat(fresh_database, beats(fresh_database))
    assert worker.terminate() == 0


@pytest.mark.prove
@pytest.mark.only_on("postgresql")
def test_worker__that_is_killed_takes_its_cluster_along(start: Starter, fresh_database: Database) -> None:
    worker = start()
    wait_for_new_beat(fresh_database, [])

    os.kill(worker.pid, signal.SIGKILL)

    wait_for(lambda: processes_of(fresh_database) == [], "the orphaned cluster to end")


@pytest.mark.prove
@pytest.mark.only_on("postgresql")
def test_worker__finishes_the_running_task_before_it_stops(start: Starter, fresh_database: Database) -> None:
    worker = start()
    wait_for_new_beat(fresh_database, [])
    fresh_database.manage("shell", "-c", "from django_q.tasks import async_task; async_task('time.sleep', 2)")
    wait_for(
        lambda: fresh_database.sql(
            "SELECT id FROM django_q_ormq WHERE key = 'slotwell' AND lock > %s", now()
        ),
        "the cluster to take the task",
    )

    assert worker.terminate() == 0

    assert fresh_database.sql("SELECT func FROM django_q_task WHERE success") == [("time.sleep",)]


@pytest.mark.prove
@pytest.mark.only_on("postgresql")
def test_worker__that_cannot_finish_within_its_time_ends_all_the_same(
    start: Starter, fresh_database: Database
) -> None:
    worker = start(WORKER_DRAIN_SECONDS="1")
    wait_for_new_beat(fresh_database, [])
    fresh_database.manage(
        "shell", "-c", "from django_q.tasks import async_task; async_task('time.sleep', 50)"
    )
    wait_for(
        lambda: fresh_database.sql(
            "SELECT id FROM django_q_ormq WHERE key = 'slotwell' AND lock > %s", now()
        ),
        "the cluster to take the task",
    )

    assert worker.terminate() == 0

    assert processes_of(fresh_database) == []
    assert "not all work could be finished" in worker.output
    # The task is still there, and another worker takes it when its lock ends.
    assert len(fresh_database.sql("SELECT id FROM django_q_ormq WHERE key = 'slotwell'")) == 1


@pytest.mark.prove
@pytest.mark.only_on("postgresql")
def test_two_workers__each_beat_and_neither_is_restarted(start: Starter, fresh_database: Database) -> None:
    workers = [start(), start()]
    wait_for(lambda: len(beats(fresh_database)) == 2, "both to beat", within=40)

    for _ in range(5):
        before = dict(beats(fresh_database))
        wait_for(
            lambda before=before: all(now != before[pk] for pk, now in beats(fresh_database)),
            "both to beat again",
        )

    for worker in workers:
        assert worker.terminate() == 0
        assert "gave no heartbeat" not in worker.output


@pytest.mark.prove
@pytest.mark.only_on("postgresql")
def test_worker__waits_for_its_database(start: Starter, fresh_database: Database) -> None:
    fresh_database.sql("ALTER TABLE bookings_workerheartbeat RENAME TO elsewhere")
    worker = start()
    wait_for(
        lambda: "the database is not ready" in worker.output, "the worker to say that it waits", within=30
    )

    fresh_database.sql("ALTER TABLE elsewhere RENAME TO bookings_workerheartbeat")

    wait_for_new_beat(fresh_database, [])
    assert worker.terminate() == 0


def now() -> str:
    """Give the present as both databases write it."""
    return datetime.now(tz=UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
