"""Log-in by e-mail address and password, for the admin and for `tokenAuth` alike."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from bookings.accounts.models import User


class EmailBackend(ModelBackend):
    """Django's backend with our way of finding a user; an unknown address costs one password hash too."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """Give the active user whose password this is, else None."""
        address = username if username is not None else kwargs.get("email")
        if address is None or password is None:
            return None
        user = super().authenticate(request, username=address, password=password)
        return user if isinstance(user, User) else None
