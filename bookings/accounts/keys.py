"""Service keys: what chatbots and other programs call the API with.

A key is shown once. The database holds its SHA-256, which is enough for 256 random bits, and its first characters. Who
may make and revoke keys is businesses/keys to say.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, F, FilteredRelation, Q, QuerySet, Value, When
from django.utils.translation import gettext, gettext_lazy

from bookings.accounts.models import ServiceKey, User
from bookings.common.errors import DomainError, ErrorCode, Unauthenticated, invalid
from bookings.common.ids import new_token
from bookings.common.secrecy import token_hash
from bookings.common.text import can_be_kept

Scope = ServiceKey.Scope

BEGINNING = "slw_"
"""How all keys begin, so that people and scanners for leaked secrets know one when they see it."""
LONGEST_NAME = 100
COLUMNS = {"name": "name", "scopes": "scopes", "business": "businessId", "expires_at": "expiresAt"}
"""What is said of a key, and what clients call it."""
USE_IS_KEPT_TO = timedelta(minutes=1)
"""How exactly the last use is kept: no key costs more than one write in this time."""
MOST_AT_ONCE = 5
MOST_A_DAY = 10
"""Good keys of one account, and keys that it makes in 24 hours: each key has limits of its own."""

_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_NO_GOOD = gettext_lazy("This service key is not good, or not any more.")


@dataclass(frozen=True)
class NewKey:
    """A key as it was made; `text` is the only copy of it."""

    row: ServiceKey
    text: str = field(repr=False)


def create_key(
    *,
    owner: User,
    name: str,
    scopes: Collection[Scope],
    business_id: int | None = None,
    expires_at: datetime | None = None,
    now: datetime,
) -> NewKey:
    """Make a key inside the caller's transaction. Whether the owner may have it was judged before.

    Raises VALIDATION_FAILED.
    """
    columns = read_columns(name=name, scopes=scopes, business_id=business_id, expires_at=expires_at, now=now)
    prefix = BEGINNING + "".join(secrets.choice(_ALPHABET) for _ in range(8))
    text = f"{prefix}_{new_token()}"
    row = ServiceKey.objects.create(
        owner=owner, prefix=prefix, key_hash=token_hash(text), created_at=now, **columns
    )
    return NewKey(row, text)


def read_columns(
    *,
    name: str,
    scopes: Collection[str],
    business_id: int | None,
    expires_at: datetime | None,
    now: datetime,
) -> dict[str, Any]:
    """Give what is said of a key as its columns hold it. Raises VALIDATION_FAILED, as COLUMNS call the fields."""
    return {
        "name": _read_name(name),
        "scopes": _read_scopes(scopes, business_id),
        "business_id": business_id,
        "expires_at": _read_end(expires_at, now),
    }


def refuse_too_many(*, owner: User, now: datetime) -> None:
    """Raise VALIDATION_FAILED where an account has as many keys as one may, RATE_LIMITED where it made them of late.

    Inside a transaction that holds the account's row, so that two at once are not one too many.
    """
    if in_force(now).filter(owner=owner).count() >= MOST_AT_ONCE:
        raise DomainError(
            ErrorCode.VALIDATION_FAILED,
            gettext("An account has at most %(most_at_once)s keys. Revoke one that is not used.")
            % {"most_at_once": MOST_AT_ONCE},
        )
    day = timedelta(days=1)
    made = ServiceKey.objects.filter(owner=owner, created_at__gt=now - day).order_by("-created_at")
    oldest = made[MOST_A_DAY - 1 : MOST_A_DAY].first()
    if oldest is not None:
        wait = int((oldest.created_at + day - now).total_seconds()) + 1
        raise DomainError(ErrorCode.RATE_LIMITED, retry_after=wait)


def in_force(now: datetime) -> QuerySet[ServiceKey]:
    """Give the keys that are neither revoked nor expired, whoever owns them."""
    return ServiceKey.objects.filter(
        Q(expires_at__isnull=True) | Q(expires_at__gt=now), revoked_at__isnull=True
    )


def read_key(text: str, now: datetime) -> ServiceKey:
    """Give the key of a text, with its owner and what they are in its practice now, in one statement.

    Raises UNAUTHENTICATED, the same for one that is unknown, revoked or expired, whose owner's account is closed or
    deleted, or that is for a practice for which its owner does not work any more.
    """
    key = (
        in_force(now)
        .filter(key_hash=token_hash(text))
        .filter(owner__is_active=True, owner__deleted_at__isnull=True)
        .select_related("owner")
        .annotate(
            member=FilteredRelation("business__staff", condition=Q(business__staff__user=F("owner"))),
            role_there=Case(When(business__owner=F("owner"), then=Value("OWNER")), default=F("member__role")),
        )
        .first()
    )
    if key is not None:
        key.owner_role = key.role_there or ""
    if key is None or (key.allows(Scope.PRACTICE) and not key.roles):
        raise Unauthenticated(_NO_GOOD)
    return key


def touch(*, key: ServiceKey, now: datetime) -> None:
    """Keep when a key was last used, to USE_IS_KEPT_TO; of requests at the same time one writes."""
    due = now - USE_IS_KEPT_TO
    if key.last_used_at is not None and key.last_used_at > due:
        return
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=due)
    ServiceKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)


def counted_as(key: ServiceKey) -> dict[str, str]:
    """Give what requests by a key count for: itself, or its owner where it is for no practice.

    Anybody may have such keys, and none of them is to widen what its owner may; an admin's are the platform's.
    """
    is_known = key.business_id is not None or key.owner.is_superuser
    return {"key": str(key.pk)} if is_known else {"user": str(key.owner_id)}


def revoke_keys_of(*, owner_id: int, business_id: int | None = None, now: datetime) -> int:
    """Revoke an account's keys, all or those for one practice; give how many were good until now."""
    rows = in_force(now).filter(owner_id=owner_id)
    if business_id is not None:
        rows = rows.filter(business_id=business_id)
    return rows.update(revoked_at=now)


def _read_name(name: str) -> str:
    text = name.strip()
    if not 1 <= len(text) <= LONGEST_NAME or not text.isprintable() or not can_be_kept(text):
        raise invalid(
            "name",
            gettext("A name has 1 to %(longest_name)s characters, on one line.")
            % {"longest_name": LONGEST_NAME},
        )
    return text


def _read_scopes(scopes: Collection[str], business_id: int | None) -> list[str]:
    """Give the scopes in the order of their declaration, each once."""
    if not scopes:
        raise invalid("scopes", gettext("Say what the key is for."))
    if Scope.PRACTICE in scopes and business_id is None:
        raise invalid("businessId", gettext("A key with the scope PRACTICE is for one practice. Say which."))
    return [scope.value for scope in Scope if scope in scopes]


def _read_end(expires_at: datetime | None, now: datetime) -> datetime | None:
    if expires_at is not None and expires_at <= now:
        raise invalid("expiresAt", gettext("This is over already."))
    return expires_at
