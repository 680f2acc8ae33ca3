"""IANA time zones."""

from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError

_OF_THIS_MACHINE = frozenset({"Factory", "localtime", "posixrules"})
"""Names that lie beside the zones and mean whatever this machine means by them."""


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(available_timezones()) - _OF_THIS_MACHINE


def is_zone(name: str) -> bool:
    """Tell whether a name is one of the IANA database."""
    return name in _names()


def validate_zone(name: str) -> None:
    """Accept a name of the IANA database. Raise ValidationError for any other."""
    if not is_zone(name):
        raise ValidationError(f"{name!r} is no time zone of the IANA database, such as Europe/Warsaw.")


@lru_cache(maxsize=600)
def zone(name: str) -> ZoneInfo:
    """Give the zone of a validated name."""
    return ZoneInfo(name)
