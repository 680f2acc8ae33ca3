"""Issue a challenge, pass it by link or by code, and grant access for it."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from bookings.common.compiled import Insertion
from bookings.common.errors import DomainError, ErrorCode
from bookings.common.ids import new_code, new_token
from bookings.common.secrecy import keyed_digest, same, token_hash
from bookings.verification.models import AccessToken, Challenge

CODE_LIFETIME = timedelta(minutes=10)
LINK_LIFETIME = timedelta(hours=24)
ACCESS_LIFETIME = timedelta(minutes=30)
PAUSE = timedelta(minutes=1)
"""Between two mails of one purpose about one subject."""
MOST_TRIES = 5
_SIX_DIGITS = re.compile(r"[0-9]{6}")
_ROUNDS = 10
"""How many that issue for one subject at once find their way past each other."""
NOBODYS = "nobody:"
"""Before the subject of a challenge that was issued for what is not there, so that asking takes as long."""
_NOBODY = 0
"""A primary key that no row has: work for an unknown subject is done on it."""
_ONE_LIVE = Insertion(
    Challenge, unless=(("purpose", "subject"), "consumed_at IS NULL AND superseded_at IS NULL")
)
"""Held by the constraint challenge_one_live_per_purpose_and_subject."""


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


Judge = Callable[[Passed], None]
"""Looks at a proof that is right, before it is used up, and raises DomainError where it would be used in vain."""


def issue_challenge(
    *,
    purpose: str,
    subject: str,
    email: str,
    lifetime: timedelta = LINK_LIFETIME,
    not_after: datetime | None = None,
    is_new: bool = False,
    now: datetime,
) -> IssuedChallenge:
    """Issue a challenge in the caller's transaction; live ones of the same purpose and subject die.

    email: normalised. not_after: when the subject's own deadline ends both secrets. is_new: this very transaction made
    the subject, so that nothing of it can be live. The code is good for 10 minutes, the link for its `lifetime`, both
    exclusive.
    """
    link_expires_at = min(now + lifetime, not_after or now + lifetime)
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
    with transaction.atomic(savepoint=False):
        for number in range(_ROUNDS):
            if number or not is_new:
                live.update(superseded_at=now)
            if _ONE_LIVE.insert(challenge):
                return IssuedChallenge(token=token, code=code, challenge=challenge)
            # Another issue for the same subject committed in between: it dies now.
        raise IntegrityError(f"{_ROUNDS} others issued challenges for {subject} at once")


def is_recent(*, purpose: str, subject: str, now: datetime) -> bool:
    """Tell whether a challenge for this was issued less than PAUSE ago, so that another mail would be too soon."""
    return Challenge.objects.filter(purpose=purpose, subject=subject, created_at__gt=now - PAUSE).exists()


def is_open(*, purpose: str, subject: str, now: datetime) -> bool:
    """Tell whether a link, or its code, could still be used, which the next challenge for this would end."""
    return Challenge.objects.filter(
        purpose=purpose,
        subject=subject,
        consumed_at__isnull=True,
        superseded_at__isnull=True,
        link_expires_at__gt=now,
    ).exists()


def pass_by_token(*, purpose: str, token: str, judge: Judge | None = None, now: datetime) -> Passed:
    """Pass a challenge by the token of its link, in a transaction of its own that commits what was consumed.

    Raises CHALLENGE_ALREADY_USED, CHALLENGE_EXPIRED, CHALLENGE_INVALID for a token that is unknown,
    superseded or of another purpose, and what `judge` raises, which leaves the challenge as good as it was.
    """
    with transaction.atomic(durable=True):
        challenge = _by_token(purpose, token)
        found = challenge if challenge is not None and _is_live(challenge, now) else None
        objection = _judged(judge, found)
        consumed = objection is None and _consume(challenge, unexpired={"link_expires_at__gt": now}, now=now)
    if objection is not None:
        raise objection
    if challenge is not None and consumed:
        return Passed(challenge.subject, challenge.email, challenge)
    raise _refusal(challenge, now=now, expires_at=challenge.link_expires_at if challenge else now)


def try_token(*, purpose: str, token: str, now: datetime) -> Passed:
    """Say what a link would prove, for a caller who asks for a secret beside it; takes one of `MOST_TRIES`.

    The try commits; the challenge is not consumed. Raises what `pass_by_token` raises, and CHALLENGE_INVALID for one
    try too many.
    """
    with transaction.atomic(durable=True):
        challenge = _by_token(purpose, token)
        live = challenge is not None and _is_live(challenge, now)
        tried = live and _take_try(challenge)
    if challenge is not None and tried:
        return Passed(challenge.subject, challenge.email, challenge)
    if live:
        raise DomainError(ErrorCode.CHALLENGE_INVALID)
    raise _refusal(challenge, now=now, expires_at=challenge.link_expires_at if challenge else now)


def pass_by_code(
    *, purpose: str, subject: str, code: str, judge: Judge | None = None, now: datetime
) -> Passed:
    """Pass a subject's newest challenge by its code, in a transaction of its own that commits the try.

    A try is taken before the code is compared, so that no number of callers at once gets more than
    `MOST_TRIES`. What was used or expired is told only to who knows the code.

    Raises CHALLENGE_ALREADY_USED, CHALLENGE_EXPIRED, CHALLENGE_INVALID for a wrong code, one try
    too many, or a subject without a challenge, all alike, and for the right code what `judge` raises.
    """
    digits = "".join(code.split()).replace("-", "")
    digits = digits if _SIX_DIGITS.fullmatch(digits) else ""
    with transaction.atomic(durable=True):
        challenge = Challenge.objects.filter(purpose=purpose, subject=subject).order_by("-pk").first()
        tried = _take_try(challenge)
        expected = challenge.code_digest if challenge else ""
        right = same(expected, _code_digest(purpose, subject, challenge.email if challenge else "", digits))
        known = challenge if tried and right else None
        objection = _judged(judge, known if known is not None and _is_live(known, now) else None)
        consumed = objection is None and _consume(known, unexpired={"code_expires_at__gt": now}, now=now)
    if objection is not None:
        raise objection
    if known is not None and consumed:
        return Passed(known.subject, known.email, known)
    raise _refusal(known, now=now, expires_at=known.code_expires_at if known else now)


def withdraw(*, purpose: str, subject: str, now: datetime) -> None:
    """End what is live for a purpose and subject: its link and code are good no more."""
    Challenge.objects.filter(
        purpose=purpose, subject=subject, consumed_at__isnull=True, superseded_at__isnull=True
    ).update(superseded_at=now)


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
    if not token:
        return None
    return AccessToken.objects.filter(
        token_hash=token_hash(token), revoked_at__isnull=True, expires_at__gt=now
    ).first()


def _code_digest(purpose: str, subject: str, email: str, code: str) -> str:
    """Bind the code to what it is for, so that the same digits elsewhere give another digest."""
    return keyed_digest("challenge-code", "\n".join((purpose, subject, email, code)))


def _by_token(purpose: str, token: str) -> Challenge | None:
    return Challenge.objects.filter(token_hash=token_hash(token), purpose=purpose).first()


def _take_try(challenge: Challenge | None) -> bool:
    """Count a try, where one is left; on no row where there is no challenge, so that the answer takes as long."""
    rows = Challenge.objects.filter(pk=challenge.pk if challenge else _NOBODY, tries__lt=MOST_TRIES)
    return bool(rows.update(tries=F("tries") + 1))


def _is_live(challenge: Challenge, now: datetime) -> bool:
    """Tell whether nothing ended a challenge; of a code the shorter life is looked at when it is consumed."""
    return (
        challenge.consumed_at is None and challenge.superseded_at is None and challenge.link_expires_at > now
    )


def _judged(judge: Judge | None, challenge: Challenge | None) -> DomainError | None:
    """Give the judge's objection; it is raised after the transaction, or the try would be undone."""
    if judge is None or challenge is None:
        return None
    try:
        judge(Passed(challenge.subject, challenge.email, challenge))
    except DomainError as objection:
        return objection
    return None


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
    try:
        challenge.refresh_from_db()
    except Challenge.DoesNotExist:  # whoever it was for had themselves erased at this very moment
        return False
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
