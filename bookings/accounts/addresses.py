"""Reading what somebody typed as an e-mail address; its one form is bookings/common/addresses.py."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext

from bookings.common.addresses import normalise_email
from bookings.common.errors import DomainError, ErrorCode
from bookings.common.text import can_be_kept


def read_email(text: str, *, field: str = "email") -> str:
    """Give the normalised address. Raises VALIDATION_FAILED where it can be no address (RFC 5321 length, form)."""
    address = normalise_email(text)
    try:
        # Punycode would hide half a surrogate pair; and in quotes an address may hold signs at which mail breaks lines.
        # A domain that is not in ASCII by now is none, though mail servers might be asked for one like it.
        is_sound = can_be_kept(text) and address.isprintable() and address.rpartition("@")[2].isascii()
        validate_email(address if is_sound else "")
    except ValidationError:
        raise DomainError(
            ErrorCode.VALIDATION_FAILED, gettext("This is no e-mail address."), field=[field]
        ) from None
    if len(address) > 254:
        raise DomainError(
            ErrorCode.VALIDATION_FAILED, gettext("This e-mail address is too long."), field=[field]
        )
    return address
