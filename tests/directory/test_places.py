"""Distances on the globe, by the database."""

from math import acos, cos, degrees, radians, sin
from random import Random

import pytest

from bookings.businesses.models import Business
from bookings.directory.places import EARTH, Near, box_around, metres_to
from tests import factories

pytestmark = pytest.mark.django_db


def places(*points: tuple[float, float]) -> list[Business]:
    owner = factories.business()
    return Business.objects.bulk_create(
        Business(
            owner=owner.owner, category=owner.category, slug=f"at-{number}", name=f"At {number}",
            latitude=latitude, longitude=longitude,
        )
        for number, (latitude, longitude) in enumerate(points)
    )  # fmt: skip


def within(near: Near) -> dict[str, int]:
    rows = Business.objects.annotate(metres=metres_to(near)).filter(
        box_around(near), metres__lte=near.within_km * 1000
    )
    return dict(rows.values_list("slug", "metres"))


def by_vectors(near: Near, latitude: float, longitude: float) -> float:
    """The angle between two vectors: another way than the formula under test."""
    one, two = ((radians(a), radians(b)) for a, b in ((near.latitude, near.longitude), (latitude, longitude)))
    cosine = sin(one[0]) * sin(two[0]) + cos(one[0]) * cos(two[0]) * cos(one[1] - two[1])
    return EARTH * 1000 * acos(max(-1.0, min(1.0, cosine)))


def test_metres__are_those_of_known_cities() -> None:
    places((48.8566, 2.3522), (40.7128, -74.0060), (-33.8688, 151.2093))
    metres = dict(
        Business.objects.exclude(latitude=None)
        .annotate(metres=metres_to(Near(51.5074, -0.1278, 1)))
        .values_list("slug", "metres")
    )
    assert metres["at-0"] == pytest.approx(343_560, rel=0.001)
    assert metres["at-1"] == pytest.approx(5_570_200, rel=0.001)
    assert metres["at-2"] == pytest.approx(16_993_900, rel=0.001)


def test_metres__of_the_same_and_the_opposite_point_are_0_and_half_way_round() -> None:
    places((0.0, 0.0), (0.0, 180.0), (0.0, -180.0), (90.0, 5.0), (-90.0, 70.0))
    here = Near(0.0, 0.0, 1)
    metres = dict(
        Business.objects.exclude(latitude=None).annotate(metres=metres_to(here)).values_list("slug", "metres")
    )
    half = round(EARTH * 1000 * radians(180))
    assert metres == {"at-0": 0, "at-1": half, "at-2": half, "at-3": round(half / 2), "at-4": round(half / 2)}


@pytest.mark.parametrize(
    ("near", "point", "found"),
    [
        (Near(0.0, 179.9, 50), (0.0, -179.9), True),
        (Near(0.0, -179.9, 50), (0.0, 179.9), True),
        (Near(0.0, 180.0, 50), (0.0, -180.0), True),
        (Near(0.0, -180.0, 50), (0.1, 179.9), True),
        (Near(0.0, 179.9, 20), (0.0, -179.9), False),
        (Near(89.9, 0.0, 50), (89.9, 180.0), True),
        (Near(90.0, 0.0, 50), (89.9, 123.0), True),
        (Near(-89.9, 10.0, 50), (-89.9, -170.0), True),
        (Near(-90.0, 10.0, 5), (-89.9, -170.0), False),
        (Near(85.0, 0.0, 500), (85.0, 45.0), True),
        (Near(85.0, 0.0, 500), (85.0, 65.0), False),
        (Near(52.0, 21.0, 0.001), (52.0, 21.0), True),
    ],
)
def test_near__knows_the_antimeridian_and_the_poles(
    near: Near, point: tuple[float, float], found: bool
) -> None:
    places(point)

    assert bool(within(near)) == found


def test_near__box_leaves_out_nothing_that_is_within() -> None:
    random = Random(7)
    points = [(degrees(acos(random.uniform(-1, 1))) - 90, random.uniform(-180, 180)) for _ in range(1500)]
    points += [(random.uniform(84, 90), random.uniform(-180, 180)) for _ in range(200)]
    points += [
        (random.uniform(-60, 60), random.choice([-1, 1]) * random.uniform(178, 180)) for _ in range(200)
    ]
    places(*points)

    for near in (
        Near(52.2, 21.0, 500),
        Near(0.0, 180.0, 500),
        Near(-40.0, -179.5, 450),
        Near(88.0, 30.0, 500),
        Near(86.0, -179.0, 300),
        Near(-86.5, 0.0, 500),
    ):
        expected = {
            f"at-{number}"
            for number, point in enumerate(points)
            if round(by_vectors(near, *point)) <= near.within_km * 1000
        }
        assert expected
        assert within(near).keys() == expected
