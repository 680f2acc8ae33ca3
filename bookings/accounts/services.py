"""What is done with accounts."""

from datetime import datetime

from django.contrib.auth import authenticate

from bookings.accounts.models import User
from bookings.accounts.sessions import Session, start_session
from bookings.common.addresses import normalise_email
from bookings.common.errors import DomainError, ErrorCode


def log_in(*, email: str, password: str, user_agent: str = "", now: datetime) -> Session:
    """Begin a session: the user, an access token and a refresh token.

    Raises CREDENTIALS_INVALID, the same for an unknown address, a wrong password and a closed account.
    """
    user = authenticate(None, username=normalise_email(email), password=password)
    if not isinstance(user, User):
        raise DomainError(ErrorCode.CREDENTIALS_INVALID)
    return start_session(user=user, user_agent=user_agent, now=now)
