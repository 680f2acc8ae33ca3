"""Issue a challenge, pass it by link or by code, and grant access for it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from bookings.common.errors import DomainError, ErrorCode
from bookings.common.ids import new_code, new_token
from bookings.common.secrecy import keyed_digest, same, token_hash
from bookings.verification.models import AccessToken, Challenge

CODE_LIFETIME = timedelta(minutes=10)
LINK_LIFETIME = timedelta(hours=24)
ACCESS_LIFETIME = timedelta(minutes=30)
MOST_TRIES = 5
_SIX_DIGITS = re.compile(r"[0-9]{6}")
_ROUNDS = 10
"""How many that issue for one subject at once find their way past each other."""
_NOBODY = 0
"""A primary key that no row has: work for an unknown subject is done on it."""


@dataclass(frozen=True)
class IssuedChallenge:
    """A fresh challenge with its two secrets, which exist nowhere else but in the mail."""

    token: str = field(repr=False)
    code: str = field(repr=False)
    challenge: Challenge


@dataclass(frozen=True)
class Passed:
    """What was proven: that somebody reads this address, about this subject."""

    subject: str
    email: str
    challenge: Challenge


def issue_challenge(
    *, purpose: str, subject: str, email: str, not_after: datetime | None = None, now: datetime
) -> IssuedChallenge:
    """Issue a challenge in the caller's transaction; live ones of the same purpose and subject die.

    email: normalised. not_after: when the subject's own deadline ends both secrets. The code is good
    for 10 minutes, the link for 24 hours, both exclusive.
    """
    link_expires_at = min(now + LINK_LIFETIME, not_after or now + LINK_LIFETIME)
    token, code = new_token(), new_code()
    live = Challenge.objects.filter(
        purpose=purpose, subject=subject, consumed_at__isnull=True, superseded_at__isnull=True
    )
    challenge = Challenge(
        purpose=purpose,
        subject=subject,
        email=email,
        token_hash=token_hash(token),
        code_digest=_code_digest(purpose, subject, email, code),
        created_at=now,
        code_expires_at=min(now + CODE_LIFETIME, link_expires_at),
        link_expires_at=link_expires_at,
    )
    with transaction.atomic():
        for rounds_left in reversed(range(_ROUNDS)):
            live.update(superseded_at=now)
            try:
                with transaction.atomic():
                    challenge.save(force_insert=True)
                break
            except IntegrityError:  # another issue for the same subject committed in between: it dies now
                if not rounds_left:
                    raise
    return IssuedChallenge(token=token, code=code, challenge=challenge)


def pass_by_token(*, purpose: str, token: str, now: datetime) -> Passed:
    """Pass a challenge by the token of its link, in a transaction of its own that commits what was consumed.

    Raises CHALLENGE_ALREADY_USED, CHALLENGE_EXPIRED, and CHALLENGE_INVALID for a token that is unknown,
    superseded or of another purpose.
    """
    hashed = token_hash(token if token.isascii() else "")
    with transaction.atomic(durable=True):
        challenge = Challenge.objects.filter(token_hash=hashed, purpose=purpose).first()
        consumed = _consume(challenge, unexpired={"link_expires_at__gt": now}, now=now)
    if challenge is not None and consumed:
        return Passed(challenge.subject, challenge.email, challenge)
    raise _refusal(challenge, now=now, expires_at=challenge.link_expires_at if challenge else now)


def pass_by_code(*, purpose: str, subject: str, code: str, now: datetime) -> Passed:
    """Pass a subject's newest challenge by its code, in a transaction of its own that commits the try.

    A try is taken before the code is compared, so that no number of callers at once gets more than
    `MOST_TRIES`. What was used or expired is told only to who knows the code.

    Raises CHALLENGE_ALREADY_USED, CHALLENGE_EXPIRED, and CHALLENGE_INVALID for a wrong code, one try
    too many, or a subject without a challenge, all alike.
    """
    digits = "".join(code.split()).replace("-", "")
    digits = digits if _SIX_DIGITS.fullmatch(digits) else ""
    with transaction.atomic(durable=True):
        challenge = Challenge.objects.filter(purpose=purpose, subject=subject).order_by("-pk").first()
        tried = Challenge.objects.filter(
            pk=challenge.pk if challenge else _NOBODY, tries__lt=MOST_TRIES
        ).update(tries=F("tries") + 1)
        expected = challenge.code_digest if challenge else ""
        right = same(expected, _code_digest(purpose, subject, challenge.email if challenge else "", digits))
        known = challenge if tried and right else None
        consumed = _consume(known, unexpired={"code_expires_at__gt": now}, now=now)
    if known is not None and consumed:
        return Passed(known.subject, known.email, known)
    raise _refusal(known, now=now, expires_at=known.code_expires_at if known else now)


def grant_access(
    *,
    subject: str,
    email: str,
    purposes: Iterable[str],
    now: datetime,
    lifetime: timedelta = ACCESS_LIFETIME,
) -> tuple[str, AccessToken]:
    """Give a fresh access token, in plain for the caller's eyes only, and its row."""
    token = new_token()
    row = AccessToken.objects.create(
        subject=subject,
        email=email,
        purposes=sorted(set(map(str, purposes))),
        token_hash=token_hash(token),
        created_at=now,
        expires_at=now + lifetime,
    )
    return token, row


def read_access(token: str, *, now: datetime) -> AccessToken | None:
    """Give the row of a token that is neither expired nor revoked; what it may is in its `purposes`."""
    if not token or not token.isascii():
        return None
    return AccessToken.objects.filter(
        token_hash=token_hash(token), revoked_at__isnull=True, expires_at__gt=now
    ).first()


def _code_digest(purpose: str, subject: str, email: str, code: str) -> str:
    """Bind the code to what it is for, so that the same digits elsewhere give another digest."""
    return keyed_digest("challenge-code", "\n".join((purpose, subject, email, code)))


def _consume(challenge: Challenge | None, *, unexpired: dict[str, datetime], now: datetime) -> bool:
    """Consume by compare-and-set: of any number at once, by link or by code, one wins.

    Without a challenge the same statement is run on no row, so that the answer takes as long.
    """
    won = Challenge.objects.filter(
        pk=challenge.pk if challenge else _NOBODY,
        consumed_at__isnull=True,
        superseded_at__isnull=True,
        **unexpired,
    ).update(consumed_at=now)
    if challenge is None:
        return False
    challenge.refresh_from_db()
    return bool(won)


def _refusal(challenge: Challenge | None, *, now: datetime, expires_at: datetime) -> DomainError:
    """Say why a challenge did not pass; raised after the transaction, or the try would be undone."""
    if challenge is None or challenge.superseded_at is not None:
        return DomainError(ErrorCode.CHALLENGE_INVALID)
    if challenge.consumed_at is not None:
        return DomainError(ErrorCode.CHALLENGE_ALREADY_USED)
    if expires_at <= now:
        return DomainError(ErrorCode.CHALLENGE_EXPIRED)
    return DomainError(ErrorCode.CHALLENGE_INVALID)
