"""Scalars and small value types that every topic uses."""

import datetime
import uuid
from decimal import Decimal
from typing import Any, NewType

import strawberry
from django.db import models
from graphql import GraphQLError
from strawberry.types.enum import StrawberryEnumDefinition

from bookings.common import money
from bookings.common.languages import source


def _parse_datetime(value: object) -> datetime.datetime:
    """Accept ISO 8601 with an offset; a naive time means nothing here."""
    if not isinstance(value, str) or len(value) > 40:
        raise GraphQLError("A DateTime is a string such as 2026-12-01T09:00:00+01:00.")
    try:
        moment = datetime.datetime.fromisoformat(value)
    except ValueError:
        raise GraphQLError(f"{value!r} is no ISO 8601 date and time.") from None
    if moment.tzinfo is None:
        raise GraphQLError(f"{value!r} lacks its offset from UTC, such as +01:00 or Z.")
    if not 1970 < moment.year < 2500:
        raise GraphQLError(f"{value!r} is out of range.")
    return moment.astimezone(datetime.UTC)


def _serialize_datetime(value: datetime.datetime) -> str:
    moment = value if value.tzinfo is datetime.UTC else value.astimezone(datetime.UTC)
    return f"{moment.isoformat()[:-6]}Z"


DATETIME = strawberry.scalar(
    name="DateTime",
    description=(
        "An instant, ISO 8601. Input must carry its offset from UTC (`2026-12-01T09:00:00+01:00` or `…Z`); "
        "output is always UTC (`2026-12-01T08:00:00Z`)."
    ),
    specified_by_url="https://scalars.graphql.org/andimarek/date-time",
    serialize=_serialize_datetime,
    parse_value=_parse_datetime,
)

Email = NewType("Email", str)
EMAIL = strawberry.scalar(
    name="Email",
    description="An e-mail address. It is stored trimmed and in lower case.",
    serialize=str,
    parse_value=str,
)

TimeZone = NewType("TimeZone", str)
TIME_ZONE = strawberry.scalar(
    name="TimeZone",
    description="A zone of the IANA database, such as `Europe/Warsaw`.",
    serialize=str,
    parse_value=str,
)

URL = NewType("URL", str)
URL_SCALAR = strawberry.scalar(
    name="URL", description="An absolute http or https address.", serialize=str, parse_value=str
)


def _parse_uuid(value: object) -> uuid.UUID:
    try:
        return uuid.UUID(
            str(value) if isinstance(value, str) and value.isascii() and len(value) <= 40 else ""
        )
    except ValueError:
        raise GraphQLError("A UUID looks like 123e4567-e89b-12d3-a456-426614174000.") from None


UUID_SCALAR = strawberry.scalar(
    name="UUID",
    description="A UUID (RFC 9562), such as `123e4567-e89b-12d3-a456-426614174000`.",
    specified_by_url="https://www.rfc-editor.org/rfc/rfc9562",
    serialize=str,
    parse_value=_parse_uuid,
)

SCALARS: dict[object, Any] = {
    datetime.datetime: DATETIME,
    Email: EMAIL,
    TimeZone: TIME_ZONE,
    URL: URL_SCALAR,
    uuid.UUID: UUID_SCALAR,
}


@strawberry.type(description="An exact amount of money.")
class Money:
    """The GraphQL face of bookings.common.money.Money."""

    amount: Decimal = strawberry.field(description="In units of the currency, as a decimal string: `60.00`.")
    currency: str = strawberry.field(description="ISO 4217, three letters: `EUR`.")

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> "Money":
        """Give an amount with exactly the digits that its currency has."""
        digits = len(str(money.minor_units(currency))) - 1
        return cls(amount=amount.quantize(Decimal(1).scaleb(-digits)), currency=currency)


def describe_enum(choices: type[models.TextChoices], *, name: str, description: str) -> None:
    """Make a closed set a GraphQL enum; each value is described by its label."""
    strawberry.enum(choices, name=name, description=description)
    definition: StrawberryEnumDefinition = choices.__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = source(choices[value.name].label)
