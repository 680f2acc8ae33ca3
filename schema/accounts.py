"""Accounts and log-in."""

import datetime
from typing import Annotated

import strawberry
import strawberry_django
from strawberry import relay

from bookings.accounts import models, services
from schema.common.context import Info
from schema.common.errors import UserError, mutation, no_errors
from schema.common.scalars import Email


@strawberry_django.type(models.User, name="Account", description="An account: somebody who can log in.")
class Account(relay.Node):
    """The GraphQL face of accounts.models.User, for its owner alone."""

    email: Email = strawberry_django.field(description="The log-in name.")
    full_name: str = strawberry_django.field(description="The name for people, or an empty string.")
    email_verified_at: datetime.datetime | None = strawberry_django.field(
        description="When the address was proven; bookings of this address are shown only from then on."
    )

    @classmethod
    def resolve_id_attr(cls) -> str:
        """Name the key, which spares Strawberry a look-up per row."""
        return "pk"


@strawberry.input(description="Whom to log in.")
class TokenAuthInput:
    """Input of `tokenAuth`."""

    email: Email = strawberry.field(description="The account's address.")
    password: str = strawberry.field(description="The account's password.")


@strawberry.type(description="What a log-in gives.")
class TokenAuthPayload:
    """Payload of `tokenAuth`."""

    token: str | None = strawberry.field(
        default=None, description="The access token, for the header `Authorization: Bearer <token>`."
    )
    account: Account | None = strawberry.field(default=None, description="Who is logged in.")
    errors: list[UserError] = no_errors()


@strawberry.type
class Query:
    """Root fields of this topic."""

    @strawberry.field(description="The account that is logged in, or null.")
    def me(self, info: Info) -> Account | None:
        """Give the viewer's own account."""
        return info.context.viewer.user  # type: ignore[return-value]


@strawberry.type
class Mutation:
    """Root fields of this topic."""

    @mutation(
        description="Log in with address and password. A wrong address and a wrong password look the same."
    )
    def token_auth(
        self,
        info: Info,
        input: Annotated[TokenAuthInput, strawberry.argument(description="Address and password.")],
    ) -> TokenAuthPayload | None:
        """Give an access token."""
        user, token = services.log_in(email=input.email, password=input.password, now=info.context.now)
        return TokenAuthPayload(token=token, account=user)  # type: ignore[arg-type]
