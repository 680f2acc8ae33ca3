"""Inviting people to work for a practice. The link that is mailed, and an account with that address, let them in."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext

from bookings.accounts.addresses import read_email
from bookings.accounts.locks import lock_account
from bookings.accounts.models import User
from bookings.accounts.viewer import Viewer
from bookings.businesses import acceptance, policies, selectors
from bookings.businesses.models import Business, StaffInvitation, StaffMember
from bookings.businesses.staff import end_invitation, lock_practice, require_duty
from bookings.common.errors import DomainError, ErrorCode, Unauthenticated, invalid
from bookings.common.languages import source
from bookings.common.links import link_to
from bookings.notifications.services import queue_message
from bookings.verification import services as verification
from bookings.verification.models import Challenge

JOIN = "/staff/join"
LIFETIME = timedelta(hours=24)
MOST_OPEN = 100
"""Invitations of one practice that nobody answered yet; more are a mistake, or somebody's mailing list."""
_PURPOSE = Challenge.Purpose.JOIN_STAFF


def invite(
    *, business_id: int, email: str, role: StaffMember.Role, viewer: Viewer, now: datetime
) -> StaffInvitation:
    """Mail an invitation; one that is open already gets this role, a new link and a new day, at most once a minute.

    The answer is the same whether the address has an account or not. Raises UNAUTHENTICATED, FORBIDDEN, NOT_FOUND,
    VALIDATION_FAILED (no address, or somebody who works here), RATE_LIMITED.
    """
    viewer.require_user()
    address = read_email(email)
    with transaction.atomic():
        business = lock_practice(business_id)
        inviter = require_duty(viewer, policies.duty_over(role), business)
        if selectors.is_staff_address(business, address):
            raise invalid("email", gettext("This person works here already."))
        invitation = selectors.open_invitations(business).filter(email=address).first()
        if invitation is None:
            _refuse_too_many(business)
            invitation = StaffInvitation(business=business, email=address, created_at=now)
        else:
            require_duty(viewer, policies.duty_over(invitation.role), business)
            _refuse_too_soon(invitation, now)
        invitation.role, invitation.invited_by, invitation.expires_at = role, inviter, now + LIFETIME
        invitation.save()
        _mail(invitation, inviter, now)
    return invitation


def withdraw(*, invitation_id: int, viewer: Viewer, now: datetime) -> StaffInvitation:
    """Take an invitation back; its link is good no more. One that was taken back or accepted stays as it is.

    Raises UNAUTHENTICATED, and NOT_FOUND for one that is not there or that the viewer may not see; FORBIDDEN.
    """
    viewer.require_user()
    found = StaffInvitation.objects.filter(pk=invitation_id).values("business_id").first()
    if found is None or not policies.may(viewer, policies.Duty.STAFF, found["business_id"]):
        raise DomainError(ErrorCode.NOT_FOUND, field=["invitationId"])
    with transaction.atomic():
        business = lock_practice(found["business_id"])
        invitation = business.invitations.get(pk=invitation_id)
        require_duty(viewer, policies.duty_over(invitation.role), business)
        if invitation.accepted_at is None and invitation.withdrawn_at is None:
            end_invitation(invitation, now)
    return invitation


def accept(*, token: str, viewer: Viewer, now: datetime) -> StaffInvitation:
    """Let the account that is signed in work for the practice that invited its proven address.

    Another account, or one without a proof, leaves the link as good as it was. An invitation whose sender may not
    invite any more is good for nothing. Raises UNAUTHENTICATED, FORBIDDEN (a service key), EMAIL_NOT_VERIFIED and
    the CHALLENGE_ errors.
    """
    user = acceptance.proven_person(viewer)
    passed = acceptance.pass_invitation(purpose=_PURPOSE, token=token, viewer=viewer, now=now)
    with transaction.atomic():
        invitation = StaffInvitation.objects.get(pk=int(passed.subject.removeprefix("invitation:")))
        business = lock_practice(invitation.business_id)
        invitation.refresh_from_db()
        if not _stands(invitation, business):
            raise acceptance.withdrawn()
        if lock_account(user.pk) is None:
            raise Unauthenticated
        if selectors.role_in(business, user.pk) is None:
            StaffMember.objects.create(business=business, user=user, role=invitation.role)
        invitation.accepted_at = now
        invitation.save(update_fields=["accepted_at"])
        _tell_joined(invitation, user, now)
    return invitation


def accept_by_password(*, token: str, password: str, now: datetime) -> StaffInvitation:
    """Do the same for whoever gives the password of the invited address's account beside the link; no session begins.

    A wrong password leaves the link good, for 5 tries in all. Raises CREDENTIALS_INVALID and what `accept` raises.
    """
    who = acceptance.invited_by_password(purpose=_PURPOSE, token=token, password=password, now=now)
    return accept(token=token, viewer=who, now=now)


def _stands(invitation: StaffInvitation, business: Business) -> bool:
    """Tell whether an invitation is open, and whoever sent it may still let somebody in as this."""
    if invitation.accepted_at is not None or invitation.withdrawn_at is not None:
        return False
    return acceptance.may_let_in(invitation.invited_by, business, policies.duty_over(invitation.role))


def _refuse_too_many(business: Business) -> None:
    if selectors.open_invitations(business).count() >= MOST_OPEN:
        raise invalid(
            "email",
            gettext("%(most_open)s invitations wait for an answer. Withdraw some first.")
            % {"most_open": MOST_OPEN},
        )


def _refuse_too_soon(invitation: StaffInvitation, now: datetime) -> None:
    if verification.is_recent(purpose=_PURPOSE, subject=selectors.subject_of(invitation), now=now):
        wait = int(verification.PAUSE.total_seconds())
        raise DomainError(ErrorCode.RATE_LIMITED, retry_after=wait)


def _mail(invitation: StaffInvitation, inviter: User, now: datetime) -> None:
    issued = verification.issue_challenge(
        purpose=_PURPOSE,
        subject=selectors.subject_of(invitation),
        email=invitation.email,
        lifetime=LIFETIME,
        now=now,
    )
    queue_message(
        key=f"challenge:{issued.challenge.pk}",
        template="staff_invited",
        recipient=invitation.email,
        context={
            "business_name": invitation.business.name,
            "role_label": source(StaffMember.Role(invitation.role).label),
        },
        # Names of others than the recipient are wiped on sending: no mail outlives the erasure of whom it names.
        secrets={"link": link_to(JOIN, token=issued.token), "inviter_name": inviter.full_name},
        locale=inviter.locale,  # whether the address has an account must not show
        now=now,
    )


def _tell_joined(invitation: StaffInvitation, member: User, now: datetime) -> None:
    """Tell whoever invited."""
    if invitation.invited_by is None:
        return
    queue_message(
        key=f"invitation:{invitation.pk}/joined",
        template="staff_joined",
        recipient=invitation.invited_by.email,
        context={
            "full_name": invitation.invited_by.full_name,
            "business_name": invitation.business.name,
            "role_label": source(StaffMember.Role(invitation.role).label),
        },
        secrets={"member_name": member.full_name or member.email},
        locale=invitation.invited_by.locale,
        now=now,
    )
