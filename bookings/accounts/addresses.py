"""What counts as one e-mail address."""

import unicodedata
from contextlib import suppress

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from bookings.common.errors import DomainError, ErrorCode
from bookings.common.text import can_be_kept


def normalise_email(text: str) -> str:
    """Give the form in which an address is stored and compared: NFC, trimmed, lower case, domain in ASCII."""
    address = unicodedata.normalize("NFC", text).strip().lower()
    local, at, domain = address.rpartition("@")
    with suppress(UnicodeError):  # an impossible domain stays as typed, for validation to refuse
        domain = domain.encode("idna").decode("ascii")
    return f"{local}{at}{domain}"


def read_email(text: str, *, field: str = "email") -> str:
    """Give the normalised address. Raises VALIDATION_FAILED where it can be no address (RFC 5321 length, form)."""
    address = normalise_email(text)
    try:
        validate_email(address if can_be_kept(text) else "")  # punycode would hide half a surrogate pair
    except ValidationError:
        raise DomainError(ErrorCode.VALIDATION_FAILED, "This is no e-mail address.", field=[field]) from None
    if len(address) > 254:
        raise DomainError(ErrorCode.VALIDATION_FAILED, "This e-mail address is too long.", field=[field])
    return address
