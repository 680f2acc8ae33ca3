"""Rules that refuse, as data: `errors` beside the object in every mutation's payload."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.types.base import StrawberryOptional
from strawberry.types.field import StrawberryField

from bookings.availability.services import TimeTaken
from bookings.common import clock, errors
from schema.common.scalars import describe_enum

if TYPE_CHECKING:
    from schema.slots import Slot

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
        default=None, description="The path of the input at fault, if one is."
    )
    retry_after: int | None = strawberry.field(
        default=None, description="Seconds after which another try makes sense."
    )
    suggested_slots: list[Annotated["Slot", strawberry.lazy("schema.slots")]] = strawberry.field(
        default_factory=list, description="Up to three next open times, where a time was refused."
    )

    @classmethod
    def of(cls, error: errors.DomainError) -> "UserError":
        """Give the answer for a refusal, with other times where the time was at fault."""
        from schema.slots import suggested_by  # noqa: PLC0415 - topics import this module

        slots = suggested_by(error, now=clock.now()) if isinstance(error, TimeTaken) else []
        return cls(
            code=error.code,
            message=error.message,
            field=error.field,
            retry_after=error.retry_after,
            suggested_slots=slots,
        )


class PayloadErrors(FieldExtension):
    """Turns a refusal into the payload that the field declares: nothing but `errors`, and what still holds."""

    payload: type

    def apply(self, field: StrawberryField) -> None:
        """Learn the payload's class from the field's type."""
        kind = field.type
        self.payload = kind.of_type if isinstance(kind, StrawberryOptional) else kind  # type: ignore[assignment]

    def resolve(self, next_: Callable[..., Any], source: Any, info: strawberry.Info, **kwargs: Any) -> Any:
        """Call the resolver; its transaction has rolled back by the time that a refusal gets here."""
        try:
            return next_(source, info, **kwargs)
        except errors.DomainError as error:
            if error.code in TOP_LEVEL - {errors.ErrorCode.RATE_LIMITED}:
                raise
            known = {
                name: value for name, value in error.details.items() if name in self.payload.__annotations__
            }
            return self.payload(errors=[UserError.of(error)], **known)


def mutation(*, description: str) -> Any:
    """Declare a mutation field whose refusals become payload errors."""
    return strawberry.mutation(description=description, extensions=[PayloadErrors()])


def no_errors() -> Any:
    """Declare the `errors` field of a payload."""
    return strawberry.field(default_factory=list, description="Why nothing was done; empty when it was done.")
