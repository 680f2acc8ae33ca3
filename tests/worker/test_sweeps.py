import logging
import threading
from datetime import datetime, timedelta

import pytest
from django_q.models import OrmQ, Schedule

from bookings.common import clock
from bookings.tasks import PACES, SWEEPS
from bookings.worker.heartbeat import Pulse
from bookings.worker.supervisor import Limits, Supervisor
from bookings.worker.sweeps import Sweep, queue_scheduled_tasks

SOON = 5.0


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


def test_sweeps__are_deadlines_outbox_events_and_refunds() -> None:
    assert set(SWEEPS) >= {"deadlines", "outbox", "provider_events", "refunds"}


def test_paces__slow_down_sweeps_that_there_are() -> None:
    sweeps = Supervisor(SWEEPS, daily={}, limits=Limits(), paces=PACES)._sweeps(Pulse(1, every=5, limit=30))

    paces = {sweep.job_name: sweep.every for sweep in sweeps}
    slow = {"reconciliation": 60.0, "directory": 2.0, "directory_changes": 60.0}
    assert paces == {**dict.fromkeys([*SWEEPS, "schedule", "heartbeat"], 1.0), **slow}


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(SWEEPS))
def test_sweep__of_an_empty_database_handles_nothing(name: str) -> None:
    assert SWEEPS[name](clock.now()) == 0


def test_sweep__goes_on_after_a_failure_and_logs_it(
    stop: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    turns: list[datetime] = []
    recovered = threading.Event()

    def job(now: datetime) -> int:
        turns.append(now)
        if len(turns) < 3:
            raise RuntimeError("the mail server is on fire")
        recovered.set()
        return 1

    sweep = Sweep("mail", job, stop=stop, every=0.01)
    with caplog.at_level(logging.ERROR):
        sweep.start()
        assert recovered.wait(SOON)
    stop.set()
    sweep.join(SOON)

    assert not sweep.is_alive()
    assert [record.exc_info[1].args for record in caplog.records] == [("the mail server is on fire",)] * 2


def test_sweep__that_hangs_delays_no_other(stop: threading.Event) -> None:
    release, three_turns = threading.Event(), threading.Event()
    turns: list[datetime] = []

    def hang(_now: datetime) -> int:
        release.wait(SOON)
        return 0

    def quick(now: datetime) -> int:
        turns.append(now)
        if len(turns) == 3:
            three_turns.set()
        return 0

    sweeps = [Sweep("hang", hang, stop=stop, every=0.01), Sweep("quick", quick, stop=stop, every=0.01)]
    for sweep in sweeps:
        sweep.start()

    assert three_turns.wait(SOON)
    assert not release.is_set()
    stop.set()
    release.set()
    for sweep in sweeps:
        sweep.join(SOON)
        assert not sweep.is_alive()


@pytest.mark.django_db(transaction=True)
def test_sweep__gets_a_new_instant_at_each_turn(stop: threading.Event) -> None:
    sweep = Sweep("some", lambda now: seen.append(now) or 0, stop=stop)
    seen: list[datetime] = []

    sweep.turn()
    sweep.turn()

    assert seen[0].tzinfo is not None
    assert seen[0] < seen[1]


@pytest.mark.django_db(transaction=True)
def test_schedule__that_is_due_is_queued_once() -> None:
    now = clock.now()
    Schedule.objects.create(
        func="math.sqrt", args="4", schedule_type=Schedule.HOURLY, next_run=now - timedelta(seconds=1)
    )

    handled = [queue_scheduled_tasks(clock.now()) for _ in range(2)]

    assert handled == [1, 0]
    assert OrmQ.objects.count() == 1


@pytest.mark.django_db
def test_schedule__that_is_not_due_costs_one_question(django_assert_num_queries: object) -> None:
    now = clock.now()
    Schedule.objects.create(
        func="math.sqrt", args="4", schedule_type="H", next_run=now + timedelta(minutes=1)
    )

    with django_assert_num_queries(1):
        assert queue_scheduled_tasks(now) == 0
