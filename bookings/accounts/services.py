"""What is done with accounts."""

from datetime import datetime

from django.contrib.auth import authenticate

from bookings.accounts import tokens
from bookings.accounts.addresses import normalise_email
from bookings.accounts.models import User
from bookings.common.errors import DomainError, ErrorCode


def log_in(*, email: str, password: str, now: datetime) -> tuple[User, str]:
    """Give the user and a fresh access token.

    Raises CREDENTIALS_INVALID, the same for an unknown address, a wrong password and a closed account.
    """
    user = authenticate(None, username=normalise_email(email), password=password)
    if not isinstance(user, User):
        raise DomainError(ErrorCode.CREDENTIALS_INVALID)
    return user, tokens.make_access_token(user, now=now)
