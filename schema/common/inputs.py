"""Reading ids and amounts of pages as clients send them, with clear words where they are wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from django.utils import translation
from graphql import GraphQLError
from strawberry.relay import from_base64, to_base64

from bookings.common.errors import DomainError, ErrorCode

DEFAULT_PAGE = 20
LARGEST_PAGE = 100


class BadUserInput(GraphQLError):
    """A value of the document or its variables that no client should send; a top-level error."""

    def __init__(self, message: str) -> None:
        super().__init__(message, extensions={"code": "BAD_USER_INPUT"})


def read_id(text: str) -> tuple[str, str]:
    """Give (type name, node id) of an opaque id. Raises BadUserInput."""
    try:
        kind, node_id = from_base64(text)
    except ValueError:
        kind = node_id = ""
    if not kind or not node_id or len(text) > 200:
        raise BadUserInput(f"{text[:60]!r} is no id of this API.")
    return kind, node_id


def pk_of(text: str, kind: str) -> int:
    """Give the key in an id that must be of one type. Raises BadUserInput."""
    found, node_id = read_id(text)
    if found != kind:
        raise BadUserInput(f"This is the id of a {found[:40]}, not of a {kind}.")
    return read_pk(node_id)


def optional_pk(text: str | None, kind: str) -> int | None:
    """Give the key in an id of one type, or None where there is no id. Raises BadUserInput."""
    return None if text is None else pk_of(text, kind)


def read_pk(node_id: str) -> int:
    """Give a node id as a key that any of our databases can look for. Raises BadUserInput."""
    if not node_id.isascii() or not node_id.isdigit() or len(node_id) > 18:
        raise BadUserInput("This id is malformed.")
    return int(node_id)


def write_id(kind: str, node_id: object) -> str:
    """Give the opaque id of a node."""
    return to_base64(kind, str(node_id))


def page_size(first: int | None, last: int | None) -> None:
    """Refuse sizes that make no page. Raises BadUserInput."""
    if first is not None and last is not None:
        raise BadUserInput("Give either `first` or `last`, not both.")
    for name, size in (("first", first), ("last", last)):
        if size is not None and not 0 <= size <= LARGEST_PAGE:
            raise BadUserInput(f"`{name}` is from 0 to {LARGEST_PAGE}.")


def read_number(name: str, number: Decimal | None, least: int, most: int | Decimal) -> Decimal | None:
    """Refuse what is no amount, and more digits than any has. Raises BadUserInput."""
    if number is None:
        return None
    if not number.is_finite() or not least <= number <= most or number != round(number, 3):
        raise BadUserInput(
            f"`{name}` is a number from {least} to {most}, with three digits after the point at most."
        )
    return round(number, 3)


@contextmanager
def malformed() -> Iterator[None]:
    """Say of a question's arguments what a rule refuses inside, in English as of all that is malformed.

    Raises BadUserInput instead of VALIDATION_FAILED.
    """
    with translation.override(None):
        try:
            yield
        except DomainError as error:
            if error.code is not ErrorCode.VALIDATION_FAILED:
                raise
            raise BadUserInput(error.message) from None
