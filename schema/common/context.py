"""What every resolver knows of the request: who asks, and what the time is."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import strawberry
from django.http import HttpRequest, HttpResponse

from bookings.accounts.models import User
from bookings.accounts.tokens import read_access_token
from bookings.accounts.viewer import Viewer
from bookings.common import clock
from bookings.common.errors import DomainError, Unauthenticated


@dataclass
class Context:
    """The request, and the viewer that its headers or session name."""

    request: HttpRequest
    response: HttpResponse

    @cached_property
    def now(self) -> datetime:
        """The instant at which this request is judged."""
        return clock.now()

    @property
    def user_agent(self) -> str:
        """What the client calls itself, or an empty string."""
        return self.request.headers.get("User-Agent", "")

    @cached_property
    def viewer(self) -> Viewer:
        """The caller. Raises UNAUTHENTICATED where a token was sent that is no good."""
        viewer = _account(self.request)
        token = self.request.headers.get("X-Booking-Token")
        if token:
            viewer.use_access_token(token, now=self.now)
        return viewer

    def viewer_with(self, access_token: str | None) -> Viewer:
        """Give the viewer with what an access token of the input opens. Raises UNAUTHENTICATED."""
        if access_token:
            self.viewer.use_access_token(access_token, now=self.now)
        return self.viewer


Info = strawberry.Info[Context, None]


def make_context(request: HttpRequest, response: HttpResponse) -> Context:
    """Give the context of one request, for the view."""
    return Context(request, response)


def _account(request: HttpRequest) -> Viewer:
    """Read `Authorization: Bearer <JWT>`; without that header, the session of GraphiQL and the admin."""
    header = request.headers.get("Authorization")
    if header is None:
        user = getattr(request, "user", None)
        known = isinstance(user, User) or getattr(user, "is_authenticated", False)
        return Viewer(user=user if known else None)
    kind, _, token = header.partition(" ")
    try:
        bearer = read_access_token(token.strip() if kind.lower() == "bearer" else "")
    except DomainError:
        raise Unauthenticated(
            "The token of the Authorization header is expired or invalid. Refresh it, or log in again."
        ) from None
    return Viewer(user=bearer.user, session=bearer.session)
