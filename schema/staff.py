"""Who works for a practice, and who was invited to."""

import datetime
from typing import TYPE_CHECKING, Annotated, cast

import strawberry

from bookings.businesses import invitations, models, selectors, staff
from bookings.limits.policies import Limit
from schema.common.context import Info
from schema.common.errors import UserError, mutation, no_errors
from schema.common.inputs import pk_of, write_id
from schema.common.roles import StaffRole
from schema.common.scalars import Email

if TYPE_CHECKING:
    from schema.businesses import Business

OF_BUSINESS = Annotated["Business", strawberry.lazy("schema.businesses")]
WHOM = strawberry.argument(description="Whom, and of which practice.")


@strawberry.type(description="Somebody who works for a practice. Its owners and managers see it.")
class StaffMember:
    """The GraphQL face of selectors.Member."""

    account_id: strawberry.ID = strawberry.field(description="For `setStaffRole` and `removeStaffMember`.")
    full_name: str = strawberry.field(description="The name for people, or an empty string.")
    email: Email = strawberry.field(description="The account's address.")
    role: StaffRole = strawberry.field(description="As what.")

    @classmethod
    def of(cls, member: selectors.Member) -> "StaffMember":
        """Give the face of one."""
        return cls(
            account_id=strawberry.ID(write_id("Account", member.user.pk)),
            full_name=member.user.full_name,
            email=Email(member.user.email),
            role=member.role,
        )


@strawberry.type(description="Somebody who was invited to work for a practice and has not answered yet.")
class StaffInvitation:
    """The GraphQL face of businesses.models.StaffInvitation."""

    id: strawberry.ID = strawberry.field(description="For `withdrawStaffInvitation`.")
    email: Email = strawberry.field(description="To which address the link went.")
    role: StaffRole = strawberry.field(description="As what.")
    created_at: datetime.datetime = strawberry.field(description="When the address was first invited.")
    expires_at: datetime.datetime = strawberry.field(
        description="Until when the link is good; `addStaffMember` for the same address sends another."
    )

    @classmethod
    def of(cls, row: models.StaffInvitation) -> "StaffInvitation":
        """Give the face of a row."""
        return cls(
            id=strawberry.ID(write_id("StaffInvitation", row.pk)),
            email=Email(row.email),
            role=models.StaffMember.Role(row.role),
            created_at=row.created_at,
            expires_at=row.expires_at,
        )


@strawberry.input(description="Whom to invite, and as what.")
class AddStaffMemberInput:
    """Input of `addStaffMember`."""

    business_id: strawberry.ID = strawberry.field(description="The practice.")
    email: Email = strawberry.field(description="Where the invitation is sent, with or without an account.")
    role: StaffRole = strawberry.field(
        default=models.StaffMember.Role.STAFF, description="As what; managers invite STAFF alone."
    )


@strawberry.input(description="Which invitation to take.")
class AcceptStaffInvitationInput:
    """Input of `acceptStaffInvitation`."""

    token: str = strawberry.field(description="The token of the mailed link (after `#token=`).")


@strawberry.input(description="Which invitation to take back.")
class WithdrawStaffInvitationInput:
    """Input of `withdrawStaffInvitation`."""

    invitation_id: strawberry.ID = strawberry.field(description="From `Business.invitations`.")


@strawberry.input(description="Who gets which role.")
class SetStaffRoleInput:
    """Input of `setStaffRole`."""

    business_id: strawberry.ID = strawberry.field(description="The practice.")
    account_id: strawberry.ID = strawberry.field(description="From `Business.staff`.")
    role: StaffRole = strawberry.field(description="The new role.")


@strawberry.input(description="Who works there no longer.")
class RemoveStaffMemberInput:
    """Input of `removeStaffMember`."""

    business_id: strawberry.ID = strawberry.field(description="The practice.")
    account_id: strawberry.ID = strawberry.field(description="From `Business.staff`; your own to leave.")


@strawberry.type(description="The invitation, the same whether the address has an account or not.")
class AddStaffMemberPayload:
    """Payload of `addStaffMember`."""

    invitation: StaffInvitation | None = strawberry.field(default=None, description="The invitation.")
    errors: list[UserError] = no_errors()


@strawberry.type(description="Where you work from now on.")
class AcceptStaffInvitationPayload:
    """Payload of `acceptStaffInvitation`."""

    business: OF_BUSINESS | None = strawberry.field(default=None, description="The practice.")
    role: StaffRole | None = strawberry.field(default=None, description="What you are there.")
    errors: list[UserError] = no_errors()


@strawberry.type(description="The invitation that is good no more.")
class WithdrawStaffInvitationPayload:
    """Payload of `withdrawStaffInvitation`."""

    invitation: StaffInvitation | None = strawberry.field(default=None, description="The invitation.")
    errors: list[UserError] = no_errors()


@strawberry.type(description="The member with the new role.")
class SetStaffRolePayload:
    """Payload of `setStaffRole`."""

    member: StaffMember | None = strawberry.field(default=None, description="Who has it.")
    errors: list[UserError] = no_errors()


@strawberry.type(description="The practice without the member.")
class RemoveStaffMemberPayload:
    """Payload of `removeStaffMember`."""

    business: OF_BUSINESS | None = strawberry.field(default=None, description="The practice.")
    errors: list[UserError] = no_errors()


@strawberry.type
class Mutation:
    """Root fields of this topic."""

    @mutation(
        limit=Limit.INVITE,
        description="Invite somebody to work for a practice: a link goes to the address, good for 24 hours, and "
        "whoever is signed in with that address takes it by `acceptStaffInvitation`. Owners invite anybody, managers "
        "STAFF. The same address again gets a new link, and the older one is good no more.",
    )
    def add_staff_member(
        self, info: Info, input: Annotated[AddStaffMemberInput, WHOM]
    ) -> AddStaffMemberPayload | None:
        """Invite."""
        row = invitations.invite(
            business_id=pk_of(input.business_id, "Business"),
            email=input.email,
            role=input.role,
            viewer=info.context.viewer,
            now=info.context.now,
        )
        return AddStaffMemberPayload(invitation=StaffInvitation.of(row))

    @mutation(
        limit=Limit.CODE,
        description="Take an invitation, signed in with the address that it was sent to, once that is proven. With "
        "another account nothing happens, and the link stays good.",
    )
    def accept_staff_invitation(
        self,
        info: Info,
        input: Annotated[AcceptStaffInvitationInput, strawberry.argument(description="The invitation.")],
    ) -> AcceptStaffInvitationPayload | None:
        """Accept."""
        row = invitations.accept(token=input.token, viewer=info.context.viewer, now=info.context.now)
        return AcceptStaffInvitationPayload(
            business=cast("Business", row.business), role=models.StaffMember.Role(row.role)
        )

    @mutation(description="Take an invitation back that nobody accepted yet; for those who may send it.")
    def withdraw_staff_invitation(
        self,
        info: Info,
        input: Annotated[WithdrawStaffInvitationInput, strawberry.argument(description="The invitation.")],
    ) -> WithdrawStaffInvitationPayload | None:
        """Withdraw."""
        row = invitations.withdraw(
            invitation_id=pk_of(input.invitation_id, "StaffInvitation"),
            viewer=info.context.viewer,
            now=info.context.now,
        )
        return WithdrawStaffInvitationPayload(invitation=StaffInvitation.of(row))

    @mutation(description="Give somebody who works for a practice another role; for its owners.")
    def set_staff_role(
        self, info: Info, input: Annotated[SetStaffRoleInput, WHOM]
    ) -> SetStaffRolePayload | None:
        """Set a role."""
        row = staff.set_role(
            business_id=pk_of(input.business_id, "Business"),
            user_id=pk_of(input.account_id, "Account"),
            role=input.role,
            viewer=info.context.viewer,
            now=info.context.now,
        )
        member = selectors.Member(row.user, models.StaffMember.Role(row.role))
        return SetStaffRolePayload(member=StaffMember.of(member))

    @mutation(
        description="End somebody's work for a practice, or your own. They see nothing of it from then on, and their "
        "service keys for it and the invitations that they sent are good no more. Owners remove anybody, managers "
        "STAFF; a practice keeps an owner."
    )
    def remove_staff_member(
        self, info: Info, input: Annotated[RemoveStaffMemberInput, WHOM]
    ) -> RemoveStaffMemberPayload | None:
        """Remove."""
        business = staff.remove(
            business_id=pk_of(input.business_id, "Business"),
            user_id=pk_of(input.account_id, "Account"),
            viewer=info.context.viewer,
            now=info.context.now,
        )
        return RemoveStaffMemberPayload(business=cast("Business", business))
