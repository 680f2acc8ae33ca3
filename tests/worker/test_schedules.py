"""What runs once a day is in the schedule, once, however often and by however many workers it is asked for."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils.module_loading import import_string
from django_q.models import Schedule

from bookings.tasks import DAILY
from bookings.worker.schedules import ensure_schedules
from tests.servers import Database, running, wait_for

NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)


def rows() -> list[tuple[str, str, str, int, datetime]]:
    fields = ("name", "func", "schedule_type", "repeats", "next_run")
    return list(Schedule.objects.order_by("pk").values_list(*fields))


def test_daily__tasks_can_be_called():
    assert all(callable(import_string(task)) for task in DAILY.values())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("started", "first_run"),
    [(NOON, NOON.replace(day=8, hour=3)), (NOON.replace(hour=2), NOON.replace(hour=3))],
    ids=["by day", "before the hour"],
)
def test_ensure_schedules__runs_a_task_every_night(started, first_run):
    ensure_schedules({"tidy": "math.sqrt"}, now=started)

    assert rows() == [("tidy", "math.sqrt", Schedule.DAILY, -1, first_run)]


@pytest.mark.django_db
def test_ensure_schedules__again_puts_nothing_off():
    ensure_schedules({"tidy": "math.sqrt"}, now=NOON)
    before = rows()

    ensure_schedules({"tidy": "math.sqrt"}, now=NOON.replace(day=20))

    assert rows() == before


@pytest.mark.django_db
def test_ensure_schedules__mends_what_was_changed_and_takes_a_second_row_away():
    for _ in range(2):
        Schedule.objects.create(name="tidy", func="math.cos", schedule_type="H", repeats=0, next_run=NOON)
    Schedule.objects.create(name="other", func="math.tan", schedule_type="H", next_run=NOON)

    ensure_schedules({"tidy": "math.sqrt"}, now=NOON.replace(day=20))

    assert rows() == [("tidy", "math.sqrt", "D", -1, NOON), ("other", "math.tan", "H", -1, NOON)]


def test_worker__enters_the_purge_when_it_starts(fresh_database: Database, tmp_path: Path):
    with running("worker", database=fresh_database, log=tmp_path / "worker.log"):
        found = wait_for(
            lambda: fresh_database.sql("SELECT name, func FROM django_q_schedule"), "the schedule"
        )

    assert found == [("purge", "bookings.tasks.purge")]
