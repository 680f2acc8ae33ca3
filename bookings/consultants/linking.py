"""Which account a consultant is: a practice invites an address, and whoever reads it accepts by the mailed link.

No row is kept of an invitation but its challenge, whose subject names the consultant and who invited.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext

from bookings.accounts.addresses import read_email
from bookings.accounts.locks import lock_account
from bookings.accounts.models import User
from bookings.accounts.viewer import Viewer
from bookings.businesses import acceptance, policies
from bookings.businesses.policies import Duty
from bookings.businesses.staff import lock_practice, require_duty
from bookings.catalogue.policies import require_offer
from bookings.common.errors import DomainError, ErrorCode, Unauthenticated, invalid
from bookings.common.languages import source
from bookings.common.links import link_to
from bookings.consultants import selectors
from bookings.consultants.models import Consultant
from bookings.notifications.services import queue_message
from bookings.verification import services as verification
from bookings.verification.models import Challenge

JOIN = "/consultant/join"
LIFETIME = timedelta(hours=24)
ROLE = source(User.Role.CONSULTANT.label)
"""As what somebody is invited, in the words of the mails that staff get."""
_PURPOSE = Challenge.Purpose.LINK_CONSULTANT
_INVITER = "/by:"


@dataclass(frozen=True)
class _Invitation:
    """What the subject of a challenge says."""

    consultant_id: int
    inviter_id: int


def invite(*, consultant_id: int, email: str, viewer: Viewer, now: datetime) -> Consultant:
    """Mail a link by which whoever reads an address becomes this consultant; older links are good no more.

    The answer is the same whether the address has an account or not. Takes the right to let staff in.
    Raises UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, VALIDATION_FAILED (no address, or a consultant who has an account),
    RATE_LIMITED.
    """
    place_id = _place_of(viewer, consultant_id)
    address = read_email(email)
    with transaction.atomic():
        inviter = require_duty(viewer, Duty.STAFF, lock_practice(place_id))
        person = selectors.locked(consultant_id)
        if person.user_id is not None:
            raise invalid("consultantId", gettext("This consultant has an account already. Unlink it first."))
        _refuse_too_soon(person, now)
        _end_open(person, now)
        _mail(person, address, inviter, now)
    return person


def accept(*, token: str, viewer: Viewer, now: datetime) -> Consultant:
    """Make the account that is signed in, with the invited address proven, the consultant's.

    Another account, or one without a proof, leaves the link as good as it was. An invitation whose sender may not
    invite any more is good for nothing. Raises UNAUTHENTICATED, FORBIDDEN (a service key), EMAIL_NOT_VERIFIED and the
    CHALLENGE_ errors.
    """
    user = acceptance.proven_person(viewer)
    passed = acceptance.pass_invitation(purpose=_PURPOSE, token=token, viewer=viewer, now=now)
    invitation = _read(passed.subject)
    person = Consultant.objects.filter(pk=invitation.consultant_id).first()
    if person is None:
        raise acceptance.withdrawn()
    with transaction.atomic():
        place = lock_practice(person.business_id)
        person = selectors.locked(person.pk)
        inviter = User.objects.filter(pk=invitation.inviter_id).first()
        stands = acceptance.may_let_in(inviter, place, Duty.STAFF)
        if person.user_id is not None or inviter is None or not stands:
            raise acceptance.withdrawn()
        if lock_account(user.pk) is None:
            raise Unauthenticated
        person.user, person.linked_at = user, now
        person.save(update_fields=["user", "linked_at"])
        _tell_joined(person, user, inviter, passed.challenge.pk, now)
    return person


def accept_by_password(*, token: str, password: str, now: datetime) -> Consultant:
    """Do the same for whoever gives the password of the invited address's account beside the link; no session begins.

    A wrong password leaves the link good, for 5 tries in all. Raises CREDENTIALS_INVALID and what `accept` raises.
    """
    who = acceptance.invited_by_password(purpose=_PURPOSE, token=token, password=password, now=now)
    return accept(token=token, viewer=who, now=now)


def unlink(*, consultant_id: int, viewer: Viewer, now: datetime) -> Consultant:
    """Take the account from a consultant, and the invitations back that nobody took; everybody may leave by themselves.

    What the account could see of the consultant's bookings is gone at once; bookings stay as they are.
    Raises UNAUTHENTICATED, FORBIDDEN, NOT_FOUND.
    """
    user = viewer.require_user()
    person = Consultant.objects.filter(pk=consultant_id).first()
    if person is None:
        raise DomainError(ErrorCode.NOT_FOUND, field=["consultantId"])
    is_own = viewer.key is None and person.user_id == user.pk
    place_id = person.business_id if is_own else _place_of(viewer, consultant_id)
    with transaction.atomic():
        place = lock_practice(place_id)
        person = selectors.locked(consultant_id)
        if person.user_id != user.pk or viewer.key is not None:
            require_duty(viewer, Duty.STAFF, place)
        _end_open(person, now)
        if person.user is not None and person.user_id != user.pk:
            _tell_unlinked(person, person.user, now)
        person.user = person.linked_at = None
        person.save(update_fields=["user", "linked_at"])
    return person


def may_see_account(person: Consultant, viewer: Viewer) -> bool:
    """Tell whether somebody may know which account a consultant is: themselves, and those who may link."""
    return person.pk in viewer.consultant_ids or policies.may(viewer, Duty.STAFF, person.business_id)


def account_email(person: Consultant) -> str:
    """Give the address of the account that a consultant is; empty without one."""
    return person.user.email if person.user is not None else ""


def _place_of(viewer: Viewer, consultant_id: int) -> int:
    """Give the practice of a consultant; strangers to it are told of none.

    Raises UNAUTHENTICATED, NOT_FOUND, FORBIDDEN.
    """
    viewer.require_user()
    found = Consultant.objects.filter(pk=consultant_id).values_list("business_id", flat=True).first()
    if found is None:
        raise DomainError(ErrorCode.NOT_FOUND, field=["consultantId"])
    if consultant_id not in viewer.consultant_ids:
        require_offer(viewer, found, field="consultantId")
    return int(found)


def _read(subject: str) -> _Invitation:
    consultant, _, inviter = subject.removeprefix("consultant:").partition(_INVITER)
    return _Invitation(int(consultant), int(inviter))


def _subjects(person: Consultant) -> list[str]:
    """Give the subjects of the links to a consultant, whoever sent them."""
    rows = Challenge.objects.filter(purpose=_PURPOSE, subject__startswith=f"consultant:{person.pk}{_INVITER}")
    return list(rows.values_list("subject", flat=True).distinct())


def _refuse_too_soon(person: Consultant, now: datetime) -> None:
    if any(verification.is_recent(purpose=_PURPOSE, subject=name, now=now) for name in _subjects(person)):
        raise DomainError(ErrorCode.RATE_LIMITED, retry_after=int(verification.PAUSE.total_seconds()))


def _end_open(person: Consultant, now: datetime) -> None:
    for subject in _subjects(person):
        verification.withdraw(purpose=_PURPOSE, subject=subject, now=now)


def _mail(person: Consultant, address: str, inviter: User, now: datetime) -> None:
    issued = verification.issue_challenge(
        purpose=_PURPOSE,
        subject=f"consultant:{person.pk}{_INVITER}{inviter.pk}",
        email=address,
        lifetime=LIFETIME,
        now=now,
    )
    queue_message(
        key=f"challenge:{issued.challenge.pk}",
        template="staff_invited",
        recipient=address,
        context={"business_name": person.business.name, "role_label": ROLE},
        # As for staff: names of others than the recipient are wiped on sending.
        secrets={"link": link_to(JOIN, token=issued.token), "inviter_name": inviter.full_name},
        locale=inviter.locale,  # whether the address has an account must not show
        now=now,
    )


def _tell_joined(person: Consultant, user: User, inviter: User, key: int, now: datetime) -> None:
    """Tell whoever invited. key: of the challenge."""
    queue_message(
        key=f"challenge:{key}/joined",
        template="staff_joined",
        recipient=inviter.email,
        context={"full_name": inviter.full_name, "business_name": person.business.name, "role_label": ROLE},
        secrets={"member_name": user.full_name or user.email},
        locale=inviter.locale,
        now=now,
    )


def _tell_unlinked(person: Consultant, user: User, now: datetime) -> None:
    """Tell whoever had the account."""
    queue_message(
        key=f"consultant:{person.pk}/unlinked:{user.pk}:{int(now.timestamp() * 1000)}",
        template="staff_removed",
        recipient=user.email,
        context={"full_name": user.full_name, "business_name": person.business.name},
        locale=user.locale,
        now=now,
    )
