"""The figures are those of a slow plain count, over practices whose past a seed chose."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from bookings.audit.invariants import audit
from bookings.consultants.models import Consultant
from bookings.resources.models import Resource
from bookings.stats.figures import Figures, Use
from bookings.stats.selectors import statistics
from tests.stats.plain import Plain
from tests.stats.world import World, build

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2030, 3, 20, 23, 30, tzinfo=UTC)
"""The 21st in Warsaw."""
RANGES = [
    (date(2030, 2, 1), date(2030, 5, 1)),
    (date(2030, 3, 31), date(2030, 3, 31)),
    (date(2030, 3, 10), date(2030, 4, 3)),
]


def counters(counts: dict) -> dict:
    return {key: +count.by_status for key, count in counts.items()}


def compare(found: Figures, plain: Plain) -> None:
    """Hold every figure of bookings and money against the plain count."""
    whole = found.whole
    assert +whole.by_status == +plain.by_status()
    assert counters(dict(found.days)) == plain.by_day()
    assert counters({part.pk: part.count for part in found.services}) == plain.by("service_id")
    assert counters({part.pk: part.count for part in found.consultants}) == plain.by("consultant_id")
    assert whole.minutes == plain.booked_minutes()
    assert whole.average_lead == plain.lead()
    assert Counter({kind.value: n for kind, n in found.cancelled_by.items()}) == plain.cancelled_by()
    assert found.upcoming == plain.upcoming(NOW)
    money = plain.money()
    revenue = {"received": 0, "refunded": 0, "net": 0}
    for row in found.revenue or []:
        revenue = {name: getattr(row, name).amount for name in revenue}
    assert revenue == money


def hold_against_plain(world: World) -> None:
    for first, last in RANGES:
        for person in (None, *world.hosts):
            found = statistics(
                viewer=world.lead,
                business_id=world.place.pk,
                consultant_id=person.pk if person else None,
                first=first,
                last=last,
                now=NOW,
            )
            compare(found, Plain(world.place, person, first, last))


def hold_use_against_plain(world: World, first: date, last: date) -> None:
    found = statistics(viewer=world.lead, business_id=world.place.pk, first=first, last=last, now=NOW)
    plain = Plain(world.place, None, first, last)
    assert found.consultants_use is not None
    assert found.consultants_use.booked > 0
    for rows, use in (
        (Consultant.objects.filter(business=world.place), found.consultants_use),
        (Resource.objects.filter(business=world.place), found.resources_use),
    ):
        parts = [plain.use_of(row.schedule) for row in rows.select_related("schedule__business")]
        assert use == Use(sum(opened for opened, _ in parts), sum(booked for _, booked in parts))
        assert use is not None
        assert use.open > 0


def test_statistics__are_those_of_a_plain_count() -> None:
    world = build(7, rounds=1)

    hold_against_plain(world)
    hold_use_against_plain(world, date(2030, 3, 27), date(2030, 4, 2))
    assert audit(now=datetime(2030, 2, 1, tzinfo=UTC)) == []


@pytest.mark.prove
@pytest.mark.busy
@pytest.mark.parametrize("seed", range(4))
def test_statistics__are_those_of_a_plain_count_whatever_the_past(seed: int) -> None:
    world = build(seed)

    hold_against_plain(world)
    hold_use_against_plain(world, date(2030, 3, 20), date(2030, 4, 5))
