"""Access tokens (JWT). The only module that knows django-graphql-jwt, so that it can be replaced.

Its own defaults are not used: the claim is the primary key with a token version (an address may pass
to another person), `exp` is required, and the header alone is read, never a cookie.
"""

from datetime import datetime
from typing import Any

import jwt
from django.conf import settings
from graphql_jwt.settings import jwt_settings
from graphql_jwt.utils import jwt_encode

from bookings.accounts.models import User

REQUIRED_CLAIMS = ["sub", "tv", "iat", "exp", "aud", "iss"]


def make_access_token(user: User, *, now: datetime) -> str:
    """Give a signed token that stands for the user until ACCESS_TOKEN_LIFETIME has passed."""
    payload = {
        "sub": str(user.pk),
        "tv": user.token_version,
        "iat": int(now.timestamp()),
        "exp": int((now + settings.ACCESS_TOKEN_LIFETIME).timestamp()),
        "aud": jwt_settings.JWT_AUDIENCE,
        "iss": jwt_settings.JWT_ISSUER,
    }
    return str(jwt_encode(payload))


def user_of_access_token(token: str) -> User | None:
    """Give the active user for whom a token was made; None for one forged, expired, incomplete or revoked."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            jwt_settings.JWT_SECRET_KEY,
            algorithms=[jwt_settings.JWT_ALGORITHM],
            audience=jwt_settings.JWT_AUDIENCE,
            issuer=jwt_settings.JWT_ISSUER,
            options={"require": REQUIRED_CLAIMS},
        )
        pk, version = int(claims["sub"]), int(claims["tv"])
    except (jwt.InvalidTokenError, ValueError, TypeError):
        return None
    return User.objects.filter(pk=pk, token_version=version, is_active=True).first()
