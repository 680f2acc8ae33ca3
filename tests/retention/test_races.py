"""Two workers that purge at once forget everything, once."""

from datetime import timedelta

import pytest

from bookings.booking import services as booking_services
from bookings.booking.models import Booking, BookingEvent
from bookings.common import batches
from bookings.retention import services as retention
from bookings.verification.models import Challenge
from tests import factories
from tests.factories import TEN, later
from tests.races.threads import race


@pytest.mark.django_db(transaction=True)
def test_purge__by_two_at_once_forgets_each_draft_once(monkeypatch):
    monkeypatch.setattr(batches, "BATCH", 3)
    offered = factories.service()
    host = factories.consultant(offered)
    for day in range(20):
        factories.draft(host, offered, starts_at=TEN + timedelta(days=day))
    booking_services.expire_due(now=later(minutes=30))

    run = race([lambda: retention.purge(now=later(days=31))] * 2)

    assert run.accidents == []
    assert sum(forgotten["stale drafts"] for forgotten in run.results) == 20
    assert (Booking.objects.count(), BookingEvent.objects.count(), Challenge.objects.count()) == (0, 0, 0)
