"""What every resolver knows of the request: who asks, and what the time is."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import strawberry
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from bookings.accounts import keys
from bookings.accounts.models import ServiceKey, User
from bookings.accounts.tokens import account_named_by, read_access_token
from bookings.accounts.viewer import Viewer
from bookings.common import clock, languages
from bookings.common.errors import DomainError, Unauthenticated
from bookings.favourites.selectors import Keys
from bookings.limits.addresses import network_of


@dataclass
class Context:
    """The request, and the viewer that its headers or session name."""

    request: HttpRequest
    response: HttpResponse
    instants: set[datetime] = field(default_factory=set)
    """For which instants rows were looked at one by one; few, so that no request makes thousands of statements."""
    favourites: Keys | None = None
    """What the viewer keeps at hand, once it was read for all that the request shows."""

    @cached_property
    def now(self) -> datetime:
        """The instant at which this request is judged."""
        return clock.now()

    @property
    def user_agent(self) -> str:
        """What the client calls itself, or an empty string."""
        return self.request.META.get("HTTP_USER_AGENT", "")

    @cached_property
    def client_ip(self) -> str:
        """The network that the request comes from, as limits count it (bookings.limits.addresses)."""
        return network_of(self.request)

    @cached_property
    def known_as(self) -> Mapping[str, str]:
        """By what the caller is counted: `ip` always, `user` or `key` where one is known, and `caller`, the best.

        Costs no statement, but for a service key, which every one of its requests is asked for anyway.
        """
        known = {"ip": self.client_ip, **_counted_as(self)}
        best = next(name for name in ("key", "user", "ip") if name in known)
        return {**known, "caller": f"{best}:{known[best]}"}

    @cached_property
    def opened(self) -> Mapping[str, str]:
        """As `token` the booking that the header X-Booking-Token opens, for limits; nothing where it opens none."""
        if "HTTP_X_BOOKING_TOKEN" not in self.request.META:
            return {}
        try:
            return {"token": min(self.viewer.subjects)}
        except DomainError:  # counts for nobody; who reads the viewer is told
            return {}

    @property
    def caller(self) -> str:
        """Who asks, as limits know it: `key:12`, `user:3` or `ip:…`."""
        return self.known_as["caller"]

    @property
    def key(self) -> ServiceKey | None:
        """The service key of `Authorization: Api-Key <key>`, or None. Raises UNAUTHENTICATED for a bad one."""
        if isinstance(self._key, DomainError):
            raise Unauthenticated(self._key.message)
        return self._key

    @property
    def through(self) -> str:
        """What events call the service key that carries the request; empty without one. Raises as `key` does."""
        return self.key.called if self.key is not None else ""

    @cached_property
    def _key(self) -> ServiceKey | DomainError | None:
        """The key or its refusal, so that a request asks once, however many of its fields want to know."""
        kind, _, text = self.request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if kind.lower() != "api-key":
            return None
        try:
            key = keys.read_key(text.strip(), self.now)
        except DomainError as refusal:
            return refusal
        keys.touch(key=key, now=self.now)
        return key

    @cached_property
    def viewer(self) -> Viewer:
        """The caller; from here on an account is spoken to in its own language.

        Raises UNAUTHENTICATED where a token was sent that is no good.
        """
        viewer = Viewer(key=self.key) if self.key is not None else _account(self.request)
        if viewer.account is not None:
            languages.speak_to(viewer.account.locale)
        token = self.request.META.get("HTTP_X_BOOKING_TOKEN")
        if token:
            viewer.use_access_token(token, now=self.now)
        return viewer

    @property
    def language(self) -> str:
        """In which language the caller is spoken to: their account's, else what the request asks for."""
        self.remember_viewer()
        return languages.spoken()

    def remember_viewer(self) -> None:
        """Read who asks before what they came with may end: the answer to a new password may still hold their account.

        A token that is no good is an error only for what needs one.
        """
        with suppress(DomainError):
            _ = self.viewer

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
    header = request.META.get("HTTP_AUTHORIZATION")
    if header is None:
        user = getattr(request, "user", None)
        known = isinstance(user, User) or getattr(user, "is_authenticated", False)
        return Viewer(user=user if known else None)
    kind, _, token = header.partition(" ")
    try:
        bearer = read_access_token(token.strip() if kind.lower() == "bearer" else "")
    except DomainError:
        raise Unauthenticated(
            gettext(
                "The token of the Authorization header is expired or invalid. Refresh it, or log in again."
            )
        ) from None
    return Viewer(user=bearer.user, session=bearer.session)


def _counted_as(context: Context) -> Mapping[str, str]:
    """Give the account or the service key that a request is counted for; what is no good names nobody."""
    kind, _, token = context.request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if kind.lower() == "bearer":
        pk = account_named_by(token.strip())
        return {} if pk is None else {"user": str(pk)}
    if kind:
        try:
            return keys.counted_as(context.key) if context.key is not None else {}
        except DomainError:
            return {}
    # Only where the session was read already: by check_session, for whatever is posted with a cookie.
    user = getattr(context.request, "_cached_user", None)
    return {"user": str(user.pk)} if isinstance(user, User) else {}
