"""Who is asking: an account, a service key, bearers of access tokens, or nobody in particular."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.utils.translation import gettext

from bookings.accounts.models import ServiceKey, User
from bookings.common.errors import Forbidden, Unauthenticated
from bookings.verification import services as verification


@dataclass
class Viewer:
    """The caller of one request. `subjects` are the bookings ("booking:12") opened by access tokens.

    until: how long each of them stays open.
    session: the family of refresh tokens that the account's token belongs to; None for a cookie.
    purposes: what the tokens of each of the subjects were given for.
    key: the service key that the request came with, which is no account. `user` is then its owner where it has the
    scope PRACTICE, and stands for the owner's rights as staff of the key's one practice and for nothing else:
    such a viewer is no admin, no consultant and no client. Without PRACTICE there is no user.
    """

    user: User | None = None
    subjects: set[str] = field(default_factory=set)
    until: dict[str, datetime] = field(default_factory=dict)
    session: UUID | None = None
    key: ServiceKey | None = None
    purposes: dict[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Let a key alone decide in whose name it comes."""
        if self.key is not None:
            self.user = self.key.owner if self.key.allows(ServiceKey.Scope.PRACTICE) else None
            self.session = None

    def use_access_token(self, token: str, *, now: datetime) -> None:
        """Add what an access token opens.

        Raises UNAUTHENTICATED for one that is expired or no token of ours, FORBIDDEN beside a service key that is not
        for bookings.
        """
        if self.key is not None and not self.key.allows(ServiceKey.Scope.BOOKING, ServiceKey.Scope.PRACTICE):
            raise Forbidden(
                gettext("Access tokens beside a service key need one with the scope BOOKING or PRACTICE.")
            )
        access = verification.read_access(token, now=now)
        if access is None:
            raise Unauthenticated(
                gettext("This access token is expired or invalid. Prove the mailbox again.")
            )
        self.subjects.add(access.subject)
        self.until[access.subject] = max(access.expires_at, self.until.get(access.subject, access.expires_at))
        before = self.purposes.get(access.subject, frozenset())
        self.purposes[access.subject] = before | set(access.purposes)

    def require_user(self) -> User:
        """Give the signed-in user. Raises UNAUTHENTICATED."""
        if self.user is None:
            raise Unauthenticated
        return self.user

    def require_account(self) -> User:
        """Give the person who is signed in. Raises UNAUTHENTICATED, for a service key too."""
        if self.account is None:
            raise Unauthenticated
        return self.account

    @property
    def account(self) -> User | None:
        """The person who is signed in, or None; never a key's owner."""
        return self.user if self.key is None else None

    @property
    def actor_id(self) -> str:
        """By what events know the caller: the account's key, `key:<pk>` of a service key, or nothing."""
        if self.key is not None:
            return self.through
        return str(self.user.pk) if self.user is not None else ""

    @property
    def through(self) -> str:
        """The service key that carries the request, as events name it; empty without one."""
        return self.key.called if self.key is not None else ""

    @property
    def is_admin(self) -> bool:
        """Whether this is the platform's admin."""
        return self.account is not None and self.account.is_superuser

    @cached_property
    def proven_email(self) -> str | None:
        """The account's address, once the person has proved to read it."""
        account = self.account
        return account.email if account is not None and account.email_verified_at is not None else None

    @cached_property
    def roles(self) -> Mapping[int, str]:
        """The businesses that the account owns or works for, and as what (OWNER, MANAGER, STAFF).

        With a service key: its one practice, with what its owner is there now.
        """
        if self.key is not None:
            return self.key.roles
        if self.user is None:
            return {}
        owned = self.user.owned_businesses.values_list("pk", flat=True)
        return dict(self.user.staff_of.values_list("business_id", "role")) | dict.fromkeys(owned, "OWNER")

    @property
    def business_ids(self) -> frozenset[int]:
        """The businesses that the account owns or works for."""
        return frozenset(self.roles)

    @property
    def works_somewhere(self) -> bool:
        """Whether the account owns or works for a practice, or is a consultant: such people may open the admin."""
        return bool(self.roles or self.consultant_ids)

    @cached_property
    def consultant_ids(self) -> frozenset[int]:
        """The consultants that the account is."""
        if self.account is None:
            return frozenset()
        return frozenset(self.account.consultants.values_list("pk", flat=True))
