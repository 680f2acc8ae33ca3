"""Log-in: beginning, prolonging and ending sessions."""

import datetime
from typing import Annotated

import strawberry

from bookings.accounts import services, sessions, tokens
from bookings.limits.policies import Limit
from schema.common.context import Info
from schema.common.errors import UserError, mutation, no_errors
from schema.common.limiting import address_of_input
from schema.common.scalars import Email
from schema.profile import Account

NEXT_TOKENS = (
    "Gives the next two tokens, once, in `refreshToken`. Keep it where no other site or program can read it."
)


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
    refresh_token: str | None = strawberry.field(default=None, description=NEXT_TOKENS)
    account: Account | None = strawberry.field(default=None, description="Who is logged in.")
    errors: list[UserError] = no_errors()


@strawberry.input(description="Which session to prolong.")
class RefreshTokenInput:
    """Input of `refreshToken`."""

    refresh_token: str = strawberry.field(
        description="The newest refresh token of the session. It is worthless afterwards: keep the new one."
    )


@strawberry.type(description="The next two tokens of a session.")
class RefreshTokenPayload:
    """Payload of `refreshToken`."""

    token: str | None = strawberry.field(default=None, description="The new access token.")
    refresh_token: str | None = strawberry.field(default=None, description=NEXT_TOKENS)
    account: Account | None = strawberry.field(default=None, description="Who is logged in.")
    errors: list[UserError] = no_errors()


@strawberry.input(description="Which token to look at.")
class VerifyTokenInput:
    """Input of `verifyToken`."""

    token: str = strawberry.field(description="An access token of an account, without the word `Bearer`.")


@strawberry.type(description="What an access token is worth now.")
class VerifyTokenPayload:
    """Payload of `verifyToken`."""

    valid: bool = strawberry.field(
        default=False, description="Whether the API takes this token; if not, `errors` says why."
    )
    account: Account | None = strawberry.field(default=None, description="For whom it stands.")
    expires_at: datetime.datetime | None = strawberry.field(
        default=None, description="Until when it is good, unless the person logs out before."
    )
    errors: list[UserError] = no_errors()


@strawberry.input(description="Which session to end. Without `refreshToken`, that of the access token sent.")
class RevokeTokenInput:
    """Input of `revokeToken`."""

    refresh_token: str | None = strawberry.field(
        default=None, description="A refresh token of the session; no access token is needed beside it."
    )
    everywhere: bool = strawberry.field(
        default=False, description="End every session of the account, on every device."
    )


@strawberry.type(description="What a log-out ended.")
class RevokeTokenPayload:
    """Payload of `revokeToken`."""

    revoked: int | None = strawberry.field(
        default=None, description="How many sessions ended; 0 where the one named had ended before."
    )
    errors: list[UserError] = no_errors()


@strawberry.type
class Mutation:
    """Root fields of this topic."""

    @mutation(
        description="Log in with address and password. A wrong address and a wrong password look the same.",
        limit=Limit.LOGIN,
        of=address_of_input,
    )
    def token_auth(
        self,
        info: Info,
        input: Annotated[TokenAuthInput, strawberry.argument(description="Address and password.")],
    ) -> TokenAuthPayload | None:
        """Begin a session."""
        context = info.context
        begun = services.log_in(
            email=input.email, password=input.password, user_agent=context.user_agent, now=context.now
        )
        return TokenAuthPayload(
            token=begun.access_token,
            refresh_token=begun.refresh_token,
            account=begun.user,  # type: ignore[arg-type]
        )

    @mutation(
        description="Exchange a refresh token, once, for a new access token and the next refresh token. A token "
        "that comes again later is a copy: the session ends for whoever holds it, and the owner is told. Of tabs "
        "that refresh at the same time one wins; the others get `TOKEN_ROTATED` and use the tokens it got.",
        limit=Limit.REFRESH,
    )
    def refresh_token(
        self,
        info: Info,
        input: Annotated[RefreshTokenInput, strawberry.argument(description="The session's refresh token.")],
    ) -> RefreshTokenPayload | None:
        """Prolong a session."""
        next_ = sessions.refresh_session(
            refresh_token=input.refresh_token, user_agent=info.context.user_agent, now=info.context.now
        )
        return RefreshTokenPayload(
            token=next_.access_token,
            refresh_token=next_.refresh_token,
            account=next_.user,  # type: ignore[arg-type]
        )

    @mutation(description="Ask whether an access token is good, for whom, and until when. Changes nothing.")
    def verify_token(
        self,
        input: Annotated[VerifyTokenInput, strawberry.argument(description="The token.")],
    ) -> VerifyTokenPayload | None:
        """Look at an access token."""
        bearer = tokens.read_access_token(input.token)
        return VerifyTokenPayload(
            valid=True,
            account=bearer.user,  # type: ignore[arg-type]
            expires_at=bearer.expires_at,
        )

    @mutation(
        description="Log out: end a session, or all of the account. Its access and refresh tokens are refused "
        "from then on, and with `everywhere` the browser sessions of the admin and GraphiQL too."
    )
    def revoke_token(
        self,
        info: Info,
        input: Annotated[RevokeTokenInput, strawberry.argument(description="Which session.")],
    ) -> RevokeTokenPayload | None:
        """Log out."""
        viewer = info.context.viewer if input.refresh_token is None else None
        ended = sessions.log_out(
            refresh_token=input.refresh_token,
            viewer=viewer,
            everywhere=input.everywhere,
            now=info.context.now,
        )
        return RevokeTokenPayload(revoked=ended)
