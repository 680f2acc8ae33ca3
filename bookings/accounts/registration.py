"""Registering: an account comes into being once the mailbox is proven, with the password of whoever registered it.

Many may register one address; each registration stands by itself, under a handle that its maker alone holds. The
code is good beside that handle, the link beside that registration's password, so that nobody can lay a password of
their own into an account that somebody else's click opens.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import IntegrityError, transaction

from bookings.accounts import links, passwords
from bookings.accounts.addresses import read_email
from bookings.accounts.locks import lock_account
from bookings.accounts.models import Registration, User
from bookings.accounts.roles import ask_for_role
from bookings.accounts.sessions import Session, start_session
from bookings.accounts.viewer import Viewer
from bookings.common.errors import DomainError, ErrorCode, Unauthenticated
from bookings.common.ids import new_token
from bookings.common.links import link_to
from bookings.common.rows import fill
from bookings.common.secrecy import token_hash
from bookings.common.text import check_locale
from bookings.common.zones import check_zone
from bookings.limits.policies import Limit
from bookings.limits.services import hit
from bookings.notifications.services import queue_message
from bookings.verification import services as verification
from bookings.verification.models import Challenge

LIFETIME = timedelta(hours=24)
"""How long a registration waits for its proof."""
PURPOSE = Challenge.Purpose.VERIFY_EMAIL
_CALLED = {"full_name": "fullName"}


@dataclass(frozen=True)
class Applicant:
    """What somebody who registers says of themselves; role: what they ask to be, which an admin grants."""

    email: str
    password: str
    full_name: str
    role: str = User.Role.CLIENT
    locale: str = "en"
    timezone: str = ""


@dataclass(frozen=True)
class Proven:
    """The account whose address was proven, and the session that began with it (none where one was there)."""

    user: User
    session: Session | None


def register(*, applicant: Applicant, now: datetime) -> str:
    """Record who wants an account, mail the proof of the mailbox, and give the registration's handle.

    For an address that has an account already the work and the answer are the same; its mail says so, holds no
    proof, and nothing can come of the row. Raises VALIDATION_FAILED.
    """
    registration = _filled(applicant, now)
    passwords.judge(applicant.password, email=registration.email, full_name=registration.full_name)
    registration.password = make_password(applicant.password)
    handle = new_token()
    registration.handle_hash = token_hash(handle)
    with transaction.atomic():
        registration.save(force_insert=True)
        _mail(registration, now=now)
    return handle


def resend(*, handle: str, now: datetime) -> None:
    """Mail a registration's proof anew, at most once a minute; the older ones die. An unknown handle is let pass."""
    with transaction.atomic():
        registration = (
            Registration.objects.select_for_update()
            .filter(handle_hash=token_hash(handle), expires_at__gt=now)
            .exclude(password="")  # it became an account
            .first()
        )
        if registration is None:
            return
        if not verification.is_recent(purpose=PURPOSE, subject=_subject(registration), now=now):
            _mail(registration, now=now)


def request_verification(*, viewer: Viewer, locale: str | None = None, now: datetime) -> None:
    """Mail the proof of the signed-in account's own address, at most once a minute; nothing where it was proven.

    locale: in which the mail is written; the account's if None. Raises UNAUTHENTICATED, VALIDATION_FAILED.
    """
    user = viewer.require_account()
    if locale is not None:
        check_locale(locale)
    subject = f"account:{user.pk}"
    with transaction.atomic():
        if user.email_verified_at is not None or verification.is_recent(
            purpose=PURPOSE, subject=subject, now=now
        ):
            return
        issued = verification.issue_challenge(purpose=PURPOSE, subject=subject, email=user.email, now=now)
        _queue("verify_email", issued, user.email, locale or user.locale, now=now)


def verify_by_code(
    *, handle: str | None, code: str, viewer: Viewer | None = None, user_agent: str = "", now: datetime
) -> Proven:
    """Prove a registration's mailbox by its code, beside the handle that says who registered.

    Without a handle it is the address of the viewer's account that is proven. Raises the CHALLENGE_ errors,
    EMAIL_TAKEN, RATE_LIMITED, and UNAUTHENTICATED where neither a handle nor an account is there.
    """
    account = viewer.account if viewer is not None else None
    if handle is None and account is None:
        raise Unauthenticated
    if handle is None and account is not None:
        hit(Limit.CODE, {"subject": f"account:{account.pk}"}, now=now)
    subject = _subject_of_handle(handle) if handle is not None else f"account:{account.pk if account else 0}"
    passed = verification.pass_by_code(purpose=PURPOSE, subject=subject, code=code, now=now)
    return _proven(passed, user_agent=user_agent, now=now, log_in=handle is not None)


def verify_by_link(
    *, token: str, password: str, user_agent: str = "", log_in: bool = True, now: datetime
) -> Proven:
    """Prove a mailbox by the link, beside the password that was chosen: whoever opens it need not have registered.

    A wrong password leaves the link good, for 5 tries in all. log_in: whether a session begins. Raises
    CREDENTIALS_INVALID, the CHALLENGE_ errors and EMAIL_TAKEN.
    """
    found = verification.try_token(purpose=PURPOSE, token=token, now=now)
    hashed = _hash_of(found.subject)
    if (
        not hashed
    ):  # somebody was faster with the code, or the account was closed: the link says what it is worth now
        verification.try_token(purpose=PURPOSE, token=token, now=now)
        raise DomainError(ErrorCode.CHALLENGE_INVALID)
    if not check_password(passwords.readable(password), hashed):
        raise passwords.wrong("proof", "link", "password")
    passed = verification.pass_by_token(purpose=PURPOSE, token=token, now=now)
    return _proven(passed, user_agent=user_agent, now=now, log_in=log_in)


def _filled(applicant: Applicant, now: datetime) -> Registration:
    """Put together the row. Raises VALIDATION_FAILED."""
    registration = Registration(
        email=read_email(applicant.email), created_at=now, expires_at=now + LIFETIME, role=applicant.role
    )
    check_locale(applicant.locale)
    check_zone(applicant.timezone)
    said = {"full_name": applicant.full_name, "timezone": applicant.timezone, "locale": applicant.locale}
    fill(registration, said, called=_CALLED, unchecked=("email", "password", "handle_hash", "role"))
    return registration


def _mail(registration: Registration, *, now: datetime) -> None:
    """Issue a registration's challenge and queue its mail, inside the caller's transaction."""
    known = User.objects.filter(email=registration.email).exists()
    issued = verification.issue_challenge(
        purpose=PURPOSE,
        subject=_subject(registration),
        email=registration.email,
        not_after=registration.expires_at,
        now=now,
    )
    template = "register_known" if known else "register"
    _queue(template, issued, registration.email, registration.locale, now=now)


def _queue(
    template: str, issued: verification.IssuedChallenge, email: str, locale: str, *, now: datetime
) -> None:
    """Queue a mail. It names nobody: whoever typed the address may have typed any name."""
    queue_message(
        key=f"challenge:{issued.challenge.pk}",
        template=template,
        recipient=email,
        context={},
        secrets={"code": issued.code, "link": link_to(links.VERIFY_EMAIL, token=issued.token)},
        locale=locale,
        now=now,
    )


def _proven(passed: verification.Passed, *, user_agent: str, now: datetime, log_in: bool) -> Proven:
    """Open the registration's account, or mark the account's address as proven, and begin a session."""
    with transaction.atomic():
        kind, _, pk = passed.subject.partition(":")
        user = _opened(int(pk), now) if kind == "registration" else _marked(int(pk), passed.email, now)
        session = start_session(user=user, user_agent=user_agent, now=now) if log_in else None
    return Proven(user, session)


def _opened(registration_id: int, now: datetime) -> User:
    """Make the account. Raises EMAIL_TAKEN where one came up meanwhile; the database says so to all but the first."""
    registration = Registration.objects.select_for_update().filter(pk=registration_id).first()
    if registration is None or not registration.password:
        raise DomainError(ErrorCode.CHALLENGE_INVALID)
    user = User(
        email=registration.email,
        password=registration.password,
        full_name=registration.full_name,
        locale=registration.locale,
        timezone=registration.timezone,
        email_verified_at=now,
        created_at=now,
    )
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise DomainError(ErrorCode.EMAIL_TAKEN) from None
    if registration.role != User.Role.CLIENT:
        ask_for_role(user=user, role=registration.role, now=now)
    registration.password = ""
    registration.save(update_fields=["password"])
    return user


def _marked(user_id: int, email: str, now: datetime) -> User:
    """Mark the address of an account as proven, if it still is the one that the mail went to."""
    user = lock_account(user_id)
    if user is None or user.email != email:
        raise DomainError(ErrorCode.CHALLENGE_INVALID)
    if user.email_verified_at is None:
        user.email_verified_at = now
        user.save(update_fields=["email_verified_at"])
    return user


def _hash_of(subject: str) -> str:
    """Give the hash of the password that goes with a link; an empty one if it is gone."""
    kind, _, pk = subject.partition(":")
    rows = Registration.objects if kind == "registration" else User.objects.filter(is_active=True)
    return rows.filter(pk=int(pk)).values_list("password", flat=True).first() or ""


def _subject(registration: Registration) -> str:
    return f"registration:{registration.pk}"


def _subject_of_handle(handle: str) -> str:
    """Give the subject of a handle; for an unknown one that of no registration, on which the same work is done."""
    pk = Registration.objects.filter(handle_hash=token_hash(handle)).values_list("pk", flat=True).first()
    return f"registration:{pk or 0}"
