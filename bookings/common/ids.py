"""Identifiers that people read aloud, and secrets that nobody guesses."""

import secrets

from django.conf import settings

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U. https://www.crockford.com/base32.html"""

_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_acknowledgement_id() -> str:
    """Give a fresh acknowledgement id such as `MS-7K2Q9D`; uniqueness is the database's to say."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(settings.ACKNOWLEDGEMENT_LENGTH))
    return f"{settings.ACKNOWLEDGEMENT_PREFIX}{body}"


def read_acknowledgement_id(text: str) -> str:
    """Give the id as it is stored: case-blind, O read as 0, I and L as 1, blanks and a lost prefix forgiven."""
    compact = "".join(text.split()).upper()
    prefix = settings.ACKNOWLEDGEMENT_PREFIX.upper()
    body = compact.removeprefix(prefix)
    return settings.ACKNOWLEDGEMENT_PREFIX + body.translate(_READ_AS)


def new_token() -> str:
    """Give an unguessable token of 256 bits, safe in an address."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """Give six random decimal digits."""
    return f"{secrets.randbelow(1_000_000):06d}"
