from datetime import timedelta

import pytest
from django.db import connection
from django.db.utils import OperationalError
from django_q.models import OrmQ

from bookings.common import clock
from bookings.worker.heartbeat import START_TAKES, Pulse, beat, last_beat, register, unregister
from bookings.worker.models import WorkerHeartbeat
from bookings.worker.queue import WorkerQueue, own_key

pytestmark = pytest.mark.django_db


class Clock:
    """A monotonic clock that stands until it is moved."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def make_pulse() -> tuple[Pulse, Clock]:
    monotonic = Clock()
    worker = register(now=clock.now())
    return Pulse(worker.pk, every=5, limit=30, monotonic=monotonic), monotonic


def run_waiting_beat(pulse: Pulse) -> None:
    """Do what a healthy cluster does with the question."""
    assert WorkerQueue(pulse.heartbeat_id).dequeue()
    beat(pulse.heartbeat_id)


def waiting(pulse: Pulse) -> int:
    return OrmQ.objects.filter(key=own_key(pulse.heartbeat_id)).count()


def test_pulse__asks_once_every_few_seconds_and_keeps_one_question_waiting() -> None:
    pulse, monotonic = make_pulse()

    for _ in range(20):
        pulse.turn()
        monotonic.now += 1

    assert waiting(pulse) == 1


def test_pulse__that_is_answered_is_never_silent() -> None:
    pulse, monotonic = make_pulse()

    for _ in range(20):
        pulse.turn()
        run_waiting_beat(pulse)
        monotonic.now += 5
        assert pulse.turn() == 1
        assert not pulse.is_silent


def test_pulse__is_silent_once_the_limit_passed_without_an_answer() -> None:
    pulse, monotonic = make_pulse()
    pulse.turn()
    run_waiting_beat(pulse)
    monotonic.now += 5
    pulse.turn()

    monotonic.now += 30
    pulse.turn()
    assert not pulse.is_silent

    monotonic.now += 0.1
    assert pulse.is_silent


def test_pulse__gives_a_new_cluster_time_to_start() -> None:
    monotonic = Clock()
    pulse = Pulse(register(now=clock.now()).pk, every=1, limit=2, monotonic=monotonic)
    pulse.turn()

    monotonic.now += START_TAKES
    assert not pulse.is_silent

    monotonic.now += 0.1
    assert pulse.is_silent


def test_pulse__starts_anew_with_a_new_cluster() -> None:
    pulse, monotonic = make_pulse()
    pulse.turn()
    monotonic.now += 100
    assert pulse.is_silent

    pulse.restart()

    assert not pulse.is_silent
    pulse.turn()
    assert not pulse.is_silent


def test_pulse__does_not_blame_the_cluster_for_a_database_that_is_away() -> None:
    pulse, monotonic = make_pulse()
    pulse.turn()
    monotonic.now += 100

    def gone(*_: object) -> None:
        raise OperationalError

    with connection.execute_wrapper(gone), pytest.raises(OperationalError):
        pulse.turn()

    assert not pulse.is_silent


def test_dequeue__takes_own_heartbeats_before_the_backlog_and_never_another_workers() -> None:
    first, second = register(now=clock.now()), register(now=clock.now())
    past = clock.now() - timedelta(seconds=5)
    for key, payload in [
        ("slotwell", "shared 1"),
        ("slotwell", "shared 2"),
        (own_key(second.pk), "the other's beat"),
        (own_key(first.pk), "own beat"),
    ]:
        OrmQ.objects.create(key=key, payload=payload, lock=past)

    queue = WorkerQueue(first.pk)
    taken = [task[1] for _ in range(3) for task in queue.dequeue() or []]

    assert taken == ["own beat", "shared 1", "shared 2"]
    assert queue.dequeue() is None


def test_dequeue__gives_a_task_to_one_of_two_clusters() -> None:
    first, second = register(now=clock.now()), register(now=clock.now())
    OrmQ.objects.create(key="slotwell", payload="task", lock=clock.now() - timedelta(seconds=5))

    taken = [WorkerQueue(worker.pk).dequeue() for worker in (first, second)]

    assert [bool(tasks) for tasks in taken] == [True, False]


def test_register__clears_away_who_was_killed_long_ago_and_nobody_else() -> None:
    now = clock.now()
    old, fresh = now - timedelta(days=2), now - timedelta(hours=1)
    killed = WorkerHeartbeat.objects.create(name="killed", started_at=old, beaten_at=old)
    WorkerHeartbeat.objects.create(name="never beat", started_at=old)
    WorkerHeartbeat.objects.create(name="old and well", started_at=old, beaten_at=fresh)
    WorkerHeartbeat.objects.create(name="just started", started_at=fresh)
    OrmQ.objects.create(key=own_key(killed.pk), payload="beat", lock=old)

    new = register(now=now)

    names = set(WorkerHeartbeat.objects.values_list("name", flat=True))
    assert names == {"old and well", "just started", new.name}
    assert not OrmQ.objects.exists()


def test_unregister__leaves_nothing_of_the_worker() -> None:
    pulse, _ = make_pulse()
    pulse.turn()

    unregister(pulse.heartbeat_id)

    assert (WorkerHeartbeat.objects.count(), OrmQ.objects.count()) == (0, 0)


def test_last_beat__is_the_newest_of_all_workers() -> None:
    assert last_beat() is None
    worker = register(now=clock.now())
    assert last_beat() is None

    beat(worker.pk)
    WorkerHeartbeat.objects.create(name="older", beaten_at=clock.now() - timedelta(hours=1))

    assert last_beat() == WorkerHeartbeat.objects.get(pk=worker.pk).beaten_at
