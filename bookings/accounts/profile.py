"""What people say of themselves, and what they want to be told."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from bookings.accounts.locks import lock_account
from bookings.accounts.models import User
from bookings.accounts.phones import read_phone
from bookings.common.errors import DomainError, ErrorCode, Unauthenticated
from bookings.common.rows import fill
from bookings.common.text import check_locale
from bookings.notifications import refusals

COLUMNS = {
    "full_name": "fullName",
    "phone": "phone",
    "timezone": "timezone",
    "locale": "locale",
}
"""What a profile consists of, and what clients call it."""
_MAY_BE_EMPTY = frozenset({"full_name", "phone", "timezone"})


def update_profile(
    *,
    user_id: int,
    changes: Mapping[str, Any],
    phone_region: str | None = None,
    mails: Mapping[refusals.Kind, bool] | None = None,
    now: datetime,
) -> User:
    """Change an account's own columns among COLUMNS; what is not named stays, and None empties what may be empty.

    phone_region: ISO 3166, from where a number without country code is dialled. mails: which kinds of mail that one
    can do without may go to the account's address, and which not.
    Raises VALIDATION_FAILED, EMAIL_NOT_VERIFIED for `mails` where the mailbox was never proven, and UNAUTHENTICATED
    where the account was closed meanwhile.
    """
    wanted = {name: as_kept(name, value, phone_region) for name, value in changes.items() if name in COLUMNS}
    with transaction.atomic():
        user = lock_account(user_id)
        if user is None:
            raise Unauthenticated
        fill(user, wanted, called=COLUMNS, unchecked=("email", "password"))
        if wanted:
            user.save(update_fields=list(wanted))
        if mails:
            if user.email_verified_at is None:
                raise DomainError(ErrorCode.EMAIL_NOT_VERIFIED, field=["preferences"])
            refusals.set_wishes(email=user.email, wishes=mails, now=now)
    return user


def mails_wanted(user: User) -> dict[refusals.Kind, bool]:
    """Give which mails that one can do without go to an account's address; of one that is unproven nothing is told."""
    if user.email_verified_at is None:
        return dict.fromkeys(refusals.Kind, True)
    return refusals.wishes_of(user.email)


def as_kept(column: str, value: Any, phone_region: str | None = None) -> Any:
    """Give a value as its column keeps it. Raises VALIDATION_FAILED for a number or a locale that is none."""
    if value is None and column in _MAY_BE_EMPTY:
        return ""
    if column == "phone":
        return read_phone(value, phone_region)
    if column == "locale" and value is not None:
        check_locale(value.strip())
    return value
