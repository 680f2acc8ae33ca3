"""Count what somebody does, and refuse what is too much."""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache

from django.conf import settings
from django.utils.translation import gettext

from bookings.common.errors import DomainError, ErrorCode, invalid
from bookings.common.secrecy import keyed_digest
from bookings.limits import refusals
from bookings.limits.policies import Limit, policy_of
from bookings.limits.storage import DatabaseStorage, ProcessStorage, Storage, Window

_in_database = DatabaseStorage()
_in_process = ProcessStorage()


def hit(limit: Limit, by: Mapping[str, str], *, amount: int = 1, now: datetime) -> None:
    """Count `amount` hits of a caller against a limit, in a transaction of its own.

    by: what is known of the caller and of what they are after (see policies.Kept); normalised, since it is compared
    as it is written. A hit counts in all rows of the table that apply, or in none.
    Raises RATE_LIMITED with the seconds until another try makes sense; nothing was counted then.
    """
    wait = wait_of(limit, by, amount=amount, now=now)
    if wait > 0:
        raise DomainError(ErrorCode.RATE_LIMITED, retry_after=wait)


def wait_of(limit: Limit, by: Mapping[str, str], *, amount: int = 1, now: datetime) -> int:
    """Count as `hit` does and give 0; or count nothing and give the whole seconds, 1 at least, to wait."""
    policy = policy_of(limit)
    rows = {_key(limit, name, by): name for name in policy.rows_for(by)}
    windows = [Window(key, policy.rows[name]) for key, name in rows.items()]
    verdict = _storage(shared=policy.shared).acquire(windows, amount=amount, at=now.timestamp())
    if verdict.seconds <= 0:
        return 0
    wait = max(1, math.ceil(verdict.seconds))
    refusals.note(
        refusals.Refused(limit, rows[verdict.key], verdict.key, by),
        until=now + timedelta(seconds=wait),
        now=now,
    )
    return wait


def forgive(limit: Limit, *, row: str, by: Mapping[str, str]) -> None:
    """Forget what was counted in one row of the table; what the others counted stays.

    For who has proven, in a better way than trying again, that others caused the refusals. Raises KeyError for a row
    that the limit does not have.
    """
    policy = policy_of(limit)
    policy.rows[row]
    _storage(shared=policy.shared).forget([_key(limit, row, by)])


def let_again(limit: Limit, *, key: str) -> None:
    """Forget what was counted in the window of a key, as a refusal names it. The caller writes down who asked for it.

    Raises VALIDATION_FAILED where each process counts for itself: that cannot be forgotten from here.
    """
    if not is_kept_together(limit):
        raise invalid(
            "limit", gettext("Each process counts this for itself. It is over within a minute or so.")
        )
    _storage(shared=policy_of(limit).shared).forget([key])


def is_kept_together(limit: Limit) -> bool:
    """Tell whether all processes count as one, so that what was counted can be forgotten."""
    return bool(settings.REDIS_URL) or policy_of(limit).shared


def forget_everything() -> None:
    """Empty what this process keeps in its memory. For tests."""
    _in_process.clear()
    refusals.forget_pace()


def _storage(*, shared: bool) -> Storage:
    """Give where a limit is kept: Redis where there is one; else, and while it is out of reach, as the table says."""
    own = _in_database if shared else _in_process
    return _over_redis(settings.REDIS_URL, own) if settings.REDIS_URL else own


@lru_cache(maxsize=8)
def _over_redis(url: str, own: Storage) -> Storage:
    # Loaded only where it is used: most installations have no Redis.
    from bookings.limits.redis import RedisStorage, WithFallback  # noqa: PLC0415

    return WithFallback(RedisStorage(url), own)


def _key(limit: Limit, name: str, by: Mapping[str, str]) -> str:
    """Give the key of a window: a digest under the server's key, from which nobody is read."""
    texts = [
        by[part].encode(errors="backslashreplace").decode() for part in name.split("_")
    ]  # halves of surrogates
    parts = [f"{len(text)}:{text}" for text in texts]
    return keyed_digest("limits", "/".join([limit.value, name, *parts]))
