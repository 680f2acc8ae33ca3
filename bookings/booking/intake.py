"""What clients answer beside their booking: the intake, and in it whom to call in an emergency."""

from collections.abc import Mapping
from typing import Any

from bookings.common.folding import folded
from bookings.common.secrecy import keyed_digest

_CONTACT = "emergencycontact"
_CITY = "city"
LONGEST_CITY = 200
"""Characters; what is longer is no city that anybody looks for."""


def answers(intake: Mapping[str, Any]) -> dict[str, Any]:
    """Give the answers without the emergency contact, however its name is written."""
    return {name: value for name, value in intake.items() if not _is_contact(name)}


def emergency_contact(intake: Mapping[str, Any]) -> Any:
    """Give whom to call, as the client wrote it: text, or an object; None where nobody was named."""
    named = [value for name, value in intake.items() if _is_contact(name) and value]
    return named[0] if named else None


def city_of(intake: Mapping[str, Any]) -> str:
    """Give the city that was named, as it was written; empty for none."""
    named = [value for name, value in intake.items() if _plain(name) == _CITY and isinstance(value, str)]
    return " ".join(named[0].split()) if named and len(named[0]) <= LONGEST_CITY else ""


def city_digest(city: str) -> str:
    """Give what stands for a city where it must be found again but not read; empty for none.

    However it is spaced and cased, and with or without accents and strokes: Łódź is Lodz.
    """
    plain = folded(city[:LONGEST_CITY])
    return keyed_digest("city", plain) if plain else ""


def _is_contact(name: str) -> bool:
    return _plain(name) == _CONTACT


def _plain(name: str) -> str:
    return "".join(letter for letter in name if letter.isalnum()).casefold()
