"""Access tokens (JWT). The only module that knows django-graphql-jwt, so that it can be replaced.

Its own defaults are not used: the claim is the primary key with a token version (an address may pass
to another person), `exp` and the session are required, and the header alone is read, never a cookie.
Refresh tokens are rows of our own (sessions.py).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import jwt
from django.conf import settings
from graphql_jwt.settings import jwt_settings
from graphql_jwt.utils import jwt_encode

from bookings.accounts.models import User
from bookings.common.errors import DomainError, ErrorCode

REQUIRED_CLAIMS = ["sub", "sid", "tv", "iat", "exp", "aud", "iss"]


@dataclass(frozen=True)
class Bearer:
    """What a good access token says: whose it is, of which session, and until when it is good."""

    user: User
    session: UUID
    expires_at: datetime


def make_access_token(user: User, *, session: UUID, now: datetime) -> str:
    """Give a signed token that stands for the user until ACCESS_TOKEN_LIFETIME has passed or the session ends."""
    payload = {
        "sub": str(user.pk),
        "sid": str(session),
        "tv": user.token_version,
        "iat": int(now.timestamp()),
        "exp": int((now + settings.ACCESS_TOKEN_LIFETIME).timestamp()),
        "aud": jwt_settings.JWT_AUDIENCE,
        "iss": jwt_settings.JWT_ISSUER,
    }
    return str(jwt_encode(payload))


def read_access_token(token: str) -> Bearer:
    """Give what a token says, with its account and its session looked up in one statement.

    Raises TOKEN_EXPIRED for one of ours that is too old; TOKEN_INVALID for one that is forged, incomplete,
    of a session that ended, or of an account that was closed or has logged out everywhere.
    """
    try:
        claims = _claims(token)
        pk, version, session = int(claims["sub"]), int(claims["tv"]), UUID(claims["sid"])
    except jwt.ExpiredSignatureError:
        raise DomainError(ErrorCode.TOKEN_EXPIRED) from None
    except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError):
        raise DomainError(ErrorCode.TOKEN_INVALID) from None
    user = User.objects.filter(
        pk=pk,
        token_version=version,
        is_active=True,
        # One filter() is one join, onto the family's newest token: there is at most one.
        refresh_tokens__family=session,
        refresh_tokens__rotated_at__isnull=True,
        refresh_tokens__revoked_at__isnull=True,
    ).first()
    if user is None:
        raise DomainError(ErrorCode.TOKEN_INVALID)
    return Bearer(user, session, datetime.fromtimestamp(claims["exp"], tz=UTC))


def account_named_by(token: str) -> int | None:
    """Give the key of the account that a token names, without asking the database; None where it is not ours or old.

    Good for counting alone: the session may have ended since.
    """
    try:
        return int(_claims(token)["sub"])
    except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError):
        return None


def _claims(token: str) -> dict[str, Any]:
    """Give what a token of ours says. Raise what PyJWT raises."""
    claims: dict[str, Any] = jwt.decode(
        token,
        jwt_settings.JWT_SECRET_KEY,
        algorithms=[jwt_settings.JWT_ALGORITHM],
        audience=jwt_settings.JWT_AUDIENCE,
        issuer=jwt_settings.JWT_ISSUER,
        options={"require": REQUIRED_CLAIMS},
    )
    return claims
