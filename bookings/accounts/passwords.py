"""Passwords: which are good enough, forgetting one, and changing it."""

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext

from bookings.accounts import links
from bookings.accounts.addresses import read_email
from bookings.accounts.locks import lock_account
from bookings.accounts.models import SecurityAnswer, User
from bookings.accounts.sessions import end_others
from bookings.accounts.tokens import make_access_token
from bookings.accounts.viewer import Viewer
from bookings.common import languages
from bookings.common.addresses import address_digest, normalise_email
from bookings.common.errors import DomainError, ErrorCode, invalid
from bookings.common.links import link_to
from bookings.common.text import can_be_kept
from bookings.limits.policies import Limit
from bookings.limits.services import forgive, hit
from bookings.notifications.services import queue_message
from bookings.verification import services as verification
from bookings.verification.models import Challenge

LONGEST = 1000
"""Characters; beyond that a hash costs more than anybody's password is worth."""
RESET_LIFETIME = timedelta(hours=1)
RESET = Challenge.Purpose.RESET_PASSWORD


def judge(password: str, *, email: str = "", full_name: str = "", field: str = "password") -> None:
    """Refuse a password that is easily guessed, by what the caller said alone, never by what is stored.

    Raises VALIDATION_FAILED for `field`; its message gives every reason.
    """
    if len(password) > LONGEST or not can_be_kept(password):
        raise invalid(
            field,
            gettext("A password has %(longest)s characters at most, all of them text.")
            % {"longest": LONGEST},
        )
    try:
        validate_password(password, User(email=email, full_name=full_name))
    except ValidationError as error:
        raise invalid(field, " ".join(error.messages)) from None


def request_reset(*, email: str, now: datetime) -> None:
    """Mail a link and a code that set a new password; the older ones die. At most once a minute for an address.

    An address without an account that is open is written to as well, that there is none. The challenge is about
    the address and is issued either way, so that whoever asks learns nothing, neither by the answer nor by the time
    that it takes. Raises VALIDATION_FAILED where this is no address.
    """
    address = read_email(email)
    with transaction.atomic():
        user = User.objects.filter(email=address).first()
        if verification.is_recent(purpose=RESET, subject=subject_of(address), now=now):
            return
        issued = verification.issue_challenge(
            purpose=RESET, subject=subject_of(address), email=address, lifetime=RESET_LIFETIME, now=now
        )
        queue_message(
            key=f"challenge:{issued.challenge.pk}",
            template="reset_password" if _is_open(user) else "reset_password_unknown",
            recipient=address,
            context={},
            secrets={"code": issued.code, "link": link_to(links.RESET_PASSWORD, token=issued.token)},
            locale=user.locale if user is not None else languages.spoken(),
            now=now,
        )


def reset_by_token(*, token: str, new_password: str, now: datetime) -> User:
    """Set a new password for whoever holds the link of the mail; every session ends.

    Raises VALIDATION_FAILED, which leaves the link as good as it was, and the CHALLENGE_ errors.
    """
    judge(new_password, field="newPassword")
    passed = verification.pass_by_token(purpose=RESET, token=token, judge=_judge_for(new_password), now=now)
    return _reset(passed, new_password, now)


def reset_by_code(*, email: str, code: str, new_password: str, now: datetime) -> User:
    """Do the same by address and code; an address without an account is refused as a wrong code is."""
    address = normalise_email(email)
    judge(new_password, email=address, field="newPassword")
    passed = verification.pass_by_code(
        purpose=RESET, subject=subject_of(address), code=code, judge=_judge_for(new_password), now=now
    )
    return _reset(passed, new_password, now)


def change_password(
    *, viewer: Viewer, old_password: str, new_password: str, now: datetime
) -> tuple[User, str | None]:
    """Change the password of whoever is signed in; this session lives, every other one ends, and the owner is told.

    Gives the account, and a fresh access token for the session (None for a cookie, whose caller renews it).
    Raises UNAUTHENTICATED, RATE_LIMITED, VALIDATION_FAILED, and CREDENTIALS_INVALID for a wrong old password.
    """
    user = viewer.require_account()
    hit(Limit.PASSWORD, {"user": str(user.pk)}, now=now)
    judge(new_password, email=user.email, full_name=user.full_name, field="newPassword")
    if not check_password(readable(old_password), user.password):
        raise wrong("oldPassword")
    hashed = make_password(new_password)
    with transaction.atomic():
        locked = lock_account(user.pk)
        if locked is None or locked.password != user.password:  # somebody else changed it meanwhile
            raise wrong("oldPassword")
        renew(locked, hashed, keep=viewer.session, now=now)
        verification.withdraw(purpose=RESET, subject=subject_of(locked.email), now=now)
    token = make_access_token(locked, session=viewer.session, now=now) if viewer.session else None
    return locked, token


def counted_as(*, token: str | None, email: str) -> str:
    """Give by what tries of a link, or of a code beside its address, are counted, on the page and in the API alike."""
    return f"link:{token}" if token else f"reset:{normalise_email(email)}"


def confirm(viewer: Viewer, password: str, *, now: datetime) -> User:
    """Give the signed-in account once its password was given again: a token alone opens, or ends, nothing for good.

    Raises UNAUTHENTICATED (a service key is no account), RATE_LIMITED, CREDENTIALS_INVALID.
    """
    user = viewer.require_account()
    hit(Limit.PASSWORD, {"user": str(user.pk)}, now=now)
    if not check_password(readable(password), user.password):
        raise wrong("password")
    return user


def readable(password: str) -> str:
    """Give a password as it can be compared: what can be nobody's, as an empty one, which is as long in the judging."""
    return password if can_be_kept(password) and len(password) <= LONGEST else ""


def wrong(*field: str) -> DomainError:
    """Give the refusal of a password that is not the account's."""
    return DomainError(ErrorCode.CREDENTIALS_INVALID, gettext("This is not the password."), field=field)


def subject_of(address: str) -> str:
    """Give what challenges about an address are filed under; their columns for addresses hold it beside this."""
    return f"address:{address_digest(address)[:40]}"


def renew(
    user: User, hashed: str, *, keep: UUID | None, told: str = "password_changed", now: datetime
) -> None:
    """Set the hash of a locked account's new password, end its sessions but `keep`, and tell the owner.

    told: the message that does. Must run inside the transaction that holds the lock.
    """
    User.objects.filter(pk=user.pk).update(password=hashed, token_version=F("token_version") + 1)
    user.refresh_from_db(fields=["password", "token_version"])
    end_others(user=user, keep=keep, now=now)
    tell_changed(user, told=told, now=now)


def tell_changed(user: User, *, told: str = "password_changed", now: datetime) -> None:
    """Queue the mail that tells of a new password, inside the transaction that sets it."""
    queue_message(
        key=f"account:{user.pk}/password:{user.token_version}",
        template=told,
        recipient=user.email,
        context={"full_name": user.full_name},
        locale=user.locale,
        now=now,
    )


def _reset(passed: verification.Passed, new_password: str, now: datetime) -> User:
    """Set the password and, as the mail was read, prove the address."""
    hashed = make_password(new_password)
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).filter(email=passed.email).first()
        if user is None or not _is_open(user):
            raise DomainError(ErrorCode.CHALLENGE_INVALID)
        if user.email_verified_at is None:
            user.email_verified_at = now
            user.save(update_fields=["email_verified_at"])
        renew(user, hashed, keep=None, now=now)
        # Whoever knew the old password may have set it, as a way back in; a proven mailbox is worth more.
        SecurityAnswer.objects.filter(user=user).delete()
    # Tries from many networks have shut the log-in for everybody: who reads the mailbox gets in all the same.
    forgive(Limit.LOGIN, row="address", by={"address": user.email})
    return user


def _judge_for(new_password: str) -> verification.Judge:
    """Give what holds a new password against the account that a right proof is about, before it is used up."""

    def judged(passed: verification.Passed) -> None:
        user = User.objects.filter(email=passed.email).first()
        judge(
            new_password,
            email=passed.email,
            full_name=user.full_name if user is not None else "",
            field="newPassword",
        )

    return judged


def _is_open(user: User | None) -> bool:
    return user is not None and user.is_active
