"""What people do about what is known of them."""

from datetime import datetime
from typing import Any

from bookings.accounts import passwords
from bookings.accounts.viewer import Viewer
from bookings.common.errors import DomainError, ErrorCode
from bookings.privacy.erasure import Erasure, erase, erase_person
from bookings.privacy.export import export, export_person
from bookings.privacy.person import Person
from bookings.privacy.proofs import (
    Proof,
    Request,
    erase_by_proof,
    export_by_proof,
    request_personal_data,
)

__all__ = [
    "Erasure",
    "Proof",
    "Request",
    "delete_account",
    "erase_by_proof",
    "erase_person",
    "export_by_proof",
    "export_my_data",
    "export_person",
    "request_personal_data",
]


def export_my_data(*, viewer: Viewer, password: str, now: datetime) -> dict[str, Any]:
    """Give what is known of whoever is signed in, for their password.

    Raises UNAUTHENTICATED, RATE_LIMITED, CREDENTIALS_INVALID, and EMAIL_NOT_VERIFIED while the address is not proven.
    """
    user = passwords.confirm(viewer, password, now=now)
    if user.email_verified_at is None:
        raise DomainError(ErrorCode.EMAIL_NOT_VERIFIED)
    return export(Person.of_account(user), now=now)


def delete_account(*, viewer: Viewer, password: str, cancel_bookings: bool, now: datetime) -> Erasure:
    """Close the account of whoever is signed in, and forget the person of its proven address.

    Of an address that was never proven the account alone goes: what was booked with it may be somebody else's.
    Raises UNAUTHENTICATED, RATE_LIMITED, CREDENTIALS_INVALID, and what `erase_person` raises.
    """
    user = passwords.confirm(viewer, password, now=now)
    return erase(Person.of_account(user), cancel_bookings=cancel_bookings, now=now)
