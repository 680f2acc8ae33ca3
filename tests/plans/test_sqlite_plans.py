"""How SQLite answers the same: it looks for rows by an index, and scans no table that grows.

The worker's looks are left out: of `status IN (…)` SQLite does not conclude that a partial index holds all of them.
"""

from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection

from tests.factories import NOW
from tests.plans.acts import ACTS, Scene
from tests.plans.explaining import statements
from tests.plans.world import LARGE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]

WHOLE = {"bookingCounts, for staff"}
"""What counts all there is."""


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def scanned(statement: str) -> list[str]:
    """Give the large tables that are read row by row, and by no index."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + statement.replace("%", "%%"), ())
        steps = [str(row[3]) for row in cursor.fetchall()]
    found = [step.split()[1] for step in steps if step.startswith("SCAN") and "USING" not in step]
    return [table for table in found if table in LARGE]


def test_operations__scan_no_table_that_grows():
    scene = Scene()
    asked = {}
    for name, act in ACTS.items():
        subject = act.ready(scene)
        asked[name] = statements(lambda act=act, subject=subject: act.do(scene, subject))

    assert all(asked.values())
    found = {
        (name, table): statement
        for name, each in asked.items()
        if name not in WHOLE
        for statement in each
        for table in scanned(statement)
    }
    assert found == {}
