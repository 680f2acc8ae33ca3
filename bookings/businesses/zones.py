"""IANA time zones."""

from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


def validate_zone(name: str) -> None:
    """Accept a name of the IANA database. Raise ValidationError for any other."""
    if name not in _names():
        raise ValidationError(f"{name!r} is no time zone of the IANA database, such as Europe/Warsaw.")


@lru_cache(maxsize=600)
def zone(name: str) -> ZoneInfo:
    """Give the zone of a validated name."""
    return ZoneInfo(name)
