"""Reading what belongs to an account, for its owner."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Min, Q, QuerySet

from bookings.accounts.models import RefreshToken, Registration, RoleRequest, User
from bookings.accounts.viewer import Viewer
from bookings.common.secrecy import token_hash

MOST_SESSIONS = 50
"""How many sessions are listed, the latest used first."""


@dataclass(frozen=True)
class OpenSession:
    """Where an account is logged in; used_at: when it logged in or was last prolonged."""

    family: UUID
    user_agent: str
    began_at: datetime
    used_at: datetime


def visible_to(viewer: Viewer) -> QuerySet[User]:
    """Give the accounts that somebody may see: their own."""
    account = viewer.account
    return User.objects.filter(pk=account.pk) if account is not None else User.objects.none()


def registered_address(handle: str) -> str | None:
    """Give the address that a registration is for; None for a handle that nobody was given. For counting alone."""
    rows = Registration.objects.filter(handle_hash=token_hash(handle if handle.isascii() else ""))
    return rows.values_list("email", flat=True).first()


def role_requests_of(viewer: Viewer) -> QuerySet[RoleRequest]:
    """Give the requests for a role that somebody may see: their own, and an admin all of them."""
    if viewer.is_admin:
        return RoleRequest.objects.filter(user__is_active=True)
    account = viewer.account
    return RoleRequest.objects.filter(user=account) if account is not None else RoleRequest.objects.none()


def open_sessions(*, user: User, now: datetime) -> list[OpenSession]:
    """Give the sessions of an account that can still be prolonged, the latest used first."""
    mine = RefreshToken.objects.filter(user=user)
    live = list(
        mine.filter(
            Q(rotated_at__isnull=True, revoked_at__isnull=True),
            token_version=user.token_version,
            expires_at__gt=now,
        ).order_by("-created_at", "-pk")[:MOST_SESSIONS]
    )
    began = dict(
        mine.filter(family__in=[row.family for row in live])
        .values_list("family")
        .annotate(began_at=Min("created_at"))
    )
    return [OpenSession(row.family, row.user_agent, began[row.family], row.created_at) for row in live]
