"""Sessions of accounts: families of refresh tokens, each exchanged once for the next."""

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext

from bookings.accounts import tokens
from bookings.accounts.models import RefreshToken, User
from bookings.accounts.viewer import Viewer
from bookings.common.errors import DomainError, ErrorCode, Unauthenticated
from bookings.common.ids import new_token
from bookings.common.inert import one_line
from bookings.common.secrecy import token_hash
from bookings.notifications.services import queue_message

log = logging.getLogger(__name__)

GRACE = timedelta(seconds=10)
"""How long a rotated token is taken for one of parallel tabs, which gets nothing but no alarm either."""
KEPT = timedelta(days=1)
"""How long rows outlive their expiry. No other statement writes expired rows, so clean-up meets no lock."""


@dataclass(frozen=True)
class Session:
    """What a log-in or a refresh gives: both tokens in plain, for the caller's eyes only."""

    user: User
    access_token: str
    refresh_token: str


def start_session(*, user: User, user_agent: str = "", now: datetime) -> Session:
    """Begin a session for a user who has just proved to be themselves.

    Worthless from the start where the account was closed or its password changed since `user` was read.
    """
    refresh_token, row = _issue(user, family=uuid.uuid4(), user_agent=user_agent, now=now)
    return Session(user, tokens.make_access_token(user, session=row.family, now=now), refresh_token)


def refresh_session(*, refresh_token: str, user_agent: str = "", now: datetime) -> Session:
    """Exchange a refresh token for new tokens of the same session; of any number at once, one wins.

    Raises TOKEN_INVALID for a token that is unknown, or whose session or account is closed; TOKEN_EXPIRED;
    TOKEN_ROTATED within GRACE after the exchange; TOKEN_REUSED later, which ends the session, tells the
    owner by mail and is logged: somebody has a copy, and nobody can tell whose the other is.
    """
    with transaction.atomic(durable=True):
        row = _locked(refresh_token)
        refusal = _refusal(row, now=now)
        if refusal is None:
            return _rotate(row, user_agent=user_agent, now=now)
        if refusal is ErrorCode.TOKEN_REUSED and not _end_stolen(row, now=now):
            refusal = ErrorCode.TOKEN_INVALID
    # Raised only here: inside, the session's end and the mail would be undone.
    if refusal is ErrorCode.TOKEN_REUSED:
        log.warning(
            "refresh token reused, session ended: user=%s session=%s token=%s",
            row.user_id,
            row.family,
            row.pk,
        )
    raise DomainError(refusal, field=["refreshToken"])


def log_out(*, refresh_token: str | None, viewer: Viewer | None, everywhere: bool, now: datetime) -> int:
    """End a session, or with `everywhere` all of the account, their access tokens included; give how many ended.

    The session is that of the refresh token, where one is given, else the one that the viewer came with.
    A session that ended before counts as 0. Raises TOKEN_INVALID for an unknown refresh token (with
    `everywhere` for any that is not good any more), UNAUTHENTICATED where neither names a session.
    """
    if refresh_token is not None:
        return _log_out_by_token(refresh_token, everywhere=everywhere, now=now)
    if viewer is None or viewer.account is None:
        raise Unauthenticated
    if everywhere:
        return log_out_everywhere(user_id=viewer.account.pk, now=now)
    if viewer.session is None:
        raise Unauthenticated(
            gettext("Send the refresh token, or the access token of the session that shall end.")
        )
    return end_session(user_id=viewer.account.pk, family=viewer.session, now=now)


def end_session(*, user_id: int, family: uuid.UUID, now: datetime) -> int:
    """End one session of an account; give 1, or 0 where it had ended."""
    with transaction.atomic():
        _lock_user(user_id)
        return _revoke(RefreshToken.objects.filter(user_id=user_id, family=family), now=now)


def log_out_everywhere(*, user_id: int, now: datetime) -> int:
    """End every session of an account, cookies and log-ins under way included; give how many had a live token."""
    with transaction.atomic():
        User.objects.filter(pk=user_id).update(token_version=F("token_version") + 1)
        return _revoke(RefreshToken.objects.filter(user_id=user_id), now=now)


def end_others(*, user: User, keep: uuid.UUID | None, now: datetime) -> int:
    """End every session of a locked account but one, which lives on under the account's raised `token_version`.

    Give how many ended.
    """
    mine, kept = RefreshToken.objects.filter(user=user), [keep] if keep is not None else []
    ended = _revoke(mine.exclude(family__in=kept), now=now)
    mine.filter(family__in=kept, rotated_at__isnull=True, revoked_at__isnull=True).update(
        token_version=user.token_version
    )
    return ended


def forget_expired(now: datetime) -> int:
    """Delete refresh tokens that expired KEPT ago or earlier; give how many."""
    _, by_model = RefreshToken.objects.filter(expires_at__lte=now - KEPT).delete()
    return by_model.get(RefreshToken._meta.label, 0)


def _issue(user: User, *, family: uuid.UUID, user_agent: str, now: datetime) -> tuple[str, RefreshToken]:
    token = new_token()
    row = RefreshToken.objects.create(
        user=user,
        family=family,
        token_hash=token_hash(token),
        token_version=user.token_version,
        user_agent=one_line(user_agent),
        created_at=now,
        expires_at=now + settings.REFRESH_TOKEN_LIFETIME,
    )
    return token, row


def _lock_user(user_id: int) -> User | None:
    """Lock the account, which keeps exchanging and ending apart: no successor slips past an end."""
    return User.objects.select_for_update(no_key=True).filter(pk=user_id).first()


def _locked(refresh_token: str) -> RefreshToken:
    """Give a token's row as it is once the account is locked. Raises TOKEN_INVALID for an unknown one."""
    rows = RefreshToken.objects.filter(token_hash=token_hash(refresh_token))
    user_id = rows.values_list("user_id", flat=True).first()
    user = _lock_user(user_id or 0)
    row = rows.first() if user else None
    if user is None or row is None:
        raise DomainError(ErrorCode.TOKEN_INVALID, field=["refreshToken"])
    row.user = user
    return row


def _refusal(row: RefreshToken, *, now: datetime) -> ErrorCode | None:
    """Say why a token is not exchanged. A reuse counts only while the account is open; expiry excuses none."""
    if not row.user.is_active or row.token_version != row.user.token_version or row.revoked_at is not None:
        return ErrorCode.TOKEN_INVALID
    if row.rotated_at is not None:
        return ErrorCode.TOKEN_ROTATED if now - row.rotated_at < GRACE else ErrorCode.TOKEN_REUSED
    return ErrorCode.TOKEN_EXPIRED if row.expires_at <= now else None


def _rotate(row: RefreshToken, *, user_agent: str, now: datetime) -> Session:
    """Exchange by compare-and-set, under the lock; the guard on live tokens of a family stands behind both."""
    live = RefreshToken.objects.filter(pk=row.pk, rotated_at__isnull=True, revoked_at__isnull=True)
    if not live.update(rotated_at=now):
        raise DomainError(ErrorCode.TOKEN_ROTATED, field=["refreshToken"])
    refresh_token, successor = _issue(row.user, family=row.family, user_agent=user_agent, now=now)
    RefreshToken.objects.filter(pk=row.pk).update(replaced_by=successor)
    access_token = tokens.make_access_token(row.user, session=row.family, now=now)
    return Session(row.user, access_token, refresh_token)


def _end_stolen(row: RefreshToken, *, now: datetime) -> bool:
    """End the session of a token that somebody has copied, and queue the mail; False where it had ended."""
    ended = _revoke(RefreshToken.objects.filter(family=row.family), now=now)
    if ended:
        queue_message(
            key=f"account:{row.user_id}/session:{row.family}/stolen",
            template="session_stolen",
            recipient=row.user.email,
            context={"full_name": row.user.full_name},
            secrets={"user_agent": row.user_agent},
            locale=row.user.locale,
            now=now,
        )
    return bool(ended)


def _revoke(rows: QuerySet[RefreshToken], *, now: datetime) -> int:
    """Revoke the newest tokens among rows, which ends their families; what has expired is over anyway."""
    return rows.filter(rotated_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now).update(
        revoked_at=now
    )


def _log_out_by_token(refresh_token: str, *, everywhere: bool, now: datetime) -> int:
    with transaction.atomic():
        row = _locked(refresh_token)
        if not everywhere:
            return _revoke(RefreshToken.objects.filter(family=row.family), now=now)
        if _refusal(row, now=now) is not None:
            raise DomainError(ErrorCode.TOKEN_INVALID, field=["refreshToken"])
        return log_out_everywhere(user_id=row.user_id, now=now)
