"""What is known of a person: reading it, and having it forgotten."""

from collections.abc import Mapping
from typing import Annotated

import strawberry
from strawberry.scalars import JSON

from bookings.limits.policies import Limit
from bookings.privacy import services
from schema.common.context import Info
from schema.common.errors import UserError, mutation, no_errors
from schema.common.limiting import address_of_input
from schema.common.scalars import Email, describe_enum

PersonalDataRequest = services.Request
describe_enum(
    PersonalDataRequest, name="PersonalDataRequest", description="What to do with what is known of a person."
)
CANCEL = (
    "Bookings that are still active stand against it (`ACCOUNT_IN_USE`), unless this is true: then they are cancelled "
    "first, as by the client, who gets back what `Booking.refundPolicy` says. One that is too near to be cancelled "
    "stands against it all the same; `retryAfter` says when it is over."
)
DOCUMENT = (
    "One document: `format`, `version`, `exportedAt`, `address`, `about`, and `parts` by name, each with a "
    "`description`, its `rows`, and whether it is `complete` (2000 rows of a part at most, the newest first)."
)


@strawberry.input(description="Whose data, and what to do with them.")
class RequestPersonalDataInput:
    """Input of `requestPersonalData`."""

    email: Email = strawberry.field(description="The person's address; no account is needed.")
    what: PersonalDataRequest = strawberry.field(description="What the mailed proof shall be good for.")


@strawberry.type(description="Nothing but errors: every address gets the mail, known or not.")
class RequestPersonalDataPayload:
    """Payload of `requestPersonalData`."""

    errors: list[UserError] = no_errors()


@strawberry.input(description="The code that was mailed, beside the address that it went to.")
class PersonalDataCode:
    """A code beside its address."""

    email: Email = strawberry.field(description="The address that the mail went to.")
    code: str = strawberry.field(description="The six digits.")


@strawberry.input(one_of=True, description="Exactly one proof that somebody reads the mailbox.")
class PersonalDataProof:
    """How export and erasure are convinced without an account."""

    token: str | None = strawberry.field(
        default=strawberry.UNSET, description="The token of the mailed link (after `#token=`)."
    )
    code: PersonalDataCode | None = strawberry.field(default=strawberry.UNSET, description="The mailed code.")


@strawberry.input(description="The proof that was mailed for EXPORT.")
class ExportPersonalDataInput:
    """Input of `exportPersonalData`."""

    proof: PersonalDataProof = strawberry.field(description="What proves the mailbox.")


@strawberry.input(description="The account's password, once more.")
class ExportMyDataInput:
    """Input of `exportMyData`."""

    password: str = strawberry.field(description="The password of the account that is signed in.")


@strawberry.type(description="Everything that is known of a person.")
class ExportPersonalDataPayload:
    """Payload of `exportPersonalData`."""

    document: JSON | None = strawberry.field(default=None, description=DOCUMENT)
    errors: list[UserError] = no_errors()


@strawberry.type(description="Everything that is known of the person who is signed in.")
class ExportMyDataPayload:
    """Payload of `exportMyData`."""

    document: JSON | None = strawberry.field(default=None, description=DOCUMENT)
    errors: list[UserError] = no_errors()


@strawberry.input(description="The proof that was mailed for ERASE.")
class ErasePersonalDataInput:
    """Input of `erasePersonalData`."""

    proof: PersonalDataProof = strawberry.field(
        description="What proves the mailbox. It stays good where something stands against erasing."
    )
    cancel_bookings: bool = strawberry.field(default=False, description=CANCEL)


@strawberry.input(description="The account's password, once more, and what becomes of its bookings.")
class DeleteAccountInput:
    """Input of `deleteAccount`."""

    password: str = strawberry.field(description="The password of the account that is signed in.")
    cancel_bookings: bool = strawberry.field(default=False, description=CANCEL)


@strawberry.type(
    description="What was forgotten. One last mail tells the person; then its address is forgotten too."
)
class ErasePersonalDataPayload:
    """Payload of `erasePersonalData`."""

    erased_bookings: int | None = strawberry.field(
        default=None, description="How many bookings do not say any more whom they were for."
    )
    cancelled_bookings: int | None = strawberry.field(
        default=None, description="How many of them were cancelled on the way."
    )
    errors: list[UserError] = no_errors()


@strawberry.type(
    description="What was forgotten with the account. Whoever registers with the address again begins anew."
)
class DeleteAccountPayload:
    """Payload of `deleteAccount`."""

    deleted: bool | None = strawberry.field(
        default=None, description="True once the account is closed for good."
    )
    erased_bookings: int | None = strawberry.field(
        default=None,
        description="How many bookings do not say any more whom they were for; 0 where the address was never proven.",
    )
    cancelled_bookings: int | None = strawberry.field(
        default=None, description="How many of them were cancelled on the way."
    )
    errors: list[UserError] = no_errors()


def what_is_proven(input: ExportPersonalDataInput | ErasePersonalDataInput) -> Mapping[str, str]:
    """Give what tries of a code or a link are counted by."""
    return {"subject": _proof(input.proof).counted_as}


@strawberry.type
class Mutation:
    """Root fields of this topic."""

    @mutation(
        description="Send a link (good for a day) and a code (10 minutes) with which somebody without an account "
        "reads, or erases, what is known of them; at most once a minute. Known or not, every address gets the mail.",
        limit=Limit.PERSONAL_DATA,
        of=address_of_input,
    )
    def request_personal_data(
        self,
        info: Info,
        input: Annotated[RequestPersonalDataInput, strawberry.argument(description="Whose, and for what.")],
    ) -> RequestPersonalDataPayload | None:
        """Mail a proof."""
        services.request_personal_data(email=input.email, what=input.what, now=info.context.now)
        return RequestPersonalDataPayload()

    @mutation(
        description="Read everything that is known of whoever proves the mailbox. The proof is used up.",
        limit=Limit.CODE,
        of=what_is_proven,
    )
    def export_personal_data(
        self,
        info: Info,
        input: Annotated[ExportPersonalDataInput, strawberry.argument(description="The proof.")],
    ) -> ExportPersonalDataPayload | None:
        """Export by proof."""
        document = services.export_by_proof(proof=_proof(input.proof), now=info.context.now)
        return ExportPersonalDataPayload(document=document)  # type: ignore[arg-type]

    @mutation(
        description="Have whoever proves the mailbox forgotten: the account of the address, if there is one, and whom "
        "every booking was for. What took place, when, and what was paid stays. It cannot be undone.",
        limit=Limit.CODE,
        of=what_is_proven,
    )
    def erase_personal_data(
        self,
        info: Info,
        input: Annotated[ErasePersonalDataInput, strawberry.argument(description="The proof.")],
    ) -> ErasePersonalDataPayload | None:
        """Erase by proof."""
        done = services.erase_by_proof(
            proof=_proof(input.proof), cancel_bookings=input.cancel_bookings, now=info.context.now
        )
        return ErasePersonalDataPayload(
            erased_bookings=done.erased_bookings, cancelled_bookings=done.cancelled
        )

    @mutation(
        description="Read everything that is known of the account that is signed in, and of its proven address. Its "
        "password is asked for again."
    )
    def export_my_data(
        self,
        info: Info,
        input: Annotated[ExportMyDataInput, strawberry.argument(description="The password.")],
    ) -> ExportMyDataPayload | None:
        """Export for an account."""
        context = info.context
        document = services.export_my_data(viewer=context.viewer, password=input.password, now=context.now)
        return ExportMyDataPayload(document=document)  # type: ignore[arg-type]

    @mutation(
        description="Close the account that is signed in for good, and have the person of its proven address forgotten "
        "as `erasePersonalData` does. Refused with `ACCOUNT_IN_USE` while the account owns a practice or has sessions "
        "to give. Every session, key and right of it ends, and a last mail goes to the address."
    )
    def delete_account(
        self,
        info: Info,
        input: Annotated[
            DeleteAccountInput, strawberry.argument(description="The password, and what to cancel.")
        ],
    ) -> DeleteAccountPayload | None:
        """Close an account."""
        context = info.context
        done = services.delete_account(
            viewer=context.viewer,
            password=input.password,
            cancel_bookings=input.cancel_bookings,
            now=context.now,
        )
        return DeleteAccountPayload(
            deleted=True, erased_bookings=done.erased_bookings, cancelled_bookings=done.cancelled
        )


def _proof(given: PersonalDataProof) -> services.Proof:
    if isinstance(given.code, PersonalDataCode):
        return services.Proof(email=given.code.email, code=given.code.code)
    return services.Proof(token=given.token or "")
