"""The one form of an e-mail address in which it is stored and compared, and what stands for it unread."""

import unicodedata
from contextlib import suppress

import idna

from bookings.common.secrecy import keyed_digest

LONGEST_TYPED = 500
"""Characters, more than any address has in any way of writing it: to normalise far longer texts takes seconds."""


def normalise_email(text: str) -> str:
    """Give the form in which an address is stored and compared: NFC, trimmed, lower case, domain in ASCII (UTS 46).

    Letters such as ß are themselves: as `ss`, which was the rule of 2003, they would name somebody else's domain.
    What is too long to be an address stays as it was typed, for validation to refuse.
    """
    if len(text) > LONGEST_TYPED:
        return text
    address = unicodedata.normalize("NFC", text).strip().lower()
    local, at, domain = address.rpartition("@")
    with suppress(UnicodeError):  # an impossible domain stays as typed, for validation to refuse
        domain = idna.encode(domain, uts46=True).decode("ascii")
    return f"{local}{at}{domain}"


def address_digest(text: str) -> str:
    """Give what stands for an address where it must be found again but not read: 64 hexadecimal digits.

    Only who has SECRET_KEY can tell which address it is, and then by trying addresses.
    """
    return keyed_digest("address", normalise_email(text))
