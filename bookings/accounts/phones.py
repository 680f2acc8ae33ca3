"""Reading telephone numbers as people write them. The only module that knows the library, `phonenumbers`.

The library finds a number in almost any text: "call me +48 …", letters for digits, an extension that the
international form then loses. So what is no number on the face of it is refused before the library sees it.
"""

import re

import phonenumbers
from django.utils.translation import gettext

from bookings.common.errors import invalid

LONGEST = 40
"""Characters as typed; the international form has 16 at most."""
_UNSEEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
"""Marks that address books and web pages wrap numbers in."""
_BLANKS = re.compile("[\u00a0\u2009\u202f]")
_WRITTEN = re.compile(r"\(?[\uff0b+]?[\d ()./\u2010-\u2015\u2212-]+")


def read_phone(text: str, region: str | None = None) -> str:
    """Give a number in E.164, such as +48221234567; an empty text stays empty: no number.

    region: ISO 3166, two letters: from where a number without + and country code is dialled.
    Raises VALIDATION_FAILED: `phone` for what is no number in use, or has letters or an extension,
    `phoneRegion` for a region that has no numbers.
    """
    home = _region(region)
    if len(text) > LONGEST:
        raise invalid(
            "phone", gettext("A telephone number has %(longest)s characters at most.") % {"longest": LONGEST}
        )
    plain = _BLANKS.sub(" ", _UNSEEN.sub("", text)).strip()
    if not plain:
        return ""
    if not _WRITTEN.fullmatch(plain):
        raise invalid(
            "phone", gettext("A telephone number has digits alone, after a + perhaps, and no extension.")
        )
    try:
        number = phonenumbers.parse(plain, home)
    except phonenumbers.NumberParseException:
        raise invalid("phone", _helpful(plain, home)) from None
    if not (phonenumbers.is_possible_number(number) and phonenumbers.is_valid_number(number)):
        raise invalid("phone", gettext("There is no such telephone number."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _region(region: str | None) -> str | None:
    if not region:
        return None
    known = region.strip().upper()
    if known not in phonenumbers.SUPPORTED_REGIONS:
        raise invalid(
            "phoneRegion", gettext("A region is the two letters of a country (ISO 3166), such as PL.")
        )
    return known


def _helpful(plain: str, home: str | None) -> str:
    if home is None and not plain.lstrip("(").startswith(("+", "\uff0b")):
        return gettext("Begin the telephone number with + and the country code, such as +48 22 123 45 67.")
    return gettext("This is no telephone number.")
