"""Which account a consultant is: invited, accepted, taken off again."""

from typing import Annotated

import strawberry

from bookings.consultants import linking
from bookings.limits.policies import Limit
from schema.common.context import Info
from schema.common.errors import UserError, mutation, no_errors
from schema.common.inputs import pk_of
from schema.common.scalars import Email
from schema.consultants import Consultant


@strawberry.input(description="Which consultant to invite, and where the link is sent.")
class InviteConsultantInput:
    """Input of `inviteConsultant`."""

    consultant_id: strawberry.ID = strawberry.field(description="A consultant without an account.")
    email: Email = strawberry.field(description="Where the link is sent, with or without an account.")


@strawberry.input(description="Which invitation to take.")
class AcceptConsultantInvitationInput:
    """Input of `acceptConsultantInvitation`."""

    token: str = strawberry.field(description="The token of the mailed link (after `#token=`).")


@strawberry.input(description="Which consultant has no account any more.")
class UnlinkConsultantInput:
    """Input of `unlinkConsultant`."""

    consultant_id: strawberry.ID = strawberry.field(description="The consultant; your own to leave.")


@strawberry.type(description="The consultant, the same whether the address has an account or not.")
class InviteConsultantPayload:
    """Payload of `inviteConsultant`."""

    consultant: Consultant | None = strawberry.field(default=None, description="The consultant.")
    errors: list[UserError] = no_errors()


@strawberry.type(description="The consultant that you are from now on.")
class AcceptConsultantInvitationPayload:
    """Payload of `acceptConsultantInvitation`."""

    consultant: Consultant | None = strawberry.field(default=None, description="The consultant.")
    errors: list[UserError] = no_errors()


@strawberry.type(description="The consultant without an account.")
class UnlinkConsultantPayload:
    """Payload of `unlinkConsultant`."""

    consultant: Consultant | None = strawberry.field(default=None, description="The consultant.")
    errors: list[UserError] = no_errors()


@strawberry.type
class Mutation:
    """Root fields of this topic."""

    @mutation(
        limit=Limit.INVITE,
        description="Invite somebody to be a consultant of the practice with their own account: a link goes to the "
        "address, good for 24 hours, and whoever is signed in with that address takes it by "
        "`acceptConsultantInvitation`. They see and run their own calendar and bookings, nobody else's. For owner and "
        "managers. A new link makes older ones worthless.",
    )
    def invite_consultant(
        self,
        info: Info,
        input: Annotated[InviteConsultantInput, strawberry.argument(description="Whom, and as which one.")],
    ) -> InviteConsultantPayload | None:
        """Invite."""
        person = linking.invite(
            consultant_id=pk_of(input.consultant_id, "Consultant"),
            email=input.email,
            viewer=info.context.viewer,
            now=info.context.now,
        )
        return InviteConsultantPayload(consultant=person)  # type: ignore[arg-type]

    @mutation(
        limit=Limit.CODE,
        description="Take the invitation to be a consultant, signed in with the address that it was sent to, once that "
        "is proven. With another account nothing happens, and the link stays good.",
    )
    def accept_consultant_invitation(
        self,
        info: Info,
        input: Annotated[AcceptConsultantInvitationInput, strawberry.argument(description="The invitation.")],
    ) -> AcceptConsultantInvitationPayload | None:
        """Accept."""
        person = linking.accept(token=input.token, viewer=info.context.viewer, now=info.context.now)
        return AcceptConsultantInvitationPayload(consultant=person)  # type: ignore[arg-type]

    @mutation(
        description="Take the account from a consultant, and back the invitations that nobody took; for owner and "
        "managers, and for consultants themselves. The account sees nothing of the consultant's bookings from then on; "
        "they stay as they are."
    )
    def unlink_consultant(
        self,
        info: Info,
        input: Annotated[UnlinkConsultantInput, strawberry.argument(description="Which one.")],
    ) -> UnlinkConsultantPayload | None:
        """Unlink."""
        person = linking.unlink(
            consultant_id=pk_of(input.consultant_id, "Consultant"),
            viewer=info.context.viewer,
            now=info.context.now,
        )
        return UnlinkConsultantPayload(consultant=person)  # type: ignore[arg-type]
