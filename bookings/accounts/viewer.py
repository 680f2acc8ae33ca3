"""Who is asking: an account, bearers of access tokens, or nobody in particular."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from uuid import UUID

from bookings.accounts.models import User
from bookings.common.errors import Unauthenticated
from bookings.verification import services as verification


@dataclass
class Viewer:
    """The caller of one request. `subjects` are the bookings ("booking:12") opened by access tokens.

    session: the family of refresh tokens that the account's token belongs to; None for a cookie.
    """

    user: User | None = None
    subjects: set[str] = field(default_factory=set)
    session: UUID | None = None

    def use_access_token(self, token: str, *, now: datetime) -> None:
        """Add what an access token opens. Raises UNAUTHENTICATED for one that is expired or no token of ours."""
        access = verification.read_access(token, now=now)
        if access is None:
            raise Unauthenticated("This access token is expired or invalid. Prove the mailbox again.")
        self.subjects.add(access.subject)

    def require_user(self) -> User:
        """Give the signed-in user. Raises UNAUTHENTICATED."""
        if self.user is None:
            raise Unauthenticated
        return self.user

    @property
    def is_admin(self) -> bool:
        """Whether this is the platform's admin."""
        return self.user is not None and self.user.is_superuser

    @cached_property
    def proven_email(self) -> str | None:
        """The account's address, once the person has proved to read it."""
        return self.user.email if self.user is not None and self.user.email_verified_at is not None else None

    @cached_property
    def roles(self) -> Mapping[int, str]:
        """The businesses that the account owns or works for, and as what (OWNER, MANAGER, STAFF)."""
        if self.user is None:
            return {}
        owned = self.user.owned_businesses.values_list("pk", flat=True)
        return dict(self.user.staff_of.values_list("business_id", "role")) | dict.fromkeys(owned, "OWNER")

    @property
    def business_ids(self) -> frozenset[int]:
        """The businesses that the account owns or works for."""
        return frozenset(self.roles)

    @cached_property
    def consultant_ids(self) -> frozenset[int]:
        """The consultants that the account is."""
        if self.user is None:
            return frozenset()
        return frozenset(self.user.consultants.values_list("pk", flat=True))
