"""Forgetting a password, and changing it."""

from collections.abc import Mapping
from typing import Annotated

import strawberry
from django.contrib.auth import update_session_auth_hash

from bookings.accounts import passwords
from bookings.accounts.models import User
from bookings.common.errors import DomainError, ErrorCode
from bookings.limits.policies import Limit
from schema.common.context import Info
from schema.common.errors import UserError, mutation, no_errors
from schema.common.limiting import address_of_input
from schema.common.scalars import Email
from schema.profile import Account

GOOD_ONE = "The password to be, 10 to 1000 characters: neither a common one, nor like name or address, nor only digits."


@strawberry.input(description="Whose password was forgotten.")
class RequestPasswordResetInput:
    """Input of `requestPasswordReset`."""

    email: Email = strawberry.field(description="The account's address.")


@strawberry.type(
    description="Nothing but errors: the answer is the same whether there is such an account or not."
)
class RequestPasswordResetPayload:
    """Payload of `requestPasswordReset`."""

    errors: list[UserError] = no_errors()


@strawberry.input(description="The code that was mailed, beside the address that it went to.")
class ResetCodeProof:
    """A code beside its address."""

    email: Email = strawberry.field(description="The account's address.")
    code: str = strawberry.field(description="The six digits.")


@strawberry.input(one_of=True, description="Exactly one proof that somebody reads the account's mailbox.")
class ResetProof:
    """How `resetPassword` is convinced."""

    token: str | None = strawberry.field(
        default=strawberry.UNSET, description="The token of the mailed link (after `#token=`)."
    )
    code: ResetCodeProof | None = strawberry.field(default=strawberry.UNSET, description="The mailed code.")


@strawberry.input(description="The proof, and the new password.")
class ResetPasswordInput:
    """Input of `resetPassword`."""

    proof: ResetProof = strawberry.field(description="What `requestPasswordReset` mailed.")
    new_password: str = strawberry.field(
        description=f"{GOOD_ONE} One that is refused leaves the proof as good as it was."
    )


@strawberry.type(description="Whether the password was set. Every session ended: log in with it.")
class ResetPasswordPayload:
    """Payload of `resetPassword`."""

    account: Account | None = strawberry.field(default=None, description="The account, its address proven.")
    errors: list[UserError] = no_errors()


@strawberry.input(description="The password that is, and the one to be.")
class ChangePasswordInput:
    """Input of `changePassword`."""

    old_password: str = strawberry.field(description="The account's password now.")
    new_password: str = strawberry.field(description=GOOD_ONE)


@strawberry.type(
    description="The account under its new password. This session goes on, every other one ended."
)
class ChangePasswordPayload:
    """Payload of `changePassword`."""

    account: Account | None = strawberry.field(default=None, description="Who is logged in.")
    token: str | None = strawberry.field(
        default=None,
        description="A new access token, as the old one is worthless now; the refresh token stays as it is. Null for "
        "a session by cookie, which goes on by itself.",
    )
    errors: list[UserError] = no_errors()


def what_is_reset(input: ResetPasswordInput) -> Mapping[str, str]:
    """Give what tries of a code or a link are counted by."""
    code = input.proof.code
    email = code.email if isinstance(code, ResetCodeProof) else ""
    return {"subject": passwords.counted_as(token=input.proof.token or None, email=email)}


@strawberry.type
class Mutation:
    """Root fields of this topic."""

    @mutation(
        description="Send a link (good for an hour) and a code (10 minutes) that set a new password, at most once a "
        "minute. The mail, not the answer, tells whether there is an account.",
        limit=Limit.RESET,
        of=address_of_input,
    )
    def request_password_reset(
        self,
        info: Info,
        input: Annotated[RequestPasswordResetInput, strawberry.argument(description="Whose.")],
    ) -> RequestPasswordResetPayload | None:
        """Mail a proof."""
        passwords.request_reset(email=input.email, now=info.context.now)
        return RequestPasswordResetPayload()

    @mutation(
        description="Set a new password with the mailed proof. Every session of the account ends, the address counts "
        "as proven, and its owner is told.",
        limit=Limit.CODE,
        of=what_is_reset,
    )
    def reset_password(
        self,
        info: Info,
        input: Annotated[ResetPasswordInput, strawberry.argument(description="The proof, and what to set.")],
    ) -> ResetPasswordPayload | None:
        """Set a new password."""
        info.context.remember_viewer()
        user = _reset(input.proof, input.new_password, info)
        return ResetPasswordPayload(account=user)  # type: ignore[arg-type]

    @mutation(
        description="Change the password of the account that is signed in. This session goes on with the new access "
        "token, every other one ends, and the owner is told."
    )
    def change_password(
        self,
        info: Info,
        input: Annotated[ChangePasswordInput, strawberry.argument(description="Old and new.")],
    ) -> ChangePasswordPayload | None:
        """Change the password."""
        context = info.context
        user, token = passwords.change_password(
            viewer=context.viewer,
            old_password=input.old_password,
            new_password=input.new_password,
            now=context.now,
        )
        if token is None:
            update_session_auth_hash(context.request, user)
        return ChangePasswordPayload(account=user, token=token)  # type: ignore[arg-type]


def _reset(proof: ResetProof, new_password: str, info: Info) -> User:
    """Use up the link's token or the code. Raises the CHALLENGE_ errors and VALIDATION_FAILED."""
    if isinstance(proof.code, ResetCodeProof):
        return passwords.reset_by_code(
            email=proof.code.email, code=proof.code.code, new_password=new_password, now=info.context.now
        )
    if not proof.token:
        raise DomainError(ErrorCode.CHALLENGE_INVALID, field=["proof"])
    return passwords.reset_by_token(token=proof.token, new_password=new_password, now=info.context.now)
