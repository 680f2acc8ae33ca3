"""Rules that refuse, as data: `errors` beside the object in every mutation's payload."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import strawberry
from django.db import models
from strawberry.extensions import FieldExtension
from strawberry.types.base import StrawberryOptional
from strawberry.types.field import StrawberryField

from bookings.availability.services import TimeTaken
from bookings.common import errors
from bookings.common.idempotency import AlreadyDone
from bookings.limits.policies import Limit
from schema.common.context import Info
from schema.common.limiting import Limited, Subject
from schema.common.scalars import describe_enum

if TYPE_CHECKING:
    from schema.slots.refusals import SlotExplanation, SlotRefusal, TimeRange
    from schema.slots.types import Slot

Row = TypeVar("Row", bound=models.Model)
ErrorCode = errors.ErrorCode
describe_enum(
    ErrorCode,
    name="ErrorCode",
    description="What a program switches on. The words beside it are for people and may change.",
)

TOP_LEVEL = {errors.ErrorCode.UNAUTHENTICATED, errors.ErrorCode.FORBIDDEN, errors.ErrorCode.RATE_LIMITED}
"""Codes that a query can meet as well; they are GraphQL errors, except a limit that a mutation meets."""


@strawberry.type(description="One reason why a mutation was refused. Nothing was changed.")
class UserError:
    """The GraphQL face of a DomainError."""

    code: ErrorCode = strawberry.field(description="What went wrong, for a program.")
    message: str = strawberry.field(description="What went wrong and what helps, for a person.")
    field: list[str] | None = strawberry.field(
        default=None,
        description="The path of the input at fault, if one is: names, and places in lists from `0`.",
    )
    retry_after: int | None = strawberry.field(
        default=None, description="Seconds after which another try makes sense."
    )
    refused_time: strawberry.Private["SlotExplanation | None"] = None

    @strawberry.field(description="Up to three next open times, where a time was refused.")
    def suggested_slots(self) -> list[Annotated["Slot", strawberry.lazy("schema.slots.types")]]:
        """Look for other times."""
        return self.refused_time.next_slots() if self.refused_time else []

    @strawberry.field(description="Every rule that stands against the time, where one was refused.")
    def reasons(self) -> list[Annotated["SlotRefusal", strawberry.lazy("schema.slots.refusals")]]:
        """Give the rules."""
        return self.refused_time.reasons() if self.refused_time else []

    @strawberry.field(description="Up to three busy times in its way, where a time was refused.")
    def clashes(self) -> list[Annotated["TimeRange", strawberry.lazy("schema.slots.refusals")]]:
        """Give the times."""
        return self.refused_time.clashes() if self.refused_time else []

    @classmethod
    def of(cls, error: errors.DomainError, *, now: datetime) -> "UserError":
        """Give the answer for a refusal. What is asked about a time that was at fault is looked up as of `now`."""
        from schema.slots.refusals import SlotExplanation  # noqa: PLC0415 - topics import this module

        told = cls(code=error.code, message=error.message, field=error.field, retry_after=error.retry_after)
        if isinstance(error, TimeTaken):
            told.refused_time = SlotExplanation(
                terms=error.terms, hosts=error.hosts, start=error.start, now=now
            )
        return told


class PayloadErrors(FieldExtension):
    """Turns a refusal into the payload that the field declares: nothing but `errors`, and what still holds."""

    payload: type

    def apply(self, field: StrawberryField) -> None:
        """Learn the payload's class from the field's type."""
        kind = field.type
        self.payload = kind.of_type if isinstance(kind, StrawberryOptional) else kind  # type: ignore[assignment]

    def resolve(self, next_: Callable[..., Any], source: Any, info: Info, **kwargs: Any) -> Any:
        """Call the resolver; its transaction has rolled back by the time that a refusal gets here."""
        try:
            return next_(source, info, **kwargs)
        except errors.DomainError as error:
            if error.code in TOP_LEVEL - {errors.ErrorCode.RATE_LIMITED}:
                raise
            known = {
                name: value for name, value in error.details.items() if name in self.payload.__annotations__
            }
            return self.payload(errors=[UserError.of(error, now=info.context.now)], **known)


def mutation(
    *,
    description: str,
    limit: Limit | None = None,
    of: Subject | None = None,
    unless: Callable[..., bool] | None = None,
) -> Any:
    """Declare a mutation field whose refusals become payload errors.

    limit: what each call counts against; of: reads from `input` what a hit is about, beside who calls. unless:
    tells from the context and `input` who is not counted.
    """
    # The last of them is the outermost: a limit's refusal is a payload error, too.
    limits = [] if limit is None else [Limited(limit, of, unless)]
    return strawberry.mutation(description=description, extensions=[*limits, PayloadErrors()])


def made_before(rows: models.Manager[Row], done: AlreadyDone) -> Row:
    """Give what a repeated request made the first time. Raises NOT_FOUND where it was taken away since."""
    row = rows.filter(pk=done.object_id).first()
    if row is None:
        raise errors.DomainError(ErrorCode.NOT_FOUND)
    return row


def no_errors() -> Any:
    """Declare the `errors` field of a payload."""
    return strawberry.field(default_factory=list, description="Why nothing was done; empty when it was done.")
