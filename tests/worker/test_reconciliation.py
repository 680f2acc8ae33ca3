"""The worker itself asks about money that came when nobody waited for it any more."""

from pathlib import Path

import pytest

from tests.servers import Database, running, wait_for

pytestmark = [pytest.mark.prove, pytest.mark.busy]

PAID_LATE = """
from datetime import timedelta
from bookings.booking.services.settle import end_attempt
from bookings.common import clock
from bookings.payments.models import SandboxCheckout
from tests import factories

began = clock.now() - timedelta(minutes=50)
offered = factories.service()
host = factories.consultant(offered, hours=(0, 24))
start = (began + timedelta(days=2)).replace(hour=10, minute=0, second=0, microsecond=0)
payment = factories.paying(host, offered, now=began, starts_at=start)
end_attempt(payment_id=payment.pk, now=began + timedelta(minutes=31))
SandboxCheckout.objects.filter(reference=payment.reference).update(status="SUCCESS", paid_at=clock.now())
"""
"""An attempt that ended twenty minutes ago, and money that came all the same, of which no event tells."""


def test_worker__finds_money_that_came_late_in_its_first_pass(
    fresh_database: Database, tmp_path: Path
) -> None:
    fresh_database.manage("shell", "-c", PAID_LATE)
    assert fresh_database.sql("SELECT status FROM bookings_booking") == [("APPROVED",)]

    with running("worker", database=fresh_database, log=tmp_path / "w.log", MAIL_DIR=str(tmp_path / "mail")):
        wait_for(
            lambda: fresh_database.sql("SELECT status FROM bookings_difference"),
            "the worker to look",
            within=40,
        )

    assert fresh_database.sql("SELECT kind, status FROM bookings_difference") == [
        ("MISSED_SUCCESS", "REPAIRED")
    ]
    assert fresh_database.sql("SELECT status FROM bookings_payment") == [("SUCCEEDED",)]
    assert fresh_database.sql("SELECT status FROM bookings_booking") == [("CONFIRMED",)]
