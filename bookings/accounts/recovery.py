"""Recovering an account by a security question, where this service has that turned on (docs/adr/0021).

An answer is known to family, and often to whoever looks. So it proves no mailbox, every use and every change is told
by mail, a password that is reset by mail takes it away, and it opens no account that may open the admin's pages.
"""

import unicodedata
from datetime import datetime

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils.translation import gettext

from bookings.accounts import passwords
from bookings.accounts.addresses import read_email
from bookings.accounts.locks import lock_account
from bookings.accounts.models import SecurityAnswer, User
from bookings.accounts.viewer import Viewer
from bookings.common.errors import DomainError, ErrorCode, invalid
from bookings.common.text import can_be_kept
from bookings.limits.policies import Limit
from bookings.limits.services import hit
from bookings.notifications.services import queue_message
from bookings.verification import services as verification

SHORTEST = 3
LONGEST = 200
"""Characters of an answer: at least, once normalised, and at most, as typed."""


def set_question(*, viewer: Viewer, question: str | None, answer: str, password: str, now: datetime) -> User:
    """Choose the question and its answer, in place of those before; without a question, take them away.

    Raises UNAUTHENTICATED, NOT_ENABLED, RATE_LIMITED, VALIDATION_FAILED for the answer, and CREDENTIALS_INVALID
    for a wrong password.
    """
    account = viewer.require_account()
    require_enabled()
    if account.is_staff or account.is_superuser or viewer.works_somewhere:
        raise DomainError(
            ErrorCode.NOT_ENABLED, gettext("An account that may open the admin's pages has no question.")
        )
    said = normalised(answer) if question is not None else ""
    hit(Limit.PASSWORD, {"user": str(account.pk)}, now=now)
    if not check_password(passwords.readable(password), account.password):
        raise passwords.wrong("password")
    kept = {"question": question, "answer_hash": make_password(said), "set_at": now} if question else None
    with transaction.atomic():
        user = lock_account(account.pk)
        if user is None or user.password != account.password:
            raise passwords.wrong("password")
        if kept is not None:
            SecurityAnswer.objects.update_or_create(user=user, defaults=kept)
            _tell_set(user, removed=False, now=now)
        elif SecurityAnswer.objects.filter(user=user).delete()[0]:
            _tell_set(user, removed=True, now=now)
    return user


def recover(*, email: str, question: str, answer: str, new_password: str, now: datetime) -> User:
    """Set a new password for whoever knows the answer; every session ends, and the owner is told.

    Without an account, without an answer and with a wrong one the refusal is the same, after one hash each.
    Raises NOT_ENABLED, CREDENTIALS_INVALID, and VALIDATION_FAILED; the last tells nothing of what is stored, but for
    a password like the name of an account whose answer was right.
    """
    require_enabled()
    address = read_email(email)
    said = normalised(answer)
    passwords.judge(new_password, email=address, field="newPassword")
    known = _known(address)
    if known is None:
        make_password(said)  # as long as judging an answer takes
        raise _wrong()
    if not check_password(said, known.answer_hash) or known.question != question:
        raise _wrong()
    passwords.judge(new_password, email=address, full_name=known.user.full_name, field="newPassword")
    hashed = make_password(new_password)
    with transaction.atomic():
        user = lock_account(known.user_id)
        same = SecurityAnswer.objects.filter(pk=known.pk, answer_hash=known.answer_hash).exists()
        if user is None or not same:  # taken away, or changed, meanwhile
            raise _wrong()
        passwords.renew(user, hashed, keep=None, told="password_recovered", now=now)
        reset = passwords.subject_of(user.email)
        verification.withdraw(purpose=passwords.RESET, subject=reset, now=now)
    return user


def require_enabled() -> None:
    """Refuse where this service knows no security questions. Raises NOT_ENABLED."""
    if not settings.SECURITY_QUESTIONS:
        raise DomainError(ErrorCode.NOT_ENABLED)


def normalised(answer: str) -> str:
    """Give an answer as it is compared: blind to case, width, spaces, and punctuation at its ends.

    Raises VALIDATION_FAILED for one that is too long, or too short to be worth anything.
    """
    if len(answer) > LONGEST or not can_be_kept(answer):
        raise invalid(
            "answer",
            gettext("An answer has %(longest)s characters at most, all of them text.") % {"longest": LONGEST},
        )
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", answer).casefold())
    words = " ".join("".join(" " if _is_blank(letter) else letter for letter in folded).split())
    words = words.strip("".join(filter(_is_mark, words)))
    if len(words) < SHORTEST:
        raise invalid(
            "answer",
            gettext("An answer has %(shortest)s characters at least, punctuation left out.")
            % {"shortest": SHORTEST},
        )
    return words


def _known(address: str) -> SecurityAnswer | None:
    """Give the answer that recovers the account of an address."""
    return (
        SecurityAnswer.objects.select_related("user")
        .filter(user__email=address, user__is_active=True)
        .filter(user__is_staff=False, user__is_superuser=False)
        .filter(user__owned_businesses=None, user__staff_of=None, user__consultants=None)
        .first()
    )


def _is_blank(letter: str) -> bool:
    """Tell whether a letter shows nothing: separators, control and format marks."""
    return unicodedata.category(letter) in {"Cc", "Cf", "Zl", "Zp", "Zs"}


def _is_mark(letter: str) -> bool:
    """Tell whether a letter is punctuation, or the space that may stand before some."""
    return unicodedata.category(letter).startswith("P") or letter == " "


def _wrong() -> DomainError:
    return DomainError(
        ErrorCode.CREDENTIALS_INVALID, gettext("The address, the question or the answer is not right.")
    )


def _tell_set(user: User, *, removed: bool, now: datetime) -> None:
    queue_message(
        key=f"account:{user.pk}/question:{now.isoformat()}",
        template="security_question_set",
        recipient=user.email,
        context={"full_name": user.full_name, "removed": removed},
        locale=user.locale,
        now=now,
    )
