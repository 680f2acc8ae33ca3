"""What taking a mailed invitation of a practice asks for: the mailbox that was invited, and a sender who stands."""

from datetime import datetime

from django.contrib.auth import authenticate
from django.utils.translation import gettext

from bookings.accounts import passwords
from bookings.accounts.models import User
from bookings.accounts.viewer import Viewer
from bookings.businesses import policies, selectors
from bookings.businesses.models import Business
from bookings.businesses.policies import Duty
from bookings.common.errors import DomainError, ErrorCode, Forbidden
from bookings.verification import services as verification
from bookings.verification.models import Challenge


def proven_person(viewer: Viewer) -> User:
    """Give the person with a proven address who is signed in. Raises UNAUTHENTICATED, FORBIDDEN, EMAIL_NOT_VERIFIED."""
    user = viewer.require_user()
    if viewer.key is not None:
        raise Forbidden
    if viewer.proven_email is None:
        raise DomainError(ErrorCode.EMAIL_NOT_VERIFIED)
    return user


def pass_invitation(
    *, purpose: Challenge.Purpose, token: str, viewer: Viewer, now: datetime
) -> verification.Passed:
    """Use a mailed link up for the account of the address that it was sent to; another leaves it as good as it was.

    Raises the CHALLENGE_ errors.
    """

    def judge(passed: verification.Passed) -> None:
        if passed.email != viewer.proven_email:
            raise DomainError(
                ErrorCode.CHALLENGE_INVALID,
                gettext(
                    "This invitation was sent to another address. Log in with the account of that address."
                ),
                field=["token"],
            )

    return verification.pass_by_token(purpose=purpose, token=token, judge=judge, now=now)


def invited_by_password(*, purpose: Challenge.Purpose, token: str, password: str, now: datetime) -> Viewer:
    """Give whoever knows the password of the invited address's account beside the link; no session begins.

    A wrong password leaves the link good, for 5 tries in all. Raises CREDENTIALS_INVALID and the CHALLENGE_ errors.
    """
    found = verification.try_token(purpose=purpose, token=token, now=now)
    user = authenticate(None, username=found.email, password=passwords.readable(password))
    if not isinstance(user, User):
        raise passwords.wrong("password")
    return Viewer(user=user)


def may_let_in(sender: User | None, business: Business, duty: Duty) -> bool:
    """Tell whether whoever sent an invitation may still let somebody in, as the locked practice has it now."""
    if sender is None or not sender.is_active:
        return False
    return sender.is_superuser or policies.may_as(selectors.role_in(business, sender.pk), duty)


def withdrawn() -> DomainError:
    """Give the refusal of an invitation that is good for nothing any more."""
    return DomainError(
        ErrorCode.CHALLENGE_INVALID, gettext("This invitation was withdrawn."), field=["token"]
    )
