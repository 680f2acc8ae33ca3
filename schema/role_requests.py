"""Asking to be a consultant or a business owner, and an admin's word on it."""

import datetime
from typing import Annotated

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import relay

from bookings.accounts import models, roles, selectors
from schema.common.connections import Connection
from schema.common.context import Info
from schema.common.errors import UserError, mutation, no_errors
from schema.common.inputs import pk_of
from schema.common.roles import AccountRole
from schema.common.scalars import Email, describe_enum

RoleRequestStatus = models.RoleRequest.Status
describe_enum(RoleRequestStatus, name="RoleRequestStatus", description="How far a request for a role came.")


@strawberry_django.type(
    models.RoleRequest,
    description="Somebody who asks for another role, and what an admin said. They see it, and admins do.",
)
class RoleRequest(relay.Node):
    """The GraphQL face of accounts.models.RoleRequest."""

    role: AccountRole = strawberry_django.field(description="What was asked for.")
    status: RoleRequestStatus = strawberry_django.field(description="How far it came.")
    created_at: datetime.datetime = strawberry_django.field(description="When it was asked.")
    decided_at: datetime.datetime | None = strawberry_django.field(
        description="When an admin decided; null while it waits."
    )

    @classmethod
    def resolve_id_attr(cls) -> str:
        """Name the key, which spares Strawberry a look-up per row."""
        return "pk"

    @classmethod
    def get_queryset(cls, queryset: QuerySet[models.RoleRequest], info: Info) -> QuerySet[models.RoleRequest]:
        """Leave what the viewer may see."""
        return queryset.filter(pk__in=selectors.role_requests_of(info.context.viewer).values("pk"))

    @strawberry_django.field(
        select_related=["user"], only=["user__email"], description="The proven address of whoever asks."
    )
    def email(self, root: strawberry.Parent[models.RoleRequest]) -> Email:
        """Give the account's."""
        return Email(root.user.email)

    @strawberry_django.field(
        select_related=["user"], only=["user__full_name"], description="Their name, or an empty string."
    )
    def full_name(self, root: strawberry.Parent[models.RoleRequest]) -> str:
        """Give the account's."""
        return root.user.full_name


@strawberry.input(description="Which role.")
class RequestRoleInput:
    """Input of `requestRole`."""

    role: AccountRole = strawberry.field(description="CONSULTANT or BUSINESS_OWNER.")


@strawberry.type(description="The request that waits for an admin.")
class RequestRolePayload:
    """Payload of `requestRole`."""

    role_request: RoleRequest | None = strawberry.field(default=None, description="The request.")
    errors: list[UserError] = no_errors()


@strawberry.input(description="Which request, and what is said to it.")
class DecideRoleRequestInput:
    """Input of `decideRoleRequest`."""

    id: strawberry.ID = strawberry.field(description="The request.")
    grant: bool = strawberry.field(description="True gives the role; false leaves the account as it is.")


@strawberry.type(description="The request, decided.")
class DecideRoleRequestPayload:
    """Payload of `decideRoleRequest`."""

    role_request: RoleRequest | None = strawberry.field(default=None, description="The request.")
    errors: list[UserError] = no_errors()


@strawberry.type
class Query:
    """Root fields of this topic."""

    @strawberry_django.connection(
        Connection[RoleRequest],
        description="For the platform's admins: who asks for a role, the oldest first.",
    )
    def role_requests(
        self,
        info: Info,
        status: Annotated[
            RoleRequestStatus | None, strawberry.argument(description="How far they came; null for all.")
        ] = RoleRequestStatus.WAITING,
    ) -> QuerySet[models.RoleRequest]:
        """List them."""
        roles.require_admin(info.context.viewer)
        rows = selectors.role_requests_of(info.context.viewer).order_by("created_at", "pk")
        return rows if status is None else rows.filter(status=status)


@strawberry.type
class Mutation:
    """Root fields of this topic."""

    @mutation(
        description="Ask to be a consultant or a business owner; an admin decides, and a mail tells. The same again "
        "is the same request; another role takes the place of one that waits. The account's address must be proven."
    )
    def request_role(
        self, info: Info, input: Annotated[RequestRoleInput, strawberry.argument(description="Which role.")]
    ) -> RequestRolePayload | None:
        """Ask."""
        request = roles.ask_for_role(
            user=info.context.viewer.require_account(), role=input.role, now=info.context.now
        )
        return RequestRolePayload(role_request=request)  # type: ignore[arg-type]

    @mutation(
        description="For the platform's admins: grant or decline what somebody asked for. They are told by mail."
    )
    def decide_role_request(
        self,
        info: Info,
        input: Annotated[DecideRoleRequestInput, strawberry.argument(description="What is decided.")],
    ) -> DecideRoleRequestPayload | None:
        """Decide."""
        viewer, now = info.context.viewer, info.context.now
        request = roles.decide(
            request_id=pk_of(input.id, "RoleRequest"), grant=input.grant, by=viewer, now=now
        )
        return DecideRoleRequestPayload(role_request=request)  # type: ignore[arg-type]
