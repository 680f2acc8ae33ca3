import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bookings.schedules import selectors
from bookings.schedules.models import Schedule
from tests import factories


@pytest.mark.django_db
def test_lock__gives_each_once_by_ascending_key_and_locks_in_that_order():
    business = factories.business()
    keys = [Schedule.objects.create(business=business, timezone="UTC").pk for _ in range(3)]

    with transaction.atomic(), CaptureQueriesContext(connection) as told:
        locked = selectors.lock([keys[2], keys[0], keys[2], keys[1]])

    assert [schedule.pk for schedule in locked] == keys
    (statement,) = [query["sql"] for query in told.captured_queries if query["sql"].startswith("SELECT")]
    assert "ORDER BY" in statement
    assert ("FOR NO KEY UPDATE" in statement) == (connection.vendor == "postgresql")
