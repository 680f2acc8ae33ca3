"""Distances on the globe, as both databases compute them."""

from dataclasses import dataclass
from math import asin, cos, degrees, radians, sin
from typing import Any

from django.db.models import BigIntegerField, F, FloatField, Q, Value
from django.db.models.functions import ASin, Cast, Cos, Floor, Least, Power, Radians, Sin, Sqrt

EARTH = 6371.0088
"""Kilometres of its mean radius. The globe is taken for a sphere: half a percent of a distance at most."""


@dataclass(frozen=True)
class Near:
    """Within so many kilometres of a place, in degrees north and east (WGS 84)."""

    latitude: float
    longitude: float
    within_km: float


def metres_to(near: Near) -> Any:
    """Give the distance of a practice in whole metres, which every comparison of them agrees on."""
    north = Sin((Radians(F("latitude")) - radians(near.latitude)) / 2.0)
    east = Sin((Radians(F("longitude")) - radians(near.longitude)) / 2.0)
    chord = Power(north, 2.0) + Cos(Radians(F("latitude"))) * Power(east, 2.0) * cos(radians(near.latitude))
    # Opposite points may give a hair more than 1, of which there is no arc sine.
    metres = ASin(Sqrt(Least(chord, Value(1.0)))) * (2000.0 * EARTH)
    return Cast(Floor(metres + 0.5, output_field=FloatField()), BigIntegerField())


def box_around(near: Near) -> Q:
    """Give a condition on latitude and longitude, which an index answers, that all within the distance meet."""
    reach = near.within_km / EARTH + 1e-9
    north, south = near.latitude + degrees(reach), near.latitude - degrees(reach)
    box = Q(latitude__gte=max(south, -90.0), latitude__lte=min(north, 90.0))
    if north >= 90 or south <= -90:
        return box  # a pole lies within: every meridian does
    widest = degrees(asin(min(1.0, sin(reach) / cos(radians(near.latitude))))) + 1e-9
    west, east = near.longitude - widest, near.longitude + widest
    if west < -180 or east > 180:  # across the antimeridian
        return box & (Q(longitude__gte=_turned(west)) | Q(longitude__lte=_turned(east)))
    return box & Q(longitude__gte=west, longitude__lte=east)


def _turned(longitude: float) -> float:
    """Give a longitude between -180 and 180."""
    return (longitude + 180.0) % 360.0 - 180.0
