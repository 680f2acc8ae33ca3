"""Text from people."""

import re

from django.utils.translation import gettext

from bookings.common.errors import invalid

_LOCALE = re.compile(r"(?=.{2,16}\Z)[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,2}")
"""How a locale looks, such as en or pl-PL, and what columns have room for."""


def check_locale(text: str) -> None:
    """Refuse what is no locale. Raises VALIDATION_FAILED, for `locale`."""
    if not _LOCALE.fullmatch(text):
        raise invalid("locale", gettext("A locale looks like en or pl-PL."))


def can_be_kept(text: str) -> bool:
    """Tell whether every database can keep a text and every answer carry it: no NUL, no half of a surrogate pair."""
    return "\x00" not in text and text == text.encode("utf-8", "ignore").decode()
