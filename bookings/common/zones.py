"""IANA time zones."""

from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from bookings.common.errors import invalid

_OF_THIS_MACHINE = frozenset({"Factory", "localtime", "posixrules"})
"""Names that lie beside the zones and mean whatever this machine means by them."""


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """Give the names of the IANA database."""
    return frozenset(available_timezones()) - _OF_THIS_MACHINE


def is_zone(name: str) -> bool:
    """Tell whether a name is one of the IANA database."""
    return name in names()


def check_zone(name: str) -> None:
    """Refuse what is no zone; an empty name says none. Raises VALIDATION_FAILED, for `timezone`."""
    if name and not is_zone(name):
        raise invalid("timezone", gettext("This is no zone of the IANA database."))


def validate_zone(name: str) -> None:
    """Accept a name of the IANA database. Raise ValidationError for any other."""
    if not is_zone(name):
        raise ValidationError(
            gettext("%(name)s is no time zone of the IANA database, such as Europe/Warsaw.")
            % {"name": repr(name)}
        )


@lru_cache(maxsize=600)
def zone(name: str) -> ZoneInfo:
    """Give the zone of a validated name."""
    return ZoneInfo(name)
