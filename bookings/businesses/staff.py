"""Who works for a practice: given roles, and removed. How people get in is invitations' to say.

Every change locks the practice first and asks the databases what somebody is there now, not what they were when the
request began: of two owners who remove each other one is left.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from bookings.accounts.keys import revoke_keys_of
from bookings.accounts.locks import lock_account
from bookings.accounts.models import User
from bookings.accounts.viewer import Viewer
from bookings.businesses import policies, selectors
from bookings.businesses.models import Business, StaffInvitation, StaffMember
from bookings.businesses.policies import Duty
from bookings.common.errors import DomainError, ErrorCode, Forbidden
from bookings.notifications.services import queue_message
from bookings.verification import services as verification
from bookings.verification.models import Challenge

Role = StaffMember.Role


def lock_practice(business_id: int) -> Business:
    """Give a practice, locked against other changes of who works there. Raises NOT_FOUND."""
    business = Business.objects.select_for_update(no_key=True).filter(pk=business_id).first()
    if business is None:
        raise DomainError(ErrorCode.NOT_FOUND, field=["businessId"])
    return business


def require_duty(viewer: Viewer, duty: Duty, business: Business) -> User:
    """Give the person who asks, if they have a duty in a locked practice. Raises UNAUTHENTICATED, FORBIDDEN."""
    user = viewer.require_user()
    role = selectors.role_in(business, user.pk)
    if viewer.key is not None or not (viewer.is_admin or policies.may_as(role, duty)):
        raise Forbidden
    return user


def set_role(*, business_id: int, user_id: int, role: Role, viewer: Viewer, now: datetime) -> StaffMember:
    """Give somebody who works for a practice another role. Takes the right over the old role and over the new.

    Raises UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, LAST_OWNER.
    """
    viewer.require_user()
    with transaction.atomic():
        business = lock_practice(business_id)
        before = _role_of(business, user_id, viewer)
        require_duty(viewer, policies.duty_over(before), business)
        require_duty(viewer, policies.duty_over(role), business)
        if lock_account(user_id) is None:
            raise DomainError(ErrorCode.NOT_FOUND, gettext("This account is closed."), field=["accountId"])
        if before == Role.OWNER and role != Role.OWNER:
            _leave_an_owner(business, user_id)
        member, _ = StaffMember.objects.update_or_create(
            business=business, user_id=user_id, defaults={"role": role}
        )
        _withdraw_what_they_may_not_offer(business, user_id, now)
    return member


def remove(*, business_id: int, user_id: int, viewer: Viewer, now: datetime) -> Business:
    """End somebody's work for a practice; everybody may end their own. What they could see there is gone at once.

    Their service keys for the practice and the invitations that they sent die with it. Bookings of a consultant stay
    theirs: that is the consultant's account to say. Raises UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, LAST_OWNER.
    """
    user = viewer.require_user()
    is_own = viewer.key is None and user.pk == user_id
    with transaction.atomic():
        business = lock_practice(business_id)
        role = _role_of(business, user_id, viewer)
        if not is_own:
            require_duty(viewer, policies.duty_over(role), business)
        if role == Role.OWNER:
            _leave_an_owner(business, user_id)
        business.staff.filter(user_id=user_id).delete()
        revoke_keys_of(owner_id=user_id, business_id=business.pk, now=now)
        _withdraw_what_they_may_not_offer(business, user_id, now)
        if not is_own:
            _tell_removed(business, User.objects.get(pk=user_id), now)
    return business


def end_invitation(invitation: StaffInvitation, now: datetime) -> None:
    """Withdraw an invitation of a locked practice: its link is good no more."""
    invitation.withdrawn_at = now
    invitation.save(update_fields=["withdrawn_at"])
    verification.withdraw(
        purpose=Challenge.Purpose.JOIN_STAFF, subject=selectors.subject_of(invitation), now=now
    )


def _role_of(business: Business, user_id: int, viewer: Viewer) -> str:
    """Give what somebody is in a locked practice. Raises FORBIDDEN before NOT_FOUND: strangers learn no names."""
    role = selectors.role_in(business, user_id)
    if role is None:
        require_duty(viewer, Duty.STAFF, business)
        raise DomainError(
            ErrorCode.NOT_FOUND, gettext("Nobody with this id works here."), field=["accountId"]
        )
    return role


def _leave_an_owner(business: Business, user_id: int) -> None:
    """Hand the practice to another owner where it belongs to somebody who goes. Raises LAST_OWNER."""
    others = business.staff.filter(role=Role.OWNER).exclude(user_id=user_id).order_by("pk")
    people = (lock_account(pk) for pk in others.values_list("user_id", flat=True))
    heir = next((person for person in people if person is not None), None)
    if business.owner_id == user_id and heir is not None:
        business.owner = heir
        business.save(update_fields=["owner"])
    elif business.owner_id == user_id or (heir is None and not business.owner.is_active):
        raise DomainError(ErrorCode.LAST_OWNER)


def _withdraw_what_they_may_not_offer(business: Business, user_id: int, now: datetime) -> None:
    role = selectors.role_in(business, user_id)
    for invitation in selectors.open_invitations(business).filter(invited_by=user_id):
        if not policies.may_as(role, policies.duty_over(invitation.role)):
            end_invitation(invitation, now)


def _tell_removed(business: Business, person: User, now: datetime) -> None:
    queue_message(
        key=f"business:{business.pk}/staff:{person.pk}/removed:{int(now.timestamp() * 1000)}",
        template="staff_removed",
        recipient=person.email,
        context={"full_name": person.full_name, "business_name": business.name},
        locale=person.locale,
        now=now,
    )
