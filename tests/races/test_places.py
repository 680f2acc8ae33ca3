"""A client's places in a business go on being counted, whoever of their bookings end at once: PostgreSQL."""

from datetime import timedelta

import pytest

from bookings.booking import services
from bookings.booking.models import Claim
from tests import factories
from tests.factories import NOW, TEN
from tests.invariants import check_invariants
from tests.races.steps import queue_up

pytestmark = [pytest.mark.only_on("postgresql"), pytest.mark.django_db(transaction=True)]


def test_cancel__of_the_first_and_last_of_three_leaves_the_other_on_the_first_place(
    host, offered, staff, monkeypatch
):
    first, _, last = [
        services.create(
            request=factories.request_for(
                host,
                offered,
                email="ana@example.org",
                starts_at=TEN + timedelta(hours=hours),
                full_name="Ana",
            ),
            how=services.Creation(),
            viewer=staff,
            now=NOW,
        )
        for hours in range(3)
    ]

    run = queue_up(
        monkeypatch,
        slow=lambda: services.cancel_as(booking_id=first.pk, viewer=staff, now=NOW),
        at="bookings.booking.claims.give_back",
        after=True,
        behind=[lambda: services.cancel_as(booking_id=last.pk, viewer=staff, now=NOW)],
    )

    assert run.accidents == []
    assert list(Claim.objects.values_list("place", flat=True)) == [1]
    check_invariants()
