"""From whom a practice takes no bookings."""

import datetime
from typing import Annotated

import strawberry
from django.utils.translation import gettext

from bookings.businesses import blocking, models
from bookings.common.errors import DomainError, ErrorCode
from schema.common.context import Info
from schema.common.errors import UserError, mutation, no_errors
from schema.common.inputs import pk_of, write_id
from schema.common.scalars import describe_enum

BlockedSenderKind = models.BlockedSender.Kind
describe_enum(BlockedSenderKind, name="BlockedSenderKind", description="How much an entry blocks.")


@strawberry.type(description="A sender from whom a practice takes no bookings.")
class BlockedSender:
    """The GraphQL face of businesses.models.BlockedSender."""

    id: strawberry.ID = strawberry.field(description="For `unblockSender`.")
    kind: BlockedSenderKind = strawberry.field(description="How much is blocked.")
    value: str = strawberry.field(
        description="The address, or the domain alone, in lower case and ASCII letters (`xn--…`). Of a person who had "
        "themselves erased, 64 hexadecimal digits stand for the address."
    )
    note: str = strawberry.field(description="Why, for staff; or an empty string.")
    created_at: datetime.datetime = strawberry.field(description="Since when.")

    @classmethod
    def of(cls, row: models.BlockedSender) -> "BlockedSender":
        """Give the face of a row."""
        return cls(
            id=strawberry.ID(write_id("BlockedSender", row.pk)),
            kind=models.BlockedSender.Kind(row.kind),
            value=row.value,
            note=row.note,
            created_at=row.created_at,
        )


@strawberry.input(description="From whom to take no more bookings: name an address or a domain.")
class BlockSenderInput:
    """Input of `blockSender`."""

    business_id: strawberry.ID = strawberry.field(description="The practice.")
    address: str | None = strawberry.field(default=None, description="One e-mail address.")
    domain: str | None = strawberry.field(
        default=None, description="A domain and all below it: `example.org` blocks `a@mail.example.org` too."
    )
    note: str = strawberry.field(default="", description="Why, for staff; 300 characters at most.")


@strawberry.input(description="From whom to take bookings again.")
class UnblockSenderInput:
    """Input of `unblockSender`."""

    id: strawberry.ID = strawberry.field(description="From `Business.blockedSenders`.")


@strawberry.type(description="The entry of the block list.")
class BlockSenderPayload:
    """Payload of `blockSender`."""

    blocked_sender: BlockedSender | None = strawberry.field(default=None, description="The entry.")
    errors: list[UserError] = no_errors()


@strawberry.type(description="The entry that was taken off the block list.")
class UnblockSenderPayload:
    """Payload of `unblockSender`."""

    blocked_sender: BlockedSender | None = strawberry.field(default=None, description="The entry, as it was.")
    errors: list[UserError] = no_errors()


@strawberry.type
class Mutation:
    """Root fields of this topic."""

    @mutation(
        description="Take no more bookings from an address or a domain; for owners and managers. Whoever drafts is "
        "answered as ever, and told `SENDER_BLOCKED` once the mailbox is proven. Bookings that they have stand, and "
        "staff may still enter one by hand."
    )
    def block_sender(
        self,
        info: Info,
        input: Annotated[BlockSenderInput, strawberry.argument(description="Whom, and of which practice.")],
    ) -> BlockSenderPayload | None:
        """Block."""
        row = blocking.block(
            business_id=pk_of(input.business_id, "Business"),
            sender=_sender(input),
            note=input.note,
            viewer=info.context.viewer,
            now=info.context.now,
        )
        return BlockSenderPayload(blocked_sender=BlockedSender.of(row))

    @mutation(description="Take bookings again from somebody on the block list; for owners and managers.")
    def unblock_sender(
        self,
        info: Info,
        input: Annotated[UnblockSenderInput, strawberry.argument(description="The entry.")],
    ) -> UnblockSenderPayload | None:
        """Unblock."""
        row = blocking.unblock(blocked_id=pk_of(input.id, "BlockedSender"), viewer=info.context.viewer)
        return UnblockSenderPayload(blocked_sender=BlockedSender.of(row))


def _sender(given: BlockSenderInput) -> blocking.Sender:
    """Read the one of the two that is named. Raises VALIDATION_FAILED."""
    if given.address is not None and given.domain is None:
        return blocking.address(given.address)
    if given.domain is not None and given.address is None:
        return blocking.domain(given.domain)
    raise DomainError(
        ErrorCode.VALIDATION_FAILED, gettext("Give either `address` or `domain`."), field=["address"]
    )
