"""A schema of nothing but what these tests ask for."""

from dataclasses import dataclass
from enum import Enum
from typing import Any, NewType

import strawberry
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig

from bookings.common.errors import DomainError, ErrorCode, Unauthenticated

Even = NewType("Even", int)


def _parse_even(value: Any) -> int:
    if not isinstance(value, int) or value % 2:
        raise GraphQLError(f"{value!r} is not even.")
    return value


@strawberry.enum
class Colour(Enum):
    RED = "red"
    GREEN = "green"


@strawberry.input(one_of=True)
class Lookup:
    name: strawberry.Maybe[str]
    number: strawberry.Maybe[int]


@strawberry.type
class Node:
    name: str = "a node"

    @strawberry.field
    def child(self) -> "Node":
        return Node()

    @strawberry.field
    def children(self, first: int | None = None, last: int | None = None) -> "NodeConnection":
        return NodeConnection(nodes=[Node()] * (first or last or 20))


@strawberry.type
class NodeConnection:
    nodes: list[Node]


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"Hello, {name}!"

    @strawberry.field
    def number(self, value: int) -> int:
        return value

    @strawberry.field
    def even(self, value: Even) -> int:
        return value

    @strawberry.field
    def colour(self, value: Colour) -> str:
        return value.value

    @strawberry.field
    def matrix(self, value: list[list[int]]) -> int:
        return len(value)

    @strawberry.field
    def lookup(self, by: Lookup) -> str:
        return "found"

    @strawberry.field
    def node(self) -> Node:
        return Node()

    @strawberry.field
    def bug(self) -> str | None:
        raise KeyError("secret of the house")

    @strawberry.field
    def bugs(self) -> list[Node | None]:
        return [object() for _ in range(20)]  # type: ignore[misc]

    @strawberry.field
    def limited(self) -> str | None:
        raise DomainError(ErrorCode.RATE_LIMITED, "Wait a little.", retry_after=7)

    @strawberry.field
    def denied(self) -> str | None:
        raise PermissionDenied

    @strawberry.field
    def wrong_leaf(self) -> int | None:
        return "no number"  # type: ignore[return-value]

    @strawberry.field
    def cookie(self, info: strawberry.Info) -> str:
        info.context.response["X-Seen"] = "yes"
        return "set"

    @strawberry.field
    def who(self, info: strawberry.Info) -> str | None:
        user = getattr(info.context.request, "user", None)
        return user.email if user is not None and user.is_authenticated else None


@strawberry.type
class Mutation:
    @strawberry.mutation
    def count(self) -> int:
        return 1

    @strawberry.mutation
    def token_auth(self, password: str = "") -> bool:
        return False

    @strawberry.mutation
    def draft_booking(self) -> bool:
        return False


schema = strawberry.Schema(
    Query,
    Mutation,
    config=StrawberryConfig(scalar_map={Even: strawberry.scalar(name="Even", parse_value=_parse_even)}),
)


@dataclass
class Context:
    request: HttpRequest
    response: HttpResponse


def make_context(request: HttpRequest, response: HttpResponse) -> Context:
    """Refuse a request as a whole where the test asks for it."""
    match request.headers.get("X-Test"):
        case "unauthenticated":
            raise Unauthenticated
        case "limited":
            raise DomainError(ErrorCode.RATE_LIMITED, retry_after=30)
        case "bug":
            raise RuntimeError("secret of the house")
    return Context(request, response)
