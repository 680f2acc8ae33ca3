"""Registering, and proving an address."""

from collections.abc import Mapping
from typing import Annotated

import strawberry

from bookings.accounts import registration, selectors
from bookings.common import languages
from bookings.common.errors import DomainError, ErrorCode
from bookings.limits.policies import Limit
from schema.accounts import NEXT_TOKENS
from schema.common.context import Info
from schema.common.errors import UserError, mutation, no_errors
from schema.common.roles import AccountRole
from schema.common.scalars import Email, TimeZone
from schema.profile import Account

REGISTRATION_ID = "What `register` gave. Keep it where no other site or program can read it."


@strawberry.input(description="Who wants an account.")
class RegisterInput:
    """Input of `register`."""

    email: Email = strawberry.field(description="The address; a link and a code are sent there.")
    password: str = strawberry.field(
        description="The password to be, 10 to 1000 characters: neither a common one, nor like name or address, nor "
        "digits alone."
    )
    full_name: str = strawberry.field(default="", description="The name for people, 200 characters at most.")
    role: AccountRole = strawberry.field(
        default=AccountRole.CLIENT,
        description="What somebody is here for. An account begins as CLIENT; anything else waits for an admin's word.",
    )
    locale: str | None = strawberry.field(
        default=None,
        description="The person's language, such as `en` or `pl`; that of the request (`Accept-Language`) if absent.",
    )
    timezone: TimeZone | None = strawberry.field(
        default=None, description="The zone in which the person reads times."
    )


@strawberry.type(
    description="The same, whether the address is known or not; the mail tells its reader which."
)
class RegisterPayload:
    """Payload of `register`."""

    registration_id: str | None = strawberry.field(
        default=None,
        description="A secret that stands for this registration; `verifyEmail` takes the mailed code beside it.",
    )
    errors: list[UserError] = no_errors()


@strawberry.input(description="The code that was mailed, and what it is for.")
class EmailCodeProof:
    """A code beside the registration that it belongs to."""

    code: str = strawberry.field(description="The six digits.")
    registration_id: str | None = strawberry.field(
        default=None,
        description=f"{REGISTRATION_ID} Without it, the address is that of the account that is signed in "
        "(`requestEmailVerification`).",
    )


@strawberry.input(description="The link that was mailed, and the password that was chosen.")
class EmailLinkProof:
    """A link's token beside the password, as anybody may have registered the address of whoever opens the link."""

    token: str = strawberry.field(description="The token of the mailed link (after `#token=`).")
    password: str = strawberry.field(
        description="The password that was given to `register`; 5 tries for each link."
    )


@strawberry.input(
    one_of=True, description="Exactly one proof that the caller registered and reads the mailbox."
)
class EmailProof:
    """How `verifyEmail` is convinced."""

    code: EmailCodeProof | None = strawberry.field(default=strawberry.UNSET, description="The mailed code.")
    link: EmailLinkProof | None = strawberry.field(default=strawberry.UNSET, description="The mailed link.")


@strawberry.input(description="The proof of an address.")
class VerifyEmailInput:
    """Input of `verifyEmail`."""

    proof: EmailProof = strawberry.field(description="What proves it.")


@strawberry.type(description="The account, and the session that begins with it.")
class VerifyEmailPayload:
    """Payload of `verifyEmail`."""

    account: Account | None = strawberry.field(default=None, description="The account, its address proven.")
    token: str | None = strawberry.field(
        default=None,
        description="The access token, for the header `Authorization: Bearer <token>`; null where the account was "
        "signed in already.",
    )
    refresh_token: str | None = strawberry.field(default=None, description=NEXT_TOKENS)
    errors: list[UserError] = no_errors()


@strawberry.input(description="Whose mail to send again.")
class ResendEmailVerificationInput:
    """Input of `resendEmailVerification`."""

    registration_id: str = strawberry.field(description=REGISTRATION_ID)


@strawberry.type(description="Nothing but errors: the mail is on its way, if there is something to prove.")
class ResendEmailVerificationPayload:
    """Payload of `resendEmailVerification`."""

    errors: list[UserError] = no_errors()


@strawberry.input(description="How to write to the account that is signed in.")
class RequestEmailVerificationInput:
    """Input of `requestEmailVerification`."""

    locale: str | None = strawberry.field(
        default=None, description="The mail's language, such as `en`; the account's if absent."
    )


@strawberry.type(description="Nothing but errors: the mail is on its way, if there is something to prove.")
class RequestEmailVerificationPayload:
    """Payload of `requestEmailVerification`."""

    errors: list[UserError] = no_errors()


def what_is_proven(input: VerifyEmailInput) -> Mapping[str, str]:
    """Give what tries of a code or a link are counted by.

    A code beside a registration counts for its address too: many networks may register one address, and each
    registration has tries of its own.
    """
    if isinstance(input.proof.link, EmailLinkProof):
        return {"subject": f"link:{input.proof.link.token}"}
    handle = input.proof.code.registration_id if isinstance(input.proof.code, EmailCodeProof) else None
    if not handle:
        return {}
    address = selectors.registered_address(handle)
    return {"subject": f"registration:{handle}", **({"address": address} if address else {})}


@strawberry.type
class Mutation:
    """Root fields of this topic."""

    @mutation(
        description="Ask for an account. There is none until `verifyEmail`; the answer tells nothing of what is known "
        "of the address, and takes as long either way.",
        limit=Limit.REGISTER,
    )
    def register(
        self, info: Info, input: Annotated[RegisterInput, strawberry.argument(description="Who.")]
    ) -> RegisterPayload | None:
        """Register."""
        handle = registration.register(applicant=_applicant(input), now=info.context.now)
        return RegisterPayload(registration_id=handle)

    @mutation(
        description="Prove the mailbox: the account comes into being, and is logged in. Bookings of this address are "
        "shown from now on. By code beside the registration's id, or by link beside the password.",
        limit=Limit.CODE,
        of=what_is_proven,
    )
    def verify_email(
        self, info: Info, input: Annotated[VerifyEmailInput, strawberry.argument(description="The proof.")]
    ) -> VerifyEmailPayload | None:
        """Prove."""
        proven = _proven(info, input.proof)
        return VerifyEmailPayload(
            account=proven.user,  # type: ignore[arg-type]
            token=proven.session.access_token if proven.session else None,
            refresh_token=proven.session.refresh_token if proven.session else None,
        )

    @mutation(
        description="Send a registration's link and code again, at most once a minute; the older ones no longer work.",
        limit=Limit.MAIL,
    )
    def resend_email_verification(
        self,
        info: Info,
        input: Annotated[ResendEmailVerificationInput, strawberry.argument(description="Whose.")],
    ) -> ResendEmailVerificationPayload | None:
        """Mail anew."""
        registration.resend(handle=input.registration_id, now=info.context.now)
        return ResendEmailVerificationPayload()

    @mutation(
        description="Send a link and a code that prove the address of the account that is signed in, at most once a "
        "minute; nothing is sent where it was proven before.",
        limit=Limit.MAIL,
    )
    def request_email_verification(
        self,
        info: Info,
        input: Annotated[
            RequestEmailVerificationInput, strawberry.argument(description="In which language; may be empty.")
        ],
    ) -> RequestEmailVerificationPayload | None:
        """Mail a proof."""
        registration.request_verification(
            viewer=info.context.viewer, locale=input.locale, now=info.context.now
        )
        return RequestEmailVerificationPayload()


def _applicant(input: RegisterInput) -> registration.Applicant:
    return registration.Applicant(
        email=input.email,
        password=input.password,
        full_name=input.full_name,
        role=input.role,
        locale=input.locale or languages.spoken(),
        timezone=input.timezone or "",
    )


def _proven(info: Info, proof: EmailProof) -> registration.Proven:
    """Use up the code or the link. Raises the CHALLENGE_ errors, CREDENTIALS_INVALID and EMAIL_TAKEN."""
    context = info.context
    if isinstance(proof.link, EmailLinkProof):
        return registration.verify_by_link(
            token=proof.link.token,
            password=proof.link.password,
            user_agent=context.user_agent,
            now=context.now,
        )
    if not isinstance(proof.code, EmailCodeProof):
        raise DomainError(ErrorCode.CHALLENGE_INVALID, field=["proof"])
    return registration.verify_by_code(
        handle=proof.code.registration_id,
        code=proof.code.code,
        viewer=context.viewer if proof.code.registration_id is None else None,
        user_agent=context.user_agent,
        now=context.now,
    )
